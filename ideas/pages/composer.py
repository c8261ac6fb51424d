"""Raising an issue: one form, which asks for another look only where there is something to see.

It works the same with and without JavaScript. With it, `hints` answers while one types; without it, the
first sending does. Either way nothing typed is lost, and a photo sent once need not be chosen again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from engage.images import RefusedPhoto
from ideas import finding, hints, photos, submitting
from ideas.board import board_context
from ideas.forms import IdeaForm, in_city
from ideas.models import BODY_LENGTH, Idea, Photo, Topic
from ideas.taking_part import Missing, Part, missing
from precincts import limits, participants
from precincts.access import in_command
from precincts.models import Command

# What is read by others, and so looked through for hints.
TEXTS = ("title", "body", "place")


@dataclass
class Review:
    """What a writer should see before sending: is it said already, is it too much, is it urgent?"""

    digest: str
    emergency: bool = False
    personal: list[hints.Hint] = field(default_factory=list)
    matches: list[Idea] = field(default_factory=list)
    nearby: list[Idea] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.personal or self.matches or self.nearby)


@require_http_methods(["GET", "HEAD", "POST"])
@in_command
def compose(request: HttpRequest, command: Command) -> HttpResponse:
    lacking = missing(request, command, Part.SUBMIT)
    if request.method == "POST":
        return _not_yet(request, command, lacking) if lacking else _take(request, command)
    if lacking:
        return _page(request, command, {"lacking": lacking})
    return _form(request, command, IdeaForm(initial={"key": uuid4()}), [])


def _not_yet(request: HttpRequest, command: Command, lacking: Missing) -> HttpResponse:
    """The board asked for less when the page was opened. What was typed stays on it."""
    form = IdeaForm(request.POST)
    form.add_error(None, lacking.message)
    return _form(request, command, form, _kept_photos(request), lacking=lacking, status=403)


def _take(request: HttpRequest, command: Command) -> HttpResponse:
    form = IdeaForm(request.POST)
    kept = _kept_photos(request)
    try:
        limits.count(request, "submit")
    except limits.TooMany as error:
        form.add_error(None, str(error.detail))
        response = _form(request, command, form, kept, status=429)
        response["Retry-After"] = str(error.retry_after)
        return response
    refused = _add_photos(request, kept)
    if take_out := request.POST.get("take_out"):
        form = _without_personal_data(form, take_out)
        return _form(request, command, _refusing(form, refused), kept)
    if not _refusing(form, refused).is_valid():
        return _form(request, command, form, kept, status=422)
    data = form.cleaned_data
    review = review_of(request, data)
    if review.emergency and not data["not_now"]:
        return _form(request, command, form, kept, emergency=True)
    if review and data["reviewed"] != review.digest:
        return _form(request, command, form, kept, review=review)
    participant = participants.ensure(request)
    idea = submitting.submit(
        participant=participant,
        title=data["title"],
        body=data["body"],
        topic=Topic.objects.filter(slug=data["topic"]).first() if data["topic"] else None,
        place=data["place"],
        latitude=data["latitude"],
        longitude=data["longitude"],
        photos=[photo.key for photo in kept],
        key=_key(data),
        hurried=limits.hurried(request),
    )
    if idea.participant and idea.participant != participant:
        participants.hand_over(request, idea.participant)
    messages.success(request, _thanks(idea))
    return redirect(f"{idea.get_absolute_url()}?sent=1")


def _thanks(idea: Idea) -> str:
    if idea.is_public:
        # Whoever is trusted here waits for nobody.
        return _("Thank you. Your issue is on the board, and your neighbors can vote on it.")
    return _("Thank you. A moderator reviews your issue; then your neighbors can vote on it.")


def _key(data: dict[str, Any]) -> UUID | None:
    """The form's key. A new one where the browser went back to a form that was sent, and says more now."""
    known = Idea.objects.defer("search").filter(submission_key=data["key"]).first() if data["key"] else None
    if known and any(getattr(known, name) != data[name] for name in TEXTS):
        return uuid4()
    return data["key"]


def _refusing(form: IdeaForm, refused: list[str]) -> IdeaForm:
    for message in refused:
        form.add_error(None, message)
    return form


