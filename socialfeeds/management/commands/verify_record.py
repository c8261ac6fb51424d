"""manage.py verify_record: whether every entry of the record is as it was written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from precincts.models import Command as Tenant
from socialfeeds import verifying


class Command(BaseCommand):
    help = (
        "Go through the record of every command and name the first link of each that was changed. "
        "Exit status: 0 where all is whole, 1 where something was changed, 2 where nothing could be checked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--command", metavar="SLUG", help="the record of one command")
        parser.add_argument(
            "--anchor",
            action="store_true",
            help="print where each chain ends, a line a command, to be kept on another machine",
        )
        parser.add_argument(
            "--against", metavar="FILE", help="lines that --anchor printed once (- is standard input)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        anchors = self._anchors(options["against"])
        tenants = Tenant.objects.order_by("slug")
        if slug := options["command"]:
            tenants = tenants.filter(slug=slug)
        known = {tenant.slug for tenant in tenants}
        if slug and not known:
            raise CommandError(f"There is no command {slug}.", returncode=2)
        if not slug and (strange := set(anchors) - known):
            raise CommandError(f"There is no command {', '.join(sorted(strange))}.", returncode=2)
        broken, entries = 0, 0
        for tenant in tenants:
            try:
                checked = verifying.check(tenant, anchors.get(tenant.slug))
            except verifying.Broken as found:
                self.stderr.write(str(found))
                broken += 1
                continue
            entries += checked.number
            if options["anchor"] and checked.number:
                self.stdout.write(verifying.anchor(tenant, checked))
        if broken:
            raise CommandError(f"The record was changed at {broken} of {len(known)} commands.")
        words = f"The record is whole: {entries} entries at {len(known)} commands."
        # Anchors alone go to standard output, so that they can be piped to where they are kept.
        (self.stderr if options["anchor"] else self.stdout).write(words)

    def _anchors(self, path: str | None) -> dict[str, dict[int, str]]:
        if not path:
            return {}
        try:
            lines = sys.stdin.readlines() if path == "-" else Path(path).read_text().splitlines()
            return verifying.read_anchors(lines)
        except (OSError, ValueError) as error:
            raise CommandError(str(error), returncode=2) from error
