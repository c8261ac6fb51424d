"""Starts everything that Engage is made of, and stops it again: `python -m engage.start`, by `make run`.

In order: PostgreSQL and Redis (unless their addresses are set), the sandbox network, migrations and the
city, then the web server, a worker and beat. All of them die with this process, however it dies.
"""

from __future__ import annotations

import errno
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TextIO

from engage import embedded
from engage.prepare import TOLD
from engage.processes import StartError, spawn, stop, sweep, tail, wait_until

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 90
SIGN_INS = """\
Sign in with the password engage-demo as
  resident@demo.example       a resident
  moderator@demo.example      moderator, 109th Precinct; also moderator2@demo.example
  editor@demo.example         editor, 109th Precinct
  commander@demo.example      commander, 109th Precinct
  reviewer@demo.example       reviewer, headquarters
  administrator@demo.example  administrator, headquarters
  records@demo.example        records officer, headquarters"""


@dataclass
class Engage:
    """One running Engage: where it lives, and its children by name."""

    home: Path
    port: int
    demo: bool
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def log(self, name: str) -> Path:
        return self.home / "log" / f"{name}.log"

    def spawn(
        self, name: str, *command: str, env: Mapping[str, str], stdout: int | None = None
    ) -> subprocess.Popen[bytes]:
        """Start one child, a Python module and its arguments."""
        self.children[name] = child = spawn(
            [sys.executable, "-m", *command],
            log=self.log(name),
            record=self.home / "run" / f"{name}.pid",
            env=env,
            cwd=ROOT,
            stdout=stdout,
        )
        return child

    def dead(self) -> list[str]:
        """Children that have ended by themselves, the embedded servers among them."""
        server = embedded.died()
        ended = [name for name, child in self.children.items() if child.poll() is not None]
        return [*ended, server] if server else ended


def main() -> int:
    engage = Engage(embedded.home_from_environment(), int(os.environ.get("PORT") or 8000), _demo())
    began = float(os.environ.get("ENGAGE_BEGAN") or time.monotonic())
    try:
        with _signals_interrupt(), _everything_stops(engage):
            start(engage)
            say(ready_lines(engage, time.monotonic() - began))
            return watch(engage)
    except KeyboardInterrupt:
        say("Engage has stopped.")
        return 0
    except StartError as error:
        if str(error):
            say(f"\n{error}", to=sys.stderr)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        say(f"\n{embedded.disk_full(engage.home)}", to=sys.stderr)
    return 1


def start(engage: Engage) -> None:
    """Bring everything up, or raise StartError with what the person should read."""
    began = time.monotonic()
    say("3/6 PostgreSQL and Redis …")
    services = embedded.start(engage.home, wanted=embedded.missing())
    say(f"3/6 PostgreSQL and Redis: ready in {time.monotonic() - began:.1f} s")
    given = {name: value for name, value in os.environ.items() if value}
    everything = embedded.keys(engage.home) | services.environment() | given
    everything |= {"ENGAGE_HOME": str(engage.home), "PORT": str(engage.port)}
    if engage.demo:
        start_sandbox(engage)
    prepare(engage, everything)
    # The servers never see the login that may change tables.
    start_servers(engage, {name: value for name, value in everything.items() if name != "DATABASE_OWNER_URL"})


