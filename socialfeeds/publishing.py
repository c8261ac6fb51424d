"""The outbox: what was composed goes out once, and never twice.

    ready → sending → sent          the network gave an id
                    → ready         proof that nothing was sent: again later, a bounded number of times
                    → failed        proof, and no use in asking again: a person decides
                    → unknown       no proof: look on the account's own timeline, and adopt what is there

A delivery is claimed inside its tenancy and `sending` is committed before the call, so a worker that dies
in mid-call leaves a row whose lease ends, and that is looked for like any other call without an answer.
Right before the call everything that could forbid it is looked at once more, and `asked_at` is committed: who
died before that has sent nothing, and the row is simply ready again.
Nothing but a person's word leads from `unknown` to another call, and even then the timeline is read first.

Of a thread each part is a delivery, due once the one before is sent. Where one fails for good the rest stays,
and a person decides on that one. What was said, and what was refused, goes into the record.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from precincts import tenancy
from precincts.models import User
from socialfeeds import networks, outgoing, record, spending, threads
from socialfeeds.models import Account, Attachment, Delivery, Kept, State
from socialfeeds.networks.base import (
    Dead,
    Duplicate,
    Expired,
    MayBeSent,
    NetworkError,
    NotSent,
    Outgoing,
    Picture,
    Posted,
)

log = logging.getLogger(__name__)

# How many a sweep hands out at most: what is left over is still there ten seconds later.
SWEEP = 200
# Waits after proof that nothing was sent: ten seconds, doubled up to an hour, for some three hours in all.
MOST_TRIES = 12
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)
# How often it is looked whether the month has money again.
MONEY_WAIT = timedelta(minutes=5)
# When the timeline is read for a message without an answer; it can come late, and so can the message.
LOOKS = [timedelta(seconds=seconds) for seconds in (5, 15, 60, 180, 600, 3600, 14400, 86400)]
# After so many of them a person is asked. The later ones go on, for they cost little and only read.
LOOKS_BEFORE_ASKING = 5
# Their clock need not be ours.
CLOCKS_DIFFER = timedelta(minutes=2)


@dataclass(frozen=True)
class Found:
    """It stands on the timeline already."""

    external_id: str
    raw: Any = None


class Stopped(NotSent):
    """A pause, or whatever else forbids it, began after the claim: nothing was sent."""


# None: looked for, and not there.
Outcome = Posted | Found | NetworkError | None


class Settled(Exception):
    """The delivery is no longer what the person saw. The text says so."""


@dataclass(frozen=True)
class Step:
    """What one worker has claimed, and all it needs to know outside of the tenancy."""

    command_id: int
    delivery_id: int
    attempt: int
    state: State
    account: Account
    attachments: list[Attachment]
    asked_at: datetime
    lease_until: datetime
    # Whether the timeline can hold it already.
    look: bool
    outgoing: Outgoing = field(default_factory=partial(Outgoing, "", ""))
    # Why it cannot even be asked for.
    broken: NotSent | None = None


def due() -> list[tuple[int, int]]:
    """(command, delivery) of what can be worked on now, oldest first, in the whole city."""
    with tenancy.citywide():
        return list(Delivery.objects.due().values_list("command_id", "pk")[:SWEEP])


def deliver(*, command_id: int, delivery_id: int) -> int | None:
    """Take one delivery a step further. Does nothing where it is not due, or somebody else has it.

    Gives the delivery that became due by it: the next part of a thread.
    """
    if connection.in_atomic_block:
        raise RuntimeError("The claim must be committed before the call: deliver outside of any transaction.")
    # What takes time comes before the claim: who dies between claim and call leaves a question behind.
    networks.load()
    shown = _pictures(command_id, delivery_id)
    with tenancy.enter(command_id):
        step = _claim(command_id, delivery_id, shown)
    if step is None:
        return None
    outcome = _take(step)
    pictures = outgoing.described(step.attachments) if isinstance(outcome, Posted | Found) else []
    with tenancy.enter(command_id):
        return _record(step, outcome, pictures)


@dataclass(frozen=True)
class Shown:
    """The pictures of a delivery, ready to go out, or why they are not."""

    attachments: list[Attachment]
    pictures: tuple[Picture, ...] = ()
    broken: NotSent | None = None


def _pictures(command_id: int, delivery_id: int) -> Shown:
    with tenancy.enter(command_id):
        attachments = outgoing.attachments_of(delivery_id)
        row = Delivery.objects.due().filter(pk=delivery_id, state=State.READY)
        network = row.values_list("account__network", flat=True).first() if attachments else None
    if not network:
        return Shown(attachments)
    try:
        return Shown(attachments, outgoing.pictures(attachments, network))
    except NotSent as error:
        return Shown(attachments, broken=error)


# --- claiming ------------------------------------------------------------------------------------------


def lease(network: str) -> timedelta:
    """How long a worker may take: to look, to ask, to wait for both answers, and to write it down."""
    return timedelta(seconds=networks.longest_call(network) + 10)


def _claim(command_id: int, delivery_id: int, shown: Shown) -> Step | None:
    """Take the row, if it is still due: the pause, the account and its rest are looked at again here."""
    rows = Delivery.objects.due().filter(pk=delivery_id)
    rows = rows.select_related("account", "message__answers__thread")
    row = rows.select_for_update(of=("self",), skip_locked=True).first()
    if row is None or _is_not_its_turn(row, shown):
        return None
    now = timezone.now()
    if row.state == State.READY and _too_dear(row):
        return None
    look = row.asked_at is not None
    if row.state == State.READY:
        row.move(State.SENDING)
        row.attempt += 1
    elif row.state == State.SENDING:
        row.move(State.UNKNOWN)
        row.tries = 0
        row.error = _("The sender stopped before it had an answer.")
    row.due_at = now + lease(row.account.network)
    row.save()
    step = Step(
        command_id=command_id,
        delivery_id=row.pk,
        attempt=row.attempt,
        state=State(row.state),
        account=row.account,
        attachments=shown.attachments,
        asked_at=row.asked_at or now,
        lease_until=row.due_at,
        look=look,
        broken=shown.broken,
    )
    try:
        return replace(step, outgoing=outgoing.made_of(row, shown.pictures, partial(_look_again, step)))
    except NotSent as error:
        return replace(step, broken=error)


def _is_not_its_turn(row: Delivery, shown: Shown) -> bool:
    """Whether it waits after all; noted on the row where that has to be."""
    if row.state == State.SENDING and row.asked_at is None:
        # The sender stopped before it asked. That is proof: from here on it is as if nothing had been tried.
        row.move(State.READY)
        row.due_at = timezone.now()
        row.save()
        return True
    if row.part > 1 and row.state == State.READY and not _before(row).filter(state=State.SENT).exists():
        # What it continues is in question again, or was never sent.
        row.due_at = None
        row.save()
        return True
    # Somebody has changed the pictures since they were read.
    return {one.pk for one in shown.attachments} != {one.pk for one in outgoing.attachments_of(row.pk)}


def _before(row: Delivery) -> QuerySet[Delivery]:
    return Delivery.objects.filter(message=row.message_id, account=row.account_id, part=row.part - 1)


def _look_again(step: Step) -> None:
    """Right before the call: whether it may still go. From here on nobody can say that nothing was sent."""
    with tenancy.enter(step.command_id):
        mine = Delivery.objects.filter(pk=step.delivery_id, state=State.SENDING, attempt=step.attempt)
        row = mine.select_for_update().first()
        if row is None or timezone.now() > step.lease_until:
            raise NotSent(_("The sender was held up, and did not send."))
        if not Delivery.objects.allowed().filter(pk=row.pk).exists():
            raise Stopped(_("It was stopped before it left."))
        if row.asked_at is None:
            row.asked_at = timezone.now()
            row.save(update_fields=["asked_at"])


def _too_dear(row: Delivery) -> bool:
    """It costs more than is left of the month. It waits, and people are told by the budget's alarm."""
    micros = networks.network_named(row.account.network).micros(row.text)
    if not spending.over(micros, but=row.pk):
        return False
    row.error = _("It waits: this month’s budget for networks is spent.")
    row.due_at = timezone.now() + MONEY_WAIT
    row.save(update_fields=["error", "due_at"])
    return True


