"""Surges of mentions in the whole city: which command hears far more than usual, and what."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from precincts.access import Permission, staff_of_city
from socialfeeds.models import Alarm, AlarmKind, Mention

SHOWN, POSTS = 50, 3


@require_safe
@never_cache
@staff_of_city(Permission.SEE_CITY)
def surges(request: HttpRequest) -> HttpResponse:
    """Those that last first, then the newest; each with some of the posts behind it. Two queries."""
    rows = Alarm.objects.filter(kind=AlarmKind.SURGE).select_related("command")
    alarms = sorted(rows.order_by("-pk")[:SHOWN], key=lambda one: one.closed_at is not None)
    numbers = {pk: alarm for alarm in alarms for pk in alarm.about.get("mentions", [])[:POSTS]}
    posts: dict[int, list[Mention]] = {}
    for mention in Mention.objects.filter(pk__in=numbers).select_related("account"):
        posts.setdefault(numbers[mention.pk].pk, []).append(mention)
    context = {"alarms": [(alarm, posts.get(alarm.pk, [])) for alarm in alarms]}
    return render(request, "headquarters/surges.html", context)
