"""What `make` calls: from a fresh clone and a bare Python to a running, tested or checked Engage.

Standard library only, and readable by every Python 3.6 or newer, so that an old one can be told so. Each
step leaves a stamp with a hash of what it was made from: it runs again only when that changes, and from
the start when it was cut short.
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)
OLDEST_NODE = 20
TAKEN = "is taken by another program."
MEGABYTE = 1_000_000
# The lock of whoever prepares this clone. pip and npm hold it too: should this process be killed, the next
# one waits for them to end.
TURN: "list[int]" = []
FIRST_INSTALL, EACH_START = 1200 * MEGABYTE, 200 * MEGABYTE

HELP = """\
Engage: every police command's own front door.

  make run      start Engage with its demonstration city: http://127.0.0.1:8000
  make test     every test, in a browser too; ARGS="-k voting" passes arguments on to pytest
  make chaos    1,000 messages to 100 accounts while everything breaks; ends with a table
  make lint     format, style, types, templates, layers, missing migrations
  make assets   build the style sheets and fonts
  make clean    remove what was built, never data: .venv, node_modules, static/dist, caches

  PORT=8010     the web server's port; the sandbox network takes the next one
  ENGAGE_HOME=… the folder of the data (.engage)
  PYTHON=…      the Python to start from

docs/operators.md has the rest."""


class SetupError(Exception):
    """What went wrong, in one line that says what to do next."""


def main(arguments: "list[str]") -> int:
    target = arguments[0] if arguments else "help"
    try:
        check_python()
        TARGETS[target]()
    except SetupError as problem:
        say(f"\n{problem}", sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("\nStopped.", sys.stderr)
        return 130
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        say(f"\n{disk_full(ROOT)}", sys.stderr)
        return 1
    return 0


def help_() -> None:
    say(HELP)


def run() -> None:
    """Prepare, then become the launcher."""
    home = find_home()
    port = find_port()
    check_not_running(home)
    check_ports(port)
    check_disk(home, EACH_START)
    began = time.monotonic()
    prepare("base", home, steps=6)
    environment = clean_environment()
    environment.update(ENGAGE_HOME=str(home), PORT=str(port), ENGAGE_BEGAN=str(began))
    environment.setdefault("ENGAGE_DEMO", "1")
    become([VENV / "bin" / "python", "-m", "engage.start"], environment)


def test() -> None:
    """Everything under tests/, the browser's too."""
    home = find_home()
    prepare("dev", home, steps=4)
    say("3/4 Browser: " + find_chromium(home / "log" / "chromium.log"))
    with turn():
        install_bluesky(home / "log" / "bluesky.log", "4/4 A Bluesky for the tests")
    extra = shlex.split(os.environ.get("ARGS", ""))
    become(
        [VENV / "bin" / "python", "-m", "pytest", "-n", "auto", "--dist", "loadfile", *extra],
        dict(clean_environment(), ENGAGE_HOME=str(home)),
    )


def chaos() -> None:
    """Sending once, while workers are killed and the network lies. On servers of its own."""
    home = find_home()
    prepare("dev", home, steps=1, build=False)
    extra = shlex.split(os.environ.get("ARGS", ""))
    become(
        [VENV / "bin" / "python", "-m", "tests.chaos", *extra],
        dict(clean_environment(), ENGAGE_HOME=str(home)),
    )


def lint() -> None:
    """All checks, also after one has failed; the last line says which did."""
    prepare("dev", find_home(), steps=2, build=False)
    python = VENV / "bin" / "python"
    checks: dict[str, list[str | Path]] = {
        "format": [VENV / "bin" / "ruff", "format", "--check", "."],
        "style": [VENV / "bin" / "ruff", "check", "."],
        "types": [VENV / "bin" / "mypy"],
        "templates": [VENV / "bin" / "djlint", "--lint", "--check", "templates", "socialfeeds"],
        "layers": [VENV / "bin" / "lint-imports"],
        "migrations": [python, "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run"],
    }
    environment = dict(clean_environment(), ENGAGE_OFFLINE="1")
    failed = []
    for name, command in checks.items():
        say(f"--- {name}")
        if subprocess.call([str(part) for part in command], cwd=ROOT, env=environment):
            failed.append(name)
    if failed:
        raise SetupError("make lint failed: " + ", ".join(failed))
    say("make lint: all well")


