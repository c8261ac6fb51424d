"""What people changed, told in lines and compared side by side.

A row's history is its olds (precincts/history.py) and the row as it stands. From them come its states, one
after another, and between two states a change: when, by whom, in which role, by which request or task, and
what.
Call these inside a tenancy; what the whole city shares, anywhere.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.formats import date_format, localize
from django.utils.text import get_text_list
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ideas.models import (
    Appeal,
    Comment,
    Edition,
    Idea,
    IdeaLabel,
    Label,
    Measure,
    Note,
    Photo,
    Report,
    Rule,
    SavedReply,
    ServiceGoal,
    Trust,
    Webhook,
)
from precincts.models import Command, Invitation, Membership, Role, User
from socialfeeds.models import Account, Delivery, Message

# Which histories there are to read, and what one of their rows is called.
KINDS: dict[str, tuple[type[models.Model], Any]] = {
    "idea": (Idea, gettext_lazy("the issue")),
    "comment": (Comment, gettext_lazy("a comment")),
    "label_on": (IdeaLabel, gettext_lazy("a label on it")),
    "note": (Note, gettext_lazy("a note")),
    "photo": (Photo, gettext_lazy("a photo")),
    "report": (Report, gettext_lazy("a report")),
    "appeal": (Appeal, gettext_lazy("an appeal")),
    "settings": (Command, gettext_lazy("the settings")),
    "role": (Membership, gettext_lazy("a role")),
    "invitation": (Invitation, gettext_lazy("an invitation")),
    "saved_reply": (SavedReply, gettext_lazy("a saved reply")),
    "label": (Label, gettext_lazy("a label")),
    "trust": (Trust, gettext_lazy("a trust in a neighbor")),
    "webhook": (Webhook, gettext_lazy("a webhook")),
    "account": (Account, gettext_lazy("an account")),
    "message": (Message, gettext_lazy("a message")),
    "delivery": (Delivery, gettext_lazy("a message’s sending")),
    "service_goal": (ServiceGoal, gettext_lazy("the goal “%(name)s”")),
    "edition": (Edition, gettext_lazy("edition %(name)s of the code of conduct")),
    "rule": (Rule, gettext_lazy("the rule “%(name)s”")),
}
# What the whole city shares. Each of its rows is called by a name, made of what it says.
OF_CITY: dict[str, Callable[[dict[str, Any]], str]] = {
    "service_goal": lambda values: str(Measure(values["measure"]).label),
    "edition": lambda values: str(values["number"]),
    "rule": lambda values: f"{values['number']}. {values['title']}",
}
OF_IDEA = ["comment", "label_on", "note", "photo", "report", "appeal"]
OF_COMMAND = [kind for kind in KINDS if kind not in {"idea", *OF_IDEA, *OF_CITY}]
# What is kept but says nothing to a reader.
SILENT = {
    "id",
    "decision",
    "version",
    "command",
    "idea",
    "position",
    "published_at",
    "changed_by",
    "granted_by",
    "invited_by",
    "set_by",
    "published_by",
}
# Values of the city's rows that are no longer than this stand in the line itself.
SHORT = 40
NAMES = {
    "status": gettext_lazy("status"),
    "topic": gettext_lazy("topic"),
    "answer": gettext_lazy("answer"),
    "acted_on": gettext_lazy("day of the action"),
    "reopened_at": gettext_lazy("brought back"),
    "referred_to": gettext_lazy("referred to"),
    "referred_url": gettext_lazy("where to go on"),
    "agency": gettext_lazy("agency"),
    "merged_into": gettext_lazy("merged into"),
    "moved_to": gettext_lazy("moved to"),
    "moved_to_idea": gettext_lazy("issue there"),
    "assigned_to": gettext_lazy("assigned to"),
    "due_on": gettext_lazy("due date"),
    "rule": gettext_lazy("rule"),
    "reason": gettext_lazy("reason"),
    "alt": gettext_lazy("description"),
    "handled_at": gettext_lazy("handled"),
    "handled_by": gettext_lazy("handled by"),
    "outcome": gettext_lazy("outcome"),
    "decided_by": gettext_lazy("decided by"),
    "decided_at": gettext_lazy("decided"),
    "seen_at": gettext_lazy("noted"),
    "seen_by": gettext_lazy("noted by"),
    "user": gettext_lazy("person"),
    "role": gettext_lazy("role"),
    "sent_at": gettext_lazy("sent"),
    "expires_at": gettext_lazy("ends"),
    "accepted_at": gettext_lazy("accepted"),
    "accepted_by": gettext_lazy("accepted by"),
    "revoked_at": gettext_lazy("revoked"),
    "revoked_by": gettext_lazy("revoked by"),
    "given_by": gettext_lazy("given by"),
    "url": gettext_lazy("address"),
    "events": gettext_lazy("events"),
    "active": gettext_lazy("active"),
    "hours": gettext_lazy("hours"),
    "measure": gettext_lazy("step"),
    "edition": gettext_lazy("edition"),
    "number": gettext_lazy("number"),
    "note": gettext_lazy("what changes"),
}


@dataclass(frozen=True)
class Difference:
    """One column of two states, as a person reads them."""

    name: str
    before: str
    after: str

    @property
    def words(self) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
        return word_diff(self.before, self.after)


# The key of the state that a row is in.
NOW = "now"


@dataclass(frozen=True)
class State:
    """What a row said until somebody changed it; `key` finds it again."""

    key: str
    until: datetime | None
    values: dict[str, Any]


@dataclass
class Change:
    """From one state to the next. There is none before a row was made, and none after it was taken away."""

    kind: str
    pk: int
    when: datetime
    label: str
    context: dict[str, Any]
    then: State | None
    now: State | None
    # Of two in one transaction, which have one moment, the later has the larger number.
    number: int
    names: dict[tuple[type[models.Model], Any], str] = field(default_factory=dict)

    @property
    def differences(self) -> list[Difference]:
        return differences(KINDS[self.kind][0], *self.values, self.names)

    @property
    def values(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return (self.then.values if self.then else {}), (self.now.values if self.now else {})

    @property
    def user_id(self) -> int | None:
        return self.context.get("user")

    @property
    def who(self) -> str:
        """The person, or what the program did by itself."""
        if self.user_id is not None:
            return self.names.get((User, self.user_id)) or _("Somebody who is gone")
        if not self.context or "task" in self.context:
            return _("Engage")
        return _("A neighbor")

    @property
    def roles(self) -> str:
        known = dict(Role.choices)
        return ", ".join(str(known.get(role, role)) for role in self.context.get("roles", []))

    @property
    def how(self) -> str:
        """The request or the task, for who has to look closer."""
        asked = self.context
        if not asked:
            return _("by a command on the server")
        way = (
            asked.get("task")
            or f"{asked.get('method', '')} {asked.get('path') or asked.get('route', '')}".strip()
        )
        token = _(", by token %(number)s") % {"number": asked["token"]} if "token" in asked else ""
        return f"{way}{token} ({asked.get('request', '')})"

    @property
    def what(self) -> str:
        """The line: what was made, taken away, or changed."""
        thing = thing_of(self.kind, self.values[1] or self.values[0])
        if self.label == "insert":
            return _("added %(thing)s") % {"thing": thing}
        if self.label == "delete":
            return _("took away %(thing)s") % {"thing": thing}
        changed = get_text_list([self._said(difference) for difference in self.differences], _("and"))
        return _("changed %(thing)s: %(columns)s") % {"thing": thing, "columns": changed}

    def _said(self, difference: Difference) -> str:
        texts = difference.before, difference.after
        if self.kind not in OF_CITY or not all(texts) or max(map(len, texts)) > SHORT:
            return difference.name
        names = {"name": difference.name, "before": difference.before, "after": difference.after}
        return _("%(name)s from %(before)s to %(after)s") % names


def thing_of(kind: str, values: dict[str, Any]) -> str:
    """What a row is called, by what it says; most are called by their kind."""
    called = str(KINDS[kind][1])
    return called % {"name": OF_CITY[kind](values)} if kind in OF_CITY and values else called


def event_model(model: type[models.Model]) -> Any:
    return model.pgh_event_models["update"]  # type: ignore[attr-defined]


def columns(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The columns that are kept of a model and mean something to a reader."""
    kept = {f.name for f in event_model(model)._meta.fields}
    return [f for f in model._meta.local_fields if f.name in kept and f.name not in SILENT]


