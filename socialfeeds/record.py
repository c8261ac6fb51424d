"""The record: everything said, heard, edited, deleted or hidden, kept first, and chained by hash.

    record.keep(Kept.SAID, account=row.account, about=f"delivery:{row.pk}", body={…})

An entry is appended in the transaction of what it tells, at the end of the tenancy: so neither is there
without the other. The head of a command's chain is locked then, and for that moment only. How entries are
chained stands in chain.py; verifying.py finds what was changed, and exporting.py takes them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.db.models.signals import post_save
from django.utils import timezone
from django.utils.translation import gettext as _

from precincts import tenancy
from precincts.models import Command, User
from socialfeeds import chain
from socialfeeds.models import (
    Account,
    Delivery,
    Kept,
    LegalHold,
    Mention,
    MessageStep,
    RecordEntry,
    RecordHead,
)

BATCH = 1000


@dataclass(frozen=True)
class Telling:
    """What an entry is to tell. `about` names it as "delivery:12"; `body` is anything that JSON can hold."""

    kind: Kept
    account: Account | None
    about: str
    body: Mapping[str, Any]
    at: datetime = field(default_factory=timezone.now)


def keep(kind: Kept, *, account: Account | None, about: str, body: Mapping[str, Any]) -> None:
    """Put one thing into the record of the entered command."""
    keep_many([Telling(kind, account, about, body)])


def keep_many(tellings: Iterable[Telling]) -> None:
    """Put several things into the record of the entered command, in this order."""
    for telling in tellings:
        tenancy.before_leaving(_append, telling)


def _append(tellings: Sequence[Telling]) -> None:
    command_id = tenancy.current_command_id()
    head = _head()
    entries = []
    for telling in tellings:
        entry = RecordEntry(
            command_id=command_id,
            number=head.number + 1,
            kind=telling.kind,
            account_id=telling.account.pk if telling.account else None,
            about=telling.about,
            at=telling.at,
            body=_plain(telling.body),
            previous=head.hash,
        )
        entry.hash = chain.link(head.hash, told(entry))
        head.number, head.hash = entry.number, entry.hash
        entries.append(entry)
    RecordEntry.objects.bulk_create(entries, batch_size=BATCH)
    head.save()


def _head() -> RecordHead:
    """The end of the chain, locked: whoever adds to it waits here for who came first."""
    heads = RecordHead.objects.select_for_update()
    if not (head := heads.first()):
        RecordHead.objects.bulk_create([RecordHead()], ignore_conflicts=True)
        head = heads.get()
    return head


def told(entry: RecordEntry) -> dict[str, Any]:
    """An entry as it is hashed."""
    return {
        "command": entry.command_id,
        "number": entry.number,
        "kind": str(entry.kind),
        "account": entry.account_id,
        "about": entry.about,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "body": entry.body,
    }


def _plain(value: Any) -> Any:
    """What comes back from the database exactly as it was given: PostgreSQL writes fractions in its own way,
    and keeps no NUL and no half of a character.
    """
    if isinstance(value, Mapping):
        return {_plain(str(name)): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value).replace("\x00", "").encode("utf-8", "ignore").decode()


# --- what an entry says --------------------------------------------------------------------------------


def person(user: User | None) -> dict[str, Any] | None:
    """Who it was, so that it can be read when their account is long gone."""
    return {"id": user.pk, "email": user.email} if user else None


def of_delivery(row: Delivery, **more: Any) -> dict[str, Any]:
    """What the record keeps of something that we said, or tried to."""
    message = row.message
    return {
        "text": row.text,
        "network": row.account.network,
        "handle": row.account.handle,
        "message": message.pk,
        "part": row.part,
        "author": person(message.author),
        "approved_by": person(message.approved_by),
        "source": message.source_url,
        **more,
    }


def of_mention(row: Mention, **more: Any) -> dict[str, Any]:
    """What the record keeps of something that was said to us."""
    return {
        "text": row.text,
        "network": row.account.network,
        "handle": row.account.handle,
        "external_id": row.external_id,
        "kind": row.kind,
        "author": {"id": row.author_id, "handle": row.author_handle, "name": row.author_name},
        "parent": row.parent_id,
        "posted_at": row.posted_at,
        **more,
    }


def tell_heard(
    new: Iterable[Mention],
    edited: Iterable[tuple[Mention, str]] = (),
    gone: Iterable[Mention] = (),
    raw: Mapping[str, Any] | None = None,
) -> None:
    """What was heard; of what was edited also the text that stood; and what its author took away.

    `raw` has the network's own words, by the post's name.
    """
    raw = raw or {}

    def one(kind: Kept, row: Mention, **more: Any) -> Telling:
        body = of_mention(row, raw=raw.get(row.external_id), **more)
        return Telling(kind, row.account, f"mention:{row.pk}", body)

    keep_many([one(Kept.HEARD, row) for row in new])
    keep_many([one(Kept.EDITED, row, before=before) for row, before in edited])
    keep_many([one(Kept.GONE, row) for row in gone])


def _note_step(instance: MessageStep, created: bool, **kwargs: Any) -> None:
    if created:
        tenancy.before_leaving(_append_steps, instance.pk)


def _append_steps(numbers: Sequence[int]) -> None:
    """The steps with the message as it is now, at the end of the transaction that made them."""
    rows = MessageStep.objects.filter(pk__in=numbers).order_by("pk")
    _append(
        [
            Telling(Kept.STEP, None, f"message:{step.message_id}", _of_step(step), step.at)
            for step in rows.select_related("by", "message__author")
        ]
    )


def _of_step(step: MessageStep) -> dict[str, Any]:
    message = step.message
    return {
        "did": step.did,
        "by": person(step.by),
        "version": step.version,
        "guardrail": step.guardrail,
        "reason": step.reason,
        "text": message.text,
        "variants": message.variants,
        "link": message.link,
        "author": person(message.author),
        "scheduled_at": message.scheduled_at,
    }


post_save.connect(_note_step, sender=MessageStep, dispatch_uid="record")


# --- legal holds ---------------------------------------------------------------------------------------


class NotHeld(Exception):
    """The hold cannot be lifted. The text says why."""


def place_hold(
    *,
    name: str,
    reason: str,
    by: User,
    account: Account | None = None,
    since: date | None = None,
    until: date | None = None,
) -> LegalHold:
    """From now on nothing of this time, and of this account where there is one, may be removed."""
    return LegalHold.objects.create(
        name=name, reason=reason, account=account, since=since, until=until, placed_by=by
    )


def lift_hold(*, hold: LegalHold, by: User, because: str) -> LegalHold:
    """It binds nobody any more. It stays in the list, with who lifted it and why."""
    row = LegalHold.objects.select_for_update(of=("self",)).get(pk=hold.pk)
    if row.lifted_at:
        raise NotHeld(_("Somebody has lifted this hold already."))
    row.lifted_by, row.lifted_at, row.lifted_because = by, timezone.now(), because
    row.save()
    return row


def held(*, since: datetime, until: datetime | None = None, accounts: Iterable[int] = ()) -> LegalHold | None:
    """A legal hold of the entered command that forbids to remove something of this time, or None.

    Whatever removes anything asks here first, inside the transaction that removes it. `accounts` are those
    that it belongs to; without any, a hold on one account does not touch it.
    """
    zone = ZoneInfo(Command.objects.get(pk=tenancy.current_command_id()).time_zone)
    first, last = (moment.astimezone(zone).date() for moment in (since, until or since))
    return (
        LegalHold.objects.filter(lifted_at=None)
        .filter(Q(account=None) | Q(account__in=list(accounts)))
        .filter(Q(since=None) | Q(since__lte=last), Q(until=None) | Q(until__gte=first))
        .first()
    )
