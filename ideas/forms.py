"""What residents and staff fill in. Messages say what to do next."""

from __future__ import annotations

import math
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from engage.forms import Prose
from ideas import conduct, finding
from ideas.models import (
    BODY_LENGTH,
    COMMENT_LENGTH,
    DECISION_CHOICES,
    TITLE_LENGTH,
    Action,
    Agency,
    Edition,
    Rule,
)
from ideas.moderating import OURS, Refused
from precincts.models import Command, Who

# The city and its waters, generously: a pin outside it is a slip of the finger.
LATITUDES, LONGITUDES = (40.4, 41.0), (-74.4, -73.6)
PIN = ("latitude", "longitude")


class IdeaForm(forms.Form):
    body = Prose(
        label=_("Describe it"),
        help_text=_("What happens, where, and when. Leave out names, plates and phone numbers."),
        max_length=BODY_LENGTH,
        min_length=10,
        widget=forms.Textarea(attrs={"rows": 6, "data-source": "", "class": "composer__text"}),
        error_messages={
            "required": _("Say in a sentence or two what is the matter."),
            "min_length": _("A few more words: what is the matter, and where?"),
        },
    )
    title = forms.CharField(
        label=_("Title"),
        help_text=_("Fills itself from your first line. Change it as you like."),
        max_length=TITLE_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"data-title": TITLE_LENGTH}),
    )
    topic = forms.ChoiceField(label=_("Topic"), required=False)
    place = forms.CharField(
        label=_("Address or corner"),
        help_text=_("A name will do as well. The map is only another way to say it."),
        max_length=200,
        required=False,
    )
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    # A digest of what was reviewed; set once the writer has seen the matches and hints for this text.
    reviewed = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    not_now = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = [(topic.slug, topic.name) for topic in finding.topics()]
        self.fields["topic"].choices = [("", _("Choose, or leave it to us")), *topics]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("title") and data.get("body"):
            data["title"] = first_line(data["body"])
        if not in_city(data.get("latitude"), data.get("longitude")):
            data["latitude"] = data["longitude"] = None
            if any(self.data.get(name) for name in PIN):
                self._drop_pin()
        return data

    def _drop_pin(self) -> None:
        """Say so, and take it off the form: whoever cannot use the map could not take it off."""
        for name in PIN:
            self.errors.pop(name, None)
        self.data = {**{name: self.data.get(name) for name in self.data}, **dict.fromkeys(PIN, "")}
        message = _(
            "The pin lay outside the city, so we took it off. Put it anew, or say the place in words."
        )
        self.add_error("place", message)


def in_city(latitude: float | None, longitude: float | None) -> bool:
    if latitude is None or longitude is None or not (math.isfinite(latitude) and math.isfinite(longitude)):
        return False
    return LATITUDES[0] <= latitude <= LATITUDES[1] and LONGITUDES[0] <= longitude <= LONGITUDES[1]


