"""What is said to a command's accounts: fetched in order, kept once each.

The cursor moves in the transaction that keeps the rows, so a fetch that dies loses nothing and doubles
nothing.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from precincts import tenancy
from socialfeeds import record
from socialfeeds.models import Account, AccountStatus, Mention
from socialfeeds.networks import network_named
from socialfeeds.networks.base import Dead, Heard, NetworkError, NotSent

log = logging.getLogger(__name__)

# A new account does not bring its whole past.
FIRST_TIME = timedelta(days=7)
FIRST_MOST = 200
# X shows no more of them than this.
MOST = 800


def due() -> list[tuple[int, int]]:
    """(command, account) of the accounts to ask for mentions, in the whole city."""
    with tenancy.citywide():
        return list(Account.objects.due_to_listen().values_list("command_id", "pk"))


def fetch(*, command_id: int, account_id: int) -> None:
    """Bring in what was said to an account since the last time."""
    if connection.in_atomic_block:
        raise RuntimeError("The network is asked outside of any transaction.")
    with tenancy.enter(command_id):
        account = Account.objects.due_to_listen().filter(pk=account_id).first()
    if account is None:
        return
    try:
        heard = network_named(account.network).hear(
            account,
            cursor=account.mentions_cursor,
            since=timezone.now() - FIRST_TIME,
            most=MOST if account.mentions_cursor else FIRST_MOST,
        )
    except NetworkError as error:
        with tenancy.enter(command_id):
            _note(account, error)
        return
    with tenancy.enter(command_id):
        _keep(account, heard)


def _note(account: Account, error: NetworkError) -> None:
    """What could not be had now is asked for again: the cursor stands where it stood."""
    log.warning("Mentions of account %s: %s", account.pk, error)
    row = Account.objects.filter(pk=account.pk)
    if isinstance(error, Dead):
        row.update(status=AccountStatus.DEAD)
    elif isinstance(error, NotSent) and error.retry_at:
        row.update(mentions_resting_until=error.retry_at)


def _keep(account: Account, heard: Heard) -> None:
    row = Account.objects.select_for_update().get(pk=account.pk)
    known = Mention.objects.filter(account=row, external_id__in=[post.external_id for post in heard.posts])
    seen = set(known.order_by().values_list("external_id", flat=True))
    # Oldest first, so that our own numbers follow the network's order.
    mentions = [
        Mention(
            account=row,
            external_id=post.external_id,
            author_handle=post.author_handle,
            text=post.text,
            posted_at=post.posted_at,
        )
        for post in heard.posts
        if post.external_id not in seen
    ]
    Mention.objects.bulk_create(mentions)
    record.tell_heard(mentions, raw={post.external_id: post.raw for post in heard.posts})
    # Who was overtaken by another fetch moves no cursor back.
    if row.mentions_cursor == account.mentions_cursor:
        row.mentions_cursor = heard.cursor
    row.mentions_fetched_at = timezone.now()
    row.save(update_fields=["mentions_cursor", "mentions_fetched_at"])
