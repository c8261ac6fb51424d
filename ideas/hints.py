"""What a text seems to hold that its writer may not want on a public board. Hints, never verdicts.

Every hint carries the piece of text it is about, so that a page can mark it and offer to take it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from django.utils.translation import gettext as _

REGION = "US"


class Kind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    PLATE = "plate"
    NAME = "name"


@dataclass(frozen=True, order=True)
class Hint:
    """A piece of a text, from start to end (characters), and what it looks like."""

    start: int
    end: int
    kind: Kind
    text: str

    def moved(self, by: int) -> Hint:
        """The same piece, in a text that begins elsewhere."""
        return replace(self, start=self.start + by, end=self.end + by)

    @property
    def says(self) -> str:
        return {
            Kind.PHONE: _("This looks like a phone number."),
            Kind.EMAIL: _("This looks like an e-mail address."),
            Kind.PLATE: _("This looks like a license plate."),
            Kind.NAME: _("This looks like a person’s name with an address."),
        }[self.kind]


EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
# New York's plates, and those of its neighbors: three letters and four digits, or what follows "plate".
# A word in capitals with a year, MAY 2026, is none.
PLATE = re.compile(
    r"\b[A-Z]{3}(?! (?:19|20)\d\d\b)[ -]?\d{4}\b"
    r"|(?<=plate )(?:number |no\.? |# ?)?(?=[A-Z0-9 -]*\d)[A-Z0-9]{2,4}[ -]?[A-Z0-9]{2,4}\b"
)
TITLE_NAME = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr)\.? [A-Z][\w’'-]+(?: [A-Z][\w’'-]+)?")
CALLED_NAME = re.compile(r"(?:\b[Nn]amed|\b[Cc]alled|\b[Nn]eighbou?r) ([A-Z][\w’'-]*\.?(?: [A-Z][\w’'-]+)?)")
# A first and a last name say less: a shop has two words too. Who lives somewhere is a person.
LIVING_NAME = re.compile(
    r"\b([A-Z][\w’'-]+(?: [A-Z]\.)? [A-Z][\w’'-]+)"
    r"(?=,? (?:who |still )?(?:lives|lived|living|resides|residing)\b)"
)
HOUSE = re.compile(
    r"\b\d{1,5}(?:-\d{1,4})? (?:[A-Z]\w*\.? |\d+(?:st|nd|rd|th)? ){1,4}?"
    r"(?:St|Street|Av|Ave|Avenue|Rd|Road|Blvd|Boulevard|Pl|Place|Dr|Drive|Ln|Lane|Ct|Court|Pkwy|Parkway)\b"
)

# Words of something that is happening now. Plain phrases: a page that asks once too often does no harm.
EMERGENCY = re.compile(
    r"\b(?:"
    r"(?:has|have|with|pulled|holding|waving|got) (?:a|his|her|the) (?:gun|knife|weapon|pistol)"
    r"|(?:being|getting|is) (?:stabbed|shot|robbed|attacked|beaten|strangled|kidnapped|raped)"
    r"|shots? (?:being )?fired|shooting (?:right )?now|is bleeding|not breathing|can'?t breathe|unconscious"
    r"|house is on fire|building is on fire|on fire right now|help me"
    r"|kill (?:me|him|her|them|myself|himself|herself)"
    r"|suicid\w+|overdos\w+|breaking in(?:to)? (?:right )?now|someone is breaking in|happening right now"
    r"|call 911|active shooter|hostage"
    r")\b",
    re.IGNORECASE,
)
# In other languages, only what we are sure of.
EMERGENCY_ELSEWHERE = re.compile(
    "|".join(
        map(
            re.escape,
            [
                *("me están atacando", "tiene un arma", "tiene una pistola", "no puede respirar"),
                *("救命", "着火了", "著火了", "有人持枪", "有人持槍", "살려주세요", "불이 났어요"),
                *("у него пистолет", "у него нож", "au secours", "il a une arme", "anmwe"),
            ],
        )
    ),
    re.IGNORECASE,
)


# A desk asks about the same hundred texts at every look, and a long one takes 20 ms.
@lru_cache(maxsize=1000)
def personal_data(text: str) -> tuple[Hint, ...]:
    """What looks like personal data, in the order of the text, none overlapping."""
    kept: list[Hint] = []
    for hint in sorted(_found(text)):
        if not kept or hint.start >= kept[-1].end:
            kept.append(hint)
    return tuple(kept)


def _found(text: str) -> Iterator[Hint]:
    for match in phonenumbers.PhoneNumberMatcher(text, REGION):
        yield Hint(match.start, match.end, Kind.PHONE, match.raw_string)
    for kind, pattern in ((Kind.EMAIL, EMAIL), (Kind.PLATE, PLATE)):
        for found in pattern.finditer(text):
            yield Hint(found.start(), found.end(), kind, found.group())
    # A name alone is no secret, and neither is an address. Together they point at somebody's door.
    if HOUSE.search(text):
        for pattern, group in ((TITLE_NAME, 0), (CALLED_NAME, 1), (LIVING_NAME, 1)):
            for found in pattern.finditer(text):
                yield Hint(found.start(group), found.end(group), Kind.NAME, found.group(group))


def pieces(text: str) -> list[tuple[str, bool]]:
    """The text cut where hints begin and end: (a piece, whether it is hinted at)."""
    cut, at = [], 0
    for hint in personal_data(text):
        cut += [(text[at : hint.start], False), (hint.text, True)]
        at = hint.end
    return [piece for piece in [*cut, (text[at:], False)] if piece[0]]


def without(text: str, hints: Iterable[Hint]) -> str:
    """The text with every hinted piece replaced by a marked gap."""
    for hint in sorted(hints, reverse=True):
        text = f"{text[: hint.start]}[{_('removed')}]{text[hint.end :]}"
    return text


def reads_like_emergency(text: str) -> bool:
    """Whether the writer should see "Call 911" before anything else."""
    return next(emergencies(text), None) is not None


def emergencies(text: str) -> Iterator[tuple[int, int]]:
    """Where a text speaks of something that is happening now: from, to."""
    for pattern in (EMERGENCY, EMERGENCY_ELSEWHERE):
        for found in pattern.finditer(text):
            yield found.span()
