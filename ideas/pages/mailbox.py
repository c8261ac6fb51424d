"""The provider's word of bounces; and the demonstration's outbox, which shows what would have been sent."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from importlib import import_module

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from engage import mail

PAGE = 50
NAME = re.compile(r"[0-9T]{10,30}-[0-9a-f]{8}")
LARGEST = 2_000_000
# Nothing in a letter runs, loads, sends or shares anything with these pages.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@csrf_exempt
@require_POST
def bounces(request: HttpRequest) -> HttpResponseBase:
    """Where the mail provider of the settings reports bounces and complaints; its secret is the proof."""
    if not (settings.EMAIL_PROVIDER and settings.ANYMAIL["WEBHOOK_SECRET"]):
        raise Http404
    module = f"anymail.webhooks.{settings.EMAIL_PROVIDER}"
    views = (
        found
        for name, found in vars(import_module(module)).items()
        if name.endswith("TrackingWebhookView") and found.__module__ == module
    )
    return next(views).as_view()(request)


# The outbox


@dataclass(frozen=True)
class Sent:
    name: str
    subject: str
    to: str
    when: datetime | None
    text: str = ""
    html: str = ""


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    _demonstration_only()
    before = request.GET.get("before", "")
    names = [name for name in mail.names() if not NAME.fullmatch(before) or name < before]
    listed = [message for name in names[:PAGE] if (message := _read(name))]
    older = f"?before={names[PAGE - 1]}" if len(names) > PAGE else ""
    return render(request, "ideas/outbox.html", {"messages_sent": listed, "next_url": older})


@require_safe
@never_cache
def outbox_message(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "ideas/outbox_message.html", {"sent": _message(name)})


@require_safe
@never_cache
def outbox_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part alone, as it was sent."""
    html = _message(name).html
    if not html:
        raise Http404
    response = HttpResponse(html)
    response["Content-Security-Policy"] = LETTER_POLICY
    return response


def _demonstration_only() -> None:
    """Elsewhere the outbox holds what was meant for somebody."""
    if not settings.ENGAGE_DEMO:
        raise Http404


def _message(name: str) -> Sent:
    _demonstration_only()
    if not NAME.fullmatch(name) or (found := _read(name)) is None:
        raise Http404
    return found


def _read(name: str) -> Sent | None:
    """A message of the outbox; None where it has just been cleared away."""
    try:
        with (mail.outbox() / (name + mail.SUFFIX)).open("rb") as file:
            raw = file.read(LARGEST)
    except OSError:
        return None
    message = email.message_from_bytes(raw, EmailMessage, policy=email.policy.default)
    date = message["Date"]
    return Sent(
        name=name,
        subject=str(message["Subject"] or ""),
        to=str(message["To"] or ""),
        when=_when(getattr(date, "datetime", None)),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _when(moment: datetime | None) -> datetime | None:
    """Django writes no zone into a message, and means UTC."""
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return part.get_content() if part is not None else ""
