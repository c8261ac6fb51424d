"""load_demo: the demonstration city's people, boards, accounts and timeline."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from ideas import demonstration
from ideas.demo import inbox
from socialfeeds.demonstration import SandboxAway, fill

LOCK = 7_311_111  # any number of our own: two loads at once take turns


class Command(BaseCommand):
    help = "Fill the demonstration city. Only in demonstration mode; safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.ENGAGE_DEMO:
            raise CommandError("This fills a demonstration, and here is none. Set ENGAGE_DEMO=1 for one.")
        say = self.stdout.write if options["verbosity"] else lambda _line: None
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            commands = demonstration.load(say)
            accounts, posts = fill(commands)
            inbox.load(commands, demonstration.HOME)
        except demonstration.CannotLoad as error:
            raise CommandError(str(error)) from error
        except SandboxAway as error:
            raise CommandError(
                f"{error} The boards are filled."
                " For its accounts and posts, run load_demo again once it runs."
            ) from error
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        say(f"{accounts} new accounts and {posts} new posts on the sandbox network")
