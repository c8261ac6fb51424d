"""The public board: read it, vote, comment, weigh in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas import finding, photos, submitting, voting
from ideas.board import board_context, counts_of, promise
from ideas.forms import CommentForm, HomeZipForm, in_city
from ideas.models import LISTED, PUBLIC, Comment, CommentStatus, Idea, Photo, Rule, Status
from ideas.reading import steps_of
from ideas.taking_part import Part, missing, serves
from precincts import limits, participants
from precincts.access import Permission, in_command, may
from precincts.models import Command
from socialfeeds.models import Account

SORT_NAMES = {
    finding.Sort.TRENDING: gettext_lazy("Trending"),
    finding.Sort.NEWEST: gettext_lazy("New"),
    finding.Sort.NEAR: gettext_lazy("Near me"),
    finding.Sort.VOTES: gettext_lazy("Most votes"),
}
STAGES = {
    "spoken": LISTED,
    "heard": [Status.HEARD, Status.ACTING, Status.ACTED],
    "acted": [Status.ACTED],
}
ASKED = ("sort", "status", "topic", "q", "lat", "lon", "cursor")
ASKED_LENGTH = 200
STATUS_CHOICES = [(status.value, status.label) for status in LISTED]


# The command's own page, and its board


@require_safe
@in_command
def front_door(request: HttpRequest, command: Command) -> HttpResponse:
    """A command's front door: the promise, what is on people's minds, and who this is."""
    page = finding.board(finding.Asked(), request.participant, size=5)  # type: ignore[attr-defined]
    counts = counts_of(command)
    return render(
        request,
        "ideas/front_door.html",
        board_context(request, command)
        | {
            "promise": promise(command, counts),
            "ideas": page.ideas,
            "screened": counts.get(Status.SCREENED, 0),
            "accounts": Account.objects.order_by("network", "handle"),
        },
    )


@require_safe
@in_command
def board(request: HttpRequest, command: Command) -> HttpResponse:
    """The list. With htmx and a cursor it answers with the next cards alone."""
    asked = asked_of(request)
    try:
        page = finding.board(asked, request.participant)  # type: ignore[attr-defined]
    except finding.BadCursor:
        messages.info(request, _("That page is gone. Here is the list from its top."))
        return redirect("ideas", slug=command.slug)
    context = board_context(request, command) | {
        "promise": promise(command, counts_of(command)),
        "ideas": page.ideas,
        "asked": asked,
        "next_url": _with(request, cursor=page.next_cursor) if page.next_cursor else "",
        "sorts": [
            {"name": name, "url": _with(request, sort=sort, cursor=""), "current": sort == asked.sort}
            for sort, name in SORT_NAMES.items()
        ],
        "status": request.GET.get("status", ""),
        "statuses": STATUS_CHOICES,
        "topics": finding.topics(),
    }
    template = "ideas/board.html"
    if request.htmx and asked.cursor:  # type: ignore[attr-defined]
        template += "#cards"
    return render(request, template, context)


def asked_of(request: HttpRequest) -> finding.Asked:
    """What the address asks a list for. What it does not understand it leaves out."""
    asked = request.GET
    sort = asked.get("sort", "")
    return finding.Asked(
        sort=finding.Sort(sort) if sort in SORT_NAMES else finding.Sort.TRENDING,
        statuses=statuses_of(asked.get("status", "")),
        topic=asked.get("topic", "")[:40],
        words=asked.get("q", "").strip()[:ASKED_LENGTH],
        near=point_of(asked.get("lat", ""), asked.get("lon", "")),
        cursor=asked.get("cursor", ""),
    )


def statuses_of(text: str) -> Sequence[str]:
    """ "heard" means heard or further; several may be named with commas."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if len(names) == 1 and names[0] in STAGES:
        return STAGES[names[0]]
    return names


def point_of(latitude: str, longitude: str) -> finding.Point | None:
    try:
        point = finding.Point(float(latitude), float(longitude))
    except ValueError:
        return None
    return point if in_city(point.latitude, point.longitude) and math.isfinite(point.latitude) else None


def _with(request: HttpRequest, **changes: str) -> str:
    """The address of this list with something changed. What it did not understand is not passed on."""
    asked = {name: request.GET.get(name, "").strip()[:ASKED_LENGTH] for name in ASKED} | changes
    return "?" + urlencode({name: value for name, value in asked.items() if value})


# One idea


