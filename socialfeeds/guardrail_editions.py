"""The guardrails, edition by edition: publishing the next one, and what differs between two.

An edition is never changed: a message keeps the number of the one that it was held against. A rule goes by
its key, which also names what looks for it; one that somebody adds has only its own words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engage.differences import Kind, Piece, marked
from precincts.models import User
from socialfeeds.guardrails import edition_in_force
from socialfeeds.models import Effect, Guardrail, GuardrailEdition

MOST_RULES = 40
NAMES = {
    "effect": gettext_lazy("What follows"),
    "explanation": gettext_lazy("Why"),
    "example": gettext_lazy("What not to write"),
    "better": gettext_lazy("How to say it instead"),
    "words": gettext_lazy("More words that it looks for"),
    "passes": gettext_lazy("Words that it passes over"),
}


class CannotPublish(ValueError):
    """This is no edition. The text says why."""


class Outdated(Exception):
    """Another edition was published meanwhile: the one in force now."""

    def __init__(self, edition: GuardrailEdition) -> None:
        super().__init__(_("Somebody published an edition in the meantime. Compare yours with it."))
        self.edition = edition


@dataclass(frozen=True)
class Draft:
    """A rule as somebody writes it. `number` is also its place."""

    number: int
    key: str
    title: str
    explanation: str
    example: str
    better: str
    effect: str
    words: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()

    @classmethod
    def of(cls, rule: Guardrail) -> Draft:
        taken = {each.name: getattr(rule, each.name) for each in fields(cls)}
        return cls(**taken | {"words": tuple(rule.words), "passes": tuple(rule.passes)})

    def row(self, edition: GuardrailEdition | None = None) -> Guardrail:
        """As a row, unsaved: an edition can be tried before it is published."""
        taken = {each.name: getattr(self, each.name) for each in fields(self)}
        return Guardrail(edition=edition, **taken | {"words": [*self.words], "passes": [*self.passes]})


def key_for(title: str, taken: Iterable[str]) -> str:
    """The key of a rule that somebody adds: its title's, and never another's."""
    taken, base = set(taken), slugify(title)[:30] or "rule"
    keys = [f"own-{base}", *(f"own-{base}-{n}" for n in range(2, MOST_RULES + 2))]
    return next(key for key in keys if key not in taken)


def publish(*, rules: Sequence[Draft], note: str, by: User, based_on: int) -> GuardrailEdition:
    """The next edition, in force from this moment. Called outside of a tenancy: it is the whole city's.

    `based_on` is the number of the edition that the writer began with. Raises Outdated where another is in
    force by now, and CannotPublish where there is no rule, a number stands twice, or nothing differs.
    """
    with transaction.atomic():
        # Whoever publishes at the same moment waits here; what is in force is asked after that.
        list(GuardrailEdition.objects.select_for_update().order_by("number")[:1])
        now = edition_in_force()
        if now is not None and now.number != based_on:
            raise Outdated(now)
        _require(rules, now)
        edition = GuardrailEdition.objects.create(
            number=(now.number if now else 0) + 1, note=note, published_by=by
        )
        Guardrail.objects.bulk_create(rule.row(edition) for rule in rules)
    return edition


def _require(rules: Sequence[Draft], now: GuardrailEdition | None) -> None:
    if not rules:
        raise CannotPublish(_("Keep at least one rule."))
    if len(rules) > MOST_RULES:
        raise CannotPublish(_("Keep it short: %(most)d rules at most.") % {"most": MOST_RULES})
    for name in ("number", "key"):
        if len({getattr(rule, name) for rule in rules}) < len(rules):
            raise CannotPublish(_("Each rule needs a number of its own."))
    if now and all(change.kind == Kind.SAME for change in compare(drafts_of(now), rules)):
        raise CannotPublish(_("Nothing differs from the edition in force."))


def drafts_of(edition: GuardrailEdition) -> list[Draft]:
    return [Draft.of(rule) for rule in edition.guardrails.all()]


# --- what differs ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """What became of one rule. `was` is its number before; `parts` are those of its texts that differ."""

    kind: Kind
    number: int
    was: int | None
    title: list[Piece]
    parts: list[tuple[str, list[Piece]]] = field(default_factory=list)


def compare(old: Iterable[Draft], new: Iterable[Draft]) -> list[Change]:
    """First the rules that stand in `new`, in order, then those that are gone."""
    before = {rule.key: rule for rule in old}
    changes = [
        _change(before.pop(rule.key, None), rule) for rule in sorted(new, key=lambda rule: rule.number)
    ]
    return changes + [
        Change(Kind.DROPPED, rule.number, rule.number, [Piece(Kind.DROPPED, rule.title)])
        for rule in before.values()
    ]


def _change(was: Draft | None, rule: Draft) -> Change:
    if was is None:
        parts = [(str(name), [Piece(Kind.NEW, _said(rule, part))]) for part, name in NAMES.items()]
        return Change(Kind.NEW, rule.number, None, [Piece(Kind.NEW, rule.title)], parts)
    parts = [
        (str(name), marked(_said(was, part), _said(rule, part)))
        for part, name in NAMES.items()
        if _said(was, part) != _said(rule, part)
    ]
    kind = Kind.CHANGED if parts or was.title != rule.title else Kind.SAME
    if kind == Kind.SAME and was.number != rule.number:
        kind = Kind.MOVED
    return Change(kind, rule.number, was.number, marked(was.title, rule.title), parts)


def _said(rule: Draft, part: str) -> str:
    if part == "effect":
        return str(Effect(rule.effect).label)
    value = getattr(rule, part)
    return value if isinstance(value, str) else "; ".join(value)
