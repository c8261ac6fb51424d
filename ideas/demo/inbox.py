"""The demonstration's inbox: what stands on the sandbox is heard at once, and a desk has begun on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from precincts import tenancy
from precincts.models import Command, User
from socialfeeds import inbox, listening
from socialfeeds.models import Account, AccountDay, Thread, ThreadNote

DAYS = 30


def load(commands: Iterable[Command], home: str) -> None:
    """Outside of any tenancy, once the sandbox has its timeline. Loaded again it changes nothing."""
    with tenancy.citywide():
        new = list(Account.objects.filter(mentions_fetched_at=None).values_list("command_id", "pk"))
    for command_id, account_id in new:
        listening.fetch(command_id=command_id, account_id=account_id)
        with tenancy.enter(command_id):
            _numbers()
    for command in commands:
        if command.slug == home:
            with tenancy.enter(command):
                if not ThreadNote.objects.exists():
                    _work()


def _work() -> None:
    """One thread is taken on, and one is done. Making an issue is left to whoever tries it."""
    moderator = User.objects.get(email="moderator@demo.example")
    threads = list(Thread.objects.waiting()[:2])
    if len(threads) == 2:
        taken, done = threads
        inbox.assign(thread=taken, to=moderator)
        inbox.add_note(thread=taken, text="Asked the traffic sergeant. Back on Monday.", by=moderator)
        inbox.finish(thread=done)


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
