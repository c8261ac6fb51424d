"""How an account stands at the end of each day: followers, reach, reactions. One row a day, and a history.

A day is the command's own. It is counted in its last hour, or as soon afterwards as somebody can; a row that
stands is never counted again, for counting is paid for.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone

from precincts import tenancy
from socialfeeds import spending
from socialfeeds.models import Account, AccountDay, Delivery, State
from socialfeeds.networks import network_named
from socialfeeds.networks.base import Counts, Dead, Expired, NetworkError, NotSent, PostCounts

log = logging.getLogger(__name__)

LAST_HOUR = timedelta(hours=23)
# Whose reactions a day's row adds up.
RECENT = timedelta(days=30)
MOST_POSTS = 300
COUNTED = ("reach", "reactions", "replies", "shares")


def due() -> list[tuple[int, int]]:
    """(command, account) of the accounts whose day is over, or in its last hour, and not yet counted."""
    with tenancy.citywide():
        accounts = list(Account.objects.due_to_listen().select_related("command"))
        days = {(one.pk, day_of(one)) for one in accounts}
        newest = max((day for _pk, day in days), default=None)
        counted = set(
            AccountDay.objects.filter(day__lte=newest, day__gte=newest - timedelta(days=2)).values_list(
                "account_id", "day"
            )
            if newest
            else []
        )
    return [
        (one.command.pk, one.pk)
        for one in accounts
        if (one.pk, day_of(one)) not in counted and _stood(one, day_of(one))
    ]


def day_of(account: Account, now: datetime | None = None) -> date:
    """The day that can be counted now."""
    local = (now or timezone.now()).astimezone(_zone(account))
    return (local - LAST_HOUR).date()


def _zone(account: Account) -> ZoneInfo:
    return ZoneInfo(account.command.time_zone or settings.TIME_ZONE)


def _stood(account: Account, day: date) -> bool:
    """Of the days before it was connected there is nothing to tell."""
    return account.created_at.astimezone(_zone(account)).date() <= day


def measure(*, command_id: int, account_id: int) -> AccountDay | None:
    """Ask the network and keep the row, unless the day has one."""
    if connection.in_atomic_block:
        raise RuntimeError("The network is asked outside of any transaction.")
    with tenancy.enter(command_id):
        account = Account.objects.due_to_listen().select_related("command").filter(pk=account_id).first()
        if account is None or not _stood(account, day := day_of(account)):
            return None
        if AccountDay.objects.filter(account=account, day=day).exists():
            return None
        posts = _recent_posts(account)
    try:
        counts = network_named(account.network).counts(account, posts)
    except NetworkError as error:
        with tenancy.enter(command_id):
            _note(account, error)
        return None
    with tenancy.enter(command_id):
        spending.charge_reads(account, counts.reads)
        row, _new = AccountDay.objects.get_or_create(account=account, day=day, defaults=_sums(counts))
    return row


def _recent_posts(account: Account) -> list[str]:
    since = timezone.now() - RECENT
    sent = Delivery.objects.filter(account=account, state=State.SENT, sent_at__gte=since, deleted_at=None)
    rows = sent.exclude(external_id="").order_by("-sent_at")
    return list(rows.values_list("external_id", flat=True)[:MOST_POSTS])


def _sums(counts: Counts) -> dict[str, int | None]:
    """What was counted in all. What the network says of no post stays empty."""
    found: dict[str, int | None] = {"followers": counts.followers}
    for name in COUNTED:
        said = [n for post in counts.posts.values() if (n := _number(post, name)) is not None]
        found[name] = sum(said) if said else None
    return found


def _number(post: PostCounts, name: str) -> int | None:
    number: int | None = getattr(post, name)
    return number


def _note(account: Account, error: NetworkError) -> None:
    log.warning("Numbers of account %s: %s", account.pk, error)
    row = Account.objects.filter(pk=account.pk)
    if isinstance(error, Dead):
        row.die(str(error))
    elif isinstance(error, Expired):
        row.update(token_expires_at=timezone.now())
    elif isinstance(error, NotSent) and error.retry_at:
        row.update(mentions_resting_until=error.retry_at)