def first_line(body: str) -> str:
    """A title from a description: its first sentence or line, cut at a word."""
    line = body.strip().splitlines()[0].strip()
    for mark in (". ", "! ", "? ", "。", "！", "？"):
        if 8 <= (cut := line.find(mark)) < TITLE_LENGTH:
            line = line[: cut + 1]
            break
    if line.endswith(".") and not line.endswith(".."):
        line = line[:-1]
    if len(line) <= TITLE_LENGTH:
        return line
    return line[: TITLE_LENGTH - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


class CommentForm(forms.Form):
    body = Prose(
        label=_("Your comment"),
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write your comment first.")},
    )
    parent = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class HomeZipForm(forms.Form):
    home_zip = forms.RegexField(
        r"^[0-9]{5}\Z",
        strip=True,
        label=_("Your home ZIP code"),
        help_text=_("Five digits. Nothing else about you is kept."),
        error_messages={"invalid": _("A ZIP code has five digits, like 11354.")},
    )


def _edition_in_force() -> int | None:
    edition = Edition.current()
    return edition.number if edition else None


class UnderRuleForm(forms.Form):
    """A form that names a rule carries the edition that its reader chose from.

    Was another edition published since, and the rule is not the same any more, it says what changed, and the
    rule is to be chosen again. Draw `edition` before `rule`, so that the rules are never older than it says.
    """

    edition = forms.IntegerField(required=False, min_value=1, max_value=32_767, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["edition"].initial = _edition_in_force

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "edition" in self.errors:
            del self.errors["edition"]
            self._choose_again(str(_("There is no such edition of the code of conduct. Choose again.")))
        elif read := data.get("edition"):
            self._hold_to(read, data)
        self._send_again(edition=_edition_in_force())
        return data

    def _hold_to(self, edition: int, data: dict[str, Any]) -> None:
        number = self["rule"].data or ""
        if not (number.isascii() and number.isdigit() and len(number) < 6):
            return
        try:
            data["rule"] = conduct.rule_as_read(number=int(number), edition=edition)
        except (conduct.RuleChanged, Refused) as error:
            self._choose_again(str(error))

    def _choose_again(self, message: str) -> None:
        self.errors.pop("rule", None)
        self.add_error("rule", message)
        self._send_again(rule="")

    def _send_again(self, **values: Any) -> None:
        """What stands in the form when it comes back."""
        self.data = {**{name: self.data.get(name) for name in self.data}, **values}


class ScreeningForm(UnderRuleForm):
    """What screening needs, of an idea or of a comment: a rule, and the reason."""

    rule = forms.ModelChoiceField(
        Rule.objects.in_force(), to_field_name="number", required=False, label=_("Under which rule?")
    )
    reason = Prose(
        label=_("Why, in words to its author"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DecisionForm(ScreeningForm):
    """A decision on an idea, as the desk sends it. What each action needs is checked by the verb."""

    action = forms.ChoiceField(choices=DECISION_CHOICES)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    answer = Prose(
        label=_("The answer"),
        help_text=_("What you heard, what you do, by when. Residents read this under the command’s name."),
        required=False,
        max_length=BODY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    agency = forms.ModelChoiceField(
        Agency.objects.exclude(code=OURS),
        to_field_name="code",
        required=False,
        label=_("Which agency takes it on?"),
        empty_label=_("Another one, named below"),
    )
    referred_to = forms.CharField(label=_("Another one: whom?"), required=False, max_length=120)
    referred_url = forms.URLField(
        label=_("Where residents go on"), required=False, max_length=200, assume_scheme="https"
    )
    acted_on = forms.DateField(
        label=_("Done on"),
        help_text=_("The day, today or earlier. Left empty, it is today."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Give a day like 2026-05-31.")},
    )
    announce = forms.BooleanField(required=False, label=_("Announce it on the command’s account"))
    announcement = Prose(
        label=_("The message"),
        help_text=_("Left empty, it is the answer’s beginning with a link to the issue."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_action(self) -> Action:
        return Action(self.cleaned_data["action"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        asked = data.get("action") == Action.REFER and "agency" not in self.errors
        if asked and not (data.get("agency") or data.get("referred_to")):
            self.add_error("referred_to", _("Name the command or the agency that takes it on."))
        return data

    def clean_referred_url(self) -> str:
        url = self.cleaned_data["referred_url"]
        if url and not url.startswith(("https://", "http://")):
            raise ValidationError(_("Give a web address that starts with https://"))
        return url


class CommentDecisionForm(ScreeningForm):
    """A decision on a comment, as the desk sends it."""

    action = forms.ChoiceField(choices=[(Action.APPROVE, ""), (Action.SCREEN, "")])
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class SettingsForm(forms.ModelForm):
    """Who may take part on this command's board."""

    class Meta:
        model = Command
        fields = ["who_may_submit", "who_may_vote", "who_may_comment"]
        widgets = dict.fromkeys(fields, forms.RadioSelect(choices=Who.choices))
