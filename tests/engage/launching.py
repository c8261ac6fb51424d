"""Starting Engage's own processes in tests: a clean environment, free ports, what they say."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
TESTS_OWN = ("DATABASE_", "REDIS_", "ENGAGE_", "PYTEST_", "DJANGO_", "MAKE", "MFLAGS", "PORT", "ARGS")


def bare_environment(**more):
    """The environment without what the test run itself set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(TESTS_OWN)}
    return kept | {"PYTHONUNBUFFERED": "1"} | {name: str(value) for name, value in more.items()}


def free_ports():
    """A port whose neighbour is free too."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                return port


class Program:
    """A child process whose output is read line by line."""

    def __init__(self, *command, env, cwd=ROOT):
        self.process = subprocess.Popen(
            [str(part) for part in command],
            env=env,
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.output = ""

    def until(self, pattern, seconds=120):
        """Read on until a line matches; fail with all that was said when it ends first."""
        deadline = time.monotonic() + seconds
        for line in iter(self.process.stdout.readline, ""):
            self.output += line
            if found := re.search(pattern, line):
                return found
            assert time.monotonic() < deadline, self.output
        raise AssertionError(f"ended without {pattern!r}:\n{self.output}")

    def end(self, signum=signal.SIGTERM, seconds=60):
        """Send a signal, if any; give the exit code, and keep the rest of what it said."""
        if signum and self.process.poll() is None:
            self.process.send_signal(signum)
        if not self.process.stdout.closed:
            self.output += self.process.communicate(timeout=seconds)[0]
        return self.process.returncode

    def descendants(self):
        return psutil.Process(self.process.pid).children(recursive=True)


def python(code, **more):
    """Run a few lines of Python in the clone; give what they printed."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=bare_environment(**more),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout + done.stderr


def gone(processes):
    """Whether none of these runs any more."""
    return not [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