def _form(
    request: HttpRequest,
    command: Command,
    form: IdeaForm,
    kept: list[Photo],
    *,
    review: Review | None = None,
    emergency: bool = False,
    lacking: Missing | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "kept": kept,
        "photos_left": photos.MOST - len(kept),
        "review": review,
        "emergency": emergency,
        "lacking": lacking,
    }
    return _page(request, command, context, status)


def _page(request: HttpRequest, command: Command, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, "ideas/compose.html", board_context(request, command) | context, status=status)


@require_POST
@in_command
def suggest(request: HttpRequest, command: Command) -> HttpResponse:
    """What `compose` would show for the text so far: close matches, hints, issues nearby."""
    limits.count(request, "locate")
    form = IdeaForm(request.POST)
    form.is_valid()
    text = {name: request.POST.get(name, "")[:BODY_LENGTH].replace("\x00", "") for name in TEXTS}
    data = {**text, "topic": form.cleaned_data.get("topic", "")}
    data["latitude"], data["longitude"] = (form.cleaned_data.get(name) for name in ("latitude", "longitude"))
    review = review_of(request, data)
    return render(request, "ideas/compose.html#review", {"command": command, "review": review, "live": True})


def review_of(request: HttpRequest, data: dict[str, Any]) -> Review:
    text = _joined(data)
    participant = participants.find(request)
    matches = finding.close_matches(f"{data['title']} {data['body']}", participant)
    near: list[Idea] = []
    if in_city(data.get("latitude"), data.get("longitude")):
        near = finding.nearby(finding.Point(data["latitude"], data["longitude"]), participant, data["topic"])
    known = {idea.pk for idea in matches}
    return Review(
        digest=hashlib.sha256(_spaceless(text).encode()).hexdigest(),
        emergency=hints.reads_like_emergency(text),
        # Once each: the title often says again what the text says.
        personal=list({hint.text: hint for hint in hints.personal_data(text)}.values()),
        matches=matches,
        nearby=[idea for idea in near if idea.pk not in known],
    )


def _joined(data: Mapping[str, str]) -> str:
    return "\n".join(data.get(name, "") for name in TEXTS)


def _spaceless(text: str) -> str:
    return " ".join(text.split())


def _without_personal_data(form: IdeaForm, which: str) -> IdeaForm:
    """The same form, with the hinted words taken out of it: all of them, or the one that was named."""
    data = {name: form.data.get(name, "") for name in [*form.fields, *TEXTS]}
    text, at = _joined(data), 0
    # Looked for in all texts together, as the review did: a name here is a hint for the address there.
    found = hints.personal_data(text) if len(text) <= 2 * BODY_LENGTH else ()
    asked = [hint for hint in found if which == "all" or _spaceless(which) == _spaceless(hint.text)]
    for name in TEXTS:
        end = at + len(data[name])
        here = [hint.moved(-at) for hint in asked if at <= hint.start and hint.end <= end]
        data[name], at = hints.without(data[name], here), end + 1
    data["reviewed"] = ""
    return IdeaForm(data)


def _kept_photos(request: HttpRequest) -> list[Photo]:
    """The writer's own photos from earlier sendings of this form, in their order."""
    keys = [key for text in request.POST.getlist("photo") if (key := _uuid(text))][: photos.MOST]
    dropped = {_uuid(text) for text in request.POST.getlist("drop_photo")}
    participant = participants.find(request)
    if participant is None or not keys:
        return []
    mine = Photo.objects.filter(key__in=keys, idea=None, participant=participant).select_related("command")
    return sorted(
        (photo for photo in mine if photo.key not in dropped), key=lambda photo: keys.index(photo.key)
    )


def _add_photos(request: HttpRequest, kept: list[Photo]) -> list[str]:
    """Add those just sent to `kept`. Gives a sentence for each that was refused."""
    refused: list[str] = []
    for upload in request.FILES.getlist("photos"):
        if len(kept) >= photos.MOST:
            refused.append(_("Three photos at most: “%(name)s” was left out.") % {"name": upload.name})
            continue
        try:
            kept.append(_keep(request, upload))
        except RefusedPhoto as error:
            refused.append(f"{upload.name}: {error}")
    return refused


def _keep(request: HttpRequest, upload: UploadedFile) -> Photo:
    return photos.keep(
        upload=upload.file,  # type: ignore[arg-type]
        size=upload.size or 0,
        participant=participants.ensure(request),
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
