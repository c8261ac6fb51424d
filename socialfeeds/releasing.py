"""From a draft to the outbox: sending for approval, approving, returning, releasing, taking back.

    draft → submitted → released        somebody else approves
    draft → released                    where nothing asks for an approval
    submitted → draft | expired         returned; or not approved by its time
    released → draft                    taken back, before any of it was claimed

Called inside tenancy.enter. Each step is kept with who, when and why. The views ask for the permission; what
a role alone does not decide, such as that nobody approves their own, is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from precincts import tenancy
from precincts.models import User
from socialfeeds import reasons, tasks, wording
from socialfeeds.drafting import Stale, lock
from socialfeeds.guardrails import Finding
from socialfeeds.models import (
    Approval,
    Delivery,
    Did,
    Message,
    MessageStep,
    State,
    Status,
)
from socialfeeds.reasons import Judged, Reason, Refused, judge, why_not

# What is to go out at once, and nobody approved for so long, has run out of time as well.
PATIENCE = timedelta(days=7)
REASON_LENGTH = 1000


def submit(*, message: Message, by: User, version: int | None = None, because: str = "") -> Message:
    """Send a draft for approval: headquarters' where a guardrail asks for it, else the command's.

    Raises Refused or Stale, and then nothing has happened.
    """
    with transaction.atomic():
        row = lock(message, version=version, allowed=[Status.DRAFT])
        judged = _sound(row, by, because)
        row.move(Status.SUBMITTED)
        row.waits_for = Approval.CITY if judged.for_city else Approval.COMMAND
        row.submitted_at = timezone.now()
        row.approved_by = row.approved_at = None
        _keep_findings(row, judged)
        row.save()
        _answer(row, reasons.to_answer(judged), by, because)
        _step(row, Did.SUBMITTED, by)
    return row


def release(*, message: Message, by: User, version: int | None = None, because: str = "") -> Message:
    """Let a draft go out at its time without anybody's approval. Raises Refused or Stale."""
    with transaction.atomic():
        row = lock(message, version=version, allowed=[Status.DRAFT])
        judged = _sound(row, by, because)
        if judged.for_city:
            raise Refused(
                Reason("needs_city", _("Headquarters has to approve this. Send it for approval."), "text")
            )
        _keep_findings(row, judged)
        _answer(row, reasons.to_answer(judged), by, because)
        _step(row, Did.RELEASED, by)
        _send_out(row, judged)
    return row


def approve(
    *, message: Message, by: User, city: bool, version: int | None = None, reason: str = ""
) -> Message:
    """Let what was submitted go out. `city` says that headquarters decides, and not the command.

    Where a guardrail asked for headquarters, that is an override and needs a reason. Gives a message that
    still waits where meanwhile a guardrail wants headquarters to look. Raises Refused or Stale.
    """
    with transaction.atomic():
        row = lock(message, version=version, allowed=[Status.SUBMITTED])
        _may_decide(row, by, city)
        judged = _sound(row, None, reason)
        if judged.for_city and not city:
            row.waits_for = Approval.CITY
            _keep_findings(row, judged)
            row.save()
            return row
        if judged.for_city and not reason.strip():
            raise Refused(Reason("why", _("Say why it may go out all the same. It is kept."), "reason"))
        row.approved_by, row.approved_at = by, timezone.now()
        _keep_findings(row, judged)
        _answer(row, [*judged.for_city, *reasons.to_answer(judged)], by, reason)
        _step(row, Did.APPROVED, by, reason)
        _send_out(row, judged)
    return row


def give_back(*, message: Message, by: User, city: bool, reason: str, version: int | None = None) -> Message:
    """Return what was submitted to its author, with what to change. Raises Refused or Stale."""
    with transaction.atomic():
        row = lock(message, version=version, allowed=[Status.SUBMITTED])
        _may_decide(row, by, city)
        if not reason.strip():
            raise Refused(Reason("why", _("Say what should be different. Its author reads it."), "reason"))
        row.move(Status.DRAFT)
        row.waits_for = ""
        row.save()
        _step(row, Did.RETURNED, by, reason)
    return row


def take_back(*, message: Message, by: User, version: int | None = None, reason: str = "") -> Message:
    """Make a draft of it again. What is being sent already goes on; the rest is held.

    A message of which something went out stays released: then what was left of it is held for good. Raises
    Stale where there is nothing to take back any more.
    """
    allowed = [Status.SUBMITTED, Status.RELEASED, Status.EXPIRED, Status.WITHDRAWN]
    with transaction.atomic():
        row = lock(message, version=version, allowed=allowed)
        if row.status == Status.RELEASED and not _hold(row):
            raise Stale(row, version)
        if row.status != Status.RELEASED or not row.deliveries.exclude(state=State.HELD).exists():
            row.move(Status.DRAFT)
            row.waits_for, row.approved_by, row.approved_at = "", None, None
            row.deliveries.filter(part__gt=1).delete()
            row.deliveries.update(text="")
        row.save()
        _step(row, Did.TAKEN_BACK, by, reason)
    return row


