"""Pausing, resuming, and what was missed: at headquarters for any place, at a desk for the command's own."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from precincts import tenancy
from precincts.access import Permission, may, staff_of_city, staff_of_command
from precincts.models import Command, Kind
from socialfeeds import pausing
from socialfeeds.models import Delivery, Pause, State, Status
from socialfeeds.pausing import Afterwards

CITY = ""
LIFTED_SHOWN, PAGE = 20, 100


class PauseForm(forms.Form):
    """At headquarters: where, and why. Without `everywhere` the place is known."""

    place = forms.ChoiceField(label=gettext_lazy("What to pause"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("Everybody at the desks reads it."),
        max_length=300,
        required=False,
    )

    def __init__(self, data: Any = None, *, place: Command | None = None, initial: str = CITY) -> None:
        super().__init__(data, initial={"place": initial})
        self.place = place
        if place:
            del self.fields["place"]
            return
        commands = list(Command.objects.all())
        boroughs = [(one.slug, one.name) for one in commands if one.kind == Kind.BOROUGH]
        others = [(one.slug, one.name) for one in commands if one.kind != Kind.BOROUGH]
        field: forms.ChoiceField = self.fields["place"]  # type: ignore[assignment]
        field.choices = [
            (CITY, _("The whole city")),
            (_("Patrol boroughs, with all their commands"), boroughs),
            (_("One command"), others),
        ]

    def where(self) -> Command | None:
        if self.place:
            return self.place
        slug = self.cleaned_data["place"]
        return Command.objects.get(slug=slug) if slug else None


# --- headquarters --------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_city(Permission.PAUSE, inside=False)
def pauses(request: HttpRequest) -> HttpResponse:
    """What is paused, and pausing: this page is the confirmation."""
    data = request.POST if request.method == "POST" else None
    form = PauseForm(data, initial=request.GET.get("place", CITY))
    if data is not None and form.is_valid():
        _pause(request, form)
        return redirect("headquarters_pauses")
    rows = Pause.objects.select_related("place", "begun_by", "lifted_by")
    context = {
        "form": form,
        "lines": _with_waiting(list(rows.filter(lifted_at=None).order_by("begun_at"))),
        "lifted": _with_undecided(list(rows.exclude(lifted_at=None).order_by("-lifted_at")[:LIFTED_SHOWN])),
    }
    return render(request, "socialfeeds/pauses.html", context, status=422 if form.errors else 200)


def _pause(request: HttpRequest, form: PauseForm) -> None:
    pausing.pause(place=form.where(), by=request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
    messages.success(request, _("Paused. Nothing leaves from now on."))


def _with_waiting(rows: list[Pause]) -> list[dict[str, Any]]:
    """Each pause with how many messages it keeps back, those of a later hour too."""
    with tenancy.citywide():
        ready = Delivery.objects.filter(state=State.READY, message__status=Status.RELEASED)
        counted = list(
            ready.order_by()
            .values_list("command", "command__parent")
            .annotate(n=Count("message", distinct=True))
        )
    return [
        {
            "pause": row,
            "waiting": sum(n for at, parent, n in counted if row.place_id in (None, at, parent)),
        }
        for row in rows
    ]


def _with_undecided(rows: list[Pause]) -> list[dict[str, Any]]:
    with tenancy.citywide():
        missed = pausing.missed_messages().filter(missed_at__in=[row.lifted_at for row in rows])
        counted = dict(missed.order_by().values_list("missed_at").annotate(n=Count("pk")))
    return [{"pause": row, "undecided": counted.get(row.lifted_at, 0)} for row in rows]


@require_POST
@staff_of_city(Permission.PAUSE, inside=False)
def lift(request: HttpRequest, pause: int) -> HttpResponse:
    row = pausing.lift(pause=get_object_or_404(Pause, pk=pause), by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("Resumed. What was missed waits for you here."))
    return redirect("missed_in_pause", pause=row.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_city(Permission.PAUSE, inside=False)
def missed(request: HttpRequest, pause: int) -> HttpResponse:
    """What was missed in a pause, of all commands: decided on by marking."""
    row = get_object_or_404(Pause.objects.select_related("place"), pk=pause, lifted_at__isnull=False)
    if request.method == "POST":
        with tenancy.citywide():
            found = pausing.missed_messages().filter(missed_at=row.lifted_at)
            chosen = _chosen(request, found)
        return _decided(request, chosen, redirect("missed_in_pause", pause=row.pk))
    with tenancy.citywide():
        context = {"pause": row, **_page(request, pausing.missed_messages().filter(missed_at=row.lifted_at))}
        return render(request, "socialfeeds/missed.html", context)


# --- a command's desk ----------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_command(Permission.APPROVE, inside=False)
def pause_command(request: HttpRequest, command: Command) -> HttpResponse:
    """A commander pauses the command, and resumes. `do` is pause or lift."""
    own = Pause.objects.filter(place=command, lifted_at=None).select_related("begun_by", "place").first()
    if request.method == "POST" and request.POST.get("do") == "lift":
        return _lift_own(request, command, own)
    form = PauseForm(request.POST if request.method == "POST" else None, place=command)
    if request.method == "POST" and form.is_valid():
        _pause(request, form)
        return redirect("pause_command", slug=command.slug)
    context = {
        "command": command,
        "form": form,
        "own": own,
        "may_lift": own is not None and pausing.may_lift(own, request.user),  # type: ignore[arg-type]
    }
    return render(request, "socialfeeds/pause_command.html", context, status=422 if form.errors else 200)


def _lift_own(request: HttpRequest, command: Command, own: Pause | None) -> HttpResponse:
    if own is not None:
        if not pausing.may_lift(own, request.user):  # type: ignore[arg-type]
            raise PermissionDenied
        pausing.lift(pause=own, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Resumed. What was missed waits for you here."))
    return redirect("missed_at_command", slug=command.slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_command(Permission.SEE_DESK)
def missed_at_command(request: HttpRequest, command: Command) -> HttpResponse:
    """What was missed here, whichever pause it was."""
    may_decide = may(request.user, Permission.PUBLISH, command)
    found = pausing.missed_messages()
    if request.method == "POST":
        if not may_decide:
            raise PermissionDenied
        chosen = _chosen(request, found)
        return _decided(request, chosen, redirect("missed_at_command", slug=command.slug))
    context = {"command": command, "may_decide": may_decide, **_page(request, found)}
    return render(request, "socialfeeds/missed.html", context)


# --- what was missed -----------------------------------------------------------------------------------


def _page(request: HttpRequest, found: Any) -> dict[str, Any]:
    rows = found.select_related("command", "author").prefetch_related("deliveries__account")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    lines = [{"message": message, "begun": pausing.has_begun(message)} for message in page]
    return {"page": page, "lines": lines, "choices": Afterwards}


def _chosen(request: HttpRequest, found: Any) -> dict[int, list[int]]:
    """The messages that were marked, or all; by command."""
    if "all" not in request.POST:
        marked = [text for text in request.POST.getlist("message")[:1000] if text.isdecimal()]
        found = found.filter(pk__in=[int(text) for text in marked if len(text) < 18])
    by_command: dict[int, list[int]] = defaultdict(list)
    for pk, command_id in found.order_by().values_list("pk", "command"):
        by_command[command_id].append(pk)
    return by_command


def _decided(request: HttpRequest, chosen: dict[int, list[int]], back: HttpResponse) -> HttpResponse:
    what = next((one for one in Afterwards if one == request.POST.get("what")), Afterwards.DRAFT)
    decided = 0
    for command_id, ids in chosen.items():
        with tenancy.enter(command_id):
            decided += pausing.decide(messages=ids, what=what, by=request.user)  # type: ignore[arg-type]
    if decided:
        words = ngettext("%(n)d message: %(what)s.", "%(n)d messages: %(what)s.", decided)
        messages.success(request, words % {"n": decided, "what": what.label})
    else:
        messages.warning(request, _("Nothing was marked, or it was decided on meanwhile."))
    return back
