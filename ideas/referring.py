"""Whose something is, by the city's 311 routing table: a suggestion for the desk, and never a decision.

A type of request fits when its words stand in what the resident wrote, or when it has the same topic. What
the table gives to the police stays here; what it gives to several agencies is said so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache

from ideas.models import Idea, Route, Topic
from ideas.moderating import OURS

ROUTES_KEY = "engage:routes"
MOST = 3
ENOUGH = 0.5
# Whose a topic mostly is, where no word says more. Of the other topics most types are the police's own.
MAINLY = {"lighting": "dot", "parks": "dpr", "quality-of-life": "dsny", "transit": "mta"}
# Words of the table that do not say what is the matter.
EMPTY = frozenset(
    re.findall(
        r"\w+",
        "and the for not with other out any was are has had but you our all its internal condition complaint"
        " request requested inquiry general matter non report issue problem building city public service"
        " before after because use illegal type",
    )
)


@dataclass(frozen=True)
class Type:
    """One line of the table, with the words that it is known by."""

    name: str
    about: str
    code: str
    agency: str
    topic: str
    words: frozenset[str]
    phrases: tuple[frozenset[str], ...]


@dataclass(frozen=True)
class Suggestion:
    """An agency, the type of request that led to it, and who else takes such requests."""

    code: str
    agency: str
    type: str
    shared_with: tuple[str, ...] = ()

    @property
    def ours(self) -> bool:
        return self.code == OURS


def suggestions(idea: Idea) -> list[Suggestion]:
    """Whose this idea is, likeliest first; at most three, often none."""
    title = _stems(idea.title)
    said = title | _stems(idea.body[:3000])
    topic = _slug(idea.topic)
    best: dict[str, tuple[float, Type]] = {}
    for one in table():
        fit = _fit(one, title, said, topic)
        if fit >= ENOUGH and fit > best.get(one.code, (0.0, one))[0]:
            best[one.code] = fit, one
    if not best:
        return _mainly(topic)
    found = sorted(best.values(), key=lambda pair: (-pair[0], pair[1].code))
    most = found[0][0]
    return [_suggest(one) for fit, one in found[:MOST] if fit >= most * 0.7]


def first_choice(idea: Idea) -> str:
    """The code of the agency that the desk's form begins with; empty where it is nobody's, or our own."""
    found = suggestions(idea)
    return found[0].code if found and not found[0].ours else ""


def _slug(topic: Topic | None) -> str:
    return topic.slug if topic else ""


def _fit(one: Type, title: frozenset[str], said: frozenset[str], topic: str) -> float:
    """How well a type fits: 0 is not at all. One without a topic needs its whole name in the title."""
    same = bool(topic) and one.topic == topic
    if topic and not same:
        return 1.0 if not one.topic and len(one.words) > 1 and one.words <= title else 0.0
    within = said if same else title
    named = len(one.words & within) / len(one.words) if one.words else 0.0
    phrased = max((_phrase(words, title, within) for words in one.phrases), default=0.0)
    fit = max(named if named > 0.5 or same else 0.0, phrased) + 0.2 * min(named, phrased)
    # What stands in the title is meant more than what stands in the text.
    shared = len(one.words & title)
    return fit + 0.5 * shared / len(one.words) + 0.1 * shared if fit and one.words else fit


def _phrase(words: frozenset[str], title: frozenset[str], within: frozenset[str]) -> float:
    """One word alone says little, unless it stands in the title."""
    if not words <= within:
        return 0.0
    return 1.0 if len(words) > 1 else 0.6 if words <= title else 0.0


def _mainly(topic: str) -> list[Suggestion]:
    code = MAINLY.get(topic, "")
    its = [one for one in table() if one.topic == topic and one.code == code]
    return [Suggestion(code, its[0].agency, "")] if its else []


def _suggest(one: Type) -> Suggestion:
    others = [other for other in table() if other.name == one.name and other.code != one.code]
    sharing = [one, *others] if others else []
    return Suggestion(one.code, one.agency, one.name, tuple(map(_part, sharing)))


def _part(one: Type) -> str:
    """An agency's part of a shared type: "Department of Sanitation (Without License Plate)"."""
    first = one.about.split(" | ")[0]
    return f"{one.agency} ({first})" if first and first != one.name else one.agency


def table() -> list[Type]:
    """The routing table, from the cache: every item of the desk asks."""
    found = cache.get(ROUTES_KEY)
    if found is None:
        found = [_type(route) for route in Route.objects.select_related("agency", "topic")]
        cache.set(ROUTES_KEY, found, 300)
    return found


def _type(route: Route) -> Type:
    phrases = (_stems(phrase) for phrase in route.about.split(" | "))
    return Type(
        name=route.name,
        about=route.about,
        code=route.agency.code,
        agency=route.agency.name,
        topic=_slug(route.topic),
        words=_stems(route.name),
        phrases=tuple(phrase for phrase in phrases if phrase),
    )


def _stems(text: str) -> frozenset[str]:
    """A text's words without their endings: "lights" and "light" are one."""
    return frozenset(_without_endings(re.findall(r"[a-z]{3,}", text.lower())))


def _without_endings(words: Iterable[str]) -> Iterable[str]:
    for word in words:
        if word in EMPTY:
            continue
        stem = word
        for ending, instead in (("ies", "y"), ("ing", ""), ("ed", ""), ("s", "")):
            if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
                stem = word[: -len(ending)] + instead
                break
        yield stem
