"""Drafts: what somebody writes, kept as often as they like, and never over what somebody else wrote.

Called inside tenancy.enter. What becomes of a draft is releasing.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from precincts.models import Command, User
from socialfeeds.models import Account, Attachment, Delivery, Mention, Message, MessageStep, State, Status

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What a draft says of itself, each with its name for people.
FIELDS: dict[str, StrOrPromise] = {
    "text": gettext_lazy("Text"),
    "variants": gettext_lazy("In other words"),
    "link": gettext_lazy("Link"),
    "track_link": gettext_lazy("Whether the link is counted"),
    "scheduled_at": gettext_lazy("When it goes out"),
}


@dataclass(frozen=True)
class Changed:
    """One thing that is different now."""

    name: StrOrPromise
    before: Any
    now: Any

    @property
    def is_text(self) -> bool:
        """Whether it can be shown as it was and as it is."""
        return isinstance(self.before, str) and isinstance(self.now, str)


class Stale(Exception):
    """Somebody was faster: `message` is what stands now, `changes` what differs, `steps` what was done."""

    def __init__(self, message: Message, seen: int | None = None) -> None:
        super().__init__(_("Somebody changed this message in the meantime. Look at it again."))
        self.message = message
        self.changes = _since(message, seen)
        steps = MessageStep.objects.filter(message=message).select_related("by")
        self.steps = list(steps.order_by("-pk")[:5])


def _since(message: Message, seen: int | None) -> list[Changed]:
    """How the message differs from the version that somebody has seen."""
    events = message.pgh_event_models["update"].objects.filter(pgh_obj=message.pk)  # type: ignore[attr-defined]
    old = events.filter(version=seen).order_by("-pgh_id").first() if seen != message.version else None
    if old is None:
        return []
    pairs = ((name, getattr(old, name), getattr(message, name)) for name in FIELDS)
    return [Changed(FIELDS[name], before, now) for name, before, now in pairs if before != now]


def lock(message: Message | int, *, version: int | None, allowed: Iterable[Status]) -> Message:
    """The row for this transaction alone, as somebody saw it. Raises Stale where it is not that any more."""
    pk = message if isinstance(message, int) else message.pk
    row = Message.objects.select_for_update(of=("self",)).select_related("command", "author").get(pk=pk)
    if row.status not in set(allowed) or (version is not None and row.version != version):
        raise Stale(row, version)
    return row


def begin(
    *,
    command: Command,
    by: User,
    given: Mapping[str, Any],
    accounts: Iterable[int] = (),
    answers: Mention | None = None,
) -> Message:
    """A new draft; one that answers something that was said goes only where it was said."""
    with transaction.atomic():
        known = {name: given[name] for name in FIELDS if name in given}
        message = Message.objects.create(
            author=by,
            status=Status.DRAFT,
            time_zone=command.time_zone,
            source_url=given.get("source_url", ""),
            answers=answers,
            **known,
        )
        _choose(message, accounts)
    return message


def save(
    *,
    message: Message,
    by: User,
    given: Mapping[str, Any],
    accounts: Iterable[int] | None = None,
    alts: Mapping[UUID, str] | None = None,
    version: int | None = None,
    seen_at: datetime | None = None,
    by_itself: bool = False,
) -> Message:
    """Keep what a draft says now. What is not in `given` stays. Raises Stale.

    `version` and `seen_at` (its changed_at) are of what the writer looked at. What is kept `by_itself` while
    somebody types stays within their version: it only counts up once somebody else may have read it.
    """
    with transaction.atomic():
        row = lock(message, version=version, allowed=[Status.DRAFT])
        theirs = row.author_id != by.pk
        if theirs and seen_at is not None and row.changed_at != seen_at:
            raise Stale(row, version)
        changed = _change(row, given)
        changed |= accounts is not None and _choose(row, accounts)
        changed |= alts is not None and _describe(row, alts)
        if not changed:
            return row
        if theirs or not by_itself or row.steps.filter(version=row.version).exists():
            row.version += 1
        row.author = by
        row.save()
    return row


def touch(*, message: Message, by: User) -> Message:
    """A draft's pictures are others now. Raises Stale where it is no draft any more."""
    row = lock(message, version=None, allowed=[Status.DRAFT])
    row.version += 1
    row.author = by
    row.save()
    return row


def _change(row: Message, given: Mapping[str, Any]) -> bool:
    changed = False
    for name in FIELDS:
        if name in given and getattr(row, name) != given[name]:
            setattr(row, name, given[name])
            changed = True
    return changed


def _choose(row: Message, accounts: Iterable[int]) -> bool:
    """A delivery that is held for each chosen account, and for no other."""
    there = {one.account_id: one for one in row.deliveries.filter(state=State.HELD)}
    wanted = set(Account.objects.filter(pk__in=accounts).values_list("pk", flat=True))
    gone = [one.pk for pk, one in there.items() if pk not in wanted]
    row.deliveries.filter(pk__in=gone).delete()
    new = [
        Delivery(message=row, account_id=pk, state=State.HELD, due_at=None)
        for pk in sorted(wanted - set(there))
    ]
    Delivery.objects.bulk_create(new)
    return bool(gone or new)


def _describe(row: Message, alts: Mapping[UUID, str]) -> bool:
    changed = False
    for picture in Attachment.objects.filter(message=row, key__in=alts):
        if picture.alt != alts[picture.key]:
            picture.alt = alts[picture.key]
            picture.save(update_fields=["alt"])
            changed = True
    return changed
