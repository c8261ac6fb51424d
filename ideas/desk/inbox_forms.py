"""What the inbox is filled in with."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from ideas.desk.forms import OfficerField
from ideas.forms import Prose
from ideas.models import BODY_LENGTH, TITLE_LENGTH, Topic
from precincts.models import Command, Kind, User
from socialfeeds import handing, inbox
from socialfeeds.models import TEXT_LENGTH, Mention, Thread, ThreadNote

LARGEST = 2**63 - 1


class Versioned(forms.Form):
    """What decides carries the version that somebody looked at, and when that page was made."""

    version = forms.IntegerField(required=False, min_value=1, max_value=LARGEST, widget=forms.HiddenInput)
    seen = forms.DateTimeField(
        required=False,
        widget=forms.HiddenInput,
        input_formats=["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"],
    )


class AnswerForm(Versioned):
    mention = forms.TypedChoiceField(
        label=_("In answer to"),
        coerce=int,
        error_messages={
            "required": _("Choose what you answer."),
            "invalid_choice": _("Choose what you answer."),
        },
    )
    text = Prose(
        label=_("The answer"),
        help_text=_("It stands under what they said, for everybody to read."),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": _("Write the answer first.")},
    )
    field_order = ["mention", "text"]

    def __init__(self, *args: Any, mentions: Sequence[Mention], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"auto_id": "id_answer_%s"})
        self.fields["mention"].choices = [  # type: ignore[attr-defined]
            (one.pk, f"@{one.author_handle}: {one.text[:60]}") for one in reversed(mentions)
        ]
        if len(mentions) < 2:
            self.fields["mention"].widget = forms.HiddenInput()


class AssignForm(forms.Form):
    assigned_to = OfficerField(
        User.objects.none(), required=False, label=_("Who takes it on?"), empty_label=_("Nobody yet")
    )

    def __init__(self, *args: Any, command: Command, thread: Thread, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"assigned_to": thread.assigned_to_id})
        super().__init__(*args, **kwargs | {"auto_id": "id_assign_%s"})
        self.fields["assigned_to"].queryset = inbox.colleagues(command)  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    text = Prose(
        label=_("A note to colleagues"),
        help_text=_("Nobody outside the desk sees it. It is kept with the record."),
        max_length=ThreadNote._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write the note first.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"auto_id": "id_note_%s"})


class AboutForm(forms.Form):
    topic = forms.ChoiceField(label=_("Topic"), required=False)
    place = forms.CharField(label=_("Place"), required=False, max_length=200)

    def __init__(self, *args: Any, topics: Sequence[Topic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"auto_id": "id_about_%s"})
        named = [(topic.slug, topic.name) for topic in topics]
        self.fields["topic"].choices = [("", __("None")), *named]  # type: ignore[attr-defined]


class ReferForm(Versioned):
    """Which command takes it on."""

    command = forms.ChoiceField(
        label=_("Which command takes it on?"),
        error_messages=dict.fromkeys(
            ["required", "invalid_choice"], _("Choose the command that takes it on.")
        ),
    )
    word = Prose(
        label=_("A word to them"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ["command", "word"]

    def __init__(self, *args: Any, source: Command, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"auto_id": "id_refer_%s"})
        others = list(handing.can_take().exclude(pk=source.pk).order_by("kind", "number", "name"))
        self.commands = {one.slug: one for one in others}
        groups = groupby(others, key=lambda one: one.kind)
        self.fields["command"].choices = [  # type: ignore[attr-defined]
            ("", __("Choose")),
            *((Kind(kind).label, [(one.slug, one.name) for one in group]) for kind, group in groups),
        ]


class IssueForm(forms.Form):
    """An issue as the board has it, from what was said."""

    title = forms.CharField(label=_("Title"), max_length=TITLE_LENGTH)
    body = Prose(
        label=_("What is the matter"),
        max_length=BODY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )
    topic = forms.ModelChoiceField(
        Topic.objects.all(), label=_("Topic"), required=False, empty_label=_("None"), to_field_name="slug"
    )
    place = forms.CharField(label=_("Place"), required=False, max_length=200)
    approve = forms.BooleanField(
        label=_("Put it on the board at once"),
        help_text=_("Without it, the issue waits in the queue like any other."),
        required=False,
    )

    def __init__(self, *args: Any, may_approve: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"auto_id": "id_issue_%s"})
        if not may_approve:
            del self.fields["approve"]


def forms_of(
    thread: Thread, command: Command, mentions: Sequence[Mention], topics: Sequence[Topic]
) -> dict[str, forms.Form]:
    """The empty ones, by their names."""
    suggested = thread.suggested_command
    return {
        "answer": AnswerForm(mentions=mentions, initial={"mention": mentions[-1].pk if mentions else None}),
        "assign": AssignForm(command=command, thread=thread),
        "note": NoteForm(),
        "about": AboutForm(topics=topics, initial={"topic": thread.topic, "place": thread.place}),
        "refer": ReferForm(source=command, initial={"command": suggested.slug if suggested else ""}),
    }
