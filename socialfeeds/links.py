"""Where on the networks something can be read: for pages that only point there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from socialfeeds.models import Account, Delivery, State


def of_messages(message_ids: Iterable[int]) -> dict[int, list[str]]:
    """Each sent message's posts, by the message's id."""
    links: dict[int, list[str]] = defaultdict(list)
    sent = Delivery.objects.filter(message__in=list(message_ids), state=State.SENT).exclude(external_id="")
    for delivery in sent.select_related("account").order_by("pk"):
        links[delivery.message_id].append(delivery.url)
    return links


def of_accounts() -> list[tuple[str, str]]:
    """The command's accounts: a name to show, and the address."""
    return [(str(one), one.url) for one in Account.objects.order_by("network", "handle")]
