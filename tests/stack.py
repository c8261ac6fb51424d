"""Engage as it really runs, for tests that need all of it: gunicorn and a sandbox network, as processes.

They use this test process's own database and Redis, so rows are made with the program's own verbs and
pages are read over HTTP. A test that takes `stack` may say:

    stack.url                            # where Engage answers
    stack.sandbox.posts("demo_pct109")   # what its commands said
    stack.expect_trouble()               # the errors that this test provokes are not held against it

A worker is not part of it: take `worker`, so that it does not snatch the tasks of tests that start their own.
"""

from __future__ import annotations

import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.sandbox_server import SandboxServer
from tests.waiting import eventually
from tests.worker import READY_SECONDS, Worker

ROOT = Path(__file__).resolve().parent.parent
# What tells of a break: an answer of 500 and up, an error in the log, or a fall that nothing announced.
BROKEN = re.compile(r"\[.*\] [A-Z]+ (?!/healthz)\S+ 5\d\d \d+ bytes|\S+ \S+ (ERROR|CRITICAL) ")
FALL = "Traceback (most recent call last)"
NO_LIMITS = {f"ENGAGE_LIMIT_{name}": "100000/hour" for name in ("SUBMIT", "COMMENT", "VOTE", "LOCATE")}


class Stack:
    """One running Engage of a test process's own; with other settings than usual, where they are given."""

    def __init__(self, folder: Path, **settings: str):
        self.settings = settings
        self.log = folder / "web.log"
        self.sandbox = SandboxServer(folder)
        self.url = ""
        self.environment: dict[str, str] = {}
        self.web: subprocess.Popen[bytes] | None = None
        self._read = 0
        self._trouble_expected = False

    def start(self) -> None:
        """Returns once everything that a page needs answers. The port is bound here and handed over."""
        collect_static()
        self.sandbox.start()
        with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
            port = listener.getsockname()[1]
            self.url = f"http://127.0.0.1:{port}"
            self.environment = {
                **{name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"},
                **NO_LIMITS,
                "PORT": str(port),
                "ENGAGE_BASE_URL": self.url,
                "ENGAGE_DEMO": "1",
                "X_API_URL": self.sandbox.url,
                "X_WEB_URL": self.sandbox.url,
                **self.settings,
            }
            self.web = self._spawn(
                "gunicorn", "engage.wsgi", "--bind", f"fd://{listener.fileno()}", pass_fds=[listener.fileno()]
            )
        try:
            eventually(self._answers, READY_SECONDS)
        except BaseException:
            self.stop()
            raise
        self._read = self.log.stat().st_size

    def stop(self) -> None:
        """Everything, grandchildren too."""
        if self.web:
            self.web.terminate()
            try:
                self.web.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.web.pid, signal.SIGKILL)
                self.web.wait(15)
            self.web = None
        self.sandbox.stop()

    def told(self) -> str:
        """What the web server wrote since this test began."""
        with self.log.open("rb") as log:
            log.seek(self._read)
            return log.read().decode(errors="replace")

    def expect_trouble(self) -> None:
        self._trouble_expected = True

    def check(self) -> None:
        """At the end of a test: nothing broke. The next test starts from here."""
        told, expected = self.told(), self._trouble_expected
        self._read, self._trouble_expected = self.log.stat().st_size, False
        assert self.web and self.web.poll() is None, f"the web server has ended:\n{told}"
        assert expected or not broke(told), f"the web server broke:\n{told}"

    def _answers(self) -> bool:
        """Whether /healthz finds well what every page needs; it says 503 for want of a worker and beat."""
        assert self.web and self.web.poll() is None, self.log.read_text()
        parts = requests.get(f"{self.url}/healthz", timeout=READY_SECONDS).json()
        return parts["database"] == parts["redis"] == "ok"

    def _spawn(self, *command: str, pass_fds: list[int]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=self.environment,
                pass_fds=pass_fds,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def broke(told: str) -> bool:
    """Django warns of what it refuses, and tells where: that is no break."""
    before = ""
    for line in told.splitlines():
        if BROKEN.match(line) or (line.startswith(FALL) and " WARNING " not in before):
            return True
        before = line
    return False


def collect_static() -> None:
    """Once a run, into the folder that every web server of the run serves from."""
    home = Path(os.environ["ENGAGE_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    with (home / "static.run").open("a+") as record:
        fcntl.flock(record, fcntl.LOCK_EX)
        record.seek(0)
        if record.read() == run:
            return
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--clear", "-v0"]
        subprocess.run(collect, cwd=ROOT, check=True)
        record.truncate(0)
        record.write(run)


@pytest.fixture(scope="session")
def running_stack(tmp_path_factory):
    assert (ROOT / "static/dist/engage.css").exists(), "the assets are not built: make assets"
    stack = Stack(tmp_path_factory.mktemp("stack"))
    stack.start()
    yield stack
    stack.stop()


@pytest.fixture
def stack(running_stack):
    """The running Engage. A test during which it breaks has failed."""
    yield running_stack
    running_stack.check()


@pytest.fixture(scope="module")
def worker(running_stack, tmp_path_factory):
    """A Celery worker of the stack's own, for the tests of one module."""
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    worker = Worker(os.getpid(), log, running_stack.environment)
    try:
        eventually(worker.answers, READY_SECONDS)
        yield worker
    finally:
        worker.stop()
