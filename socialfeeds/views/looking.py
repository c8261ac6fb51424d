"""A message as it is looked at by who decides on it: how it will look, what was found, what was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.shortcuts import get_object_or_404

from precincts.models import Command
from socialfeeds import reasons, releasing
from socialfeeds.drafting import Stale
from socialfeeds.guardrails import Finding
from socialfeeds.models import Account, Approval, Delivery, Message, State, Status
from socialfeeds.reasons import Judged
from socialfeeds.wording import Shape


@dataclass(frozen=True)
class Card:
    """One network's preview: the accounts on which it looks the same."""

    shape: Shape
    accounts: list[Account]


def cards(judged: Judged) -> list[Card]:
    """A card for each network; for a server with a limit of its own another one."""
    found: dict[tuple[str, int], Card] = {}
    for shape in judged.shapes:
        found.setdefault((shape.network, shape.limit), Card(shape, [])).accounts.append(shape.account)
    return list(found.values())


def message_for_desk(pk: int) -> Message:
    rows = Message.objects.select_related("author", "approved_by", "command", "broadcast")
    return get_object_or_404(rows, pk=pk)


def context_of(
    command: Command, message: Message, user: Any, *, stale: Stale | None = None, **more: Any
) -> dict[str, Any]:
    """What the page of a message needs, at the command and at headquarters."""
    waiting = message.status in (Status.DRAFT, Status.SUBMITTED, Status.EXPIRED, Status.WITHDRAWN)
    judged = reasons.judge(message) if waiting else None
    deliveries = [] if waiting else _deliveries(message)
    return {
        "command": command,
        "message": message,
        "cards": cards(judged) if judged else [],
        "findings": _findings(message, judged),
        "pictures": judged.pictures if judged else list(message.attachments.all()),
        "posts": deliveries,
        "steps": list(message.steps.select_related("by")),
        "own": message.status == Status.SUBMITTED and user.pk in releasing.writers_of(message),
        "for_city": message.waits_for == Approval.CITY,
        "takes_back": _takes_back(message, deliveries),
        "stale": stale,
        **more,
    }


def _findings(message: Message, judged: Judged | None) -> list[Finding]:
    """What is found in it now; and once it was submitted, what was found then."""
    now = judged.findings if judged else []
    then = [] if message.status == Status.DRAFT else [Finding.from_json(one) for one in message.findings]
    known = {(one.key, one.words) for one in now}
    return [*now, *(one for one in then if (one.key, one.words) not in known)]


def _deliveries(message: Message) -> list[Delivery]:
    rows = message.deliveries.select_related("account", "message", "command", "decided_by")
    found = list(rows.order_by("account__network", "account__handle", "account_id", "part"))
    for row in found:
        row.message = message
    return found


def _takes_back(message: Message, deliveries: list[Delivery]) -> bool:
    """Whether there is anything to take back."""
    if message.status == Status.RELEASED:
        return any(row.state == State.READY and row.asked_at is None for row in deliveries)
    return message.status in (Status.SUBMITTED, Status.EXPIRED, Status.WITHDRAWN)
