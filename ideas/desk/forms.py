"""What staff fill in beside a decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engage.forms import Prose
from ideas import working
from ideas.models import Idea, Label, Note, SavedReply
from precincts.models import Command, User

EXAMPLES = ", ".join(f"{{{name}}}" for name in working.PLACEHOLDERS)


class OfficerField(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return obj.email


class AssignForm(forms.Form):
    assigned_to = OfficerField(
        User.objects.none(),
        required=False,
        label=gettext_lazy("Who takes it on?"),
        empty_label=gettext_lazy("Nobody yet"),
    )

    def __init__(self, *args: Any, command: Command, idea: Idea, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"assigned_to": idea.assigned_to_id})
        super().__init__(*args, **kwargs | {"auto_id": "id_assign_%s"})
        self.fields["assigned_to"].queryset = working.officers(command)  # type: ignore[attr-defined]


class DueForm(forms.Form):
    due_on = forms.DateField(
        required=False,
        label=gettext_lazy("By which day?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, idea: Idea, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"due_on": idea.due_on})
        super().__init__(*args, **kwargs | {"auto_id": "id_due_%s"})

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day and day < timezone.localdate():
            raise ValidationError(_("That day is over. Choose one to come, or none."))
        return day


class LabelsForm(forms.Form):
    labels = forms.ModelMultipleChoiceField(
        Label.objects.none(),
        required=False,
        label=gettext_lazy("Labels"),
        widget=forms.CheckboxSelectMultiple,
    )
    new = forms.CharField(required=False, max_length=40, label=gettext_lazy("A new label"))

    def __init__(self, *args: Any, chosen: list[int], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"labels": chosen})
        super().__init__(*args, **kwargs | {"auto_id": "id_labels_%s"})
        self.fields["labels"].queryset = Label.objects.all()  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    text = Prose(
        label=gettext_lazy("A note to colleagues"),
        help_text=gettext_lazy("Residents do not see it. It is kept with the record."),
        max_length=Note._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write the note first.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"auto_id": "id_note_%s"})


class LabelForm(forms.ModelForm):
    class Meta:
        model = Label
        fields = ["name"]


class SavedReplyForm(forms.ModelForm):
    text = Prose(
        label=gettext_lazy("Text"),
        help_text=gettext_lazy("Filled in for each issue: %s") % EXAMPLES,
        max_length=SavedReply._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    class Meta:
        model = SavedReply
        fields = ["name", "text"]

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        if unknown := working.unknown_placeholders(text):
            raise ValidationError(
                _("There is no {%(name)s}. What can be filled in: %(known)s"),
                params={"name": unknown[0], "known": EXAMPLES},
            )
        return text
