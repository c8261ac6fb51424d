"""manage.py letters: e-mail that was not sent, or that may have been, for a person to look at."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ideas.models import Letter, LetterState
from ideas.notices import letters

MOST = 200


class Command(BaseCommand):
    help = "List letters that wait for a person, or send one of them again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--send-again", type=int, metavar="NUMBER", help="you have looked: it was not sent"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if number := options["send_again"]:
            letter = Letter.objects.filter(pk=number).first()
            if letter is None or not letters.send_again(letter):
                raise CommandError(f"Letter {number} does not wait for a person.")
            self.stdout.write(f"Letter {number} is sent again.")
            return
        waiting = Letter.objects.filter(state__in=[LetterState.UNKNOWN, LetterState.FAILED]).order_by("-pk")
        for letter in waiting[:MOST]:
            # Whom it was for is not printed: terminals are kept, and so are their logs.
            what, when = letter.key.partition(":")[0], f"{letter.created_at:%Y-%m-%d %H:%M}"
            state = letter.get_state_display()
            self.stdout.write(f"{letter.pk}  {when}  {what}  {state}: {letter.error}")
