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
from socialfeeds import spending
from socialfeeds.models import Account, Mention
from socialfeeds.networks import network_named
from socialfeeds.networks.base import Dead, Expired, Heard, NetworkError, NotSent

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
        dear = account is not None and not spending.may_read(account)
    if account is None or dear:
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
        row.die(str(error))
    elif isinstance(error, Expired):
        row.update(token_expires_at=timezone.now())
    elif isinstance(error, NotSent) and error.retry_at:
        row.update(mentions_resting_until=error.retry_at)


def _keep(account: Account, heard: Heard) -> None:
    row = Account.objects.select_for_update().get(pk=account.pk)
    spending.charge_reads(row, heard.reads)
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
    ]
    Mention.objects.bulk_create(mentions, ignore_conflicts=True)
    row.mentions_cursor = heard.cursor
    row.mentions_fetched_at = timezone.now()
    row.save(update_fields=["mentions_cursor", "mentions_fetched_at"])
