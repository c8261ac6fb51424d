"""You said this already: the same words, on the same account, not long ago."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from socialfeeds.models import Delivery, Message, State
from socialfeeds.networks.base import same_words
from socialfeeds.wording import Shape

REMEMBERED = timedelta(days=90)
# Newest first; what was said before them is not looked at.
MOST = 500


def said_before(message: Message, shapes: Iterable[Shape]) -> list[Delivery]:
    """What was sent, or is on its way, with the words of this message: once for each account."""
    words = {shape.account.pk: message.text_for(shape.network) for shape in shapes}
    words = {pk: text for pk, text in words.items() if text.strip()}
    if not words:
        return []
    recent = Delivery.objects.filter(
        account__in=words, part=1, message__created_at__gt=timezone.now() - REMEMBERED
    )
    rows = recent.exclude(state=State.HELD).exclude(message=message.pk).select_related("account", "message")
    found: dict[int, Delivery] = {}
    for row in rows.order_by("-pk")[:MOST]:
        theirs = row.message.text_for(row.account.network)
        if row.account_id not in found and same_words(words[row.account_id], theirs):
            found[row.account_id] = row
    return list(found.values())
