"""The week in a message: what it would say, and a button that makes it a draft."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas import weekly
from precincts.access import Permission, staff_of_command
from precincts.models import Command
from socialfeeds.views.offers import page_of


@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_command(Permission.PUBLISH)
def weekly_message(request: HttpRequest, command: Command) -> HttpResponse:
    words = ""
    if request.method == "POST":
        try:
            message = weekly.write(command=command, by=request.user)  # type: ignore[arg-type]
            messages.success(request, _("The week is a draft now. Look at it, then send it."))
            return redirect(page_of(message, command))
        except weekly.Nothing as nothing:
            words = str(nothing)
    week = weekly.week_before(command)
    context = {
        "command": command,
        "week": week,
        "words": words,
        "text": weekly.words(week, command),
        "link": weekly.link(command),
        "something": week.spoken or week.heard or week.acted,
    }
    return render(request, "ideas/desk_weekly.html", context, status=422 if words else 200)
