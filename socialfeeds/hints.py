"""What a mention seems to be about, from its words alone: a topic, a place, the command whose it may be.

Suggestions for a person, and never decisions. Topics belong to the floor above, which says here how it knows
them (suggest_topics_by).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from precincts import roster
from precincts.models import Command, ZipShare

# A mention is short. What is longer says the same in its beginning.
LOOKED_AT = 2000
PLACE_LENGTH = 200
WAYS = frozenset(
    re.findall(
        r"\w+",
        "st street av ave avenue rd road blvd boulevard pl place dr drive ln lane ct court pkwy parkway tpke"
        " turnpike plaza plz sq square ter terrace hwy highway expwy expy expressway bridge park playground"
        " station",
    )
)
# What stands before a street's name, and is none of it.
BEFORE = frozenset(
    re.findall(
        r"\w+",
        "the a an on at of in near by to from and or off along around behind opposite"
        " corner between my our your this that is are was for with over under past every whole"
        " entire down up into across please fix lamp light lights cars parked here there",
    )
)
JOINS = frozenset({"&", "and", "at", "/", "near", "by", "corner", "of", "@"})
MOST_NAME = 3
WORD = re.compile(r"[\w’'-]+|[&/@]")
HOUSE = re.compile(r"\d{1,5}(?:-\d{1,4})?")
NUMBERED = re.compile(r"\d{1,3}(?:st|nd|rd|th)?")
ZIP = re.compile(r"\b1[01]\d{3}\b")


@dataclass(frozen=True)
class Suggested:
    """Any of them may be empty: a topic's slug, a place in words, a command's number."""

    topic: str = ""
    place: str = ""
    command_id: int | None = None


def _no_topic(text: str) -> str:
    return ""


_topic_of: Callable[[str], str] = _no_topic


def suggest_topics_by(function: Callable[[str], str]) -> None:
    """The floor above knows the topics: text to slug, or to nothing."""
    global _topic_of  # noqa: PLW0603
    _topic_of = function


def suggest(text: str, *, here: int) -> Suggested:
    """What a text is about. `here` is the command that heard it: it is not suggested to itself."""
    text = text[:LOOKED_AT]
    command_id = command_of(text)
    return Suggested(_topic_of(text), place_of(text), command_id if command_id != here else None)


# --- places ----------------------------------------------------------------------------------------------


def place_of(text: str) -> str:
    """The first street, crossing or square that a text names, as it was written."""
    words = list(WORD.finditer(text))
    plain = [word[0].lower().rstrip("’'") for word in words]
    for end, word in enumerate(plain):
        if word not in WAYS:
            continue
        start = _start_of_name(plain, end)
        if start == end:
            continue
        last = _crossing(plain, end)
        return text[words[start].start() : words[last].end()].strip()[:PLACE_LENGTH]
    return ""


def _start_of_name(plain: list[str], end: int) -> int:
    """Where the name of the way that ends here begins, with its house number; `end` where it has none."""
    start = end
    while start > 0 and end - start < MOST_NAME and _can_name(plain[start - 1]):
        start -= 1
        if NUMBERED.fullmatch(plain[start]) and start < end - 1:
            break
    if start < end and start > 0 and HOUSE.fullmatch(plain[start - 1]):
        start -= 1
    return start


def _can_name(word: str) -> bool:
    return word not in BEFORE and word not in JOINS and word not in WAYS


def _crossing(plain: list[str], end: int) -> int:
    """The last word of the place: of the second street, where one follows."""
    at = end + 1
    while at < len(plain) and plain[at] in JOINS:
        at += 1
    if at == end + 1:
        return end
    for last in range(at, min(at + MOST_NAME + 1, len(plain))):
        if plain[last] in WAYS and last > at:
            return last
        if not _can_name(plain[last]):
            break
    return end


# --- commands --------------------------------------------------------------------------------------------


def command_of(text: str) -> int | None:
    """The one command whose name, neighborhood or ZIP code a text holds; None where it is several or none."""
    if slug := _command_named(text):
        return Command.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if found := ZIP.search(text):
        shares = ZipShare.objects.filter(zip=found[0]).order_by("-share")
        return shares.values_list("command_id", flat=True).first()
    return None


def _command_named(text: str) -> str:
    pattern, slugs = _names()
    # A name of several commands names none.
    found = {slugs[phrase[0]] for phrase in pattern.finditer(roster.plain_words(text))} - {""}
    return found.pop() if len(found) == 1 else ""


@cache
def _names() -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern for every name, and whose each is: empty where it is several's."""
    known: dict[str, set[str]] = defaultdict(set)
    for slug, names in roster.names().items():
        for name in names:
            # "109" alone is a house number as well.
            if not name.isdigit():
                known[name].add(slug)
    for slug, areas in roster.areas().items():
        for area in areas:
            if len(area) > 5 and not area.isdigit() and slug.startswith("pct-"):
                known[area].add(slug)
    longest_first = sorted(known, key=lambda name: (-len(name), name))
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b")
    return pattern, {name: slugs.copy().pop() if len(slugs) == 1 else "" for name, slugs in known.items()}
