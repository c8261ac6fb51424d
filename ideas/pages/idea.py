"""One idea: reading it, voting and commenting on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ideas import finding, moving, submitting, voting
from ideas.board import board_context
from ideas.forms import CommentForm
from ideas.from_mentions import source_part
from ideas.models import PUBLIC, Comment, CommentStatus, Idea, Status
from ideas.notices.reading import idea_part
from ideas.pages import whose
from ideas.pages.leading import next_page
from ideas.reading import steps_of
from ideas.taking_part import Part, missing
from precincts import limits, participants
from precincts.access import Permission, in_command, may
from precincts.models import Command

# What other rooms add to an idea's page: each gives names for the template, for this reader and this idea.
PARTS: list[Callable[[HttpRequest, Idea], dict[str, Any]]] = [whose.part, idea_part, source_part]


@require_safe
@never_cache
@in_command
def idea(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    found = idea_for_reader(request, command, pk)
    return render(request, "ideas/idea.html", idea_context(request, command, found))


def idea_for_reader(request: HttpRequest, command: Command, pk: int) -> Idea:
    """An idea on the board; to its author and to the desk also one that is not. Otherwise 404."""
    found = finding.for_cards(Idea.objects.filter(pk=pk), request.participant).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    found.command = command
    if found.status in PUBLIC or is_author(request, found):
        return found
    # What its author took back is sealed, from the desk too.
    if found.status != Status.WITHDRAWN and may(request.user, Permission.SEE_DESK, command):
        return found
    raise Http404


def is_author(request: HttpRequest, idea: Idea) -> bool:
    participant = request.participant  # type: ignore[attr-defined]
    return bool(participant) and idea.participant_id == participant.pk


def idea_context(
    request: HttpRequest, command: Command, idea: Idea, comment_form: CommentForm | None = None, **more: Any
) -> dict[str, Any]:
    """All that an idea's page shows. `more` replaces parts of it: a form that was refused, say."""
    context = board_context(request, command) | {
        "idea": idea,
        "is_author": is_author(request, idea),
        "steps": steps_of(idea),
        "comments": _thread(request, idea),
        "comment_form": comment_form or CommentForm(),
        "cannot_comment": missing(request, command, Part.COMMENT),
        "cannot_vote": missing(request, command, Part.VOTE),
        "may_answer": may(request.user, Permission.ANSWER, command),
        "may_see_desk": may(request.user, Permission.SEE_DESK, command),
    }
    for part in PARTS:
        context |= part(request, idea)
    return context | more


def _thread(request: HttpRequest, idea: Idea) -> list[Comment]:
    """Comments with their replies, oldest first. Its writer sees a comment that still waits."""
    participant = request.participant  # type: ignore[attr-defined]
    rows = [
        comment
        for comment in idea.comments.select_related("rule__edition").order_by("created_at", "pk")
        if comment.status == CommentStatus.SHOWN or (participant and comment.participant_id == participant.pk)
    ]
    for row in rows:
        row.shown_replies = [reply for reply in rows if reply.parent_id == row.pk]  # type: ignore[attr-defined]
    # A reply broke no rule when what it replies to did: it stands by itself then.
    here = {row.pk for row in rows}
    return [row for row in rows if row.parent_id not in here]


# Taking part


@require_POST
@in_command
def vote(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """Vote up, down, or take it back: value = 1, -1 or 0."""
    found = get_object_or_404(Idea.objects.public().defer("search"), pk=pk)
    found.command = command
    limits.count(request, "vote")
    value = {"1": 1, "-1": -1, "0": 0}.get(request.POST.get("value", ""))
    if value is None:
        return _vote_refused(request, found, _("A vote is up, down, or taken back."), 400)
    if lacking := missing(request, command, Part.VOTE):
        return _vote_refused(request, found, lacking.message, 403)
    try:
        tally = voting.cast(idea=found, participant=participants.ensure(request), value=value)
    except voting.NotOpen:
        closed = moving.where_now(found) or _("This issue is closed: it takes no more votes.")
        return _vote_refused(request, found, closed, 409)
    if _wants_json(request):
        return JsonResponse(tally.as_dict())
    if "instead" in request.GET:
        messages.success(request, _("Your vote is added to this one; nothing new was raised."))
        return redirect(f"{found.get_absolute_url()}?instead=1")
    return redirect(next_page(request, found.get_absolute_url()))


def _vote_refused(request: HttpRequest, idea: Idea, message: str, status: int) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"detail": message}, status=status)
    messages.error(request, message)
    return redirect(next_page(request, idea.get_absolute_url()))


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


@require_POST
@in_command
def comment(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    found = idea_for_reader(request, command, pk)
    form = CommentForm(request.POST)
    try:
        limits.count(request, "comment")
    except limits.TooMany as error:
        form.add_error(None, str(error.detail))
        response = render(request, "ideas/idea.html", idea_context(request, command, found, form), status=429)
        response["Retry-After"] = str(error.retry_after)
        return response
    author = request.user if may(request.user, Permission.ANSWER, command) else None
    if not author and (lacking := missing(request, command, Part.COMMENT)):
        form.add_error(None, lacking.message)
    if form.is_valid():
        parent = idea_comment(found, form.cleaned_data["parent"])
        try:
            submitting.comment(
                idea=found,
                body=form.cleaned_data["body"],
                participant=None if author else participants.ensure(request),
                author=author,  # type: ignore[arg-type]
                parent=parent,
                hurried=not author and limits.hurried(request),
            )
        except voting.NotOpen:
            closed = moving.where_now(found) or _("This issue is closed: it takes no more comments.")
            form.add_error(None, closed)
        else:
            if not author:
                messages.success(request, _("Thank you. Your comment is shown once it has been reviewed."))
            return redirect(found.get_absolute_url() + "#comments")
    return render(request, "ideas/idea.html", idea_context(request, command, found, form), status=422)


def idea_comment(idea: Idea, pk: int | None) -> Comment | None:
    """The comment that is replied to; 404 where it is another idea's or not shown."""
    if pk is None:
        return None
    return get_object_or_404(idea.comments.filter(status=CommentStatus.SHOWN), pk=pk)
