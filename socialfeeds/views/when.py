"""A day and a time of a command's own clock, as forms ask for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from socialfeeds import scheduling

DAYS = ["%Y-%m-%d", "%m/%d/%Y"]
TIMES = ["%H:%M", "%I:%M %p", "%I %p", "%I%p"]
FIRST, SECOND = "first", "second"


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Day"))
        kwargs["error_messages"] = {
            "required": gettext_lazy("Choose a day."),
            "invalid": gettext_lazy("Write the day as 2027-01-31 or 1/31/2027."),
        }
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "usa-input"})
        super().__init__(input_formats=DAYS, widget=widget, **kwargs)


class ClockField(forms.TimeField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Time"))
        kwargs["error_messages"] = {
            "required": gettext_lazy("Say at what time."),
            "invalid": gettext_lazy("Write the time as 14:30 or 2:30 PM."),
        }
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "usa-input"})
        super().__init__(input_formats=TIMES, widget=widget, **kwargs)


class WhenForm(forms.Form):
    """When something is to happen. After is_valid: `moment`, in UTC, or None where nothing was said."""

    day = DayField()
    time = ClockField()
    # Asked for only on the night when clocks are put back.
    which = forms.ChoiceField(
        label=gettext_lazy("Which of the two"),
        required=False,
        choices=[
            ("", gettext_lazy("Choose")),
            (FIRST, gettext_lazy("The first, before clocks are put back")),
            (SECOND, gettext_lazy("The second, after it")),
        ],
        widget=forms.Select(attrs={"class": "usa-select"}),
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        self.zone = zone
        self.moment: datetime | None = None
        super().__init__(*args, **kwargs)

    @staticmethod
    def initial_of(moment: datetime | None, zone: str) -> dict[str, Any]:
        if moment is None:
            return {}
        shown = scheduling.shown(moment, zone)
        return {"day": shown.local.date(), "time": shown.local.time(), "which": shown.twice}

    @property
    def asks_which(self) -> bool:
        return bool(self["which"].errors or self["which"].value())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        day, time = data.get("day"), data.get("time")
        if day and time:
            which = {FIRST: False, SECOND: True}.get(data.get("which", ""))
            try:
                self.moment = scheduling.planned(datetime.combine(day, time), self.zone, second=which)
            except scheduling.Ambiguous as error:
                self.add_error("which", str(error))
            except scheduling.BadTime as error:
                self.add_error("time", str(error))
        elif (day or time) and not self.errors:
            missing, words = ("time", _("Say at what time.")) if day else ("day", _("Choose a day."))
            self.add_error(missing, words)
        return data
