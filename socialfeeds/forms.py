"""What the composer asks for. A field that is wrong keeps nothing else from being saved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from precincts.models import Command
from socialfeeds import scheduling, wording
from socialfeeds.models import TEXT_LENGTH, Account, Attachment, Message, Network, Slot
from socialfeeds.pictures import ALT_LENGTH
from socialfeeds.reasons import Reason
from socialfeeds.releasing import REASON_LENGTH
from socialfeeds.views.when import WhenForm

NOW, AT, SLOT = "now", "at", "slot"
ROWS = {"rows": 6, "dir": "auto"}


class Words(forms.CharField):
    """What somebody writes, as it is kept: said with its number of letters where there are too many."""

    widget = forms.Textarea

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self.most = most
        super().__init__(required=False, strip=False, **kwargs)

    def clean(self, value: Any) -> str:
        try:
            text = wording.clean(self.to_python(value) or "")
        except wording.CannotSay as error:
            raise ValidationError(str(error)) from error
        if len(text) > self.most:
            words = _("This has %(count)s letters, and %(most)s fit. Shorten it.")
            raise ValidationError(words % {"count": f"{len(text):,}", "most": f"{self.most:,}"})
        return text


class ComposerForm(forms.Form):
    accounts = forms.MultipleChoiceField(
        label=gettext_lazy("On which accounts"), required=False, widget=forms.CheckboxSelectMultiple
    )
    text = Words(
        label=gettext_lazy("Text"),
        most=TEXT_LENGTH,
        widget=forms.Textarea(attrs={**ROWS, "rows": 8, "class": "composer__text"}),
    )
    link = forms.URLField(
        label=gettext_lazy("Link"),
        help_text=gettext_lazy("It stands behind the text."),
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url"}),
        error_messages={"invalid": gettext_lazy("Write the address as https://www.example.org/page.")},
    )
    track_link = forms.BooleanField(
        label=gettext_lazy("Count who comes by this link (it gets utm_source, utm_medium and utm_campaign)"),
        required=False,
    )
    when = forms.ChoiceField(label=gettext_lazy("When"), required=False, widget=forms.RadioSelect)
    because = Words(
        label=gettext_lazy("Why it is right all the same"),
        help_text=gettext_lazy("A guardrail warns of something. Your answer is kept with the message."),
        most=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        command: Command,
        accounts: Iterable[Account],
        message: Message | None,
    ) -> None:
        self.known = {str(account.pk): account for account in accounts}
        super().__init__(data, initial=_initial(message))
        self.fields["accounts"].choices = [  # type: ignore[attr-defined]
            (pk, f"{account.get_network_display()}: {account}") for pk, account in self.known.items()
        ]
        self.networks = list(dict.fromkeys(account.network for account in self.known.values()))
        for name in self.networks:
            self.fields[f"words_{name}"] = Words(
                label=_("In other words on %(network)s") % {"network": Network(name).label},
                most=TEXT_LENGTH,
                initial=message.variants.get(name, "") if message else "",
                widget=forms.Textarea(attrs=ROWS),
            )
        self.fields["when"].choices = _times()  # type: ignore[attr-defined]
        self.command = command
        self.at = self._at(message)

    def _at(self, message: Message | None) -> WhenForm:
        """The day and the time. What is not meant is not wrong either."""
        zone = self.command.time_zone
        if self.is_bound and self.data.get("when") == AT:
            return WhenForm(self.data, zone=zone)
        if self.is_bound:
            typed = {name: self.data.get(name) for name in ("day", "time", "which")}
            return WhenForm(zone=zone, initial=typed)
        return WhenForm(
            zone=zone, initial=WhenForm.initial_of(message.scheduled_at if message else None, zone)
        )

    @property
    def words_by_network(self) -> list[Any]:
        """The fields of other words, and whether any of them is used."""
        return [self[f"words_{name}"] for name in self.networks]

    @property
    def has_other_words(self) -> bool:
        return any(field.value() or field.errors for field in self.words_by_network)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("when") == AT and not self.at.is_valid():
            # Beside their own fields; here, so that the form as a whole is not taken for right.
            self.add_error("when", _("Look at the day and the time once more."))
        if data.get("when") == SLOT and not Slot.objects.exists():
            self.add_error("when", _("The command has no slots any more. Choose a time."))
        return data

    def chosen(self) -> list[Account]:
        """The accounts that are ticked."""
        ticked = self.cleaned_data.get("accounts", [])
        return [self.known[pk] for pk in ticked if pk in self.known]

    def given(self, *, by_itself: bool = False) -> dict[str, Any]:
        """What of it is right, as drafting takes it. A slot is only taken where somebody presses a button."""
        data = self.cleaned_data
        given: dict[str, Any] = {name: data[name] for name in ("text", "link", "track_link") if name in data}
        words = {name: data.get(f"words_{name}") for name in self.networks}
        if None not in words.values():
            given["variants"] = {name: text for name, text in words.items() if text}
        when = data.get("when")
        if when == AT:
            given["scheduled_at"] = self.at.moment
        elif when == SLOT and not by_itself:
            given["scheduled_at"] = self._take_slot()
        elif when == NOW:
            given["scheduled_at"] = None
        return given

    def _take_slot(self) -> datetime | None:
        moment = scheduling.next_free_slot(self.command, hold=True)
        if moment is not None:
            # From here on it is a time like any other: the next sending must not take the slot after it.
            said = WhenForm.initial_of(moment, self.command.time_zone)
            self.data = data = self.data.copy()  # type: ignore[attr-defined]
            data["when"] = AT
            self.at = WhenForm(zone=self.command.time_zone, initial=said)
        return moment

    def refuse(self, reasons: Iterable[Reason]) -> None:
        """Each reason beside the field where it is mended."""
        for reason in reasons:
            self.add_error(reason.field if reason.field in self.fields else None, reason.words)


def _initial(message: Message | None) -> dict[str, Any]:
    if message is None:
        return {"when": NOW}
    return {
        "accounts": [str(pk) for pk in message.deliveries.values_list("account", flat=True)],
        "text": message.text,
        "link": message.link,
        "track_link": message.track_link,
        "when": AT if message.scheduled_at else NOW,
    }


def _times() -> list[tuple[str, str]]:
    times = [(NOW, _("At once")), (AT, _("At a time"))]
    return [*times, (SLOT, _("In the next free slot"))] if Slot.objects.exists() else times


def alts_of(data: QueryDict, attachments: Iterable[Attachment]) -> tuple[dict[UUID, str], list[str]]:
    """What each picture shows, as it was typed; and what is wrong with that."""
    alts, wrong = {}, []
    for picture in attachments:
        typed = data.get(f"alt-{picture.key}")
        if typed is None:
            continue
        text = typed.replace("\x00", "").strip()
        if len(text) > ALT_LENGTH:
            wrong.append(_("Say in at most 1,000 letters what a picture shows."))
        alts[picture.key] = text[:ALT_LENGTH]
    return alts, wrong
