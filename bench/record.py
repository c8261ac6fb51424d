"""How fast the record takes entries, is verified, and is taken out; and how much memory the last two need.

    .venv/bin/python bench/record.py [ENTRIES]

Runs against the database of ENGAGE_HOME (start `make run` once to fill it), in one transaction that is
rolled back.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engage.settings")
os.environ.setdefault("ENGAGE_LOG_LEVEL", "ERROR")

from engage import embedded

embedded.ensure()

import django

django.setup()

from precincts import tenancy
from precincts.models import Command
from socialfeeds import exporting, record, verifying
from socialfeeds.models import Kept

BODY = {
    "text": "Nobody answers at Main Street and 39th Avenue, and the lamp has been dark for weeks. " * 2,
    "author": {"id": "1", "handle": "maria", "name": "Maria"},
    "raw": {"data": {"id": "2126610447753805824", "text": "Nobody answers. " * 8, "counts": [1, 2, 3]}},
}


class Enough(Exception):
    """Nothing of it stays."""


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    command = Command.objects.order_by("pk")[0]
    try:
        with tenancy.enter(command):
            tellings = [record.Telling(Kept.HEARD, None, f"mention:{one}", BODY) for one in range(number)]
            told("kept", number, lambda: record._append(tellings))
            told("verified", number, lambda: verifying.check(command))
            size = 0

            def take_out() -> None:
                nonlocal size
                size = sum(map(len, exporting.stream(exporting.Wanted(command))))

            told("taken out", number, take_out)
            print(f"a zip of {size / 1e6:.1f} MB")
            raise Enough
    except Enough:
        pass


def told(what: str, number: int, act: object) -> None:
    before, began = peak(), time.perf_counter()
    act()
    seconds = time.perf_counter() - began
    print(f"{what}: {number / seconds:,.0f} a second, {peak() - before:+.0f} MB at the peak")


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main()
