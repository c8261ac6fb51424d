"""Messages for many commands: written here, offered or run there, and what became of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from precincts.access import Permission, staff_of_city
from precincts.models import Command, Kind, User
from socialfeeds import broadcasting, composing, scheduling, tasks
from socialfeeds.models import TEXT_LENGTH, Broadcast, Delivery, Network, Offer, OfferStatus
from socialfeeds.stages import stage_of
from socialfeeds.views.when import DayField, WhenForm

PAGE = 30
ALL, BOROUGH, KIND, ONE = "all", "borough", "kind", "one"
OFFER, MUST_RUN = "offer", "must_run"


class BroadcastForm(WhenForm):
    """What is said, to whom, and when. The fields of the time may stay empty."""

    text = forms.CharField(
        label=gettext_lazy("What to say"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Write what the commands are to say.")},
    )
    link = forms.URLField(
        label=gettext_lazy("Link"),
        required=False,
        max_length=500,
        assume_scheme="https",
        error_messages={"invalid": gettext_lazy("Write the whole address, with https:// before it.")},
    )
    how = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[
            (OFFER, gettext_lazy("Offer it: each command adopts, edits or declines it")),
            (MUST_RUN, gettext_lazy("Must run: on every account, once a second person here approves")),
        ],
        initial=OFFER,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whether the commands may decide.")},
    )
    who = forms.ChoiceField(
        label=gettext_lazy("For whom"),
        choices=[
            (ALL, gettext_lazy("Every command")),
            (BOROUGH, gettext_lazy("A borough")),
            (KIND, gettext_lazy("A kind of command")),
            (ONE, gettext_lazy("One command")),
        ],
        initial=ALL,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say for whom it is.")},
    )
    borough = forms.ChoiceField(label=gettext_lazy("Borough"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("Choose")), *Kind.choices]
    )
    command = forms.ModelChoiceField(
        label=gettext_lazy("Command"),
        required=False,
        queryset=Command.objects.order_by("name"),
        to_field_name="slug",
        empty_label=gettext_lazy("Choose"),
    )
    networks = forms.MultipleChoiceField(
        label=gettext_lazy("Networks"),
        help_text=gettext_lazy("None chosen: every network that a command has."),
        required=False,
        choices=Network.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    until = DayField(
        label=gettext_lazy("Can be taken until"),
        help_text=gettext_lazy("The last day of an offer."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, zone=settings.TIME_ZONE, **kwargs)
        self.fields["day"].required = self.fields["time"].required = False
        names = Command.objects.order_by("borough").values_list("borough", flat=True).distinct()
        self.fields["borough"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose")),
            *((name, name) for name in names if name),
        ]

    @property
    def closes_at(self) -> datetime | None:
        """The end of the last day."""
        until = self.cleaned_data.get("until")
        return scheduling.start_of(until + timedelta(days=1), self.zone) if until else None

    def clean_text(self) -> str:
        return self.cleaned_data["text"].replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        who = data.get("who")
        if who in (BOROUGH, KIND, ONE):
            name = {BOROUGH: "borough", KIND: "kind", ONE: "command"}[who]
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Choose which."))
        if data.get("until"):
            try:
                scheduling.ahead(scheduling.start_of(data["until"] + timedelta(days=1), self.zone))
            except (scheduling.BadTime, OverflowError):
                self.add_error("until", _("Choose a day that is still to come."))
        asked = data.get("text", ""), data.get("link", ""), data.get("networks", [])
        if asked[0] and (why := broadcasting.why_unsayable(*asked)):
            self.add_error("text", why)
        return data

    def commands(self) -> list[Command]:
        data = self.cleaned_data
        chosen = {
            ALL: {},
            BOROUGH: {"borough": data["borough"]},
            KIND: {"kind": data["kind"]},
            ONE: {"pk": getattr(data["command"], "pk", None)},
        }[data["who"]]
        return list(Command.objects.filter(**chosen))


@require_safe
@never_cache
@staff_of_city(Permission.BROADCAST)
def broadcasts(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first, each with how many commands did what."""
    rows = Broadcast.objects.select_related("created_by").annotate(number=Count("commands")).order_by("-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    counts: dict[int, Counter[str]] = {}
    for row in Offer.objects.filter(broadcast__in=list(page)).values_list("broadcast_id", "status"):
        counts.setdefault(row[0], Counter())[row[1]] += 1
    lines = [
        {
            "broadcast": row,
            "state": _state(row),
            "commands": row.number,  # type: ignore[attr-defined]
            "counts": [
                (OfferStatus(name).label, number) for name, number in counts.get(row.pk, Counter()).items()
            ],
        }
        for row in page
    ]
    return render(request, "headquarters/broadcasts.html", {"page": page, "lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_city(Permission.BROADCAST, inside=False)
def write_broadcast(request: HttpRequest) -> HttpResponse:
    form = BroadcastForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data, user = form.cleaned_data, request.user
        try:
            broadcast = broadcasting.write(
                text=data["text"],
                link=data["link"],
                must_run=data["how"] == MUST_RUN,
                only=data["networks"],
                commands=form.commands(),
                scheduled_at=form.moment,
                closes_at=form.closes_at,
                by=user,  # type: ignore[arg-type]
            )
        except (broadcasting.Refused, composing.CannotSay) as error:
            form.add_error(None, str(error))
        else:
            tasks.spread_soon(broadcast)
            waits = _("It waits for a second person’s approval.")
            messages.success(request, waits if broadcast.must_run else _("It is on its way to the commands."))
            return redirect("headquarters_broadcast", number=broadcast.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "headquarters/broadcast_new.html", {"form": form}, status=status)


@require_safe
@never_cache
@staff_of_city(Permission.BROADCAST)
def broadcast(request: HttpRequest, number: int) -> HttpResponse:
    """What it says, and what became of it at each command."""
    row = get_object_or_404(
        Broadcast.objects.select_related("created_by", "approved_by", "ended_by"), pk=number
    )
    accounts = Delivery.objects.select_related("account").order_by("pk")
    offers = Offer.objects.filter(broadcast=row).select_related("decided_by", "message")
    there = {
        offer.command_id: offer
        for offer in offers.prefetch_related(Prefetch("message__deliveries", queryset=accounts))
    }
    lines = [_line(row, command, there.get(command.pk)) for command in row.commands.all()]
    context = {
        "broadcast": row,
        "state": _state(row),
        "networks": [Network(name).label for name in row.networks],
        "lines": lines,
        "counts": Counter(line["word"] for line in lines).most_common(),
        "asks": row.must_run and not row.approved_by_id and not row.ended_at,
        "own": row.created_by_id == request.user.pk,
    }
    return render(request, "headquarters/broadcast.html", context)


def _state(row: Broadcast) -> str:
    if row.ended_at:
        return _("Withdrawn")
    if row.must_run:
        return _("Must run") if row.approved_by_id else _("Waits for a second person")
    return _("Over") if row.closes_at and row.closes_at <= timezone.now() else _("Offered")


def _line(row: Broadcast, command: Command, offer: Offer | None) -> dict[str, Any]:
    """One command: the word for what became of it, and whatever there is to say beside."""
    word = offer.get_status_display() if offer else _("Not there yet")
    if offer and offer.status == OfferStatus.OPEN and row.must_run:
        word = _("Not run")
    message = offer.message if offer else None
    deliveries = list(message.deliveries.all()) if message else []
    return {
        "command": command,
        "offer": offer,
        "word": word,
        "stage": stage_of(message, deliveries)[1] if message else "",
        "accounts": ", ".join(dict.fromkeys(str(delivery.account) for delivery in deliveries)),
        "urls": [(str(delivery.account), delivery.url) for delivery in deliveries if delivery.url],
    }


@require_POST
@staff_of_city(Permission.BROADCAST, inside=False)
def approve_broadcast(request: HttpRequest, number: int) -> HttpResponse:
    return _decided(request, number, broadcasting.approve, _("Approved. It is on its way to the commands."))


@require_POST
@staff_of_city(Permission.BROADCAST, inside=False)
def withdraw_broadcast(request: HttpRequest, number: int) -> HttpResponse:
    return _decided(request, number, broadcasting.withdraw, _("Withdrawn. What has not left stays here."))


def _decided(request: HttpRequest, pk: int, do: Callable[..., Broadcast], said: str) -> HttpResponse:
    row = get_object_or_404(Broadcast, pk=pk)
    user: User = request.user  # type: ignore[assignment]
    try:
        tasks.spread_soon(do(broadcast=row, by=user))
        messages.success(request, said)
    except broadcasting.Refused as refused:
        messages.error(request, str(refused))
    return redirect("headquarters_broadcast", number=pk)