def _values(model: type[models.Model], row: Any) -> dict[str, Any]:
    return {f.name: getattr(row, f.attname) for f in columns(model)}


def states_of(model: type[models.Model], events: Iterable[Any], row: Any) -> list[State]:
    """What one row said, the oldest first; `row` is how it stands, or None."""
    olds = [event for event in events if event.pgh_label != "insert"]
    states = [State(str(event.pgh_id), event.pgh_created_at, _values(model, event)) for event in olds]
    return [*states, State(NOW, None, _values(model, row))] if row is not None else states


def changes_in(kind: str, events: Iterable[Any], rows: dict[int, Any]) -> list[Change]:
    """The changes that a kind's events tell of. `events` of each row are complete from the newest back."""
    by_row: dict[int, list[Any]] = defaultdict(list)
    for event in sorted(events, key=lambda event: event.pgh_id):
        by_row[event.pgh_obj_id].append(event)
    found: list[Change] = []
    for pk, own in by_row.items():
        states = iter(states_of(KINDS[kind][0], own, rows.get(pk)))
        state = next(states, None)
        for event in own:
            if event.pgh_label == "insert":
                found.append(_change(kind, event, None, state))
            else:
                then, state = state, next(states, None)
                found.append(_change(kind, event, then, state))
    return found


