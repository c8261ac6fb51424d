"""Which list of the desk somebody works through: its tab, its filters, and where its page begins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ideas.models import Status
from ideas.waiting import CURSOR_LENGTH, Kind, Wanted
from precincts.models import Command, User

TABS = {
    "waiting": _("To review"),
    "unanswered": _("To answer"),
    "open": _("Heard and acting"),
    "closed": _("Done"),
}
TAB_STATUSES = {
    "waiting": [Status.WAITING],
    "unanswered": [Status.SPOKEN],
    "open": [Status.HEARD, Status.ACTING],
    "closed": [Status.ACTED, Status.CANNOT, Status.REFERRED, Status.MERGED, Status.SCREENED],
}
KINDS = {
    Kind.IDEA: _("Ideas"),
    Kind.COMMENT: _("Comments"),
    Kind.REPORT: _("Reports by readers"),
    Kind.VERDICT: _("“Not fixed”"),
    Kind.OUTCOME: _("Appeals decided"),
}


def tab_of(status: str) -> str:
    """On which tab an idea of this status stands."""
    return next((tab for tab, statuses in TAB_STATUSES.items() if status in statuses), "closed")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the address asks for. It goes along from item to item, so that one stays in the same list."""

    tab: str = ""
    kind: Kind | None = None
    label: int | None = None
    mine: bool = False
    # The cursor that the list's page begins after.
    after: str = ""

    def query(self, **changes: Any) -> str:
        """The address's query, "?show=…", with what is left out left out."""
        asked = replace(self, **changes)
        given = {
            "show": asked.tab,
            "kind": asked.kind.value if asked.kind else "",
            "label": asked.label or "",
            "mine": "1" if asked.mine else "",
            "after": asked.after,
        }
        return "?" + urlencode({name: value for name, value in given.items() if value})

    def url(self, command: Command, **changes: Any) -> str:
        return reverse("desk", args=[command.slug]) + self.query(**changes)

    def wanted(self, user: Any) -> Wanted:
        mine: User | None = user if self.mine else None
        return Wanted(kind=self.kind if self.tab == "waiting" else None, label=self.label, mine=mine)

    @property
    def filtered(self) -> bool:
        return bool(self.mine or self.label or (self.kind and self.tab == "waiting"))


def asked_of(request: HttpRequest) -> Asked:
    """What it does not understand it leaves out. An empty tab is for the page to choose."""
    given = request.GET
    tab, kind, label = given.get("show", ""), given.get("kind", ""), given.get("label", "")
    after = given.get("after", "")
    return Asked(
        tab=tab if tab in TABS else "",
        kind=Kind(kind) if kind in Kind.values else None,
        label=int(label) if label.isascii() and label.isdigit() and len(label) < 19 else None,
        mine=given.get("mine") == "1",
        after=after if len(after) <= CURSOR_LENGTH else "",
    )
