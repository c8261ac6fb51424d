"""A command's accounts on networks, how they stand, and the alarms that ring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from precincts.access import Permission, may, permissions_at, staff_of_command
from precincts.models import Command
from socialfeeds import alarms, connecting, networks, spending
from socialfeeds.models import Account, AccountDay, Alarm, Network, State

CLOSED_SHOWN = 20
WAITS = Q(deliveries__state__in=[State.HELD, State.READY, State.SENDING, State.UNKNOWN])


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def accounts(request: HttpRequest, command: Command) -> HttpResponse:
    """Every account with its state, what is wrong in words, and what waits for it."""
    rows = with_numbers(Account.objects.all())
    context = {
        "accounts": [row for row in rows if row.disconnected_at is None],
        "former": [row for row in rows if row.disconnected_at],
        "networks": offered(),
        "month": spending.month(),
    }
    return page(request, command, "socialfeeds/accounts.html", context)


def offered() -> list[tuple[str, str]]:
    return [(name, label) for name, label in Network.choices if name in networks.MODULES]


def with_numbers(rows: QuerySet[Account]) -> list[Account]:
    """Accounts with `waiting` (deliveries that have still to leave) and `followers`, where they are known."""
    days = AccountDay.objects.filter(account=OuterRef("pk"), followers__isnull=False).order_by("-day")
    followers = Subquery(days.values("followers")[:1], output_field=IntegerField())
    counted = rows.annotate(waiting=Count("deliveries", filter=WAITS), followers=followers)
    return list(counted.select_related("connected_by").order_by("network", "handle", "pk"))


def page(
    request: HttpRequest, command: Command, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    allowed = permissions_at(request.user, command)
    known = {"command": command, "may": {one.value: one in allowed for one in Permission}}
    return render(request, template, known | context, status=status)


# --- what becomes of an account --------------------------------------------------------------------------


@require_POST
@staff_of_command(Permission.CONNECT)
def pause(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """Rest, or go on."""
    account = get_object_or_404(Account, pk=pk)
    if request.POST.get("go_on"):
        return _done(request, command, lambda: connecting.resume(account=account), _("It goes on."))
    words = _("It is paused. What is due on it waits; what is said to it still comes in.")
    return _done(request, command, lambda: connecting.pause(account=account, by=_me(request)), words)


@require_POST
@staff_of_command(Permission.CONNECT)
def disconnect(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    account = get_object_or_404(Account, pk=pk)
    words = _("It is disconnected, and its keys are forgotten here. What was said on it is kept.")
    return _done(request, command, lambda: connecting.disconnect(account=account, by=_me(request)), words)


def _done(request: HttpRequest, command: Command, do: Callable[[], bool], words: str) -> HttpResponse:
    if do():
        messages.success(request, words)
    else:
        messages.warning(request, _("Somebody else was first: this is how it stands now."))
    return redirect("accounts", slug=command.slug)


def _me(request: HttpRequest) -> Any:
    return request.user


# --- alarms ----------------------------------------------------------------------------------------------


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def desk_alarms(request: HttpRequest, command: Command) -> HttpResponse:
    """What rings, and what rang last."""
    rings = list(Alarm.objects.open().select_related("acknowledged_by"))
    closed = Alarm.objects.filter(closed_at__isnull=False).order_by("-closed_at", "-pk")
    context = {
        "rings": [one for one in rings if one.acknowledged_at is None],
        "seen": [one for one in rings if one.acknowledged_at],
        "closed": closed.select_related("acknowledged_by")[:CLOSED_SHOWN],
        "may_acknowledge": _may_acknowledge(request, command),
    }
    return page(request, command, "socialfeeds/alarms.html", context)


@require_POST
@staff_of_command(Permission.SEE_DESK)
def acknowledge(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """For those who are told of them."""
    if not _may_acknowledge(request, command):
        raise PermissionDenied
    alarm = get_object_or_404(Alarm, pk=pk)
    if alarms.acknowledge(alarm=alarm, by=_me(request)):
        messages.success(request, _("Noted: you take care of it."))
    else:
        messages.warning(request, _("Somebody else was first: this is how it stands now."))
    return redirect("desk_alarms", slug=command.slug)


def _may_acknowledge(request: HttpRequest, command: Command) -> bool:
    return any(may(request.user, one, command) for one in (Permission.PUBLISH, Permission.CONNECT))
