"""Where a command's machines hear what happens to its ideas: setting it up, and writing what is to be sent.

What is sent is thin: it names the idea, where it stands, and what the command itself said. No word of a
resident and no participant is in it, so that nothing has to be called back when a piece is redacted later;
the text is read through the API, by who may. Signed as Standard Webhooks has it; calling.py sends it.

Call these inside a tenancy.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ideas import reaching
from ideas.models import PUBLIC, Action, Call, CallState, Decision, Idea, Webhook
from ideas.moderating import Refused
from precincts import tenancy
from precincts.models import Command, User

CREATED = "idea.created"
EVENTS: dict[str, str] = {
    Action.APPROVE: "idea.approved",
    Action.SCREEN: "idea.screened",
    Action.HEAR: "idea.heard",
    Action.ACT: "idea.acting",
    Action.DONE: "idea.acted",
    Action.CANNOT: "idea.cannot",
    Action.REFER: "idea.referred",
    Action.MERGE: "idea.merged",
    Action.SPLIT: "idea.split",
    Action.MOVE: "idea.moved",
    Action.EDIT: "idea.edited",
    Action.WITHDRAW: "idea.withdrawn",
    Action.REOPEN: "idea.reopened",
    Action.RESTORE: "idea.restored",
    Action.UPHOLD: "idea.upheld",
    Action.REDACT: "idea.redacted",
    Action.UNREDACT: "idea.unredacted",
}
ALL_EVENTS = [CREATED, *EVENTS.values()]
# More than a command's machines can need.
MOST = 10
SECRET_PREFIX = "whsec_"  # noqa: S105 (what a secret begins with, and none)
OLD_SECRET_LASTS = timedelta(days=1)


# --- setting up ------------------------------------------------------------------------------------------


def add(*, url: str, events: Iterable[str], by: User) -> tuple[Webhook, str]:
    """A new webhook and its secret, which is shown once. Raises Refused, with the field to mend."""
    try:
        reaching.place_of(url)
    except reaching.CannotReach as error:
        raise Refused("url", str(error)) from error
    if Webhook.objects.count() >= MOST:
        raise Refused("url", _("There are as many webhooks as there can be. Remove one first."))
    secret = new_secret()
    webhook = Webhook(url=url, events=_known(events), created_by=by)
    webhook.secret = secret
    try:
        with transaction.atomic():
            webhook.save()
    except IntegrityError as error:
        raise Refused("url", _("This address is told already.")) from error
    return webhook, secret


def choose(*, webhook: Webhook, events: Iterable[str]) -> None:
    webhook.events = _known(events)
    webhook.save(update_fields=["events"])


def rotate(*, webhook: Webhook) -> str:
    """A new secret, which is shown once. For a day the old one signs as well."""
    secret = new_secret()
    webhook.sealed_old_secret, webhook.old_secret_until = (
        webhook.sealed_secret,
        timezone.now() + OLD_SECRET_LASTS,
    )
    webhook.secret = secret
    webhook.save(update_fields=["sealed_secret", "sealed_old_secret", "old_secret_until"])
    return secret


def pause(*, webhook: Webhook) -> None:
    """Nothing is sent until it goes on; what happens meanwhile waits."""
    webhook.active = False
    webhook.save(update_fields=["active"])


def resume(*, webhook: Webhook) -> None:
    webhook.active, webhook.gone_at = True, None
    webhook.save(update_fields=["active", "gone_at"])
    _look_now()


def send_again(*, call: Call) -> Call:
    """The same event, with the same id, once more from the start: delivered or not."""
    call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    call.state, call.tries, call.due_at = CallState.READY, 0, timezone.now()
    call.error = ""
    call.save(update_fields=["state", "tries", "due_at", "error"])
    _look_now()
    return call


def _known(events: Iterable[str]) -> list[str]:
    """The events chosen, in order; all of them are none, so that later ones come along."""
    chosen = set(events)
    known = [event for event in ALL_EVENTS if event in chosen]
    return [] if known == ALL_EVENTS else known


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


# --- what happened ----------------------------------------------------------------------------------------


def emit(decision: Decision) -> None:
    """Write what is to be sent of a decision that nobody can undo any more: once, however often asked."""
    event = EVENTS.get(decision.action)
    if event is None or decision.comment_id is not None or decision.undone_at is not None:
        return
    if webhooks := _listeners(event):
        key = f"decision/{decision.pk}/{decision.decided_at.isoformat()}"
        _write(webhooks, event, key, decision.decided_at, _decided(decision))


def emit_created(idea: Idea) -> None:
    """An idea was raised. It waits for review, so that it is there is all that is said."""
    if webhooks := _listeners(CREATED):
        key = f"idea/{idea.pk}/{idea.created_at.isoformat()}"
        _write(webhooks, CREATED, key, idea.created_at, _about(idea, idea.status, idea.version))


def _listeners(event: str) -> list[Webhook]:
    """Those who want it. One that is paused hears of it when it goes on; one that is gone, no more."""
    return [
        webhook
        for webhook in Webhook.objects.filter(gone_at=None)
        if not webhook.events or event in webhook.events
    ]


def _write(webhooks: list[Webhook], event: str, key: str, when: datetime, data: dict[str, Any]) -> None:
    payload = {"type": event, "timestamp": when.isoformat(), "data": data}
    # The same event has the same id, however often and by whomever it is written.
    event_id = event_id_of(f"{tenancy.current_command_id()}/{key}")
    calls = [Call(webhook=webhook, event_id=event_id, event=event, payload=payload) for webhook in webhooks]
    Call.objects.bulk_create(calls, ignore_conflicts=True)
    _look_now()


def event_id_of(key: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"{settings.BASE_URL}/events/{key}")


def _about(idea: Idea, status: str, version: int) -> dict[str, Any]:
    command = Command.objects.get(pk=tenancy.current_command_id())
    api = reverse("api_idea", args=[command.slug, idea.pk])
    shown = status in PUBLIC
    return {
        "command": command.slug,
        "idea": {
            "id": idea.pk,
            "status": status,
            "version": version,
            "url": settings.BASE_URL + reverse("idea", args=[command.slug, idea.pk]) if shown else None,
            "api_url": settings.BASE_URL + api,
        },
    }


def _decided(decision: Decision) -> dict[str, Any]:
    idea = decision.idea
    said = decision.answer if decision.to_status in PUBLIC else ""
    referred = decision.action == Action.REFER
    return _about(idea, decision.to_status, decision.version) | {
        "decision": {
            "id": decision.pk,
            "action": decision.action,
            "from": decision.from_status,
            "to": decision.to_status,
            "rule": decision.rule.number if decision.rule else None,
            "answer": said,
            "referred_to": idea.referred_to if referred else "",
            "merged_into": idea.merged_into_id if decision.action == Action.MERGE else None,
            "moved_to": _moved_to(idea) if decision.action == Action.MOVE else None,
        }
    }


def _moved_to(idea: Idea) -> dict[str, Any] | None:
    if idea.moved_to is None:
        return None
    return {"command": idea.moved_to.slug, "idea": idea.moved_to_idea}


def _look_now() -> None:
    """Once this is committed, without waiting for a sweep; where the broker is away, a sweep finds it."""
    from ideas import tasks

    transaction.on_commit(tasks.sweep_calls.delay, robust=True)


# --- signing --------------------------------------------------------------------------------------------


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """What Standard Webhooks calls v1."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()
