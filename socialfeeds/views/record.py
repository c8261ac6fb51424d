"""The record: looked through, taken out as a zip, and held where the law asks for it."""

from __future__ import annotations

import logging
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from precincts import tenancy
from precincts.access import Permission, staff_of_city, staff_of_command
from precincts.models import Command
from socialfeeds import exporting, record
from socialfeeds.exporting import Wanted
from socialfeeds.models import Account, LegalHold, RecordEntry, RecordHead

log = logging.getLogger(__name__)

PAGE = 50


class DaysForm(forms.Form):
    """From one day to another, both included. Empty: from the first, or to the last."""

    since = forms.DateField(label=gettext_lazy("First day"), required=False)
    until = forms.DateField(label=gettext_lazy("Last day"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("since", "until"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self) -> dict[str, Any]:
        days = self.cleaned_data
        if days.get("since") and days.get("until") and days["until"] < days["since"]:
            self.add_error("until", _("This is before the first day."))
        return days


class ChoiceForm(DaysForm):
    """Which entries of a command."""

    account = forms.ModelChoiceField(
        label=gettext_lazy("Account"), queryset=Account.objects.none(), required=False
    )
    field_order = ["account", "since", "until"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["account"]
        choice.queryset = Account.objects.order_by("network", "handle")
        choice.empty_label = _("All accounts")
        choice.label_from_instance = lambda account: f"{account.get_network_display()}: {account}"


class CityForm(DaysForm):
    """Which entries of the city."""

    command = forms.ModelChoiceField(
        label=gettext_lazy("Command"),
        queryset=Command.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label=gettext_lazy("Every command"),
    )
    field_order = ["command", "since", "until"]


class HoldForm(ChoiceForm):
    """A new legal hold."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("What people call it, for example the number of the case."),
        max_length=120,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    field_order = ["name", "reason", "account", "since", "until"]


class LiftForm(forms.Form):
    because = forms.CharField(
        label=gettext_lazy("Why it can be lifted"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


# --- of a command ----------------------------------------------------------------------------------------


@never_cache
@require_safe
@staff_of_command(Permission.RECORD)
def command_record(request: HttpRequest, command: Command) -> HttpResponse:
    """What is in the record, newest first, narrowed as somebody likes."""
    form = ChoiceForm(request.GET)
    wanted = _wanted(form, command)
    entries = wanted.of(command).select_related("account") if wanted else RecordEntry.objects.none()
    before = request.GET.get("before", "")
    shown = entries.filter(number__lt=int(before)) if before.isdecimal() and len(before) < 19 else entries
    found = list(shown.order_by("-number")[: PAGE + 1])
    context = {
        "command": command,
        "form": form,
        "total": entries.count(),
        "lines": [(entry, exporting.line_of(command, entry)) for entry in found[:PAGE]],
        "query": _query(request.GET),
        "next_url": f"?{_query(request.GET, before=found[PAGE - 1].number)}" if len(found) > PAGE else "",
        "held": LegalHold.objects.filter(lifted_at=None).count(),
    }
    return render(request, "socialfeeds/record.html", context, status=200 if wanted else 422)


@never_cache
@require_safe
@staff_of_command(Permission.RECORD, inside=False)
def export(request: HttpRequest, command: Command) -> HttpResponseBase:
    """The same as a zip, made while it is sent."""
    with tenancy.enter(command):
        wanted = _wanted(ChoiceForm(request.GET), command)
    if wanted is None:
        return command_record(request, slug=command.slug)
    return _zip(request, wanted)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_command(Permission.RECORD)
def holds(request: HttpRequest, command: Command) -> HttpResponse:
    """The legal holds, those that were lifted too; and a new one."""
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        record.place_hold(**form.cleaned_data, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("From now on nothing of this may be removed."))
        return redirect("voice_holds", slug=command.slug)
    return _holds(request, command, form, status=422 if request.method == "POST" else 200)


@never_cache
@require_POST
@staff_of_command(Permission.RECORD)
def lift(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """It binds nobody any more; why is kept."""
    hold, form = get_object_or_404(LegalHold, pk=pk), LiftForm(request.POST)
    if not form.is_valid():
        return _holds(request, command, HoldForm(), lifting=(hold.pk, form), status=422)
    try:
        record.lift_hold(hold=hold, by=request.user, because=form.cleaned_data["because"])  # type: ignore[arg-type]
        messages.success(request, _("Lifted."))
    except record.NotHeld as words:
        messages.warning(request, str(words))
    return redirect("voice_holds", slug=command.slug)


def _holds(
    request: HttpRequest,
    command: Command,
    form: HoldForm,
    *,
    lifting: tuple[int, LiftForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = list(
        LegalHold.objects.select_related("account", "placed_by", "lifted_by").order_by("-placed_at", "-pk")
    )
    lifted = {lifting[0]: lifting[1]} if lifting else {}

    def of(hold: LegalHold) -> LiftForm:
        return lifted.get(hold.pk) or LiftForm(auto_id=f"id_{hold.pk}_%s")

    context = {
        "command": command,
        "form": form,
        "open": [(hold, of(hold)) for hold in rows if not hold.lifted_at],
        "lifted": [hold for hold in rows if hold.lifted_at],
    }
    return render(request, "socialfeeds/holds.html", context, status=status)


# --- of the city -----------------------------------------------------------------------------------------


@never_cache
@require_safe
@staff_of_city(Permission.RECORD)
def city_record(request: HttpRequest) -> HttpResponse:
    """Which commands have a record, what is held, and the way to take it out."""
    form = CityForm(request.GET)
    wanted = _wanted(form)
    heads = RecordHead.objects.filter(number__gt=0).select_related("command").order_by("command__slug")
    holds = LegalHold.objects.filter(lifted_at=None).select_related("command", "account", "placed_by")
    context = {
        "form": form,
        "heads": heads,
        "holds": holds.order_by("command__slug", "-pk"),
        "narrowed": bool(request.GET),
        "total": exporting.count(wanted) if wanted and request.GET else sum(one.number for one in heads),
        "query": _query(request.GET),
    }
    return render(request, "socialfeeds/city_record.html", context, status=200 if wanted else 422)


@never_cache
@require_safe
@staff_of_city(Permission.RECORD, inside=False)
def city_export(request: HttpRequest) -> HttpResponseBase:
    wanted = _wanted(CityForm(request.GET))
    return city_record(request) if wanted is None else _zip(request, wanted)


# --- both ------------------------------------------------------------------------------------------------


def _wanted(form: DaysForm, command: Command | None = None) -> Wanted | None:
    """What the form asks for; None where it cannot be understood."""
    if not form.is_valid():
        return None
    asked = form.cleaned_data
    account = asked.get("account")
    return Wanted(
        command or asked.get("command"), asked["since"], asked["until"], account.pk if account else None
    )


def _query(asked: QueryDict, **more: Any) -> str:
    """What was asked for, to be asked for again."""
    known = QueryDict(mutable=True)
    for name in ("command", "account", "since", "until"):
        if value := asked.get(name):
            known[name] = value
    for name, value in more.items():
        known[name] = str(value)
    return known.urlencode()


def _zip(request: HttpRequest, wanted: Wanted) -> StreamingHttpResponse:
    log.warning("The record was taken out by user %s: %s", request.user.pk, exporting.name(wanted))
    response = StreamingHttpResponse(exporting.stream(wanted), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{exporting.name(wanted)}"'
    return response
