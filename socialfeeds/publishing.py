"""The outbox: what was composed goes out once, and never twice.

    ready → sending → sent          the network gave an id
                    → ready         proof that nothing was sent: again later, a bounded number of times
                    → failed        proof, and no use in asking again: a person decides
                    → unknown       no proof: look on the account's own timeline, and adopt what is there

A delivery is claimed inside its tenancy and `sending` is committed before the call, so a worker that dies
in mid-call leaves a row whose lease ends, and that is looked for like any other call without an answer.
Nothing but a person's word leads from `unknown` to another call, and even then the timeline is read first.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from precincts import tenancy
from precincts.models import User
from socialfeeds import networks, spending
from socialfeeds.models import Account, Delivery, State
from socialfeeds.networks.base import Dead, Expired, MayBeSent, NetworkError, NotSent, Outgoing, Posted

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
    outgoing: Outgoing
    asked_at: datetime
    lease_until: datetime
    # Whether the timeline can hold it already.
    look: bool


def due() -> list[tuple[int, int]]:
    """(command, delivery) of what can be worked on now, oldest first, in the whole city."""
    with tenancy.citywide():
        return list(Delivery.objects.due().values_list("command_id", "pk")[:SWEEP])


def deliver(*, command_id: int, delivery_id: int) -> None:
    """Take one delivery a step further. Does nothing where it is not due, or somebody else has it."""
    if connection.in_atomic_block:
        raise RuntimeError("The claim must be committed before the call: deliver outside of any transaction.")
    # What takes time comes before the claim: who dies between claim and call leaves a question behind.
    networks.load()
    with tenancy.enter(command_id):
        step = _claim(command_id, delivery_id)
    if step is None:
        return
    outcome = _take(step)
    with tenancy.enter(command_id):
        _record(step, outcome)


# --- claiming ------------------------------------------------------------------------------------------


def lease() -> timedelta:
    """How long a worker may take: to look, to ask, to wait for both answers, and to write it down."""
    return timedelta(seconds=4 * settings.X_TIMEOUT_SECONDS + 10)


def _claim(command_id: int, delivery_id: int) -> Step | None:
    """Take the row, if it is still due: the pause, the account and its rest are looked at again here."""
    rows = Delivery.objects.due().filter(pk=delivery_id).select_related("account", "message")
    row = rows.select_for_update(of=("self",), skip_locked=True).first()
    if row is None:
        return None
    now = timezone.now()
    if row.state == State.READY and _too_dear(row):
        return None
    asked_at, look = row.asked_at or now, row.asked_at is not None
    if row.state == State.READY:
        row.move(State.SENDING)
        row.attempt += 1
        row.asked_at = asked_at
    elif row.state == State.SENDING:
        row.move(State.UNKNOWN)
        row.tries = 0
        row.error = _("The sender stopped before it had an answer.")
    row.due_at = now + lease()
    row.save()
    return Step(
        command_id=command_id,
        delivery_id=row.pk,
        attempt=row.attempt,
        state=State(row.state),
        account=row.account,
        outgoing=Outgoing(row.text, row.key.hex),
        asked_at=asked_at,
        lease_until=row.due_at,
        look=look,
    )


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
    if timezone.now() > step.lease_until:
        return NotSent(_("The sender was held up, and did not send."))
    try:
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
            return Found(post.external_id)
    return None


def _belongs_to_another(step: Step, external_id: str) -> bool:
    with tenancy.enter(step.command_id):
        others = Delivery.objects.filter(account=step.account, external_id=external_id)
        return others.exclude(pk=step.delivery_id).exists()


# --- recording -------------------------------------------------------------------------------------------


def _record(step: Step, outcome: Outcome) -> None:
    row = Delivery.objects.select_for_update().get(pk=step.delivery_id)
    if isinstance(outcome, Posted | Found):
        if isinstance(outcome, Posted):
            _take_back(row, outcome.external_id)
        _sent(row, outcome.external_id)
    elif (row.state, row.attempt) != (step.state, step.attempt):
        # Overtaken: the lease ended, and somebody else knows better.
        return
    elif step.state == State.UNKNOWN:
        _still_unknown(row, outcome)
    elif isinstance(outcome, NotSent):
        _not_sent(row, step, outcome)
    else:
        _unknown(row, outcome)
    row.save()


def _sent(row: Delivery, external_id: str) -> None:
    """It stands there. Even who comes back late is believed: a post is a post."""
    if row.state == State.SENT:
        if row.external_id not in {"", external_id}:
            log.error("Delivery %s stands twice: %s and %s", row.pk, row.external_id, external_id)
        row.external_id = row.external_id or external_id
        return
    row.move(State.SENT)
    row.external_id = external_id
    row.sent_at = timezone.now()
    row.due_at = None
    row.error = ""
    spending.charge_post(row.account, row.text)


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
    row.error = _short(error)
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


def _unknown(row: Delivery, error: NetworkError | None) -> None:
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
    return row


def _waiting_for_a_person(delivery: Delivery, by: User) -> Delivery:
    row = Delivery.objects.select_for_update().get(pk=delivery.pk)
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
