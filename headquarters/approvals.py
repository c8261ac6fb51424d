"""What the guardrails send to headquarters, from every command: approved with a reason, or returned."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from precincts.access import Permission, staff_of_city, staff_of_command
from precincts.models import Command
from socialfeeds import releasing
from socialfeeds.drafting import Stale
from socialfeeds.models import Approval, Effect, Message, Status
from socialfeeds.reasons import Refused
from socialfeeds.views.looking import context_of, message_for_desk

SHOWN = 100


@require_safe
@never_cache
@staff_of_city(Permission.APPROVE_CITY)
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits, what is due first on top."""
    rows = Message.objects.filter(status=Status.SUBMITTED, waits_for=Approval.CITY)
    rows = rows.select_related("command", "author").order_by("scheduled_at", "submitted_at", "pk")
    lines = [{"message": row, "found": _found(row)} for row in rows[:SHOWN]]
    return render(request, "headquarters/approvals.html", {"lines": lines})


def _found(message: Message) -> list[str]:
    """The guardrails that ask for headquarters, by name."""
    asking = (one for one in message.findings if one.get("effect") == Effect.APPROVAL)
    return list(dict.fromkeys(str(one.get("title", "")) for one in asking))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_command(Permission.APPROVE_CITY)
def approval(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """One of them with all that it takes to decide. Entering the command is the one way to write here."""
    found = message_for_desk(pk)
    if request.method != "POST":
        return _page(request, command, found)
    sent = request.POST.get("version", "")
    given: dict[str, Any] = {
        "message": found,
        "by": request.user,
        "city": True,
        "version": int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None,
        "reason": request.POST.get("reason", "").replace("\x00", "").strip(),
    }
    returns = request.POST.get("decision") == "return"
    try:
        (releasing.give_back if returns else releasing.approve)(**given)
    except Stale as stale:
        return _page(request, command, message_for_desk(pk), 409, stale=stale)
    except Refused as refused:
        return _page(request, command, message_for_desk(pk), 422, reasons=refused.reasons)
    messages.success(
        request,
        _("Returned to its author, with your reason.")
        if returns
        else _("Approved. It goes out at its time, and your reason is kept."),
    )
    return redirect("headquarters_approvals")


def _page(
    request: HttpRequest, command: Command, message: Message, status: int = 200, **more: Any
) -> HttpResponse:
    context = context_of(command, message, request.user, **more) | {"typed": request.POST.get("reason", "")}
    return render(request, "headquarters/approval.html", context, status=status)
