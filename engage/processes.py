"""Child processes that never outlive the one that started them.

Each child leads a process group of its own: a Ctrl-C in the terminal reaches the launcher alone, which
then stops the groups in order, grandchildren included. On Linux the kernel ends a child whose launcher
was killed; everywhere, the next start finds what is left by its record and ends it.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

PR_SET_PDEATHSIG = 1
LOG_LIMIT = 5_000_000

# Loaded here, not in the forked child: a child that loads libraries before exec can deadlock.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class StartError(Exception):
    """Something this machine lacks. Its text is one line for the person at the terminal."""


def wait_until(ready: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """Poll until `ready()` or the time is over; say which."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    record: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    login: tuple[int, int] | None = None,
    stdin: bytes = b"",
    stdout: int | None = None,
    last_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a command in its own group, its output in `log`, its identity in `record`.

    `login` is the user and group to run as; `stdout` may be a pipe instead of the log; `last_signal` is
    what the kernel sends the child when this process is killed.
    """
    parent = os.getpid()

    def die_with_parent() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(last_signal))
            if os.getppid() != parent:
                os._exit(1)

    user, group = login if login else (None, None)
    log.parent.mkdir(parents=True, exist_ok=True)
    _turn_over(log)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=output if stdout is None else stdout,
            stderr=output,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            user=user,
            group=group,
            extra_groups=[] if login else None,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 (the launcher has one thread)
        )
    _remember(process.pid, record)
    if process.stdin is not None:
        with suppress(BrokenPipeError), process.stdin:
            process.stdin.write(stdin)
    return process


def stop(
    *processes: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM, patience: float = 10
) -> None:
    """Ask them all to end, which ends their own children; insist on the whole group when one does not."""
    running = [process for process in processes if process.poll() is None]
    for process in running:
        process.send_signal(how)
    deadline = time.monotonic() + patience
    for process in running:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0, deadline - time.monotonic()))
        sweep(process)
        process.wait()


def sweep(process: subprocess.Popen[bytes]) -> None:
    """End what is left of a child's group. Soon after its end: later, its number may be another's."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def end_leftovers(records: Path, patience: float = 10) -> list[str]:
    """End what a killed launcher left running; give their names. A reused process id is left alone."""
    left = {record.stem: _recall(record) for record in sorted(records.glob("*.pid"))}
    running = {name: process for name, process in left.items() if process is not None}
    for name, process in running.items():
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT if name == "postgres" else signal.SIGTERM)
    wait_until(lambda: not any(map(_runs, running.values())), patience)
    for process in filter(_runs, running.values()):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    wait_until(lambda: not any(map(_runs, running.values())), patience)
    for name in left:
        (records / f"{name}.pid").unlink(missing_ok=True)
    return list(running)


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log, for the person who has to find out why."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 20_000))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.rstrip().splitlines()[-lines:])


def _turn_over(log: Path) -> None:
    with suppress(FileNotFoundError):
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".old"))


def _remember(pid: int, record: Path) -> None:
    record.parent.mkdir(parents=True, exist_ok=True)
    with suppress(psutil.NoSuchProcess):
        record.write_text(json.dumps({"pid": pid, "created": psutil.Process(pid).create_time()}))


def _recall(record: Path) -> psutil.Process | None:
    """The process of this record, if it is still that very one."""
    try:
        known = json.loads(record.read_text())
        process = psutil.Process(known["pid"])
        same = abs(process.create_time() - known["created"]) < 2
    except (OSError, ValueError, KeyError, psutil.Error):
        return None
    return process if same and _runs(process) else None


def _runs(process: psutil.Process) -> bool:
    """A dead process that nobody has buried yet does not run."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
