"""What one fills in to follow something, and to get e-mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from ideas.forms import in_city
from ideas.models import Cadence, Contact, Topic
from ideas.notices import contacts
from ideas.notices.clock import zone_names
from ideas.notices.following import RADII
from precincts import geography
from precincts.models import Command

SMALLEST, LARGEST = 500, 3000


class PlaceForm(forms.Form):
    address = forms.CharField(
        label=_("Address, or a point on the map"),
        help_text=_("We keep where it is to within some 100 m, and not the address."),
        max_length=200,
        required=False,
    )
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    radius_m = forms.IntegerField(
        label=_("How far around"),
        min_value=SMALLEST,
        max_value=LARGEST,
        initial=1000,
        error_messages={
            "required": _("Choose how far around."),
            "invalid": _("Choose how far around: 500 to 3,000 m."),
            "min_value": _("Choose how far around: 500 to 3,000 m."),
            "max_value": _("Choose how far around: 500 to 3,000 m."),
        },
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        meters = [
            (radius, ngettext_lazy("%(n)s meter", "%(n)s meters", radius) % {"n": f"{radius:,}"})
            for radius in RADII
        ]
        self.fields["radius_m"].widget = forms.Select(choices=meters)

    def needs_locating(self) -> bool:
        """Whether an address has to be looked up, which is limited."""
        return bool(self.data.get("address", "").strip()) and not self.data.get("latitude")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("latitude", "longitude"):
            self.errors.pop(name, None)
        if in_city(data.get("latitude"), data.get("longitude")):
            return data
        if "address" in self.errors:
            return data
        located = geography.locate(data["address"]) if data.get("address") else None
        if located and located.point and in_city(*located.point):
            data["latitude"], data["longitude"] = located.point
        else:
            self.add_error("address", self._no_place(located))
        return data

    def _no_place(self, located: geography.Located | None) -> Any:
        if located is None:
            return _("Type an address, or put the pin on the map.")
        if located.commands:
            return _("That is a whole area. Put the pin on the map, or follow the command that serves it.")
        return located.note or _("We could not find that place. Put the pin on the map instead.")


class TopicForm(forms.Form):
    topic = forms.ModelChoiceField(
        label=_("Topic"),
        queryset=Topic.objects.all(),
        to_field_name="slug",
        empty_label=_("Choose a topic"),
        error_messages={
            "required": _("Choose a topic."),
            "invalid_choice": _("There is no such topic. Choose one from the list."),
        },
    )
    command = forms.ModelChoiceField(
        label=_("Where"),
        queryset=Command.objects.only("slug", "name"),
        to_field_name="slug",
        empty_label=_("The whole city"),
        required=False,
        error_messages={"invalid_choice": _("There is no such command. Choose one from the list.")},
    )


def _zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in zone_names()]


class ContactForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Sealed here, shown to nobody, and used for notices alone."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Type the address that notices should go to."),
            "invalid": _("That is not an e-mail address. One looks like name@example.org."),
        },
    )
    cadence = forms.ChoiceField(
        label=_("How often"), choices=Cadence, widget=forms.RadioSelect, initial=Cadence.DAILY
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Your clock"), choices=lazy(_zones, list)())

    def __init__(self, data: Any = None, *, user: Any = None, initial: dict[str, Any] | None = None) -> None:
        # What a page of one language does not ask is what it was.
        if data is not None and "language" not in data:
            data = data.copy()
            data["language"] = settings.LANGUAGE_CODE
        super().__init__(data, initial=initial)
        if len(settings.LANGUAGES) == 1:
            self.fields["language"].widget = forms.HiddenInput()
        if verified := contacts.verified_email(user):
            self.fields["email"].initial = self.initial.get("email") or verified

    @classmethod
    def of(cls, request: HttpRequest, contact: Contact | None) -> ContactForm:
        """With what holds now. An address that does not work is to be typed anew."""
        language = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
        initial = {"time_zone": settings.TIME_ZONE, "language": language}
        if contact:
            initial = {"cadence": contact.cadence, "language": contact.language}
            initial |= {"time_zone": contact.time_zone}
            if not (contact.bounced_at or contact.stopped_at):
                initial["email"] = contact.email
        return cls(user=request.user, initial=initial)