# --- the call, outside of any transaction -----------------------------------------------------------------


def _take(step: Step) -> Outcome:
    """Look, send, or both."""
    if step.broken:
        return step.broken
    if step.look:
        try:
            found = _find(step)
        except NetworkError as error:
            if step.state == State.UNKNOWN:
                return error
            # Nothing was sent yet. What may never be read is no reason not to take a person's word.
            if not isinstance(error, NotSent):
                return NotSent(str(error))
            if not error.permanent:
                return error
            found = None
        if found or step.state == State.UNKNOWN:
            return found
    return _send(step)


def _send(step: Step) -> Outcome:
    try:
        step.outgoing.check()
        return networks.network_named(step.account.network).post(step.account, step.outgoing)
    except NetworkError as error:
        return error
    except Exception:
        # Whatever it is, it came after the claim: nobody can say what was sent.
        log.exception("Delivery %s: the call broke", step.delivery_id)
        return MayBeSent(_("Something went wrong here while the network was being asked."))


def _find(step: Step) -> Found | None:
    """The message on the account's own timeline, unless that post is another delivery's."""
    since = step.asked_at - CLOCKS_DIFFER
    for post in networks.network_named(step.account.network).find(step.account, step.outgoing, since):
        if not _belongs_to_another(step, post.external_id):
            return Found(post.external_id, post.raw)
    return None


