"""What headquarters offers a command: adopt it, take it as a draft, or say why not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from precincts.access import Permission, may, staff_of_command
from precincts.models import Command
from socialfeeds import broadcasting, composing, scheduling
from socialfeeds.models import Message, Network, Offer, OfferStatus, Status
from socialfeeds.stages import stage_of
from socialfeeds.views.calendar import week_of

SHOWN = 50
NOW, THEN, SLOT = "now", "then", "slot"


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why not"),
        help_text=gettext_lazy("Headquarters reads it."),
        max_length=300,
        error_messages={"required": gettext_lazy("Say in a sentence why: headquarters reads it.")},
    )


@require_safe
@staff_of_command(Permission.SEE_DESK)
def offers(request: HttpRequest, command: Command) -> HttpResponse:
    return _page(request, command)


@require_POST
@staff_of_command(Permission.PUBLISH)
def decide_offer(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """`do` is adopt, edit or decline."""
    offer = get_object_or_404(Offer, pk=pk)
    do = request.POST.get("do")
    form = DeclineForm(request.POST if do == "decline" else None, auto_id=f"decline-{pk}-%s")
    if do == "decline" and not form.is_valid():
        return _page(request, command, about=pk, form=form, status=422)
    try:
        return _do(request, command, offer, str(do), form)
    except broadcasting.Refused as error:
        return _page(request, command, about=pk, words=str(error), status=409)
    except (composing.CannotSay, scheduling.BadTime) as error:
        return _page(request, command, about=pk, words=str(error), status=422)


def _do(request: HttpRequest, command: Command, offer: Offer, do: str, form: DeclineForm) -> HttpResponse:
    user: Any = request.user
    if do == "adopt":
        made = broadcasting.adopt(
            offer=offer,
            by=user,
            releases=may(user, Permission.APPROVE, command),
            moment=_moment(request.POST.get("when", ""), offer, command),
            command=command,
        )
        goes = made.message is not None and made.message.status == Status.RELEASED
        said = _("Adopted. It goes out.") if goes else _("Adopted. It waits for your command’s approval.")
        messages.success(request, said)
    elif do == "edit":
        made = broadcasting.edit(offer=offer, by=user, command=command)
        messages.success(request, _("It is a draft of yours now. Put it in your words."))
        if made.message:
            return redirect(page_of(made.message, command))
    elif do == "decline":
        broadcasting.decline(offer=offer, by=user, reason=form.cleaned_data["reason"])
        messages.success(request, _("Declined. Headquarters reads why."))
    return redirect("offers", slug=command.slug)


def page_of(message: Message, command: Command) -> str:
    """Where a draft is worked on."""
    at = message.scheduled_at
    week = f"?week={week_of(scheduling.utc_to_local(at, command.time_zone).date())}" if at else ""
    return f"{reverse('calendar', args=[command.slug])}{week}#message-{message.pk}"


def _moment(when: str, offer: Offer, command: Command) -> datetime | None:
    """At once, when headquarters said, or in the next free slot."""
    if when == THEN and offer.broadcast.scheduled_at:
        return scheduling.ahead(offer.broadcast.scheduled_at)
    if when == SLOT:
        if free := scheduling.next_free_slot(command, hold=True):
            return free
        raise broadcasting.Refused(_("The command has no slots any more. Choose another time."))
    return None


def _page(
    request: HttpRequest,
    command: Command,
    *,
    about: int = 0,
    words: str = "",
    form: DeclineForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The offers, the open ones first; and what was wrong with what was done about one of them."""
    rows = Offer.objects.select_related("broadcast__created_by", "decided_by", "message")
    rows = rows.prefetch_related("message__deliveries__account").order_by("-broadcast_id")
    newest = list(rows[:SHOWN])
    open_ones = [row for row in newest if row.status == OfferStatus.OPEN and not row.broadcast.must_run]
    free = scheduling.next_free_slot(command) if open_ones else None
    context = {
        "command": command,
        "open": [
            _line(row, command)
            | {
                "words": words if row.pk == about else "",
                "form": form if form and row.pk == about else DeclineForm(auto_id=f"decline-{row.pk}-%s"),
            }
            for row in open_ones
        ],
        "rest": [_line(row, command) for row in newest if row not in open_ones],
        # What is said about one that is not open any more stands above all.
        "words": words if about not in [row.pk for row in open_ones] else "",
        "slot": free and scheduling.shown(free, command.time_zone),
        "may_publish": may(request.user, Permission.PUBLISH, command),
        "releases": may(request.user, Permission.APPROVE, command),
    }
    return render(request, "socialfeeds/offers.html", context, status=status)


def _line(offer: Offer, command: Command) -> dict[str, Any]:
    broadcast, message = offer.broadcast, offer.message
    at = broadcast.scheduled_at
    return {
        "offer": offer,
        "broadcast": broadcast,
        "networks": ", ".join(Network(name).label for name in broadcast.networks),
        "at": scheduling.shown(at, command.time_zone) if at else None,
        "ahead": at is not None and at > timezone.now(),
        "until": broadcast.closes_at and scheduling.shown(broadcast.closes_at, command.time_zone),
        "stage": stage_of(message, message.deliveries.all())[1] if message else "",
    }
