"""The guardrails: what a message holds that a command should not say, and what follows from it.

    findings = guardrails.check(text, alts=["A picture of …"])
    guardrails.worst(findings)          # Effect.BLOCK, …, or None

A finding explains itself: which rule, why, and how to say it instead. Whoever checks many texts asks
in_force() once and hands it on. Works inside a tenancy and outside; what a finder looks for stands in
guardrail_finders.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from precincts.models import Command
from socialfeeds.guardrail_finders import FINDERS, Span, Text, literally, outside
from socialfeeds.models import Effect, Guardrail, GuardrailEdition

# The gravest first.
GRAVITY = {effect: place for place, effect in enumerate(Effect)}


@dataclass(frozen=True)
class Finding:
    """A piece of a text that a guardrail speaks of. `picture` counts from 1 where it is in an alt text."""

    number: int
    key: str
    title: str
    explanation: str
    better: str
    effect: str
    # Characters of the text as it was given, from and to.
    start: int
    end: int
    words: str
    picture: int | None = None

    @property
    def says(self) -> str:
        """What follows, in a word or two."""
        return str(Effect(self.effect).label)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Finding:
        values: dict[str, Any] = {field.name: kept.get(field.name) for field in fields(cls)}
        return cls(**values)


@dataclass(frozen=True)
class Rules:
    """One edition, ready to be held against texts. `phones` and `addresses` are the commands' own."""

    number: int
    rules: tuple[Guardrail, ...]
    phones: frozenset[str] = frozenset()
    addresses: tuple[str, ...] = ()

    @classmethod
    def of(cls, number: int, rules: Iterable[Guardrail]) -> Rules:
        ours = list(Command.objects.values_list("phone", "address"))
        return cls(
            number=number,
            rules=tuple(rules),
            phones=frozenset(_digits(phone) for phone, _address in ours if phone),
            addresses=tuple(address for _phone, address in ours if address),
        )


def edition_in_force() -> GuardrailEdition | None:
    return GuardrailEdition.objects.order_by("-number").first()


def in_force() -> Rules:
    """The edition in force. Its number is what a message keeps beside its findings."""
    edition = edition_in_force()
    return Rules.of(edition.number, edition.guardrails.all()) if edition else Rules(0, ())


def check(text: str, *, alts: Sequence[str] = (), rules: Rules | None = None) -> list[Finding]:
    """What the guardrails find in a message and in the words of its pictures, the gravest first."""
    rules = rules or in_force()
    found = [*_in(text, None, rules)]
    for picture, alt in enumerate(alts, start=1):
        found += _in(alt, picture, rules)
    return sorted(
        found, key=lambda one: (GRAVITY[Effect(one.effect)], one.picture or 0, one.start, one.number)
    )


def worst(findings: Iterable[Finding]) -> Effect | None:
    """The gravest of what follows; None where nothing was found."""
    return min((Effect(one.effect) for one in findings), key=GRAVITY.__getitem__, default=None)


def _in(text: str, picture: int | None, rules: Rules) -> Iterator[Finding]:
    read = Text.of(text)
    for rule in rules.rules:
        for start, end in _found(rule, read, rules):
            yield Finding(
                number=rule.number,
                key=rule.key,
                title=rule.title,
                explanation=rule.explanation,
                better=rule.better,
                effect=rule.effect,
                start=start,
                end=end,
                words=text[start:end],
                picture=picture,
            )


def _found(rule: Guardrail, text: Text, rules: Rules) -> Iterator[Span]:
    """Where a rule speaks: what its finder sees and its own words, but for what it passes over."""
    finder = FINDERS.get(rule.key)
    found = [*(finder(text) if finder else ()), *literally(rule.words, text)]
    if not found:
        return iter(())
    passed = [*literally(rule.passes, text)]
    if rule.key == "home-address":
        passed += literally(rules.addresses, text)
    elif rule.key == "personal-data":
        passed += [span for span in found if _digits(text.plain[slice(*span)]) in rules.phones]
    return _joined(outside(found, passed))


def _joined(found: Iterable[Span]) -> Iterator[Span]:
    """What overlaps is one piece."""
    last: Span | None = None
    for start, end in sorted(found):
        if last and start < last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (start, end)
    if last:
        yield last


def _digits(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
