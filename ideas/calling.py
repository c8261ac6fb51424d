"""The webhooks' outbox: each call is sent at least once, and its receiver knows a second one by its id.

    ready → delivered    the receiver answered 2xx
          → ready        it did not: again later, for some three days
          → failed       it never did; a person can send it again

A call is claimed inside its tenancy: its `due_at` becomes the end of the sender's lease, and that is
committed before anybody is asked. A worker that dies in mid-call leaves a row that is due again when the
lease ends.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from ideas import reaching, webhooks
from ideas.models import Call, CallState
from precincts import tenancy

log = logging.getLogger(__name__)

# What Standard Webhooks proposes: soon, then ever more rarely, three days and three hours in all.
WAITS = [
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
]
# How many a sweep hands out at most, and to one receiver: a slow one does not keep the others waiting.
SWEEP, AT_ONCE = 200, 5
# For how long what was sent, or could not be, is kept.
KEPT = timedelta(days=30)
GONE = 410


@dataclass(frozen=True)
class Step:
    """What one worker has claimed, and all that it needs outside of the tenancy."""

    command_id: int
    call_id: int
    tries: int
    url: str
    secrets: list[str]
    message_id: str
    body: bytes


@dataclass(frozen=True)
class Outcome:
    status: int | None
    error: str
    # Seconds that the receiver asked us to wait.
    wait: int = 0

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def due() -> list[tuple[int, int]]:
    """(command, call) of what can be sent now, oldest first, in the whole city."""
    with tenancy.citywide():
        oldest = Call.objects.due().order_by("due_at", "pk")
        rows = list(oldest.values_list("command_id", "pk", "webhook_id")[: SWEEP * AT_ONCE])
    handed: Counter[int] = Counter()
    found = []
    for command_id, call_id, webhook_id in rows:
        handed[webhook_id] += 1
        if handed[webhook_id] <= AT_ONCE:
            found.append((command_id, call_id))
    return found[:SWEEP]


def send(*, command_id: int, call_id: int) -> None:
    """Send one call, if it is due and nobody else has it."""
    if connection.in_atomic_block:
        raise RuntimeError("The claim must be committed before the call: send outside of any transaction.")
    with tenancy.enter(command_id):
        step = _claim(command_id, call_id)
    if step is None:
        return
    outcome = _ask(step)
    with tenancy.enter(command_id):
        _record(step, outcome)


def lease() -> timedelta:
    """How long a worker may take: to look up the name, to ask, and to write it down."""
    return timedelta(seconds=2 * settings.WEBHOOK_TIMEOUT_SECONDS + 40)


def _claim(command_id: int, call_id: int) -> Step | None:
    rows = Call.objects.due().filter(pk=call_id).select_related("webhook")
    row = rows.select_for_update(of=("self",), skip_locked=True).first()
    if row is None:
        return None
    row.tries += 1
    row.tried_at = timezone.now()
    row.due_at = row.tried_at + lease()
    row.save(update_fields=["tries", "tried_at", "due_at"])
    return Step(
        command_id=command_id,
        call_id=row.pk,
        tries=row.tries,
        url=row.webhook.url,
        secrets=row.webhook.secrets,
        message_id=str(row.event_id),
        body=json.dumps(row.payload, ensure_ascii=False).encode(),
    )


def _ask(step: Step) -> Outcome:
    """The call, outside of any transaction."""
    now = int(timezone.now().timestamp())
    signed = [webhooks.signature(secret, step.message_id, now, step.body) for secret in step.secrets]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Engage-Webhooks/1",
        "webhook-id": step.message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": " ".join(signed),
    }
    try:
        status, again = reaching.post(step.url, step.body, headers)
    except reaching.CannotReach as error:
        return Outcome(None, str(error))
    except Exception:
        log.exception("Call %s: asking broke", step.call_id)
        return Outcome(None, _("Something went wrong here while it was being sent."))
    if 300 <= status < 400:
        return Outcome(status, _("It sent us elsewhere. Redirects are not followed: give the last address."))
    wait = int(again) if again.isascii() and again.isdigit() and len(again) < 6 else 0
    return Outcome(status, "", wait)


def _record(step: Step, outcome: Outcome) -> None:
    rows = Call.objects.select_for_update(of=("self",)).select_related("webhook")
    row = rows.filter(pk=step.call_id).first()
    if row is None or row.state == CallState.DELIVERED:
        return
    # Overtaken: the lease ended, and somebody else has it. That it arrived is true all the same.
    if row.tries != step.tries and not outcome.delivered:
        return
    row.status_code, row.error = outcome.status, outcome.error
    if outcome.delivered:
        row.state, row.delivered_at = CallState.DELIVERED, timezone.now()
    elif outcome.status == GONE:
        row.state, row.error = CallState.FAILED, _("The receiver is gone, and this webhook is paused.")
        row.webhook.active, row.webhook.gone_at = False, timezone.now()
        row.webhook.save(update_fields=["active", "gone_at"])
    elif row.tries > len(WAITS):
        row.state = CallState.FAILED
    else:
        wait = max(WAITS[row.tries - 1], min(timedelta(seconds=outcome.wait), WAITS[-1]))
        row.due_at = timezone.now() + wait
    row.save()


def forget_old() -> None:
    """Inside a tenancy: what is older than a month goes, delivered or not."""
    Call.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
