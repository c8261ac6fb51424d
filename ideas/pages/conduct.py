"""The published rules, and where to turn when it cannot wait."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ideas.models import Rule


@require_safe
def conduct(request: HttpRequest) -> HttpResponse:
    return render(request, "ideas/conduct.html", {"rules": Rule.objects.in_force()})


@require_safe
def emergency(request: HttpRequest) -> HttpResponse:
    return render(request, "ideas/emergency.html")
