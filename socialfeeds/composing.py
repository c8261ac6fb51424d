"""Saying something: one message, and a delivery of it for each of the command's accounts.

Called inside tenancy.enter. What sends the deliveries is publishing.py.
"""

from __future__ import annotations

import unicodedata

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from precincts.models import User
from socialfeeds import tasks
from socialfeeds.models import Account, AccountStatus, Delivery, Mention, Message, Network
from socialfeeds.networks import network_named

# An announcement is one text for every account, so it is made for the network with the least room.
TIGHTEST = Network.X


class CannotSay(ValueError):
    """These words cannot be sent. The text says why, and what to do."""


def compose(*, text: str, source_url: str = "", author: User | None = None) -> Message:
    """A message to every active account of the entered command, on its way once this is committed.

    Raises CannotSay where it is empty, too long for a network, or there is no account to say it.
    """
    text = _readable(text)
    with transaction.atomic():
        accounts = _accounts()
        for name in {account.network for account in accounts}:
            _check_length(text, name)
        message = Message.objects.create(text=text, source_url=source_url, author=author)
        deliveries = [Delivery(message=message, account=account, text=text) for account in accounts]
        for delivery in Delivery.objects.bulk_create(deliveries):
            tasks.send_soon(delivery)
    return message


def reply(*, mention: Mention, text: str, author: User) -> Message:
    """An answer to something that was said, from the account to which it was said and no other.

    Raises CannotSay where it is empty, too long, or that account does not work.
    """
    text = _readable(text)
    with transaction.atomic():
        account = Account.objects.get(pk=mention.account_id)
        if account.status != AccountStatus.ACTIVE:
            raise CannotSay(_("%(account)s is not working at the moment.") % {"account": account})
        _check_length(text, account.network)
        message = Message.objects.create(text=text, author=author, answers=mention)
        tasks.send_soon(Delivery.objects.create(message=message, account=account, text=text))
    return message


def announcement(text: str, url: str) -> str:
    """The text, cut at a word where it has to be, with the address of what it announces behind it."""
    return network_named(TIGHTEST).fit(_plain(text), url)


def _readable(text: str) -> str:
    """The text as it will be sent. Raises CannotSay for what no network takes."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\ufeff", "")).strip()
    if any(char in "\x00\ufffe\uffff" or unicodedata.category(char) == "Cs" for char in text):
        raise CannotSay(_("The message holds a character that cannot be sent. Type it, without pasting."))
    # Spaces and signs that nobody sees say nothing.
    if all(unicodedata.category(char) in {"Zs", "Zl", "Zp", "Cc", "Cf"} for char in text):
        raise CannotSay(_("The message is empty. Write what you want to say."))
    return text


def _check_length(text: str, name: str) -> None:
    network = network_named(name)
    over = network.length(text) - network.limit()
    if over > 0:
        words = ngettext(
            "The message is %(count)d character too long for %(network)s. Shorten it.",
            "The message is %(count)d characters too long for %(network)s. Shorten it.",
            over,
        )
        raise CannotSay(words % {"count": over, "network": Network(name).label})


def _accounts() -> list[Account]:
    accounts = list(Account.objects.filter(status=AccountStatus.ACTIVE).order_by("pk"))
    if accounts:
        return accounts
    if Account.objects.exists():
        raise CannotSay(_("None of the command’s accounts is working. Connect one again first."))
    raise CannotSay(_("The command has no account on a network. Connect one first."))


def _plain(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
