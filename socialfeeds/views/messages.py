"""Messages at a command: what is written, what waits, what is planned; and one of them with its steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from precincts import tenancy
from precincts.access import Permission, may, staff_of_command
from precincts.models import Command
from socialfeeds import releasing, retracting
from socialfeeds.drafting import Stale
from socialfeeds.models import Delivery, Message, State, Status
from socialfeeds.networks.base import NetworkError
from socialfeeds.reasons import Refused
from socialfeeds.views.looking import context_of, message_for_desk

SHOWN = 50
DRAFTS, WAITING, SCHEDULED, SENT = "drafts", "waiting", "scheduled", "sent"
TABS = {
    SENT: gettext_lazy("Sent"),
    DRAFTS: gettext_lazy("Drafts"),
    WAITING: gettext_lazy("Waiting for approval"),
    SCHEDULED: gettext_lazy("Scheduled"),
}


def _in(tab: str) -> Q:
    to_come = Q(status=Status.RELEASED, scheduled_at__gt=timezone.now())
    return {
        DRAFTS: Q(status=Status.DRAFT),
        # What ran out of time is seen there until somebody takes it up or puts it away.
        WAITING: Q(status__in=[Status.SUBMITTED, Status.EXPIRED]),
        SCHEDULED: to_come,
    }[tab]


def tabs(current: str) -> list[dict[str, Any]]:
    """The tabs with how many are in each."""
    counted = Message.objects.aggregate(
        **{name: Count("pk", filter=_in(name)) for name in (DRAFTS, WAITING, SCHEDULED)}
    )
    # Of what was sent, only what somebody has to look at is worth a number.
    counted[SENT] = Delivery.objects.filter(needs_person=True).count()
    return [
        {"name": name, "label": label, "count": counted.get(name), "current": name == current}
        for name, label in TABS.items()
    ]


def listed(request: HttpRequest, command: Command, tab: str) -> HttpResponse:
    """The messages of one tab."""
    order = ["scheduled_at", "pk"] if tab == SCHEDULED else ["-changed_at", "-pk"]
    held = Delivery.objects.filter(part=1).select_related("account").order_by("account__network", "pk")
    rows: QuerySet[Message] = Message.objects.filter(_in(tab)).select_related("author")
    rows = rows.prefetch_related(Prefetch("deliveries", held, "chosen"), "attachments")
    context = {
        "command": command,
        "tab": tab,
        "tabs": tabs(tab),
        "rows": rows.order_by(*order)[:SHOWN],
        "may_publish": may(request.user, Permission.PUBLISH, command),
    }
    return render(request, "socialfeeds/voice_list.html", context)


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def message(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    return _page(request, command, message_for_desk(pk))


def _page(
    request: HttpRequest, command: Command, message: Message, status: int = 200, **more: Any
) -> HttpResponse:
    context = context_of(command, message, request.user, **more) | {
        "may_publish": may(request.user, Permission.PUBLISH, command),
        "may_approve": may(request.user, Permission.APPROVE, command),
        "typed": request.POST.get("reason", ""),
    }
    return render(request, "socialfeeds/message.html", context, status=status)


def _version(request: HttpRequest) -> int | None:
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").replace("\x00", "").strip()


def _decided(
    request: HttpRequest, command: Command, pk: int, decide: Callable[[Message], Message], told: str
) -> HttpResponse:
    """Do it, and lead on; or the page again, with why not and what changed."""
    found = message_for_desk(pk)
    try:
        decide(found)
    except Stale as stale:
        return _page(request, command, message_for_desk(pk), 409, stale=stale)
    except Refused as refused:
        return _page(request, command, message_for_desk(pk), 422, reasons=refused.reasons)
    messages.success(request, told)
    return redirect("voice_message", slug=command.slug, pk=pk)


@require_POST
@staff_of_command(Permission.APPROVE)
def approve(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """Approve what somebody else wrote, or return it: `decision` says which."""
    given: dict[str, Any] = {
        "by": request.user,
        "city": False,
        "version": _version(request),
        "reason": _reason(request),
    }
    if request.POST.get("decision") == "return":
        return _decided(
            request,
            command,
            pk,
            lambda found: releasing.give_back(message=found, **given),
            _("Returned to its author."),
        )
    return _decided(
        request, command, pk, lambda found: releasing.approve(message=found, **given), _("Decided.")
    )


@require_POST
@staff_of_command(Permission.PUBLISH)
def take_back(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    given: dict[str, Any] = {
        "by": request.user,
        "version": _version(request),
        "reason": _reason(request),
    }
    return _decided(
        request,
        command,
        pk,
        lambda found: releasing.take_back(message=found, **given),
        _("Taken back. What had not gone out is held."),
    )


@require_POST
@staff_of_command(Permission.PUBLISH)
def withdraw(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    given: dict[str, Any] = {
        "by": request.user,
        "version": _version(request),
        "reason": _reason(request),
    }
    return _decided(
        request,
        command,
        pk,
        lambda found: releasing.withdraw(message=found, **given),
        _("Put away. It is kept, and can be taken up again."),
    )


@require_POST
@staff_of_command(Permission.PUBLISH, inside=False)
def delete_post(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """Take a post back from its network. The network is asked outside of any transaction."""
    with tenancy.enter(command):
        rows = Delivery.objects.select_related("account", "message")
        delivery = get_object_or_404(rows.filter(state=State.SENT), pk=pk)
    try:
        retracting.delete(delivery=delivery, by=request.user, reason=_reason(request))  # type: ignore[arg-type]
    except Refused as refused:
        with tenancy.enter(command):
            found = message_for_desk(delivery.message_id)
            return _page(request, command, found, 422, reasons=refused.reasons)
    except NetworkError as error:
        messages.error(request, _("It was not deleted: %(why)s") % {"why": error})
    else:
        messages.success(request, _("Deleted from the network. What it said is kept."))
    return redirect("voice_message", slug=command.slug, pk=delivery.message_id)
