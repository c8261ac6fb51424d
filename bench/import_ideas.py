"""How fast import_ideas is, beside the fastest thing PostgreSQL can do with the same file.

    python bench/import_ideas.py FILE.csv [options of import_ideas]

COPY puts the file, as text, into a temporary table without any index; the import finds each row's command,
checks it, and keeps every index, counter and wall. The ratio of the two says more than seconds do, since the
machine cancels out. The rows go in under a source of their own and are taken out again.
"""

from __future__ import annotations

import csv
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engage.settings")

import django

django.setup()

from django.db import connection

from ideas import importing
from ideas.models import Idea
from precincts import tenancy

SOURCE = "bench"
ROUNDS = 3


def copy(file: Path) -> float:
    """Seconds for a plain COPY."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        width = len(next(csv.reader(lines)))
    columns = ", ".join(f"c{number} text" for number in range(width))
    with connection.cursor() as cursor, file.open("rb") as data:
        cursor.execute(f"CREATE TEMPORARY TABLE bench_copy ({columns})")
        began = time.perf_counter()
        cursor.cursor.copy_expert("COPY bench_copy FROM STDIN WITH (FORMAT csv, HEADER true)", data)
        seconds = time.perf_counter() - began
        cursor.execute("DROP TABLE bench_copy")
    return seconds


def bring_in(file: Path, columns: dict[str, str]) -> importing.Outcome:
    return importing.run(importing.Plan(file=file, source=SOURCE, columns=columns))


def take_out() -> None:
    ours = f"{SOURCE}:"
    with tenancy.citywide():
        commands = set(Idea.objects.filter(external_id__startswith=ours).values_list("command", flat=True))
    for command_id in commands:
        with tenancy.enter(command_id):
            Idea.objects.filter(external_id__startswith=ours).delete()


def main() -> None:
    file, *maps = sys.argv[1:] or sys.exit(__doc__)
    columns = dict(pair.removeprefix("--map=").split("=", 1) for pair in maps)
    take_out()
    copies, imports, again = [], [], []
    try:
        for number in range(ROUNDS):
            copies.append(copy(Path(file)))
            outcome = bring_in(Path(file), columns)
            imports.append(outcome.seconds)
            again.append(bring_in(Path(file), columns).seconds)
            print(
                f"round {number + 1}: {outcome.rows:,} rows, COPY {copies[-1]:.3f} s,"
                f" import {imports[-1]:.2f} s ({outcome.rows_per_second:,.0f} rows/s),"
                f" again {again[-1]:.2f} s"
            )
            take_out()
    finally:
        take_out()
    copied, imported = statistics.median(copies), statistics.median(imports)
    print(
        f"median of {ROUNDS}: import {imported:.2f} s, {outcome.rows / imported:,.0f} rows/s;"
        f" {imported / copied:.0f} times a plain COPY; a second run {statistics.median(again):.2f} s"
    )


if __name__ == "__main__":
    main()
