"""From an issue to the composer: a draft that begins with what was answered and what was done."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ideas import answering
from ideas.desk.lists import idea_for_desk
from precincts.access import Permission, staff_of_command
from precincts.models import Command


@require_POST
@staff_of_command(Permission.PUBLISH)
def say(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """What was never reviewed is not told to anybody."""
    idea = idea_for_desk(pk)
    if not idea.is_public:
        raise Http404
    idea.command = command
    message = answering.begin_message(idea=idea, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("A draft about this issue. Change it as you like."))
    return redirect("voice_edit", slug=command.slug, pk=message.pk)
