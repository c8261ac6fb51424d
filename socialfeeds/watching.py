"""The words that a command listens for beyond its name. Called inside tenancy.enter."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from socialfeeds.inbox import Refused
from socialfeeds.models import Account, WatchedWords

# What is found is paid for, and a search takes a call of its own.
MOST = 20


def watch(*, account: Account, words: str) -> WatchedWords:
    """Listen for these words from now on. Raises Refused."""
    words = " ".join(words.split())
    # Of two at once the second waits here, and counts the first.
    Account.objects.select_for_update().get(pk=account.pk)
    known = WatchedWords.objects.filter(account=account)
    if known.filter(words__iexact=words).exists():
        raise Refused("words", _("This account watches these words already."))
    if known.count() >= MOST:
        raise Refused("words", _("At most %(most)d for an account. Remove some first.") % {"most": MOST})
    try:
        with transaction.atomic():
            return WatchedWords.objects.create(account=account, words=words)
    except IntegrityError as error:
        raise Refused("words", _("This account watches these words already.")) from error


def unwatch(*, watched: WatchedWords) -> None:
    """Listen for them no more. What was found stays."""
    watched.delete()