def _belongs_to_another(step: Step, external_id: str) -> bool:
    with tenancy.enter(step.command_id):
        others = Delivery.objects.filter(account=step.account, external_id=external_id)
        return others.exclude(pk=step.delivery_id).exists()


# --- recording -------------------------------------------------------------------------------------------


def _record(step: Step, outcome: Outcome, pictures: list[dict[str, Any]]) -> int | None:
    rows = Delivery.objects.select_for_update(of=("self",))
    row = rows.select_related("account", "message__author", "message__approved_by").get(pk=step.delivery_id)
    following = None
    if isinstance(outcome, Posted | Found):
        if isinstance(outcome, Posted):
            _take_back(row, outcome.external_id)
        following = _sent(row, outcome.external_id, raw=outcome.raw, pictures=pictures)
    elif (row.state, row.attempt) != (step.state, step.attempt):
        # Overtaken: the lease ended, and somebody else knows better.
        return None
    elif step.state == State.UNKNOWN:
        _still_unknown(row, outcome)
    elif isinstance(outcome, NotSent):
        _not_sent(row, step, outcome)
    else:
        _unknown(row, outcome)
    row.save()
    return following


def _sent(row: Delivery, external_id: str, **told: Any) -> int | None:
    """It stands there. Even who comes back late is believed: a post is a post."""
    known = row.external_id
    if row.state == State.SENT:
        if known == external_id:
            return None
        if known:
            log.error("Delivery %s stands twice: %s and %s", row.pk, known, external_id)
        row.external_id = known or external_id
    else:
        row.move(State.SENT)
        row.external_id = external_id
        row.sent_at = row.sent_at or timezone.now()
        row.due_at = None
        row.error = ""
        row.save()
        spending.charge_post(row.account, row.text)
        threads.answered(row)
    _keep(Kept.SAID, row, external_id=external_id, address=row.url, **told)
    return _due_after(row)


def _due_after(row: Delivery) -> int | None:
    """The next part of a thread, which is due from now on; None where there is none."""
    parts = Delivery.objects.filter(message=row.message_id, account=row.account_id, part=row.part + 1)
    following = parts.select_for_update().filter(state=State.READY, due_at=None).first()
    if following is None:
        return None
    following.due_at = timezone.now()
    following.save(update_fields=["due_at"])
    return following.pk


def _keep(kind: Kept, row: Delivery, **more: Any) -> None:
    body = record.of_delivery(row, **more)
    record.keep(kind, account=row.account, about=f"delivery:{row.pk}", body=body)


def _take_back(row: Delivery, external_id: str) -> None:
    """Another delivery of the same words may have found this post and taken it for its own."""
    others = Delivery.objects.select_for_update().filter(account=row.account_id, external_id=external_id)
    for other in others.exclude(pk=row.pk):
        other.move(State.UNKNOWN)
        other.external_id, other.sent_at = "", None
        other.needs_person, other.due_at = True, None
        other.error = _("The post that was found is another message’s, with the same words.")
        other.save()


