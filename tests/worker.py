"""A real Celery worker of a test's own: a process with this run's database, Redis and sandbox.

def test_something(start_worker):
    worker = start_worker()               # answers from here on
    worker.kill()                         # SIGKILL, children too: as when the power goes
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.waiting import eventually

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60


class Worker:
    """A worker with two children, its output in a file."""

    def __init__(self, number: int, log: Path, environment: dict[str, str]):
        self.name = f"worker{number}@tests"
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "celery", "-A", "engage", "worker", "--pool=prefork"),
                    *("--concurrency=2", "--without-gossip", "--without-mingle", "-n", self.name),
                ],
                cwd=ROOT,
                env={**os.environ, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def answers(self) -> bool:
        from engage.celery import app

        assert self.process.poll() is None, self.log.read_text()
        return any(self.name in reply for reply in app.control.ping([self.name], timeout=0.5))

    def kill(self) -> None:
        """Everything at once, without a word."""
        self._signal(signal.SIGKILL)

    def kill_children(self) -> None:
        """Only those who run tasks, as when the machine runs out of memory. The worker starts others."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            child.kill()

    def stop(self) -> None:
        self._signal(signal.SIGTERM)

    def _signal(self, signum: signal.Signals) -> None:
        if self.process.poll() is not None:
            return
        if signum == signal.SIGKILL:
            os.killpg(self.process.pid, signum)
        else:
            self.process.send_signal(signum)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()


@pytest.fixture
def start_worker(tmp_path, transactional_db):
    """start_worker(X_TIMEOUT_SECONDS="30"): a running worker, its settings changed by the environment."""
    workers: list[Worker] = []

    def start(**environment: str) -> Worker:
        worker = Worker(len(workers), tmp_path / f"worker{len(workers)}.log", environment)
        workers.append(worker)
        eventually(worker.answers, READY_SECONDS)
        return worker

    yield start
    for worker in workers:
        worker.stop()
