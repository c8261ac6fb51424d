"""What is said to a command's accounts, and with the words it watches: fetched in order, kept once each.

The network is asked outside of any transaction, from the cursor of a row. What came is kept together with
the new cursor, and only while the row still holds the one that was started from: a fetch that dies loses
nothing, and of two at once the second keeps nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from precincts import tenancy
from socialfeeds import spending, threads
from socialfeeds.models import Account, AccountStatus, WatchedWords
from socialfeeds.networks import network_named
from socialfeeds.networks.base import Dead, Expired, Heard, NetworkError, NotSent

log = logging.getLogger(__name__)

# What one call asks for at most, and how often one fetch goes on at once. The rest is the next sweep's.
MOST = 800
ROUNDS = 100
# Searching is paid for by what it finds, so it is done less often than listening.
WORDS_EVERY = timedelta(minutes=15)
# After an error that says nothing of a wait.
PAUSE = timedelta(minutes=1)


@dataclass(frozen=True)
class Ear:
    """One thing that is listened to: an account, or words that an account searches for."""

    account: Account
    watched: WatchedWords | None = None

    @property
    def cursor(self) -> str:
        return self.watched.cursor if self.watched else self.account.mentions_cursor


def due() -> list[tuple[int, int]]:
    """(command, account) of the accounts to ask for mentions, in the whole city."""
    with tenancy.citywide():
        return list(Account.objects.due_to_listen().values_list("command_id", "pk"))


def due_words() -> list[tuple[int, int]]:
    """(command, watched words) of what to search for, in the whole city."""
    with tenancy.citywide():
        return list(_words_due().order_by("pk").values_list("command_id", "pk"))


def fetch(*, command_id: int, account_id: int) -> None:
    """Bring in what was said to an account since the last time."""
    _listen(command_id, account_id, None)


def search(*, command_id: int, watched_id: int) -> None:
    """Bring in what anybody said with words that the command watches."""
    with tenancy.enter(command_id):
        found = _words_due().filter(pk=watched_id).values_list("account_id", flat=True).first()
    if found:
        _listen(command_id, found, watched_id)


def _words_due() -> QuerySet[WatchedWords]:
    now = timezone.now()
    rested = Q(resting_until=None) | Q(resting_until__lte=now)
    waited = Q(fetched_at=None) | Q(fetched_at__lte=now - WORDS_EVERY)
    rows = WatchedWords.objects.exclude(account__status=AccountStatus.DEAD)
    return rows.filter(rested, waited, trouble="")


def _listen(command_id: int, account_id: int, watched_id: int | None) -> None:
    """Ask, keep, and go on at once while there is more; so often at most."""
    if connection.in_atomic_block:
        raise RuntimeError("The network is asked outside of any transaction.")
    for _round in range(ROUNDS):
        with tenancy.enter(command_id):
            ear = _ear(account_id, watched_id)
            if ear is None or not spending.may_read(ear.account):
                return
        try:
            heard = _ask(ear)
        except NetworkError as error:
            with tenancy.enter(command_id):
                _note(ear, error)
            return
        with tenancy.enter(command_id):
            kept = _keep(ear, heard)
        # Without a step forward there would be no end.
        if not kept or not heard.more or heard.cursor == ear.cursor:
            return


def _ear(account_id: int, watched_id: int | None) -> Ear | None:
    if watched_id is None:
        account = Account.objects.due_to_listen().filter(pk=account_id).first()
        return Ear(account) if account else None
    watched = WatchedWords.objects.select_related("account").filter(pk=watched_id, trouble="").first()
    return Ear(watched.account, watched) if watched else None


def _ask(ear: Ear) -> Heard:
    """A new account does not bring its whole past: so old at most, and so many."""
    network, first = network_named(ear.account.network), not ear.cursor
    since = timezone.now() - timedelta(days=settings.FIRST_SYNC_DAYS)
    most = settings.FIRST_SYNC_POSTS if first else MOST
    if ear.watched is None:
        return network.hear(ear.account, cursor=ear.cursor, since=since, most=most)
    words = ear.watched.words
    return network.search(ear.account, words=words, cursor=ear.cursor, since=since, most=most)


def _keep(ear: Ear, heard: Heard) -> bool:
    """The posts and the cursor, together. Not where somebody else went on from the same cursor."""
    # The account's row is the lock: its threads are written by one worker at a time.
    account = Account.objects.select_for_update().get(pk=ear.account.pk)
    spending.charge_reads(account, heard.reads)
    if ear.watched is None:
        if account.mentions_cursor != ear.cursor:
            return False
        threads.take_in(account, heard)
        account.mentions_cursor, account.mentions_fetched_at = heard.cursor, timezone.now()
        account.save(update_fields=["mentions_cursor", "mentions_fetched_at"])
        return True
    row = WatchedWords.objects.filter(pk=ear.watched.pk, cursor=ear.cursor)
    if not row.update(cursor=heard.cursor, fetched_at=timezone.now()):
        return False
    threads.take_in(account, heard, watched=True)
    return True


def _note(ear: Ear, error: NetworkError) -> None:
    """What could not be had now is asked for again: the cursor stands where it stood."""
    log.warning("Listening of account %s: %s", ear.account.pk, error)
    row = Account.objects.filter(pk=ear.account.pk)
    if isinstance(error, Dead):
        row.die(str(error))
    elif isinstance(error, Expired):
        row.update(token_expires_at=timezone.now())
    elif ear.watched is not None:
        words = WatchedWords.objects.filter(pk=ear.watched.pk)
        if isinstance(error, NotSent) and error.permanent:
            words.update(trouble=str(error)[:300])
        else:
            retry_at = error.retry_at if isinstance(error, NotSent) else None
            words.update(resting_until=retry_at or timezone.now() + PAUSE)
    elif isinstance(error, NotSent) and error.retry_at:
        row.update(mentions_resting_until=error.retry_at)
