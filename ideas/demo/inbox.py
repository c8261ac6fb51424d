"""The demonstration's inbox: what stands on the sandbox is heard at once, and a desk has begun on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from ideas import from_mentions
from precincts import tenancy
from precincts.models import Command, User
from socialfeeds import inbox, listening
from socialfeeds.models import Account, AccountDay, Mention, Thread, ThreadNote

DAYS = 30


def load(commands: Iterable[Command], home: str) -> None:
    """Outside of any tenancy, once the sandbox has its timeline. Loaded again it changes nothing."""
    for command in commands:
        with tenancy.enter(command):
            accounts = list(Account.objects.values_list("pk", flat=True))
        for account_id in accounts:
            listening.fetch(command_id=command.pk, account_id=account_id)
        with tenancy.enter(command):
            _numbers()
            if command.slug == home and not ThreadNote.objects.exists():
                _work(command)


def _work(command: Command) -> None:
    """One thread is taken on, one is done, and one became an issue."""
    moderator = User.objects.get(email="moderator@demo.example")
    threads = list(Thread.objects.waiting()[:3])
    if len(threads) == 3:
        taken, done, issue = threads
        inbox.assign(thread=taken, to=moderator)
        inbox.add_note(thread=taken, text="Asked the traffic sergeant. Back on Monday.", by=moderator)
        inbox.finish(thread=done)
        mention = Mention.objects.filter(thread=issue).order_by("posted_at").select_related("account")[0]
        given = from_mentions.suggested(issue, mention)
        from_mentions.make_idea(mention=mention, by=moderator, approve=True, **given)


def _numbers() -> None:
    """A month of numbers that nobody counted: it is a demonstration."""
    if AccountDay.objects.exists():
        return
    today = timezone.localdate()
    rows = [
        AccountDay(
            account=account,
            day=today - timedelta(days=days),
            followers=1180 - 9 * days + 5 * (days % 4),
            reach=5200 + 310 * (days % 7) - 40 * days,
            reactions=64 + 5 * (days % 6),
            replies=8 + days % 5,
            shares=11 + days % 3,
        )
        for account in Account.objects.all()
        for days in range(DAYS, 0, -1)
    ]
    AccountDay.objects.bulk_create(rows)