def assets() -> None:
    """Style sheets and fonts only."""
    prepare("base", find_home(), steps=2)


def clean() -> None:
    """Data stays: the folder ENGAGE_HOME is not built but written."""
    names = [".venv", "node_modules", "static/dist", ".mypy_cache", ".ruff_cache", ".pytest_cache"]
    for folder in [ROOT / name for name in [*names, ".import_linter_cache", "test-results"]]:
        shutil.rmtree(folder, ignore_errors=True)
    for folder in ROOT.rglob("__pycache__"):
        shutil.rmtree(folder, ignore_errors=True)
    say(f"Removed what was built. The data stay in {find_home()}.")


TARGETS = {
    "help": help_,
    "run": run,
    "test": test,
    "chaos": chaos,
    "lint": lint,
    "assets": assets,
    "clean": clean,
}


# What must hold before anything long begins


def check_python() -> None:
    """An old Python is told so; where a newer one is at hand, it takes over."""
    if sys.version_info[:2] >= OLDEST:
        return
    for minor in range(OLDEST[1], OLDEST[1] + 10):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])  # noqa: S606
    found = ".".join(str(part) for part in sys.version_info[:3])
    raise SetupError(
        f"Engage needs Python 3.11 or newer; this is {found}. Name another: make run PYTHON=python3.11"
    )


def find_home() -> Path:
    """The folder of the data, made here so that a wrong one is told of before the long install."""
    home = (ROOT / os.environ.get("ENGAGE_HOME", ".engage")).resolve()
    try:
        (home / "log").mkdir(parents=True, exist_ok=True)
        with (home / "lock").open("a"):
            pass
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise SetupError(
            f"ENGAGE_HOME {home} cannot be written ({error.strerror}). Choose another folder."
        ) from None
    return home


def find_port() -> int:
    text = os.environ.get("PORT", "").strip() or "8000"
    if not text.isdigit() or not 1 <= int(text) <= 65534:
        raise SetupError(f"PORT must be a number from 1 to 65534, not {text!r}: PORT=8010 make run")
    return int(text)


