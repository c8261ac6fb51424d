"""What an answer is written with: its words, its day, its photos, and which other ideas it serves."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from engage.forms import Prose
from engage.images import RefusedPhoto
from ideas import finding, photos
from ideas.answering import ANSWERS, MOST_ALSO, Also
from ideas.models import BODY_LENGTH, Idea, Photo

ALT_LENGTH = 200
LARGEST = 2**63 - 1
CHOICE = re.compile(r"([1-9][0-9]{0,18}):([1-9][0-9]{0,8})")


class Words(forms.Form):
    """An answer's words, and the version of the idea that whoever writes them looks at."""

    version = forms.IntegerField(required=False, min_value=1, max_value=LARGEST, widget=forms.HiddenInput)
    answer = Prose(
        label=_("The answer"),
        help_text=_("What you heard, what you do, by when. Residents read this under the command’s name."),
        required=False,
        max_length=BODY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8, "data-answer": "", "dir": "auto"}),
    )
    acted_on = forms.DateField(
        label=_("Done on"),
        help_text=_("The day, today or earlier. Left empty, it is today."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Give a day like 2026-05-31.")},
    )


class Ticked(forms.MultipleChoiceField):
    """Ideas as "number:version". One that is not offered any more was offered a moment ago."""

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value: str) -> bool:
        return CHOICE.fullmatch(value) is not None


class AnswerForm(Words):
    action = forms.ChoiceField(
        label=_("What it says"),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ["required", "invalid_choice"],
            _("Choose what the answer says: heard, acting, acted or cannot act."),
        ),
    )
    also = Ticked(label=_("Answer these too"), required=False)
    also_numbers = forms.CharField(
        label=_("And these, by their numbers"),
        help_text=_("The number stands at the end of an issue’s address. Put commas between them."),
        required=False,
        max_length=400,
    )
    announce = forms.BooleanField(required=False, label=_("Announce it on the command’s account"))
    show_photos = forms.BooleanField(required=False, label=_("With the photos of what was done"))
    announcement = Prose(
        label=_("The message"),
        help_text=_("Left empty, it is the answer’s beginning with a link to the issue."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    field_order = ["action", "answer", "acted_on"]

    def __init__(self, *args: Any, idea: Idea, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [  # type: ignore[attr-defined]
            (action.value, action.label) for action in ANSWERS if idea.allows(action)
        ]
        self.fields["also"].choices = [  # type: ignore[attr-defined]
            (f"{other.pk}:{other.version}", f"{other.title} ({other.get_status_display()})")
            for other in company(idea)
        ]

    def clean_also_numbers(self) -> list[int]:
        words = re.split(r"[\s,;#]+", self.cleaned_data["also_numbers"].strip())
        numbers = [word for word in words if word]
        if not all(word.isascii() and word.isdigit() and 0 < int(word[:20]) <= LARGEST for word in numbers):
            raise ValidationError(_("Give the numbers of issues, like 12, 40."))
        return [int(word) for word in numbers]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        ticked = [CHOICE.fullmatch(value) for value in data.get("also", [])]
        wanted = {int(found[1]): Also(int(found[1]), int(found[2])) for found in ticked if found}
        for number in data.get("also_numbers", []):
            wanted.setdefault(number, Also(number))
        if len(wanted) > MOST_ALSO:
            self.add_error("also_numbers", __("At most %(most)d at once.") % {"most": MOST_ALSO})
        data["wanted"] = list(wanted.values())
        return data

    def clean_acted_on(self) -> Any:
        day = self.cleaned_data["acted_on"]
        if day and day > timezone.localdate():
            raise ValidationError(_("Give the day on which it was done: today or earlier."))
        return day


def company(idea: Idea) -> list[Idea]:
    """Open ideas that the same answer may serve: alike in words, or near and of the same topic."""
    alike = finding.close_matches(f"{idea.title}\n{idea.body}", most=5)
    near: list[Idea] = []
    if idea.topic and idea.latitude is not None and idea.longitude is not None:
        around = finding.nearby(finding.Point(idea.latitude, idea.longitude), topic=idea.topic.slug, most=8)
        near = [other for other in around if other.topic_id == idea.topic_id]
    found = {other.pk: other for other in [*alike, *near]}
    found.pop(idea.pk, None)
    return list(found.values())


# Photos of an answer


@dataclass
class Draft:
    """A photo that was sent with the form, and stays with it until the answer is."""

    photo: Photo
    alt: str


@dataclass
class Drafts:
    kept: list[Draft] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def left(self) -> int:
        return photos.MOST - len(self.kept)

    def keys(self) -> list[UUID]:
        return [draft.photo.key for draft in self.kept]

    def store_words(self) -> None:
        for draft in self.kept:
            Photo.objects.filter(pk=draft.photo.pk).update(alt=draft.alt)


def drafts_of(request: HttpRequest) -> Drafts:
    """The photos of earlier sendings and the one just sent, each with the words for who cannot see it."""
    found = Drafts()
    keys = [key for text in request.POST.getlist("photo_key")[: photos.MOST] if (key := as_uuid(text))]
    dropped = {as_uuid(text) for text in request.POST.getlist("drop_photo")}
    mine = Photo.objects.filter(key__in=keys, idea=None, decision=None, participant=None)
    rows = {photo.key: photo for photo in mine.select_related("command")}
    for key in dict.fromkeys(keys):
        if key in rows and key not in dropped:
            found.kept.append(Draft(rows[key], _alt(request, f"alt-{key}", found)))
    if upload := request.FILES.get("photo"):
        _add(request, upload, found)
    if any(not draft.alt for draft in found.kept):
        found.refused.append(__("Say of each photo what it shows, for those who cannot see it."))
    return found


def _alt(request: HttpRequest, name: str, found: Drafts) -> str:
    text = request.POST.get(name, "").replace("\x00", "").strip()
    if len(text) > ALT_LENGTH:
        found.refused.append(__("Say in at most 200 letters what a photo shows."))
    return text[:ALT_LENGTH]


def _add(request: HttpRequest, upload: Any, found: Drafts) -> None:
    if not found.left:
        found.refused.append(__("Three photos at most: “%(name)s” was left out.") % {"name": upload.name})
        return
    try:
        photo = photos.keep(upload=upload.file, size=upload.size or 0, participant=None)
    except RefusedPhoto as error:
        found.refused.append(f"{upload.name}: {error}")
    else:
        found.kept.append(Draft(photo, _alt(request, "photo_alt", found)))


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
