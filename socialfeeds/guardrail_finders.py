"""What looks for each guardrail: where in a text it finds something. Plain, quick, and the same every time.

A finder takes a Text and gives spans (characters, from and to). It knows no edition, no effect and no person.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from socialfeeds import guardrail_words as words

Span = tuple[int, int]
DATA = Path(__file__).resolve().parent / "data"

# One sign for each of its kind. Nothing is longer or shorter afterwards: a span fits the text as typed.
PLAIN = (
    {ord(char): "'" for char in "‘’ʼ‛′`´"}
    | {ord(char): '"' for char in "“”„«»″"}
    | {ord(char): "-" for char in "‐‑‒–—−"}
    | dict.fromkeys([*range(0x2000, 0x200B), 0xA0, 0x202F, 0x205F, 0x3000, 0x09], " ")
    | {0xFF01 + n: chr(0x21 + n) for n in range(94)}
)


@dataclass(frozen=True)
class Text:
    """A text as finders read it: `plain` as it was typed, with one sign for each quote, dash and space."""

    plain: str

    @classmethod
    def of(cls, text: str) -> Text:
        return cls(text.translate(PLAIN))

    @cached_property
    def low(self) -> str:
        """In small letters, of the same length."""
        low = self.plain.lower()
        if len(low) == len(self.plain):
            return low
        return "".join(small if len(small := char.lower()) == 1 else char for char in self.plain)

    @cached_property
    def names(self) -> list[Span]:
        """What reads like the name of a person who holds no office."""
        return list(_names(self.plain))


Finder = Callable[[Text], Iterable[Span]]


def outside(found: Iterable[Span], passed: Iterable[Span]) -> Iterator[Span]:
    """What lies beside everything that may pass."""
    passed = sorted(passed)
    at = 0
    for start, end in sorted(found):
        while at < len(passed) and passed[at][1] <= start:
            at += 1
        if at == len(passed) or passed[at][0] >= end:
            yield start, end


def spans(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    return (match.span() for match in pattern.finditer(text))


def _phrases(pair: tuple[str, str]) -> Finder:
    speaks, passes = re.compile(pair[0]), re.compile(pair[1]) if pair[1] else None

    def find(text: Text) -> Iterable[Span]:
        found = spans(speaks, text.low)
        return outside(found, spans(passes, text.low)) if passes else found

    return find


# --- names ---------------------------------------------------------------------------------------------


def _listed(name: str) -> set[str]:
    return set((DATA / name).read_text(encoding="utf-8").split())


TOKEN = re.compile(r"[^\W\d_][\w'-]{0,40}\.?")
# Who holds an office is named by it.
RANKS = _listed("ranks.txt")
# Words that begin a sentence, or stand in the names of places and things.
NO_NAMES = _listed("no_names.txt")
PERSONAL_TITLES = {"mr", "mrs", "ms", "miss", "señor", "señora"}


def _names(plain: str) -> Iterator[Span]:
    run: list[re.Match[str]] = []
    for token in TOKEN.finditer(plain):
        if run and (plain[run[-1].end() : token.start()] != " " or not _capital(token)):
            yield from _name(run)
            run = []
        if _capital(token):
            run.append(token)
        if run and _ends_here(run):
            yield from _name(run)
            run = []
    yield from _name(run)


def _capital(token: re.Match[str]) -> bool:
    word = token.group()
    return word[0].isupper() and not (len(word) > 3 and word.isupper())


def _ends_here(run: list[re.Match[str]]) -> bool:
    """A full stop ends a sentence, but behind an initial or a title."""
    word = run[-1].group()
    return word.endswith(".") and len(word) > 2 and _bare(word) not in PERSONAL_TITLES | RANKS


def _bare(word: str) -> str:
    return word.rstrip(".").lower().removesuffix("'s")


def _name(run: list[re.Match[str]]) -> Iterator[Span]:
    """The run of words as a name, if it is one: two to four words, none of an office or a place."""
    while run and _bare(run[0].group()) in NO_NAMES:
        run = run[1:]
    bare = [_bare(token.group()) for token in run]
    if any(word in RANKS or word in NO_NAMES for word in bare) or not 2 <= len(run) <= 4:
        return
    if sum(len(word) > 1 for word in bare) >= 2:
        yield run[0].start(), run[-1].end() - run[-1].group().endswith(".")


ACCUSED = re.compile(
    r"\b(?:arrest(?:ed|s)?|charged|suspects?|wanted|perpetrators?|perps?|indicted|convicted|plead(?:ed)?"
    r"|pled|sentenced"
    r"|in custody|accused|arraigned|confessed|gang member|robbers?|thief|thieves|shooter|killer|gunman"
    r"|burglar|rapist"
    r"|drug dealer)\b"
)
NEAR, LONGEST = 60, 20
# A question is often answered by the accusation: "Have you seen …? He is wanted".
SENTENCE_ENDS = re.compile(r"[!\n]|(?<!\b\w)\.(?= |$)")


def suspects(text: Text) -> Iterator[Span]:
    """A name and an accusation in one sentence."""
    accusations = list(spans(ACCUSED, text.low))
    if not accusations:
        return
    begins = [start for start, _end in accusations]
    for start, end in text.names:
        near = accusations[bisect_left(begins, start - NEAR - LONGEST) : bisect_left(begins, end + NEAR)]
        if any(_in_one_sentence(text.plain, (start, end), accusation) for accusation in near):
            yield start, end


def _in_one_sentence(plain: str, one: Span, other: Span) -> bool:
    first, second = sorted([one, other])
    between = second[0] - first[1]
    return between <= NEAR and not SENTENCE_ENDS.search(plain, first[1], max(first[1], second[0]))


# --- personal data -------------------------------------------------------------------------------------

PHONE = re.compile(
    r"(?<![\w.+-])(?:\+?1[ .-]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-]?)[2-9]\d\d[ .-]?\d{4}(?![\w-]|\.\d)"
    r"|(?<![\w+])\+[2-9]\d{0,2}[ .-]?(?:\(?\d{1,4}\)?[ .-]?){2,4}\d{2,4}(?!\w)"
)
TOLL_FREE = re.compile(r"1?8(?:00|33|44|55|66|77|88)\d{7}")
EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
OFFICIAL = re.compile(r"@(?:[\w-]+\.){0,3}(?:gov|nypd\.org|mil)$", re.IGNORECASE)
PLATE = re.compile(
    r"\b(?!(?:NYC|PSA|FAX|TEL|EXT|ISO|APT|BUS|FDR|USA|COP|ZIP|LIC|DOB|SSN)\b)[A-Z]{3}(?! (?:19"
    r"|20)\d\d\b)[ -]?\d{4}\b"
    r"|(?<=late )(?:number |no\.? |# ?|is |reads )?(?=[A-Z0-9 -]{0,8}\d)[A-Z0-9]{1,4}[ -]?[A-Z0-9]{2,5}\b"
    r"|(?<=late: )(?=[A-Z0-9 -]{0,8}\d)[A-Z0-9]{1,4}[ -]?[A-Z0-9]{2,5}\b"
)
SSN = re.compile(
    r"(?<![\d-])(?!000|666|9)\d{3}-\d{2}-\d{4}(?![\d-])"
    r"|\b(?:ssn|social security (?:number|no\.?))\W{0,3}(?:is )?\d{3}[ -]?\d{2}[ -]?\d{4}\b"
)
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
DATE = (
    r"(?:\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d\d)"
    rf"|{MONTH} \d{{1,2}},? (?:19|20)\d\d|\d{{1,2}} {MONTH} (?:19|20)\d\d)"
)
BORN = re.compile(rf"\b(?:dob|d\.o\.b\.?|date of birth|born(?: on)?)\W{{0,3}}(?:is )?{DATE}")
NUMBERS = re.compile(
    r"\b(?:nysid|driver'?s? license|license|passport|account|credit card)(?: number| no\.?"
    r"|#)\W{0,3}(?:is )?[a-z]?\d[\d -]{5,18}\b"
)


def personal_data(text: Text) -> Iterator[Span]:
    """Phone numbers, e-mail addresses, plates, and the numbers by which somebody is known."""
    for span in spans(PHONE, text.plain):
        digits = re.sub(r"\D", "", text.plain[slice(*span)])
        if not TOLL_FREE.fullmatch(digits):
            yield span
    for span in spans(EMAIL, text.plain):
        if not OFFICIAL.search(text.plain[slice(*span)]):
            yield span
    yield from spans(PLATE, text.plain)
    for pattern in (SSN, BORN, NUMBERS):
        yield from spans(pattern, text.low)


# --- where somebody lives ------------------------------------------------------------------------------

HOUSE = re.compile(
    r"(?<![\w-])\d{1,5}(?:-\d{1,4})? (?:[A-Z][\w'.]{0,20} |\d{1,3}(?:st|nd|rd|th)? ){0,4}?"
    r"(?:(?:St|Street|Av|Ave|Avenue|Rd|Road|Blvd|Boulevard|Pl|Place|Dr|Drive|Ln|Lane|Ct|Court|Pkwy|Parkway"
    r"|Terrace|Ter"
    r"|Way|Plaza|Square|Concourse|Turnpike|Tpke|Walk|Loop|Crescent)\b|Broadway\b)"
)
APARTMENT = re.compile(
    r"\b(?:apt\.?|apartment|apto\.?)(?: no\.?)? ?#? ?(?:\d{1,4}[a-z]?|[a-z]-?\d{1,3}"
    r"|[a-z])\b(?! (?:building|house))"
)
HOME = re.compile(
    r"\b(?:liv(?:es|ed|ing)|resid(?:es|ed|ing|ence|ences)|(?:his|her|their|family's|private|victim's"
    r"|suspect's) (?:\w+ )?"
    r"(?:home|house|building|place|door|apartment)"
    r"|(?<!funeral )(?<!nursing )(?<!senior )(?<!retirement )home,? (?:at|of|on)"
    r"|at home|inside (?:a|the|his|her) (?:home|house|apartment)|neighbor's|burglar\w*|search warrants?"
    r"|domestic|evict\w*"
    r"|home invasion|vive|viven|domicilio|casa)\b"
)


def home_address(text: Text) -> Iterator[Span]:
    """An address beside words of a home. A corner, a school or a hall is a place, and passes."""
    yield from spans(APARTMENT, text.low)
    for start, end in spans(HOUSE, text.plain):
        if HOME.search(text.low, max(0, start - NEAR), min(len(text.low), end + NEAR // 2)):
            yield start, end


# --- how it is said ------------------------------------------------------------------------------------

CLOCK = r"(?:[01]\d|2[0-3])[0-5]\d"
MILITARY = re.compile(
    rf"\b(?:{CLOCK} ?(?:-|x|to|and) ?)?{CLOCK} ?(?:hrs?|hours|h)\b|\b{CLOCK} ?x ?{CLOCK}\b"
    r"|(?<![\d:])(?:1[3-9]|2[0-3]):[0-5]\d\b(?!:)|\bat 0\d[0-5]\d\b"
    rf"|\b(?:from|between) (?!(?:19|20)\d\d (?:to|and|until|-) (?:19|20)){CLOCK} ?(?:to|and|until"
    rf"|-) ?{CLOCK}\b(?! [A-Z])"
)


def military_time(text: Text) -> Iterator[Span]:
    return spans(MILITARY, text.plain)


_jargon, _capitals = _phrases(words.JARGON), re.compile(words.JARGON_CAPITALS)


def jargon(text: Text) -> Iterator[Span]:
    yield from _jargon(text)
    yield from spans(_capitals, text.plain)


# By the key of the guardrail.
FINDERS: dict[str, Finder] = {
    "cases": _phrases(words.CASES),
    "victims": _phrases(words.VICTIMS),
    "witnesses": _phrases(words.WITNESSES),
    "minors": _phrases(words.MINORS),
    "suspects": suspects,
    "released": _phrases(words.RELEASED),
    "personal-data": personal_data,
    "home-address": home_address,
    "medical": _phrases(words.MEDICAL),
    "politics": _phrases(words.POLITICS),
    "opinion": _phrases(words.OPINION),
    "promises": _phrases(words.PROMISES),
    "military-time": military_time,
    "jargon": jargon,
}


def literally(phrases: Iterable[str], text: Text) -> Iterator[Span]:
    """Where these words stand, whole and in letters of any size."""
    for phrase in phrases:
        wanted = Text.of(phrase.strip()).low
        if not wanted:
            continue
        at = text.low.find(wanted)
        while at >= 0:
            end = at + len(wanted)
            if _is_whole(text.low, at, end):
                yield at, end
            at = text.low.find(wanted, end)


def _is_whole(low: str, start: int, end: int) -> bool:
    """Not a part of a longer word. What is written without spaces has no such thing."""
    before, after = low[start - 1 : start], low[end : end + 1]
    return not (_joined(before, low[start]) or _joined(low[end - 1], after))


def _joined(one: str, other: str) -> bool:
    return one.isalnum() and other.isalnum() and not _is_ideograph(one) and not _is_ideograph(other)


def _is_ideograph(char: str) -> bool:
    return unicodedata.category(char) == "Lo"