def _change(kind: str, event: Any, then: State | None, now: State | None) -> Change:
    if event.pgh_label == "delete":
        now = None
    by = (event.pgh_context or {}).get("by", {})
    return Change(kind, event.pgh_obj_id, event.pgh_created_at, event.pgh_label, by, then, now, event.pgh_id)


def told(changes: list[Change]) -> list[Change]:
    """Newest first, with names for what they point at: one query for each table that is pointed at."""
    wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
    for change in changes:
        if change.user_id is not None:
            wanted[User].add(change.user_id)
        for column in columns(KINDS[change.kind][0]):
            if column.related_model is not None:
                pair = {values.get(column.name) for values in change.values} - {None}
                wanted[column.related_model] |= pair
    names = _names(wanted)
    for change in changes:
        change.names = names
    spoken = [change for change in changes if change.label != "update" or change.differences]
    return sorted(spoken, key=lambda change: (change.when, change.number), reverse=True)


def _names(wanted: dict[type[models.Model], set[Any]]) -> dict[tuple[type[models.Model], Any], str]:
    """How rows are called. A resident's words are none of their names."""
    found: dict[tuple[type[models.Model], Any], str] = {}
    for model, keys in wanted.items():
        if not keys:
            continue
        if model in NUMBERED:
            found |= {(model, key): f"#{key}" for key in keys}
        else:
            rows = model._default_manager.filter(pk__in=keys)
            found |= {(model, row.pk): str(row) for row in rows}
    return found


NUMBERED: set[Any] = {Idea, Comment, Message}


def differences(
    model: type[models.Model], before: dict[str, Any], after: dict[str, Any], names: dict[Any, str]
) -> list[Difference]:
    return [
        Difference(
            str(NAMES.get(column.name, column.verbose_name)),
            _text(column, before.get(column.name), names),
            _text(column, after.get(column.name), names),
        )
        for column in columns(model)
        if before.get(column.name) != after.get(column.name)
    ]


def _text(column: models.Field[Any, Any], value: Any, names: dict[Any, str]) -> str:
    """A value as a person reads it; nothing is an empty text."""
    if value is None or value in ("", []):
        return ""
    if column.related_model is not None:
        return names.get((column.related_model, value), f"#{value}")
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(localtime(value), "DATETIME_FORMAT")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else str(localize(value))


# --- side by side -------------------------------------------------------------------------------------

# Beyond it, two texts are shown as they are: comparing costs the square.
MOST_WORDS = 3000
Pieces = list[tuple[str, bool]]


def word_diff(before: str, after: str) -> tuple[Pieces, Pieces]:
    """Both texts in pieces, each with whether the other lacks it."""
    old, new = re.findall(r"\s+|\w+|[^\w\s]", before), re.findall(r"\s+|\w+|[^\w\s]", after)
    if max(len(old), len(new)) > MOST_WORDS:
        return [(before, bool(before))], [(after, bool(after))]
    left: Pieces = []
    right: Pieces = []
    for same, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if i2 > i1:
            left.append(("".join(old[i1:i2]), same != "equal"))
        if j2 > j1:
            right.append(("".join(new[j1:j2]), same != "equal"))
    return left, right


