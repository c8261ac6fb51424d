"""The command's voice: what it said and how that went, and what was said to it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from precincts.access import Permission, may, staff_of_command
from precincts.models import Command
from socialfeeds import publishing, tasks
from socialfeeds.models import Account, Delivery, Mention, Pause
from socialfeeds.views.messages import SENT, TABS, listed, tabs

SHOWN = 50


@require_safe
@staff_of_command(Permission.SEE_DESK)
def voice(request: HttpRequest, command: Command) -> HttpResponse:
    if (tab := request.GET.get("tab", SENT)) in TABS and tab != SENT:
        return listed(request, command, tab)
    context = {
        "command": command,
        "tabs": tabs(SENT),
        "paused": Pause.objects.covering(command.pk, command.parent_id).exists(),
        "accounts": Account.objects.order_by("network", "handle"),
        "deliveries": Delivery.objects.for_desk()[:SHOWN],
        "mentions": Mention.objects.for_desk()[:SHOWN],
        "may_publish": may(request.user, Permission.PUBLISH, command),
    }
    return render(request, "socialfeeds/voice.html", context)


@require_POST
@staff_of_command(Permission.PUBLISH)
def send_again(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """Somebody looked, and it was not sent."""

    def decide(delivery: Delivery) -> str:
        publishing.send_again(delivery=delivery, by=request.user)  # type: ignore[arg-type]
        tasks.send_soon(delivery)
        return _("It goes out once more.")

    return _decided(request, command, pk, decide)


@require_POST
@staff_of_command(Permission.PUBLISH)
def was_sent(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """Somebody looked, and it stands there."""

    def decide(delivery: Delivery) -> str:
        address = request.POST.get("address", "")
        publishing.mark_sent(delivery=delivery, by=request.user, address=address)  # type: ignore[arg-type]
        return _("Noted as sent.")

    return _decided(request, command, pk, decide)


def _decided(
    request: HttpRequest, command: Command, pk: int, decide: Callable[[Delivery], str]
) -> HttpResponse:
    delivery = get_object_or_404(Delivery, pk=pk)
    try:
        messages.success(request, decide(delivery))
    except publishing.Settled as settled:
        messages.warning(request, str(settled))
    return redirect("voice", slug=command.slug)