def check_not_running(home: Path) -> None:
    with (home / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetupError(
                f"Engage is already running from this folder (ENGAGE_HOME {home}). Stop it with Ctrl-C "
                "there, or start a second copy: PORT=8010 ENGAGE_HOME=.engage-2 make run"
            ) from None


def check_ports(port: int) -> None:
    other = port + 10 if port < 65000 else 8010
    for number, use in ((port, "the web server"), (port + 1, "the sandbox network")):
        problem = port_problem(number)
        if problem == TAKEN:
            problem += " Stop it, or"
        if problem:
            raise SetupError(f"Port {number}, for {use}, {problem} choose another: PORT={other} make run")


def port_problem(port: int) -> str:
    """Why the port cannot be had; empty where it can."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return TAKEN
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return TAKEN
            return f"cannot be had ({error.strerror});"
    return ""


def check_disk(place: Path, needed: int) -> None:
    free = shutil.disk_usage(place).free
    if free < needed:
        raise SetupError(
            f"The disk is nearly full: {free // MEGABYTE} MB free at {place}, and this needs "
            f"{needed // MEGABYTE} MB. Free some space, then start again."
        )


def disk_full(place: Path) -> str:
    free = shutil.disk_usage(place).free // MEGABYTE
    return (
        f"The disk is full: {free} MB are free at {place}, and more is needed. Free some, then start again."
    )


# Python packages and page assets


def prepare(kind: str, home: Path, steps: int, build: bool = True) -> None:
    """The environment and, if wanted, the assets. Two starts in one clone take turns."""
    with turn():
        install_packages(kind, home / "log" / "pip.log", f"1/{steps} Python packages")
        if build:
            build_assets(home / "log" / "npm.log", f"2/{steps} Page assets")


@contextlib.contextmanager
def turn() -> "Iterator[None]":
    with Path(__file__).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another make prepares this folder; waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        TURN.append(lock.fileno())
        yield
        TURN.clear()


def install_packages(kind: str, log: Path, step: str) -> None:
    """The locked packages in .venv. What a cut-short install left is thrown away: pip would trust it."""
    lock = ROOT / "requirements" / f"{kind}.txt"
    stamp, unfinished = VENV / "engage-installed.json", VENV / "engage-unfinished"
    installed = read_stamp(stamp)
    if installed.get(kind) == digest([lock]) and works(VENV / "bin" / "python") and not unfinished.exists():
        say(f"{step}: ready")
        return
    began = time.monotonic()
    if unfinished.exists() or not works(VENV / "bin" / "python"):
        shutil.rmtree(VENV, ignore_errors=True)
        check_disk(ROOT, FIRST_INSTALL)
        VENV.mkdir()
        unfinished.touch()
        make_venv(log)
    unfinished.touch()
    stamp.unlink(missing_ok=True)
    pip_install(lock, log, step)
    known = {kind: digest([lock])}
    if kind == "dev":  # which holds all of base
        known["base"] = digest([ROOT / "requirements" / "base.txt"])
    write_stamp(stamp, known)
    unfinished.unlink()
    say(f"{step}: installed in {time.monotonic() - began:.0f} s")


def make_venv(log: Path) -> None:
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        shutil.rmtree(VENV, ignore_errors=True)
        raise SetupError(
            "This Python lacks venv and ensurepip. On Debian or Ubuntu: apt-get install python3-venv. "
            "Then start again."
        ) from None
    checked([sys.executable, "-m", "venv", VENV], log, "The Python environment could not be made")


def pip_install(lock: Path, log: Path, step: str) -> None:
    total = sum("==" in line for line in lock.read_text().splitlines())
    pip: list[str | Path] = [VENV / "bin" / "python", "-I", "-m", "pip", "install"]
    options = ["--no-input", "--disable-pip-version-check", "--progress-bar=off", "--require-hashes"]
    command = [*pip, *options, "-r", lock]
    checked(command, log, "The Python packages could not be installed", Progress(step, total))


def build_assets(log: Path, step: str) -> None:
    """npm's packages and the style sheets made from them, each with its own stamp."""
    npm_stamp, dist_stamp = ROOT / "node_modules" / ".engage.json", ROOT / "static" / "dist" / ".engage.json"
    locked = digest([ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc"])
    sources = digest(sorted(source_files(ROOT / "static")), locked)
    if read_stamp(dist_stamp).get("sources") == sources:
        say(f"{step}: ready")
        return
    began = time.monotonic()
    say(f"{step} …")
    dist_stamp.unlink(missing_ok=True)
    environment = dict(clean_environment(), PATH=node_path())
    if read_stamp(npm_stamp).get("locked") != locked:
        npm_stamp.unlink(missing_ok=True)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        checked(command, log, "npm's packages could not be installed", environment=environment)
        write_stamp(npm_stamp, {"locked": locked})
    checked(["npm", "run", "build"], log, "The page assets could not be built", environment=environment)
    write_stamp(dist_stamp, {"sources": sources})
    say(f"{step}: built in {time.monotonic() - began:.0f} s")


def install_bluesky(log: Path, step: str) -> None:
    """npm's packages of the Bluesky server that the tests talk to."""
    folder = ROOT / "tests" / "bluesky"
    locked = digest([folder / "package.json", folder / "package-lock.json", folder / ".npmrc"])
    stamp = folder / "node_modules" / ".engage.json"
    if not (folder / "package.json").exists() or read_stamp(stamp).get("locked") == locked:
        say(f"{step}: ready")
        return
    began = time.monotonic()
    say(f"{step} … (the first time takes half a minute)")
    stamp.unlink(missing_ok=True)
    environment = dict(clean_environment(), PATH=node_path())
    command = ["npm", "ci", "--prefix", str(folder)]
    checked(command, log, "The Bluesky for the tests could not be installed", environment=environment)
    write_stamp(stamp, {"locked": locked})
    say(f"{step}: installed in {time.monotonic() - began:.0f} s")


def source_files(static: Path) -> "Iterator[Path]":
    for path in static.rglob("*"):
        if path.is_file() and static / "dist" not in path.parents:
            yield path


def node_path() -> str:
    """PATH with the machine's node in front if it is new enough, else with the one that pip brought."""
    path = os.environ.get("PATH", "")
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], stdout=subprocess.PIPE, check=False).stdout
        found = re.match(rb"v(\d+)\.", version)
        if found and int(found.group(1)) >= OLDEST_NODE:
            return path
    return f"{VENV / 'bin'}{os.pathsep}{path}"


# The browser


def find_chromium(log: Path) -> str:
    """Where it is, after installing it where that is ours to do."""
    found = chromium()
    if not found and is_debian() and os.geteuid() == 0:
        say("    installing Debian's chromium …")
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            checked(["apt-get", *command], log, "Chromium could not be installed", environment=environment)
        found = chromium()
    return found or (
        "missing, so the browser tests are skipped. Install chromium "
        "(Debian: apt-get install chromium), or set ENGAGE_CHROMIUM to its path."
    )


def chromium() -> str:
    named = os.environ.get("ENGAGE_CHROMIUM", "")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or ""


def is_debian() -> bool:
    try:
        text = Path("/etc/os-release").read_text()
    except OSError:
        return False
    return bool(re.search(r'^ID="?debian"?$', text, re.MULTILINE)) and bool(shutil.which("apt-get"))


# Small tools


class Progress:
    """pip's progress: a line that changes on a terminal, and a line now and then elsewhere."""

    def __init__(self, step: str, total: int) -> None:
        self.total, self.seen = total, 0
        self.live = sys.stdout.isatty()
        say(f"{step} … (the first time takes a minute or two)")

    def feed(self, line: str) -> None:
        if line.startswith("Installing collected packages"):
            say("    all fetched; installing")
        if not line.startswith(("Collecting ", "Processing ")):
            return
        self.seen += 1
        text = f"    {self.seen} of {self.total}"
        if self.live:
            print(text.ljust(30), end="\r", flush=True)
        elif self.seen % 25 == 0:
            say(text)


def checked(
    command: "Sequence[str | Path]",
    log: Path,
    problem: str,
    progress: "Progress | None" = None,
    environment: "dict[str, str] | None" = None,
) -> None:
    """Run a command with its output in a log; where it fails, show the end of that and stop."""
    log.parent.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        env=environment or clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        errors="replace",
        pass_fds=TURN,
    )
    lines: list[str] = []
    with process, log.open("w", errors="replace") as file:
        for line in process.stdout or ():
            lines.append(line)
            with contextlib.suppress(OSError):  # a full disk must not hide the reason
                file.write(line)
                file.flush()
            if progress:
                progress.feed(line)
    if process.returncode:
        explain("".join(lines), log, problem)


