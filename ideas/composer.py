"""Raising an issue: one form, which asks for another look only where there is something to see.

It works the same with and without JavaScript. With it, `hints` answers while one types; without it, the
first sending does. Either way nothing typed is lost, and a photo sent once need not be chosen again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ideas import finding, hints, photos, submitting
from ideas.board import board_context
from ideas.forms import HomeZipForm, IdeaForm, in_city
from ideas.models import Idea, Photo, Topic
from ideas.taking_part import Part, missing
from precincts import limits, participants
from precincts.access import in_command
from precincts.models import Command


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
    if lacking := missing(request, command, Part.SUBMIT):
        context = {"lacking": lacking, "zip_form": HomeZipForm()}
        return render(request, "ideas/compose.html", board_context(request, command) | context)
    if request.method != "POST":
        return _form(request, command, IdeaForm(initial={"key": uuid4()}), [])
    return _take(request, command)


def _take(request: HttpRequest, command: Command) -> HttpResponse:
    limits.count(request, "submit")
    form = IdeaForm(request.POST)
    kept, refused = _photos(request)
    for message in refused:
        form.add_error(None, message)
    if take_out := request.POST.get("take_out"):
        return _form(request, command, _without_personal_data(form, take_out), kept)
    if not form.is_valid():
        return _form(request, command, form, kept, status=422)
    data = form.cleaned_data
    review = review_of(request, data)
    if review.emergency and not data["not_now"]:
        return _form(request, command, form, kept, emergency=True)
    if review and data["reviewed"] != review.digest:
        return _form(request, command, form, kept, review=review)
    idea = submitting.submit(
        participant=participants.ensure(request),
        title=data["title"],
        body=data["body"],
        topic=Topic.objects.filter(slug=data["topic"]).first() if data["topic"] else None,
        place=data["place"],
        latitude=data["latitude"],
        longitude=data["longitude"],
        photos=[photo.key for photo in kept],
        key=data["key"],
    )
    messages.success(
        request, _("Thank you. A moderator reviews your issue; then your neighbors can vote on it.")
    )
    return redirect(idea)


def _form(
    request: HttpRequest,
    command: Command,
    form: IdeaForm,
    kept: list[Photo],
    *,
    review: Review | None = None,
    emergency: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "kept": kept,
        "photos_left": photos.MOST - len(kept),
        "review": review,
        "emergency": emergency,
    }
    return render(request, "ideas/compose.html", board_context(request, command) | context, status=status)


@require_POST
@in_command
def suggest(request: HttpRequest, command: Command) -> HttpResponse:
    """What `compose` would show for the text so far: close matches, hints, issues nearby."""
    limits.count(request, "locate")
    form = IdeaForm(request.POST)
    form.is_valid()
    text = {name: str(request.POST.get(name, ""))[:5000] for name in ("title", "body", "place")}
    data = {**text, "topic": form.cleaned_data.get("topic", "")}
    data["latitude"], data["longitude"] = (form.cleaned_data.get(name) for name in ("latitude", "longitude"))
    review = review_of(request, data)
    return render(request, "ideas/compose.html#review", {"command": command, "review": review, "live": True})


def review_of(request: HttpRequest, data: dict[str, Any]) -> Review:
    text = "\n".join([data["title"], data["body"], data["place"]])
    participant = participants.find(request)
    matches = finding.close_matches(f"{data['title']} {data['body']}", participant)
    near: list[Idea] = []
    if in_city(data.get("latitude"), data.get("longitude")):
        near = finding.nearby(finding.Point(data["latitude"], data["longitude"]), participant, data["topic"])
    known = {idea.pk for idea in matches}
    return Review(
        digest=hashlib.sha256(_spaceless(text).encode()).hexdigest(),
        emergency=hints.reads_like_emergency(text),
        personal=hints.personal_data(text),
        matches=matches,
        nearby=[idea for idea in near if idea.pk not in known],
    )


def _spaceless(text: str) -> str:
    return " ".join(text.split())


def _without_personal_data(form: IdeaForm, which: str) -> IdeaForm:
    """The same form, with the hinted words taken out of it: all of them, or the one that was named."""
    data = dict(form.data.items())
    for name in ("title", "body", "place"):
        value = data.get(name, "")
        found = [h for h in hints.personal_data(value) if which in ("all", h.text)]
        data[name] = hints.without(value, found)
    data["reviewed"] = ""
    return IdeaForm(data)


def _photos(request: HttpRequest) -> tuple[list[Photo], list[str]]:
    """Photos kept from earlier sendings and those just sent; and a sentence for each that was refused."""
    participant = participants.find(request)
    keys = [key for text in request.POST.getlist("photo") if (key := _uuid(text))][: photos.MOST]
    kept = list(
        Photo.objects.filter(key__in=keys, idea=None, participant=participant).select_related("command")
    )
    kept = kept if participant else []
    dropped = {_uuid(text) for text in request.POST.getlist("drop_photo")}
    kept = [photo for photo in kept if photo.key not in dropped]
    refused: list[str] = []
    for upload in request.FILES.getlist("photos"):
        if len(kept) >= photos.MOST:
            refused.append(_("Three photos at most: “%(name)s” was left out.") % {"name": upload.name})
            continue
        try:
            kept.append(_keep(request, upload))
        except photos.RefusedPhoto as error:
            refused.append(f"{upload.name}: {error}")
    return kept, refused


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
