"""What is planned, by week and by month; and another time for one message, by a form, by drag or by key."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from precincts.access import Permission, may, staff_of_command
from precincts.models import Command
from socialfeeds import planning, scheduling
from socialfeeds.models import Delivery, Message, Network, Slot, Status
from socialfeeds.scheduling import Shown
from socialfeeds.stages import stage_of
from socialfeeds.views.when import WhenForm

# The hours that a week shows, and more where something is planned.
EARLIEST, LATEST = 7, 20
# What a page holds at most, and how many of a day stand in a month.
MOST, MOST_OF_A_DAY = 1000, 4
# Weeks and months are shown this far from today.
REACH = timedelta(days=366 * 10)


@dataclass
class Card:
    """A message where it stands in the calendar."""

    message: Message
    when: Shown | None
    stage: str
    word: str
    networks: str
    movable: bool


@dataclass
class Hour:
    at: datetime
    cards: list[Card] = field(default_factory=list)
    places: list[Shown] = field(default_factory=list)
    left_out: bool = False

    @property
    def things(self) -> list[dict[str, Any]]:
        """Both in the order of the clock, each with what it is."""
        found: list[tuple[datetime, dict[str, Any]]] = [
            (card.when.moment, {"card": card}) for card in self.cards if card.when
        ]
        found += [(place.moment, {"place": place}) for place in self.places]
        return [thing for _moment, thing in sorted(found, key=lambda each: each[0])]


@dataclass
class Day:
    """One day; its hours are filled in a week, its cards alone in a month."""

    day: date
    is_today: bool
    within: bool = True
    cards: list[Card] = field(default_factory=list)
    places: list[Shown] = field(default_factory=list)
    hours: list[Hour] = field(default_factory=list)

    @property
    def shown(self) -> list[Card]:
        return self.cards[:MOST_OF_A_DAY]

    @property
    def week(self) -> str:
        return week_of(self.day)

    @property
    def more(self) -> int:
        return len(self.cards) - len(self.shown)


@dataclass(frozen=True)
class Span:
    """What the page shows: whole weeks from one day to another, and which are its neighbors."""

    kind: str
    first: date
    last: date
    middle: date
    before: str
    after: str


@require_safe
@staff_of_command(Permission.SEE_DESK)
def calendar(request: HttpRequest, command: Command) -> HttpResponse:
    """`?week=2026-W48` or `?month=2026-12`; anything else is this week."""
    today = scheduling.utc_to_local(timezone.now(), command.time_zone).date()
    span = _span(request, today)
    days = _days(span, command, today)
    every_hour = request.GET.get("hours") == "all"
    if span.kind == "week":
        _fill_hours(days, command.time_zone, every_hour)
    context = {
        "command": command,
        "span": span,
        "days": days,
        "hours": [hour.at for hour in days[0].hours],
        "weekdays": [day.day for day in days[:7]],
        "every_hour": every_hour,
        "today": today,
        "this_week": week_of(today),
        "this_month": f"{today:%Y-%m}",
        "week": week_of(today if span.first <= today <= span.last else span.middle),
        "month": f"{span.middle:%Y-%m}",
        "loose": [_card(message, command.time_zone) for message in _without_time()[:MOST_OF_A_DAY]],
        "planned": sum(len(day.cards) for day in days if day.within),
        "most": MOST,
        "may_move": may(request.user, Permission.PUBLISH, command),
    }
    return render(request, "socialfeeds/calendar.html", context)


# --- what the page shows -----------------------------------------------------------------------------------


def week_of(day: date) -> str:
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02}"


def _span(request: HttpRequest, today: date) -> Span:
    if found := re.fullmatch(r"([12]\d{3})-(0[1-9]|1[0-2])", request.GET.get("month", ""), re.ASCII):
        first = date(int(found[1]), int(found[2]), 1)
        if abs(first - today) <= REACH:
            return _month(first)
    if found := re.fullmatch(r"([12]\d{3})-W(\d{2})", request.GET.get("week", ""), re.ASCII):
        try:
            monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        except ValueError:
            monday = today
        if abs(monday - today) <= REACH:
            return _week(monday)
    return _month(today.replace(day=1)) if "month" in request.GET else _week(today)


def _week(day: date) -> Span:
    monday = day - timedelta(days=day.weekday())
    week = timedelta(days=7)
    return Span(
        kind="week",
        first=monday,
        last=monday + timedelta(days=6),
        middle=monday + timedelta(days=3),
        before="week=" + week_of(monday - week),
        after="week=" + week_of(monday + week),
    )


def _month(first: date) -> Span:
    following = (first + timedelta(days=31)).replace(day=1)
    end = following - timedelta(days=1)
    return Span(
        kind="month",
        first=first - timedelta(days=first.weekday()),
        last=end + timedelta(days=6 - end.weekday()),
        middle=first,
        before=f"month={first - timedelta(days=1):%Y-%m}",
        after=f"month={following:%Y-%m}",
    )


def _days(span: Span, command: Command, today: date) -> list[Day]:
    zone = command.time_zone
    numbers = range((span.last - span.first).days + 1)
    days = {
        (each := span.first + timedelta(days=number)): Day(
            each, each == today, span.kind == "week" or each.month == span.middle.month
        )
        for number in numbers
    }
    taken = set()
    since, until = (scheduling.start_of(day, zone) for day in (span.first, span.last + timedelta(days=1)))
    for message in _between(since, until):
        card = _card(message, zone)
        if card.when:
            taken.add(card.when.moment)
            days[card.when.local.date()].cards.append(card)
    now = timezone.now()
    for moment in scheduling.places(list(Slot.objects.all()), span.first, span.last, zone):
        if moment > now and moment not in taken:
            place = scheduling.shown(moment, zone)
            days[place.local.date()].places.append(place)
    for day in days.values():
        day.cards.sort(key=lambda card: (card.when.moment, card.message.pk))  # type: ignore[union-attr]
    return list(days.values())


def _fill_hours(days: list[Day], zone: str, every_hour: bool) -> None:
    """Each thing into its hour; the same hours for every day."""
    used = {card.when.local.hour for day in days for card in day.cards if card.when}
    used |= {place.local.hour for day in days for place in day.places}
    first = 0 if every_hour else min({EARLIEST, *used})
    last = 23 if every_hour else max({LATEST, *used})
    for day in days:
        left_out = scheduling.hours_left_out(day.day, zone)
        hours = {
            hour: Hour(datetime.combine(day.day, clock(hour)), left_out=hour in left_out)
            for hour in range(first, last + 1)
        }
        for card in day.cards:
            if card.when:
                hours[card.when.local.hour].cards.append(card)
        for place in day.places:
            hours[place.local.hour].places.append(place)
        day.hours = list(hours.values())


def _messages() -> QuerySet[Message]:
    accounts = Delivery.objects.select_related("account").defer("text").order_by("pk")
    return Message.objects.prefetch_related(Prefetch("deliveries", queryset=accounts))


def _between(since: datetime, until: datetime) -> QuerySet[Message]:
    """What goes out in a time; what went out at once stands where it was released."""
    planned = Q(scheduled_at__gte=since, scheduled_at__lt=until)
    at_once = Q(scheduled_at=None, status=Status.RELEASED, created_at__gte=since, created_at__lt=until)
    shown = _messages().filter(planned | at_once).exclude(status=Status.WITHDRAWN)
    return shown.order_by("scheduled_at", "pk")[:MOST]


def _without_time() -> QuerySet[Message]:
    drafts = Q(status__in=[Status.DRAFT, Status.SUBMITTED], scheduled_at=None)
    return _messages().filter(drafts).order_by("-changed_at")


def _card(message: Message, zone: str) -> Card:
    deliveries = list(message.deliveries.all())
    at = message.scheduled_at or (message.created_at if message.status == Status.RELEASED else None)
    stage, word = stage_of(message, deliveries)
    names = dict.fromkeys(Network(delivery.account.network).label for delivery in deliveries)
    return Card(
        message=message,
        when=scheduling.shown(at, zone) if at else None,
        stage=stage,
        word=word,
        networks=", ".join(names),
        movable=not planning.why_not(message, deliveries),
    )


# --- another time ---------------------------------------------------------------------------------------


class MoveForm(WhenForm):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_command(Permission.PUBLISH)
def move(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """A day and a time for one message. A script asks for JSON, and gets what happened in words."""
    message = get_object_or_404(_messages(), pk=pk)
    wants_json = "application/json" in request.headers.get("Accept", "")
    form = _form(request, command, message)
    if request.method != "POST":
        return _move_page(request, command, message, form)
    if not form.is_valid() or form.moment is None:
        words = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _refused(words, 422) if wants_json else _move_page(request, command, message, form, status=422)
    try:
        moved = planning.reschedule(
            message=message,
            moment=form.moment,
            zone=command.time_zone,
            by=request.user,  # type: ignore[arg-type]
            version=form.cleaned_data["version"],
        )
    except planning.NotMoved as refused:
        if wants_json:
            return _refused(str(refused), 409)
        form.add_error(None, str(refused))
        # What was typed stays; the next press is about the message as it stands now.
        fresh = get_object_or_404(_messages(), pk=pk)
        form.data = data = form.data.copy()  # type: ignore[attr-defined]
        data["version"] = str(fresh.version)
        return _move_page(request, command, fresh, form, status=409)
    said = _("Moved to %(when)s.") % {"when": _said(form.moment, command)}
    if wants_json:
        return JsonResponse({"version": moved.version, "said": said})
    messages.success(request, said)
    day = scheduling.utc_to_local(form.moment, command.time_zone).date()
    return redirect(f"{reverse('calendar', args=[command.slug])}?week={week_of(day)}#message-{moved.pk}")


def _form(request: HttpRequest, command: Command, message: Message) -> MoveForm:
    at = message.scheduled_at or scheduling.next_free_slot(command)
    initial = WhenForm.initial_of(at, command.time_zone) | {"version": message.version}
    return MoveForm(request.POST or None, zone=command.time_zone, initial=initial)


def _move_page(
    request: HttpRequest, command: Command, message: Message, form: MoveForm, status: int = 200
) -> HttpResponse:
    at = message.scheduled_at
    context = {
        "command": command,
        "card": _card(message, command.time_zone),
        "form": form,
        "why_not": planning.why_not(message, message.deliveries.all()),
        "week": week_of(scheduling.utc_to_local(at, command.time_zone).date()) if at else "",
    }
    return render(request, "socialfeeds/move.html", context, status=status)


def _refused(words: str, status: int) -> JsonResponse:
    return JsonResponse({"detail": words}, status=status)


def _said(moment: datetime, command: Command) -> str:
    return date_format(scheduling.utc_to_local(moment, command.time_zone), "l, F j, P")