def explain(output: str, log: Path, problem: str) -> None:
    """The end of the output, then one line that says what to do."""
    if "No space left on device" in output or "ENOSPC" in output:
        raise SetupError(disk_full(ROOT))
    say("\n".join(output.rstrip().splitlines()[-15:]), sys.stderr)
    if re.search("NewConnectionError|Name or service not known|ENOTFOUND|ECONNREFUSED|ETIMEDOUT", output):
        raise SetupError(
            f"{problem}: the package registry does not answer. Check the network, then start again."
        )
    raise SetupError(f"{problem}; the last lines are above, all of them in {log}. Start again to retry.")


def clean_environment() -> "dict[str, str]":
    """The environment without what would lead Python or pip astray."""
    dropped = {"PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return dict(kept, PYTHONUNBUFFERED="1")


def become(command: "Sequence[str | Path]", environment: "dict[str, str]") -> None:
    os.chdir(str(ROOT))
    sys.stdout.flush()
    os.execve(str(command[0]), [str(part) for part in command], environment)  # noqa: S606


def works(python: Path) -> bool:
    """Whether this Python starts, and is new enough."""
    try:
        code = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
        return subprocess.call([str(python), "-I", "-c", code], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def digest(files: "Iterable[Path]", seed: str = "") -> str:
    """A hash of names and contents."""
    total = hashlib.sha256(seed.encode())
    for path in files:
        if path.exists():
            total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def read_stamp(path: Path) -> "dict[str, str]":
    try:
        stamp = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(path: Path, stamp: "dict[str, str]") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(stamp))


def say(text: str, where: "TextIO | None" = None) -> None:
    print(text, file=where or sys.stdout, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