@require_safe
@never_cache
@in_command
def idea(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    found = idea_for_reader(request, command, pk)
    return render(request, "ideas/idea.html", _idea_context(request, command, found))


def idea_for_reader(request: HttpRequest, command: Command, pk: int) -> Idea:
    """An idea on the board; to its author and to the desk also one that is not. Otherwise 404."""
    found = finding.for_cards(Idea.objects.filter(pk=pk), request.participant).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    found.command = command
    if found.status in PUBLIC or is_author(request, found) or may(request.user, Permission.SEE_DESK, command):
        return found
    raise Http404


def is_author(request: HttpRequest, idea: Idea) -> bool:
    participant = request.participant  # type: ignore[attr-defined]
    return bool(participant) and idea.participant_id == participant.pk


def _idea_context(
    request: HttpRequest, command: Command, idea: Idea, comment_form: CommentForm | None = None
) -> dict[str, Any]:
    return board_context(request, command) | {
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


def _thread(request: HttpRequest, idea: Idea) -> list[Comment]:
    """Comments with their replies, oldest first. Its writer sees a comment that still waits."""
    participant = request.participant  # type: ignore[attr-defined]
    rows = [
        comment
        for comment in idea.comments.select_related("rule").order_by("created_at", "pk")
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
        return _vote_refused(request, found, _("This issue is closed: it takes no more votes."), 409)
    if _wants_json(request):
        return JsonResponse(tally.as_dict())
    if "instead" in request.GET:
        messages.success(request, _("Your vote is added to this one; nothing new was raised."))
        return redirect(f"{found.get_absolute_url()}?instead=1")
    return redirect(_next(request, found))


def _vote_refused(request: HttpRequest, idea: Idea, message: str, status: int) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"detail": message}, status=status)
    messages.error(request, message)
    return redirect(_next(request, idea))


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _next(request: HttpRequest, idea: Idea) -> str:
    """Where the form was, if that is here."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return target
    return idea.get_absolute_url()


@require_POST
@in_command
def comment(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    found = idea_for_reader(request, command, pk)
    form = CommentForm(request.POST)
    try:
        limits.count(request, "comment")
    except limits.TooMany as error:
        form.add_error(None, str(error.detail))
        response = render(
            request, "ideas/idea.html", _idea_context(request, command, found, form), status=429
        )
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
            )
        except voting.NotOpen:
            form.add_error(None, _("This issue is closed: it takes no more comments."))
        else:
            if not author:
                messages.success(request, _("Thank you. Your comment is shown once it has been reviewed."))
            return redirect(found.get_absolute_url() + "#comments")
    return render(request, "ideas/idea.html", _idea_context(request, command, found, form), status=422)


def idea_comment(idea: Idea, pk: int | None) -> Comment | None:
    """The comment that is replied to; 404 where it is another idea's or not shown."""
    if pk is None:
        return None
    return get_object_or_404(idea.comments.filter(status=CommentStatus.SHOWN), pk=pk)


@require_POST
@in_command
def home_zip(request: HttpRequest, command: Command) -> HttpResponse:
    """Keep the participant's home ZIP code, and say whether this command serves it."""
    form = HomeZipForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["home_zip"])))
    else:
        participant = participants.ensure(request)
        participant.home_zip = form.cleaned_data["home_zip"]
        participant.save(update_fields=["home_zip"])
        if not serves(command, participant.home_zip):
            messages.error(request, _("%(name)s does not serve that ZIP code.") % {"name": command.name})
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return redirect(target if safe else command.get_absolute_url())


# Weigh in


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@in_command
def weigh_in(request: HttpRequest, command: Command) -> HttpResponse:
    """One card at a time. Which ones were passed over travels in the form, not in a session."""
    data = request.POST if request.method == "POST" else request.GET
    seen = [int(part) for part in data.get("seen", "").split(",") if part.isdecimal() and len(part) < 19][
        -100:
    ]
    lacking = missing(request, command, Part.VOTE)
    if request.method == "POST" and lacking is None:
        limits.count(request, "vote")
        seen = [*seen, *_weighed(request)]
    found = finding.weigh_in(request.participant, seen)  # type: ignore[attr-defined]
    return render(
        request,
        "ideas/weigh_in.html",
        board_context(request, command)
        | {"idea": found, "seen": ",".join(map(str, seen)), "cannot_vote": lacking, "weighed": len(seen)},
    )


def _weighed(request: HttpRequest) -> list[int]:
    """Take the answer to the card that was shown: up, down, or not mine to say."""
    pk, value = request.POST.get("idea", ""), request.POST.get("value", "")
    if not pk.isdecimal() or len(pk) > 18:
        return []
    found = Idea.objects.public().defer("search").filter(pk=int(pk)).first()
    if found and value in {"1", "-1"}:
        try:
            voting.cast(idea=found, participant=participants.ensure(request), value=int(value))
        except voting.NotOpen:
            messages.info(request, _("That issue was closed a moment ago."))
    return [int(pk)]


# What stands beside the board


@require_safe
@in_command
def photo(request: HttpRequest, command: Command, key: UUID, size: str) -> HttpResponseBase:
    """A photo of an idea that the reader may see; a draft's, to who sent it."""
    if size not in photos.SIZES:
        raise Http404
    found = get_object_or_404(Photo.objects.select_related("idea"), key=key)
    public = found.idea is not None and found.idea.status in PUBLIC
    participant = request.participant  # type: ignore[attr-defined]
    mine = bool(participant) and found.participant_id == participant.pk
    if not (public or mine or may(request.user, Permission.SEE_DESK, command)):
        raise Http404
    try:
        file = default_storage.open(photos.path_of(found, size))
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def conduct(request: HttpRequest) -> HttpResponse:
    return render(request, "ideas/conduct.html", {"rules": Rule.objects.all()})


@require_safe
def emergency(request: HttpRequest) -> HttpResponse:
    return render(request, "ideas/emergency.html")
