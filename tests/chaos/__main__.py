"""make chaos: messages to many accounts, while workers are killed, Redis is emptied, PostgreSQL is restarted
and the network is slow, cut and lying. It ends with a table; exit status 1 if anything was lost, sent twice,
or stuck without a person told.

    make chaos                                            # 1,000 messages to 100 accounts
    make chaos ARGS="--messages 100 --accounts 20 --seed 7"

Workers, PostgreSQL, Redis and the sandbox are real processes of its own, in a folder that goes afterwards.
Waits after an error run --hurry times as fast as they would (a lease does not: it is the proof that a worker
is dead). The same seed makes the same messages, faults and blows; when each hits is up to the machine.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import django

from engage import embedded


def main() -> int:
    options = read_options()
    home = Path(tempfile.mkdtemp(prefix="engage-chaos-"))
    prepare(home)
    django.setup()
    from tests.chaos import storm, table, world

    try:
        made = world.make(home, options)
        try:
            storm.rage(made, options)
            counted = table.count(made)
        finally:
            made.stop()
    finally:
        embedded.stop()
    print(table.drawn(counted, made, options))
    if counted.bad:
        print(f"The logs are in {home}.")
        return 1
    shutil.rmtree(home, ignore_errors=True)
    return 0


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--accounts", type=int, default=100)
    parser.add_argument("--commands", type=int, default=10)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hurry", type=int, default=20, help="how much faster waits run")
    parser.add_argument("--minutes", type=float, default=30, help="when to give up")
    parser.add_argument("--over", type=float, default=0, help="seconds over which the messages become due")
    parser.add_argument("--blows", type=float, default=6, help="seconds between two blows")
    parser.add_argument("--rages", type=float, default=0, help="seconds after which the storm is over")
    parser.add_argument("--most-blows", type=int, default=10_000, help="or the number of blows")
    options = parser.parse_args()
    # As many a second as two cores of a laptop send while they are beaten.
    options.over = options.over or options.messages / 5
    options.rages = options.rages or options.over * 3 + 30
    return options


def prepare(home: Path) -> None:
    """Servers of its own and the settings that go with them, before Django's are read."""
    services = embedded.start(home)
    os.environ |= services.environment() | embedded.keys(home)
    os.environ |= {
        "ENGAGE_HOME": str(home),
        "ENGAGE_DEMO": "",
        "ENGAGE_SECOND_FACTOR": "waived",
        "ENGAGE_LOG_LEVEL": "WARNING",
        "ENGAGE_MONTHLY_BUDGET": "1000000",
        "X_TIMEOUT_SECONDS": "1",
        "X_UPLOAD_SECONDS": "3",
        "DJANGO_SETTINGS_MODULE": "engage.settings",
    }


if __name__ == "__main__":
    sys.exit(main())
