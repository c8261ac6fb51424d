"""Who may take part on a command's board."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas.forms import SettingsForm
from precincts.access import Permission, staff_of_command
from precincts.models import Command


@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_command(Permission.SETTINGS, inside=False)
def settings(request: HttpRequest, command: Command) -> HttpResponse:
    """Who may take part on the board."""
    form = SettingsForm(request.POST or None, instance=command)
    if request.method == "POST" and form.is_valid():
        # These columns only: what another person pauses at this moment stays paused.
        form.save(commit=False).save(update_fields=list(form.fields))
        messages.success(request, _("Saved. The board says so from now on."))
        return redirect("desk_settings", slug=command.slug)
    status = 422 if request.method == "POST" else 200
    return render(request, "ideas/desk_settings.html", {"command": command, "form": form}, status=status)
