"""What the demonstration's people are writing: drafts, what waits for approval, what is planned."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from precincts import tenancy
from precincts.models import Command, Membership, User
from socialfeeds import drafting, releasing
from socialfeeds.models import Account, Certificate, Message
from socialfeeds.reasons import Refused

PEOPLE = ["editor@demo.example", "commander@demo.example"]
DRAFTS = [
    "Bring your bike to the station house on Saturday: we engrave a number on it, and it comes back easier.",
    "What would you change on your block? Tell us on the board, vote, and read what we did.",
]
WAITING = "The crossing at the school was painted anew after you asked for it. Thank you for speaking up."
FOR_HEADQUARTERS = "A rally will close two streets on Sunday morning. Plan another way, and allow more time."
# In so many days, at this hour of the command's own clock.
PLANNED = [
    (1, 9, "Good morning, Flushing. The lamp at the corner that you told us of is lit again."),
    (2, 17, "Build the Block: meet your officers on Thursday at seven, and say what should come first."),
    (4, 12, "You’ve spoken, we’ve heard, we’ve taken action: read this week’s answers on the board."),
]


def load() -> int:
    """Once, where the demonstration's editor works: what is there stays as somebody left it.

    Says how many are new.
    """
    roles = Membership.objects.filter(user__email__in=PEOPLE).select_related("user", "command")
    found = {one.user.email: one for one in roles}
    if len(found) < len(PEOPLE):
        return 0
    editor, commander = (found[email].user for email in PEOPLE)
    command = found[PEOPLE[0]].command
    assert command is not None
    for user in (editor, commander):
        if not user.certificates.exists():
            Certificate.objects.create(user=user, expires_at=timezone.now() + timedelta(days=200))
    with tenancy.enter(command):
        accounts = list(Account.objects.values_list("pk", flat=True))
        return _Desk(command, accounts).write(editor, commander)


class _Desk:
    def __init__(self, command: Command, accounts: list[int]) -> None:
        self.command, self.accounts = command, accounts
        self.there = set(Message.objects.values_list("text", flat=True))
        self.new = 0

    def write(self, editor: User, commander: User) -> int:
        for text in DRAFTS:
            self._draft(text, editor)
        for text, author in ((WAITING, editor), (FOR_HEADQUARTERS, commander)):
            if message := self._draft(text, author):
                self._go(releasing.submit, message, author)
        for days, hour, text in PLANNED:
            if message := self._draft(text, commander, self._at(days, hour)):
                self._go(releasing.release, message, commander)
        return self.new

    def _draft(self, text: str, by: User, when: datetime | None = None) -> Message | None:
        if text in self.there:
            return None
        self.new += 1
        given = {"text": text, "scheduled_at": when}
        return drafting.begin(command=self.command, by=by, given=given, accounts=self.accounts)

    def _at(self, days: int, hour: int) -> datetime:
        here = ZoneInfo(self.command.time_zone)
        day = timezone.now().astimezone(here).date() + timedelta(days=days)
        return datetime.combine(day, time(hour), tzinfo=here)

    @staticmethod
    def _go(verb: Callable[..., Message], message: Message, by: User) -> None:
        """On its way, unless a guardrail of today keeps it: then it stays a draft."""
        with suppress(Refused):
            verb(message=message, by=by)
