"""manage.py export_record: the record, or a part of it, as a zip with an index."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from precincts.models import Command as Tenant
from socialfeeds import exporting
from socialfeeds.exporting import Wanted


class Command(BaseCommand):
    help = "Write the record to a zip: an index to read, every entry, the pictures, and how to check it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", help="the zip to write; it must not exist")
        parser.add_argument("--command", metavar="SLUG", help="of one command; else of all")
        parser.add_argument("--account", metavar="ID", type=int, help="of one account (its number)")
        parser.add_argument("--since", metavar="YYYY-MM-DD", type=date.fromisoformat, help="the first day")
        parser.add_argument("--until", metavar="YYYY-MM-DD", type=date.fromisoformat, help="the last day")

    def handle(self, *args: Any, **options: Any) -> None:
        command = Tenant.objects.filter(slug=options["command"]).first()
        if options["command"] and not command:
            raise CommandError(f"There is no command {options['command']}.")
        wanted = Wanted(command, options["since"], options["until"], options["account"])
        total, path = exporting.count(wanted), Path(options["path"])
        self.stdout.write(f"{total} entries.")
        try:
            with path.open("xb") as file:
                self._write(file, wanted, total)
        except FileExistsError as error:
            raise CommandError(f"{path} is there already. Choose another name.") from error
        except OSError as error:
            # Half of it would look like all of it.
            with suppress(OSError):
                path.unlink(missing_ok=True)
            raise CommandError(f"{path} could not be written ({error.strerror}).") from error
        self.stdout.write(f"Written to {path}.")

    def _write(self, file: Any, wanted: Wanted, total: int) -> None:
        def noted(number: int) -> None:
            self.stdout.write(f"  {number} of {total}")

        for piece in exporting.stream(wanted, noted):
            file.write(piece)
