"""load_city: the roster, the ZIP codes and the outlines, and whatever the floors above need.

It can be run again at any time: it brings facts up to date, and leaves every setting as it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from precincts import outlines, roster
from precincts.models import Command as PoliceCommand
from precincts.models import Outline
from precincts.signals import city_loaded

LOCK = 7_311_109  # any number of our own: two loads at once take turns


class Command(BaseCommand):
    help = "Load the city's commands, ZIP codes and precinct outlines. Safe to run again."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--outlines", metavar="FILE", help='NYC\'s "Police Precincts" as GeoJSON')
        parser.add_argument(
            "--tracts",
            action="store_true",
            help="build approximate outlines even where exact ones are loaded",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.quiet = options["verbosity"] == 0
        name = "" if options["tracts"] else options["outlines"] or settings.OUTLINES_FILE
        try:
            with transaction.atomic():
                self._load(Path(name).expanduser() if name else None, tracts=options["tracts"])
        except outlines.OutlineError as error:
            raise CommandError(f"{error} Nothing was loaded.") from error

    def _load(self, file: Path | None, *, tracts: bool) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        commands = roster.load_commands()
        self.say(f"{len(commands)} commands")
        for slug in PoliceCommand.objects.exclude(slug__in=commands).values_list("slug", flat=True):
            self.say(f"{slug} is no longer in the roster; it stays, with what it holds")
        self.say(f"{roster.load_zips(commands)} ZIP codes")
        changed = outlines.load_outlines(file, tracts=tracts)
        self.say(f"{Outline.objects.count()} outlines, {_quality()}{'' if changed else ' (as before)'}")
        city_loaded.send(sender=type(self), say=self.say)

    def say(self, line: str) -> None:
        if not self.quiet:
            self.stdout.write(line)


def _quality() -> str:
    exact = Outline.objects.filter(exact=True).exists()
    return "the city's own lines" if exact else "approximate, from census tracts"
