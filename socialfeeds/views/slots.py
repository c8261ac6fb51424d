"""The slots of a command: the times of its week at which the next message of the queue goes out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from precincts.access import Permission, staff_of_command
from precincts.models import Command
from socialfeeds import scheduling
from socialfeeds.models import Slot
from socialfeeds.views.when import ClockField


class SlotForm(forms.Form):
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one day.")},
    )
    time = ClockField()


@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_command(Permission.PUBLISH)
def slots(request: HttpRequest, command: Command) -> HttpResponse:
    """The week with its slots; and a form for more."""
    form = SlotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number = scheduling.add_slots(**form.cleaned_data)
        if number:
            words = ngettext("%(count)d slot more.", "%(count)d slots more.", number)
            messages.success(request, words % {"count": number})
            return redirect("slots", slug=command.slug)
        form.add_error("time", _("There is a slot at this time on each of these days already."))
    free = scheduling.next_free_slot(command)
    context = {
        "command": command,
        "form": form,
        "days": _week(),
        "next_free": free and scheduling.shown(free, command.time_zone),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "socialfeeds/slots.html", context, status=status)


@require_POST
@staff_of_command(Permission.PUBLISH)
def remove_slot(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    get_object_or_404(Slot, pk=pk).delete()
    messages.success(request, _("That slot is gone. What was planned for it stays where it is."))
    return redirect("slots", slug=command.slug)


def _week() -> list[dict[str, Any]]:
    rows: dict[int, list[Slot]] = {weekday: [] for weekday in WEEKDAYS}
    for slot in Slot.objects.all():
        rows[slot.weekday].append(slot)
    return [{"name": WEEKDAYS[weekday], "slots": slots} for weekday, slots in rows.items()]
