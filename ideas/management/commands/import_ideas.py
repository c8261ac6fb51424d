"""import_ideas: a file of issues into the commands that they belong to."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from ideas import importing
from ideas.import_rows import COLUMNS, FileProblem
from ideas.models import Status

SHOWN = 5
EVERY_SECONDS = 1.0


class Command(BaseCommand):
    help = (
        "Import issues from a CSV file, each into its command. Safe to run again: a row is known by its id. "
        f"What a row may say: {', '.join(COLUMNS)}."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", type=Path)
        parser.add_argument(
            "--map",
            metavar="WHAT=COLUMN",
            action="append",
            default=[],
            help="which column says what, for example --map body=description; an empty name leaves it out",
        )
        parser.add_argument(
            "--topics", metavar="FILE", type=Path, help="CSV with two columns: category, topic"
        )
        parser.add_argument(
            "--source", default="", help="put before each id, so that two sources cannot clash"
        )
        parser.add_argument(
            "--status",
            choices=[Status.SPOKEN.value, Status.WAITING.value],
            default=Status.SPOKEN.value,
            help="spoken: on the board at once, and heard where there is an answer; waiting: for review",
        )
        parser.add_argument("--batch", type=_positive, default=importing.BATCH, help="rows written at once")
        parser.add_argument("--rejected", metavar="FILE", type=Path, help="instead of FILE.rejected.csv")
        parser.add_argument("--dry-run", action="store_true", help="read and check all, and write no issue")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = importing.Plan(
            file=options["file"],
            source=options["source"],
            columns=dict(_pair(text) for text in options["map"]),
            topics=options["topics"],
            status=Status(options["status"]),
            batch=options["batch"],
            dry_run=options["dry_run"],
            rejected=options["rejected"],
        )
        self.told_at = time.monotonic()
        try:
            outcome = importing.run(plan, self.progress)
        except FileProblem as problem:
            raise CommandError(str(problem)) from problem
        except (OSError, OperationalError) as error:
            first = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise CommandError(f"{first}. What is in stays in; run it again to go on.") from error
        except KeyboardInterrupt:
            raise CommandError(
                "Cut short. What is in stays in; run it again to go on.", returncode=130
            ) from None
        self.tell(plan, outcome)

    def progress(self, outcome: importing.Outcome) -> None:
        """To the terminal a bar; to a file a line now and then."""
        line = f"{outcome.rows:,} rows, {outcome.rows_per_second:,.0f} rows/s"
        if self.stderr.isatty():
            filled = round(outcome.share_read * 30)
            self.stderr.write(
                f"\r[{'#' * filled}{'.' * (30 - filled)}] {outcome.share_read:4.0%}  {line} ", ending=""
            )
            if outcome.share_read >= 1:
                self.stderr.write("")
        elif outcome.share_read >= 1 or time.monotonic() - self.told_at >= EVERY_SECONDS:
            self.told_at = time.monotonic()
            self.stderr.write(f"{outcome.share_read:4.0%}  {line}")
        sys.stderr.flush()

    def tell(self, plan: importing.Plan, outcome: importing.Outcome) -> None:
        say = self.stdout.write
        verb = "would be imported" if plan.dry_run else "imported"
        say(
            f"{outcome.rows:,} rows: {outcome.imported:,} {verb}, {outcome.known:,} already there, "
            f"{outcome.rejected:,} rejected; {outcome.seconds:.2f} s, {outcome.rows_per_second:,.0f} rows/s."
        )
        if not outcome.complete:
            raise CommandError("These numbers do not add up: rows were lost. This is a fault of the program.")
        if outcome.imported:
            say(f"In {len(outcome.commands)} commands.")
        else:
            say("Nothing has changed.")
        for reason, count in outcome.reasons.most_common(SHOWN):
            say(f"  rejected {count:,}: {reason}")
        if outcome.rejected:
            say(f"The rejected rows, with the reason for each, are in {plan.rejected_file}.")
        if outcome.without_topic:
            count = sum(outcome.without_topic.values())
            common = "; ".join(name for name, _n in outcome.without_topic.most_common(3))
            say(
                f"{count:,} rows have no topic, as none is named for their category ({common}). See --topics."
            )


def _pair(text: str) -> tuple[str, str]:
    what, equals, column = text.partition("=")
    if not equals:
        raise CommandError(f"--map {text}: write WHAT=COLUMN, for example --map body=description")
    return what.strip(), column.strip()


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 100_000:
        raise argparse.ArgumentTypeError("a number from 1 to 100,000")
    return int(text)