@dataclass(frozen=True)
class Comparison:
    """Two states of one row: what differs, and what does not."""

    then: State
    now: State
    different: list[Difference]
    same: list[str]


def compare(kind: str, first: State, second: State) -> Comparison:
    model = KINDS[kind][0]
    wanted: dict[Any, set[Any]] = defaultdict(set)
    for column in columns(model):
        if column.related_model is not None:
            wanted[column.related_model] |= {first.values[column.name], second.values[column.name]} - {None}
    different = differences(model, first.values, second.values, _names(wanted))
    known = {difference.name for difference in different}
    names = [str(NAMES.get(column.name, column.verbose_name)) for column in columns(model)]
    return Comparison(first, second, different, [name for name in names if name not in known])


# --- which rows, and their events ------------------------------------------------------------------------

# More than anybody reads; what is older is still there, and found row by row.
MOST = 1000


def of_idea(idea: Idea) -> list[Change]:
    """Everything that was changed about an idea, the newest first. A fixed number of queries."""
    found = changes_in("idea", _newest("idea", pgh_obj=idea.pk), {idea.pk: idea})
    for kind in OF_IDEA:
        found += _changes(kind, {"idea": idea.pk}, {"idea": idea})
    return told(found)


def of_idea_alone(idea: Idea, number: int) -> list[Change]:
    """The newest changes of the idea's own row."""
    events = event_model(Idea).objects.filter(pgh_obj=idea.pk).order_by("-pgh_id")[:number]
    return told(changes_in("idea", list(events), {idea.pk: idea}))


def of_command(command: Command, kinds: Iterable[str] = OF_COMMAND) -> list[Change]:
    """What was changed about a command beside its ideas."""
    found: list[Change] = []
    for kind in kinds:
        found += _changes(kind, *_here(kind, command))
    return told(found)


def of_city(kinds: Iterable[str] = tuple(OF_CITY)) -> list[Change]:
    """What headquarters changed for the whole city. A rule that came with its edition has no line."""
    found = [change for kind in kinds for change in _changes(kind, {}, {})]
    published = {(c.pk, c.when) for c in found if (c.kind, c.label) == ("edition", "insert")}
    return told([change for change in found if not _came_along(change, published)])


def _came_along(change: Change, published: set[tuple[int, datetime]]) -> bool:
    if (change.kind, change.label) != ("rule", "insert"):
        return False
    return (change.values[1].get("edition"), change.when) in published


def of_row(kind: str, pk: int, command: Command | None = None) -> tuple[list[Change], list[State]]:
    """One row's changes and states; empty where this command knows of no such row."""
    events_here, rows_here = _here(kind, command)
    model = KINDS[kind][0]
    events = list(
        event_model(model).objects.filter(**events_here).filter(pgh_obj=pk).order_by("-pgh_id")[:MOST]
    )
    row = model._default_manager.filter(**rows_here).filter(pk=pk).first()
    events.sort(key=lambda event: event.pgh_id)
    rows = {} if row is None else {pk: row}
    return told(changes_in(kind, events, rows)), states_of(model, events, row)


def _here(kind: str, command: Command | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """How the command's own events, and rows, are found where no wall does it."""
    if command is None:
        return {}, {}
    if kind == "settings":
        return {"pgh_obj": command.pk}, {"pk": command.pk}
    if kind in ("role", "invitation"):
        return {"command": command.pk}, {"command": command}
    return {}, {}


def _newest(kind: str, **which: Any) -> list[Any]:
    rows = event_model(KINDS[kind][0]).objects.filter(**which).order_by("-pgh_id")
    return list(rows[:MOST])


def _changes(kind: str, events_here: dict[str, Any], rows_here: dict[str, Any]) -> list[Change]:
    events = _newest(kind, **events_here)
    keys = {event.pgh_obj_id for event in events}
    rows = KINDS[kind][0]._default_manager.filter(
        pk__in=keys, **{k: v for k, v in rows_here.items() if k != "pk"}
    )
    return changes_in(kind, events, {row.pk: row for row in rows} if keys else {})