def _hold(row: Message) -> int:
    """Hold what nobody has claimed: says how many."""
    waiting = row.deliveries.select_for_update().filter(state=State.READY, asked_at=None)
    held = 0
    for delivery in waiting:
        delivery.move(State.HELD)
        delivery.due_at = None
        delivery.save()
        held += 1
    return held


def withdraw(*, message: Message, by: User, version: int | None = None, reason: str = "") -> Message:
    """Put away what has not been released. Raises Stale."""
    allowed = [Status.DRAFT, Status.SUBMITTED, Status.EXPIRED]
    with transaction.atomic():
        row = lock(message, version=version, allowed=allowed)
        row.move(Status.WITHDRAWN)
        row.waits_for = ""
        row.save()
        _step(row, Did.WITHDRAWN, by, reason)
    return row


def due_to_expire() -> list[int]:
    """The commands in which something was not approved by its time."""
    with tenancy.citywide():
        return sorted(set(_expiring().values_list("command_id", flat=True)))


def expire() -> int:
    """What the entered command did not approve by its time expires, for everybody to see. Says how many."""
    with transaction.atomic():
        rows = list(_expiring().select_for_update(of=("self",), skip_locked=True))
        for row in rows:
            row.move(Status.EXPIRED)
            row.save()
            _step(row, Did.EXPIRED, None)
    return len(rows)


def _expiring() -> QuerySet[Message]:
    now = timezone.now()
    over = Q(scheduled_at__lte=now) | Q(scheduled_at=None, submitted_at__lte=now - PATIENCE)
    return Message.objects.filter(over, status=Status.SUBMITTED)


def writers_of(message: Message) -> set[int]:
    """Everybody who had a hand in it: its authors, and who sent it for approval."""
    events = message.pgh_event_models["update"].objects.filter(pgh_obj=message.pk)  # type: ignore[attr-defined]
    submitted = MessageStep.objects.filter(message=message, did=Did.SUBMITTED)
    return {
        message.author_id,
        *events.values_list("author_id", flat=True),
        *submitted.values_list("by_id", flat=True),
    } - {None}


def _may_decide(row: Message, by: User, city: bool) -> None:
    if (row.waits_for == Approval.CITY) != city:
        words = (
            _("This waits for the command, and not for headquarters.")
            if city
            else _("This waits for headquarters, and not for the command.")
        )
        raise Refused(Reason("elsewhere", words))
    if by.pk in writers_of(row):
        raise Refused(Reason("own", _("You wrote this yourself. Somebody else has to decide on it.")))


def _sound(row: Message, by: User | None, because: str) -> Judged:
    """The message looked at whole. Raises Refused where something keeps it."""
    judged = judge(row)
    if found := why_not(judged, by=by, because=because):
        raise Refused(*found)
    return judged


def _keep_findings(row: Message, judged: Judged) -> None:
    row.findings = [finding.as_json() for finding in judged.findings]
    row.guardrails = judged.edition


def _answer(row: Message, findings: Iterable[Finding], by: User, reason: str) -> None:
    """Why it is right all the same, for each guardrail once."""
    for number in dict.fromkeys(finding.number for finding in findings):
        _step(row, Did.OVERRODE, by, reason, guardrail=number)


def _step(row: Message, did: Did, by: User | None, reason: str = "", guardrail: int | None = None) -> None:
    MessageStep.objects.create(
        message=row,
        did=did,
        by=by,
        version=row.version,
        guardrail=guardrail,
        reason=reason.strip()[:REASON_LENGTH],
    )


def _send_out(row: Message, judged: Judged) -> None:
    """Its words are final now: each account's, in parts where they are too long for one post."""
    row.move(Status.RELEASED)
    row.waits_for = ""
    row.save()
    held = {one.account_id: one for one in row.deliveries.filter(state=State.HELD, part=1)}
    for shape in judged.shapes:
        _freeze(row, held[shape.account.pk], shape)


def _freeze(row: Message, first: Delivery, shape: wording.Shape) -> None:
    due = row.scheduled_at or timezone.now()
    first.move(State.READY)
    first.text, first.due_at, first.key, first.tries, first.error = shape.parts[0], due, uuid4(), 0, ""
    first.save()
    # A later part goes out once the one before stands.
    Delivery.objects.bulk_create(
        Delivery(message=row, account=shape.account, part=number, text=text, due_at=None)
        for number, text in enumerate(shape.parts[1:], 2)
    )
    if row.scheduled_at is None:
        tasks.send_soon(first)
