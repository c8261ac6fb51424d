"""Planning a message: a draft for some accounts and a time, and another time for what has not left.

Called inside tenancy.enter. Nothing here decides that a message may go; it only says when it would.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from precincts.models import User
from socialfeeds import composing, record, scheduling, wording
from socialfeeds.models import (
    Account,
    Approval,
    Broadcast,
    Delivery,
    Did,
    Message,
    MessageStep,
    State,
    Status,
)

AT_ONCE = 500
MOVABLE = {Status.DRAFT, Status.SUBMITTED, Status.RELEASED}


class NotMoved(Exception):
    """It stays where it is. The text says why."""


class Changed(NotMoved):
    """Somebody was faster."""


@dataclass(frozen=True)
class Plan:
    """A message to make: its words, for whom, and when."""

    text: str
    accounts: Sequence[Account]
    author: User | None
    scheduled_at: datetime | None = None
    zone: str = ""
    link: str = ""
    source_url: str = ""
    broadcast: Broadcast | None = None


def make_draft(
    *,
    text: str,
    accounts: Sequence[Account],
    author: User | None,
    scheduled_at: datetime | None = None,
    zone: str = "",
    link: str = "",
    source_url: str = "",
    broadcast: Broadcast | None = None,
) -> Message:
    """A draft for these accounts, at a time where there is one."""
    plan = Plan(text, accounts, author, scheduled_at, zone, link, source_url, broadcast)
    return make_drafts(plans=[plan])[0]


def make_drafts(*, plans: Iterable[Plan]) -> list[Message]:
    """Many of them, in a few statements."""
    plans = list(plans)
    drafts = [
        Message(
            text=plan.text,
            link=plan.link,
            source_url=plan.source_url,
            author=plan.author,
            broadcast=plan.broadcast,
            status=Status.DRAFT,
            scheduled_at=plan.scheduled_at,
            time_zone=plan.zone,
        )
        for plan in plans
    ]
    Message.objects.bulk_create(drafts, batch_size=AT_ONCE)
    deliveries = [
        Delivery(message=message, account=account, state=State.HELD, due_at=None)
        for message, plan in zip(drafts, plans, strict=True)
        for account in plan.accounts
    ]
    Delivery.objects.bulk_create(deliveries, batch_size=AT_ONCE)
    return drafts


def submit(*, messages: Sequence[Message], by: User) -> None:
    """Send drafts to those who approve at the command."""
    now = timezone.now()
    for message in messages:
        message.move(Status.SUBMITTED)
        message.waits_for, message.submitted_at, message.changed_at = Approval.COMMAND, now, now
    fields = ["status", "waits_for", "submitted_at", "changed_at"]
    Message.objects.bulk_update(messages, fields, batch_size=AT_ONCE)
    steps = [MessageStep(message=each, did=Did.SUBMITTED, by=by, version=each.version) for each in messages]
    record.note_steps(MessageStep.objects.bulk_create(steps, batch_size=AT_ONCE))


def stop(*, message: Message, by: User | None, reason: str = "") -> None:
    """Hold back what of it has not left. What has left stays as it is."""
    message = Message.objects.select_for_update().get(pk=message.pk)
    held = message.deliveries.select_for_update().order_by("pk")
    for delivery in held:
        if delivery.state == State.READY:
            delivery.move(State.HELD)
            delivery.due_at = None
            delivery.save()
    if all(delivery.state == State.HELD for delivery in held) and message.status != Status.WITHDRAWN:
        message.move(Status.WITHDRAWN)
        message.save()
        _note(message, Did.WITHDRAWN, by, reason=reason)


def words_of(text: str, link: str) -> str:
    """What is sent: the text with its link behind it, on a line of its own."""
    return f"{text}\n{link}".strip()


def why_unsayable(text: str, link: str, networks: Iterable[str]) -> str:
    """Why these words cannot be sent on these networks. Empty where they can."""
    try:
        text = wording.clean(text)
        if wording.is_empty(text):
            return _("The message is empty. Write what you want to say.")
        for network in dict.fromkeys(networks):
            composing.check_length(words_of(text, link), network)
    except composing.CannotSay as error:
        return str(error)
    return ""


def reschedule(
    *, message: Message, moment: datetime, zone: str, by: User, version: int | None = None
) -> Message:
    """Another time for a message that has not left. Whoever approved it approved its words: that stands.

    Raises scheduling.BadTime for a time that will not do, Changed where it is no longer what was looked at,
    and NotMoved where it has left, or never will.
    """
    scheduling.ahead(moment)
    # The message first and its deliveries after it; who claims one holds that row alone.
    row = Message.objects.select_for_update().get(pk=message.pk)
    deliveries = list(row.deliveries.select_for_update().order_by("pk"))
    if version is not None and row.version != version:
        raise Changed(_("Somebody changed this message since you looked. Look at it once more."))
    if why := why_not(row, deliveries):
        raise NotMoved(why)
    before, row.scheduled_at, row.time_zone = row.scheduled_at, moment, zone
    row.version += 1
    row.save()
    # A later part of a thread is due once the one before it was sent.
    due = [each for each in deliveries if each.state == State.READY and each.part == 1]
    Delivery.objects.filter(pk__in=[each.pk for each in due]).update(due_at=moment)
    _note(row, Did.MOVED, by, reason=_from_to(before, moment, zone))
    return row


def why_not(message: Message, deliveries: Iterable[Delivery]) -> str:
    """Why a message takes no other time. Empty where it does."""
    if message.status not in MOVABLE:
        return _("This message takes no other time: %(status)s.") % {"status": message.get_status_display()}
    if message.missed_at:
        return _("This message was due while publishing was paused. Decide first what becomes of it.")
    waiting = {State.HELD, State.READY}
    if any(each.state not in waiting or each.attempt for each in deliveries):
        return _("This message is on its way already. It takes no other time.")
    return ""


def _from_to(before: datetime | None, after: datetime, zone: str) -> str:
    said = [date_format(scheduling.utc_to_local(one, zone), "M j, Y, P") for one in (before, after) if one]
    return " → ".join(said)


def _note(message: Message, did: Did, by: User | None, reason: str = "") -> None:
    MessageStep.objects.create(message=message, did=did, by=by, version=message.version, reason=reason)
