"""What software thinks a person should look at: kinds, weights, and where in the text. Hints, never verdicts.

Looked for once, when something is submitted, and kept beside it (`flags`, `risk`); anew when a piece of it is
redacted. Nothing here hides, delays or answers anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NotRequired, TypedDict

from django.utils.translation import gettext as _

from ideas import hints, wordlists
from ideas.models import Comment, Idea


class Kind(StrEnum):
    EMERGENCY = "emergency"
    THREAT = "threat"
    SLUR = "slur"
    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    PLATE = "plate"
    REPEATED = "repeated"
    BURST = "burst"


# How heavy each weighs on the desk's list, heaviest first. What is said often or in a hurry weighs nothing:
# it is worth knowing, but a flood must not push itself to the top.
WEIGHTS = {
    Kind.EMERGENCY: 100,
    Kind.THREAT: 60,
    Kind.SLUR: 40,
    Kind.NAME: 30,
    Kind.PHONE: 30,
    Kind.EMAIL: 30,
    Kind.PLATE: 20,
    Kind.REPEATED: 0,
    Kind.BURST: 0,
}
URGENT = WEIGHTS[Kind.EMERGENCY]
GAP = "gap"
# What an item's readers see of it, in this order.
FIELDS = {Idea: ("title", "body", "place"), Comment: ("body",)}


class Flag(TypedDict):
    """A kind, and the characters of a field that it is about; an empty `field` is all of the item."""

    kind: str
    field: str
    start: int
    end: int
    # Where the same was said before: "idea:12" or "comment:7".
    like: NotRequired[str]


@dataclass(frozen=True)
class Reason:
    """One flag in words. `text` is the piece that it is about, empty where it is about all of it."""

    kind: Kind
    says: str
    text: str
    field: str = ""
    start: int = 0
    end: int = 0
    like: str = ""

    @property
    def like_idea(self) -> str:
        return self.like.removeprefix("idea:") if self.like.startswith("idea:") else ""

    @property
    def like_comment(self) -> str:
        return self.like.removeprefix("comment:") if self.like.startswith("comment:") else ""

    @property
    def choice(self) -> str:
        """How a form names the piece."""
        return f"{self.field}:{self.start}:{self.end}"


def label(kind: str) -> str:
    """A kind in a word or two, to stand beside a marked piece."""
    return {
        Kind.EMERGENCY: _("emergency?"),
        Kind.THREAT: _("threat?"),
        Kind.SLUR: _("slur?"),
        Kind.NAME: _("name and address?"),
        Kind.PHONE: _("phone number?"),
        Kind.EMAIL: _("e-mail address?"),
        Kind.PLATE: _("license plate?"),
        Kind.REPEATED: _("seen before"),
        Kind.BURST: _("many at once"),
    }[Kind(kind)]


def says(kind: str) -> str:
    """A kind in a sentence."""
    if kind in set(hints.Kind):
        return hints.Hint(0, 0, hints.Kind(kind), "").says
    return {
        Kind.EMERGENCY: _("This reads like an emergency."),
        Kind.THREAT: _("This reads like a threat."),
        Kind.SLUR: _("This may be a slur."),
        Kind.REPEATED: _("Much the same was sent here before."),
        Kind.BURST: _("Many were sent from one source in a short while."),
    }[Kind(kind)]


def of_texts(texts: Mapping[str, str]) -> list[Flag]:
    """The flags of words in several texts that are read together, heaviest first, then in their order."""
    # Looked through together: a name here and an address there point at somebody's door.
    joined, begins, at = "\n".join(texts.values()), {}, 0
    for field, text in texts.items():
        begins[field] = (at, at + len(text))
        at += len(text) + 1
    flags = [
        Flag(kind=kind, field=field, start=max(start, first) - first, end=min(end, last) - first)
        for kind, start, end in _found(joined)
        for field, (first, last) in begins.items()
        if start < last and end > first
    ]
    order = list(texts)
    return sorted(
        flags, key=lambda flag: (-WEIGHTS[Kind(flag["kind"])], order.index(flag["field"]), flag["start"])
    )


def _found(text: str) -> Iterator[tuple[str, int, int]]:
    for start, end in hints.emergencies(text):
        yield Kind.EMERGENCY.value, start, end
    for kind, pattern in ((Kind.THREAT, wordlists.THREAT), (Kind.SLUR, wordlists.SLUR)):
        for found in pattern.finditer(text):
            yield kind.value, *found.span()
    for hint in hints.personal_data(text):
        yield Kind(hint.kind.value).value, hint.start, hint.end


def whole(kind: Kind, like: str = "") -> Flag:
    """A flag about all of an item."""
    flag = Flag(kind=kind.value, field="", start=0, end=0)
    return Flag(**flag, like=like) if like else flag


def risk_of(flags: Iterable[Flag]) -> int:
    return max((WEIGHTS[Kind(flag["kind"])] for flag in flags), default=0)


def texts_of(item: Idea | Comment) -> dict[str, str]:
    return {field: getattr(item, field) for field in FIELDS[type(item)]}


def look(item: Idea | Comment, more: Iterable[Flag] = ()) -> None:
    """Set the item's flags and its risk, from its words and what else is known. Saves nothing."""
    item.flags = [*of_texts(texts_of(item)), *more]
    item.risk = risk_of(item.flags)


def look_again(item: Idea | Comment) -> None:
    """After its words have changed. What is not about words stays. Saves nothing."""
    look(item, [flag for flag in item.flags if not flag["field"]])


def is_urgent(item: Idea | Comment) -> bool:
    return item.risk >= URGENT


def reasons(item: Idea | Comment) -> list[Reason]:
    """Why somebody should look at it, heaviest first."""
    return [
        Reason(
            kind=Kind(flag["kind"]),
            says=says(flag["kind"]),
            text=getattr(item, flag["field"])[flag["start"] : flag["end"]] if flag["field"] else "",
            field=flag["field"],
            start=flag["start"],
            end=flag["end"],
            like=flag.get("like", ""),
        )
        for flag in item.flags
    ]


def sentences(item: Idea | Comment) -> list[str]:
    """Why somebody should look at it, each kind once."""
    return list(dict.fromkeys(says(flag["kind"]) for flag in item.flags))


def marked(item: Idea | Comment, field: str = "body") -> list[tuple[str, str | None]]:
    """A text cut where marks begin and end: (piece, its kind; "gap" where something was redacted; or None).

    Where two kinds meet, the heavier one is marked.
    """
    text = getattr(item, field)
    spans = [(gap["start"], gap["end"], GAP) for gap in item.gaps if gap["field"] == field]
    spans += [(flag["start"], flag["end"], flag["kind"]) for flag in item.flags if flag["field"] == field]
    kept: list[tuple[int, int, str]] = []
    for start, end, kind in spans:
        if start < end and all(end <= other[0] or start >= other[1] for other in kept):
            kept.append((start, end, kind))
    cut: list[tuple[str, str | None]] = []
    at = 0
    for start, end, kind in sorted(kept):
        cut += [(text[at:start], None), (text[start:end], kind)]
        at = end
    return [piece for piece in [*cut, (text[at:], None)] if piece[0]]