def _not_sent(row: Delivery, step: Step, error: NotSent) -> None:
    """Proof. Back to `ready` with a wait that grows, or `failed` where that is no use."""
    if not step.look:
        row.asked_at = None
    if isinstance(error, Stopped):
        row.move(State.READY)
        row.due_at = timezone.now()
        return
    row.error = _short(error)
    _refused(row, error)
    # A limit and a dead token are the account's, and say nothing of this message.
    counts = error.retry_at is None and not isinstance(error, Dead)
    row.tries += counts
    if error.permanent or row.tries >= MOST_TRIES:
        row.move(State.FAILED)
        row.needs_person, row.due_at = True, None
        return
    row.move(State.READY)
    row.due_at = error.retry_at or timezone.now() + min(FIRST_WAIT * 2 ** (row.tries - 1), LONGEST_WAIT)
    account = Account.objects.filter(pk=row.account_id)
    if isinstance(error, Dead):
        account.die(str(error))
        row.due_at = timezone.now()
    elif isinstance(error, Expired):
        account.update(token_expires_at=timezone.now())
    elif error.retry_at and not step.look:
        account.update(resting_until=error.retry_at)


def _refused(row: Delivery, error: NetworkError | None) -> None:
    """Into the record, where the network itself has said no."""
    if isinstance(error, NotSent | Duplicate) and (
        error.raw is not None or getattr(error, "permanent", True)
    ):
        _keep(Kept.REFUSED, row, error=str(error), raw=error.raw)


def _unknown(row: Delivery, error: NetworkError | None) -> None:
    _refused(row, error)
    row.move(State.UNKNOWN)
    row.tries = 0
    row.error = _short(error)
    row.due_at = timezone.now() + LOOKS[0]


def _still_unknown(row: Delivery, outcome: NetworkError | None) -> None:
    """Not found, or the timeline could not be read: again later, and in the end by a person."""
    if isinstance(outcome, Dead):
        Account.objects.filter(pk=row.account_id).die(str(outcome))
        row.due_at = timezone.now()
        return
    if isinstance(outcome, Expired):
        Account.objects.filter(pk=row.account_id).update(token_expires_at=timezone.now())
    if isinstance(outcome, NotSent) and outcome.retry_at:
        row.due_at = outcome.retry_at
        return
    row.tries += 1
    row.needs_person = row.tries >= LOOKS_BEFORE_ASKING
    row.due_at = timezone.now() + LOOKS[row.tries] if row.tries < len(LOOKS) else None


def _short(error: NetworkError | None) -> str:
    return str(error)[:300]


# --- a person's word -------------------------------------------------------------------------------------


def send_again(*, delivery: Delivery, by: User) -> Delivery:
    """Somebody has looked: it was not sent. It goes out once more, after one more look of our own."""
    row = _waiting_for_a_person(delivery, by)
    row.move(State.READY)
    row.tries = 0
    row.due_at = row.decided_at
    row.save()
    return row


def mark_sent(*, delivery: Delivery, by: User, address: str = "") -> Delivery:
    """Somebody has looked: it was sent. `address` is where it stands, if they have it."""
    row = _waiting_for_a_person(delivery, by)
    row.move(State.SENT)
    row.external_id = _id_in(address)
    if row.external_id and row.account.deliveries.filter(external_id=row.external_id).exists():
        raise Settled(_("That post is known already: it is another message’s."))
    row.sent_at = row.decided_at
    row.due_at = None
    row.error = ""
    row.save()
    pictures = outgoing.described(outgoing.attachments_of(row.pk))
    word_of = record.person(by)
    _keep(Kept.SAID, row, external_id=row.external_id, address=row.url, word_of=word_of, pictures=pictures)
    threads.answered(row)
    _due_after(row)
    return row


def _waiting_for_a_person(delivery: Delivery, by: User) -> Delivery:
    rows = Delivery.objects.select_for_update(of=("self",))
    row = rows.select_related("account", "message__author", "message__approved_by").get(pk=delivery.pk)
    if not row.needs_person:
        raise Settled(
            _("This has moved on since you looked: %(state)s.") % {"state": row.get_state_display()}
        )
    row.decided_by, row.decided_at = by, timezone.now()
    return row


def _id_in(address: str) -> str:
    """The post's id in its address, or an id alone."""
    found = re.search(r"(?:/status/|^)(\d{1,20})(?:[/?#]|$)", address.strip())
    return found[1] if found else ""
