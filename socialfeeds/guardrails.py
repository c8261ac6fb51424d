"""What the guardrails find in a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from socialfeeds.models import Effect


@dataclass(frozen=True)
class Finding:
    """A piece of a text that a guardrail speaks of."""

    number: int
    key: str
    title: str
    explanation: str
    better: str
    effect: str
    start: int
    end: int
    words: str
    picture: int | None = None

    @property
    def says(self) -> str:
        return str(Effect(self.effect).label)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Finding:
        given: dict[str, Any] = {field.name: kept.get(field.name) for field in fields(cls)}
        return cls(**given)


@dataclass(frozen=True)
class Rules:
    number: int


def in_force() -> Rules:
    return Rules(0)


def check(text: str, *, alts: Sequence[str] = (), rules: Rules | None = None) -> list[Finding]:
    """What the edition in force finds in a message and in the words of its pictures."""
    return []
