"""Between the databases and the servers: migrate, load the city, fill the demonstration, gather static files.

A process of its own (`python -m engage.prepare`), so that the launcher stays small, and one process, since
each start of Django costs a second. Every step may be repeated: a start that was cut short goes on here.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import django
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError

from engage import embedded
from engage.processes import wait_until

SANDBOX_PATIENCE_SECONDS = 60
TOLD = 3


def main() -> int:
    """0 when all is prepared; TOLD when the reason has been told; else it is in the log."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engage.settings")
    django.setup()
    try:
        step("4/6 Database", migrate)
        step("5/6 Demonstration city" if settings.ENGAGE_DEMO else "5/6 City", load)
        collect_static()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        full = embedded.FULL in reason
        tell(embedded.disk_full(settings.ENGAGE_HOME) if full else f"The database does not answer: {reason}")
        return TOLD
    except CommandError as error:
        tell(str(error))
        return TOLD
    return 0


def step(name: str, work: Callable[[], None]) -> None:
    began = time.monotonic()
    tell(f"{name} …")
    work()
    tell(f"{name}: ready in {time.monotonic() - began:.1f} s")


def migrate() -> None:
    call_command("migrate", interactive=False, stdout=sys.stderr)


def load() -> None:
    call_command("load_city", stdout=sys.stderr)
    if settings.ENGAGE_DEMO:
        wait_until(sandbox_answers, SANDBOX_PATIENCE_SECONDS)
        call_command("load_demo", stdout=sys.stderr)


def sandbox_answers() -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", settings.PORT + 1)) == 0


def collect_static() -> None:
    """Only when a file has changed since it was last done in this home."""
    stamp = Path(settings.STATIC_ROOT) / ".engage.json"
    sources = _static_sources()
    with suppress(OSError, ValueError):
        if json.loads(stamp.read_text()) == sources:
            return
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0, stdout=sys.stderr)
    stamp.write_text(json.dumps(sources))


def _static_sources() -> str:
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def tell(line: str) -> None:
    """To the person at the terminal. What the commands say goes to stderr, which is the log."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
