"""Announcing: one text for every account of a command, without a draft before it.

Called inside tenancy.enter. What is written by hand is drafting.py; what sends it is publishing.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engage.images import RefusedPhoto
from precincts.models import User
from socialfeeds import drafting, pictures, reasons, releasing, wording
from socialfeeds.models import Account, AccountStatus, Mention, Message, Network, Status
from socialfeeds.networks import network_named
from socialfeeds.wording import CannotSay

__all__ = ["CannotSay", "announcement", "compose", "reply", "show", "told"]

# An announcement is one text for every account, so it is made for the network with the least room.
TIGHTEST = Network.X


def compose(
    *,
    text: str,
    source_url: str = "",
    author: User | None = None,
    shown: Sequence[tuple[bytes, str]] = (),
) -> Message:
    """A message to every active account of the entered command, on its way once this is committed.

    `shown` are pictures, each with what it shows. Where a guardrail asks for headquarters the message waits
    for them; where one warns, it stays a draft. The message's status says so.
    Raises CannotSay where it is empty, too long for a network, not allowed, or there is nobody to say it.
    """
    text = wording.clean(text)
    if wording.is_empty(text):
        raise CannotSay(_("The message is empty. Write what you want to say."))
    with transaction.atomic():
        accounts = _accounts()
        for name in {account.network for account in accounts}:
            check_length(text, name)
        if author is None:
            raise CannotSay(_("A message needs an author with a certificate."))
        given = {"text": text, "source_url": source_url}
        message = drafting.begin(
            command=accounts[0].command, by=author, given=given, accounts=[one.pk for one in accounts]
        )
        show(message=message, by=author, shown=shown)
        return _on_its_way(message, author)


def show(*, message: Message, by: User, shown: Sequence[tuple[bytes, str]]) -> None:
    """Add pictures to a draft, each with what it shows. Raises CannotSay."""
    for data, alt in shown:
        try:
            pictures.attach(message=message, by=by, upload=BytesIO(data), size=len(data), alt=alt)
        except RefusedPhoto as error:
            raise CannotSay(str(error)) from error


def told(message: Message) -> str:
    """What became of an announcement, for who made it."""
    if message.status == Status.SUBMITTED:
        return _("The announcement waits for headquarters: a guardrail asks for them.")
    if message.status == Status.DRAFT:
        return _("A guardrail warns of the announcement, so it is a draft. Look at it among the messages.")
    return _("The announcement is on its way to the command’s account.")


def _on_its_way(message: Message, author: User) -> Message:
    message.refresh_from_db()
    judged = reasons.judge(message)
    kept = [one for one in reasons.why_not(judged, by=author) if one.key != "warned"]
    if kept:
        raise CannotSay(" ".join(one.words for one in kept))
    if judged.warned:
        return message
    if judged.for_city:
        return releasing.submit(message=message, by=author)
    return releasing.release(message=message, by=author)


def reply(*, mention: Mention, text: str, author: User) -> Message:
    """An answer to something that was said, from the account to which it was said and no other.

    As compose: it may wait for headquarters, or stay a draft. Raises CannotSay.
    """
    text = wording.clean(text)
    account = Account.objects.select_related("command").get(pk=mention.account_id)
    if account.status != AccountStatus.ACTIVE:
        raise CannotSay(_("%(account)s is not working at the moment.") % {"account": account})
    with transaction.atomic():
        check_length(text, account.network)
        message = drafting.begin(
            command=account.command, by=author, given={"text": text}, accounts=[account.pk], answers=mention
        )
        return _on_its_way(message, author)


def announcement(text: str, url: str) -> str:
    """The text, cut at a word where it has to be, with the address of what it announces behind it."""
    return network_named(TIGHTEST).fit(_plain(text), url)


def check_length(text: str, name: str) -> None:
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
    rows = Account.objects.filter(status=AccountStatus.ACTIVE).select_related("command")
    if accounts := list(rows.order_by("pk")):
        return accounts
    if Account.objects.exists():
        raise CannotSay(_("None of the command’s accounts is working. Connect one again first."))
    raise CannotSay(_("The command has no account on a network. Connect one first."))


def _plain(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