def start_sandbox(engage: Engage) -> None:
    """The network that stands in for the real one. It shares nothing with Engage: no secret, no database."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    own = {"ENGAGE_HOME": str(engage.home), "SANDBOX_DB": str(engage.home / "sandbox.sqlite3")}
    where = ("--bind", f"127.0.0.1:{engage.port + 1}", "--workers=1")
    engage.spawn("sandbox", "gunicorn", "socialfeeds.sandbox.wsgi", *where, env=kept | own)


def prepare(engage: Engage, environment: Mapping[str, str]) -> None:
    """Migrate and load, in a process that tells each step."""
    engage.log("prepare").unlink(missing_ok=True)
    child = engage.spawn("prepare", "engage.prepare", env=environment, stdout=subprocess.PIPE)
    for line in child.stdout or ():
        say(line.decode(errors="replace").rstrip())
    if code := child.wait():
        if code == TOLD:
            raise StartError
        raise failure(engage, "prepare", "The database could not be prepared")
    del engage.children["prepare"]


def start_servers(engage: Engage, environment: Mapping[str, str]) -> None:
    """The web server, a worker and beat, until /healthz finds them all well."""
    began = time.monotonic()
    say("6/6 Web server, worker and beat …")
    celery = ("celery", "-A", "engage")
    engage.spawn("web", "gunicorn", "engage.wsgi", env=environment)
    engage.spawn(
        "worker",
        *celery,
        "worker",
        "--concurrency=2",
        "--without-gossip",
        "--without-mingle",
        env=environment,
    )
    engage.spawn("beat", *celery, "beat", "--pidfile=", env=environment)
    wait_until(lambda: bool(engage.dead()) or healthy(engage.port), READY_SECONDS)
    for name in engage.dead():
        raise failure(engage, name, f"The {name} process has ended")
    if not healthy(engage.port):
        raise StartError(
            f"Engage does not get ready: see {engage.url}/healthz and the logs in {engage.home}/log."
        )
    say(f"6/6 Web server, worker and beat: ready in {time.monotonic() - began:.1f} s")


def watch(engage: Engage) -> int:
    """Until Ctrl-C. Without the web server there is nothing left to serve; without another child there is.

    What else ends is told here and by /healthz, and residents go on reading and writing.
    """
    parent, told = os.getppid(), set[str]()
    by_make = bool(os.environ.get("MAKELEVEL"))
    while True:
        wait_until(
            lambda: bool(set(engage.dead()) - told) or (by_make and os.getppid() != parent), 3600, 0.25
        )
        if by_make and os.getppid() != parent:
            return 0
        for name in set(engage.dead()) - told:
            told.add(name)
            if name in engage.children:
                sweep(engage.children[name])
            say(f"{tail(engage.log(name))}\n{name} has ended; its last lines are above.", to=sys.stderr)
            if name == "web":
                return 1
            say("The web server goes on without it. Stop with Ctrl-C and start again to have it back.")


def healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def failure(engage: Engage, name: str, problem: str) -> StartError:
    end = tail(engage.log(name))
    if embedded.FULL in end:
        return StartError(embedded.disk_full(engage.home))
    return StartError(f"{end}\n{problem}; its last lines are above, all of them in {engage.log(name)}.")


def ready_lines(engage: Engage, seconds: float) -> str:
    lines = [f"\nStarted in {seconds:.0f} s. Ctrl-C stops everything.", f"Engage is ready: {engage.url}"]
    if engage.demo:
        lines += [SIGN_INS, f"The sandbox network: http://127.0.0.1:{engage.port + 1}"]
    return "\n".join(lines)


def say(text: str, to: TextIO | None = None) -> None:
    print(text, file=to or sys.stdout, flush=True)


def _demo() -> bool:
    return os.environ.get("ENGAGE_DEMO", "").lower() in {"1", "true", "yes", "on"}


@contextmanager
def _signals_interrupt() -> Iterator[None]:
    """Ctrl-C, a polite kill and a closed terminal all mean: stop."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        for each in stopping:
            signal.signal(each, signal.SIG_IGN)  # it is stopping; asking again must not cut that short
        raise KeyboardInterrupt

    stopping = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # which nohup sets
        stopping.append(signal.SIGHUP)
    for each in stopping:
        signal.signal(each, interrupt)
    yield


@contextmanager
def _everything_stops(engage: Engage) -> Iterator[None]:
    """At the end, whatever that was: first those who use the databases, all at once, then those."""
    try:
        yield
    finally:
        if engage.children:
            say("\nStopping …")
        stop(*engage.children.values())
        for name in engage.children:
            (engage.home / "run" / f"{name}.pid").unlink(missing_ok=True)
        embedded.stop()


if __name__ == "__main__":
    sys.exit(main())
