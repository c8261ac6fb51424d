"""What a post is made of: its words, its pictures, and what it answers or continues."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from socialfeeds.models import Attachment, Delivery
from socialfeeds.networks import network_named
from socialfeeds.networks.base import NotSent, Outgoing, Picture, PictureRules
from socialfeeds.pictures import Fitted, fit


def attachments_of(delivery_id: int) -> list[Attachment]:
    """The pictures that go out with a delivery: those of its message, on the first part of a thread."""
    return list(Attachment.objects.filter(message__deliveries=delivery_id, message__deliveries__part=1))


def pictures(attachments: Iterable[Attachment], network: str) -> tuple[Picture, ...]:
    """Pictures as a network takes them. Outside of any claim: it takes time. Raises NotSent."""
    rules = network_named(network).pictures
    made = []
    for one in list(attachments)[: rules.most]:
        try:
            fitted = _fitted(one, rules)
        except OSError as error:
            words = _("A picture of this message cannot be read here, so nothing was sent.")
            raise NotSent(words, permanent=True) from error
        alt = one.alt[: rules.alt]
        made.append(Picture(fitted.data, fitted.mime, alt, fitted.width, fitted.height))
    return tuple(made)


def _fitted(one: Attachment, rules: PictureRules) -> Fitted:
    """The picture as it is kept where the network takes that, else made smaller."""
    data = _read(one)
    if len(data) <= rules.bytes and one.mime in rules.types:
        return Fitted(data, one.mime, one.width, one.height)
    return fit(data, rules)


def described(attachments: Iterable[Attachment]) -> list[dict[str, Any]]:
    """What the record keeps of pictures: enough to tell one from any other."""
    return [{"key": one.key, "mime": one.mime, "alt": one.alt, "sha256": _hash(one)} for one in attachments]


def _hash(one: Attachment) -> str:
    try:
        return hashlib.sha256(_read(one)).hexdigest()
    except OSError:
        return ""


def _read(one: Attachment) -> bytes:
    with default_storage.open(one.path) as file:
        data: bytes = file.read()
        return data


def made_of(row: Delivery, shown: tuple[Picture, ...], check: Callable[[], None]) -> Outgoing:
    """The post of a delivery. Raises NotSent where what it continues stands nowhere that we know of."""
    reply_to, root = _answers(row)
    if row.part > 1:
        first, before = (_sent_part(row, part) for part in (1, row.part - 1))
        reply_to, root = before, root or first
    return Outgoing(row.text, row.key.hex, shown, reply_to=reply_to, root=root, check=check)


def _answers(row: Delivery) -> tuple[str, str]:
    """What somebody said that this answers, and the post that began it. An account answers what it heard."""
    said = row.message.answers
    if said is None or said.account_id != row.account_id:
        return "", ""
    began = said.thread.conversation_id if said.thread else ""
    return said.external_id, began or said.external_id


def _sent_part(row: Delivery, part: int) -> str:
    parts = Delivery.objects.filter(message=row.message_id, account=row.account_id, part=part)
    if external_id := parts.values_list("external_id", flat=True).first():
        return external_id
    words = _("Nobody knows where part %(part)s stands, so nothing can continue it. Say it by hand.")
    raise NotSent(words % {"part": part}, permanent=True)
