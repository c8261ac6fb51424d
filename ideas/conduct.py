"""The code of conduct, edition by edition: publishing the next one, and what differs between two.

Whoever decides under a rule says which edition they read: rule_as_read holds the decision to it.

An edition is never changed. Decisions keep pointing at the rule as it stood, and its page stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engage.differences import Kind, Piece, marked
from ideas.models import Edition, Rule
from ideas.moderating import Refused
from precincts.models import User

MOST_RULES = 30


@dataclass(frozen=True)
class Text:
    """A rule as somebody writes it. `number` is also its place."""

    number: int
    title: str
    text: str


class Outdated(Exception):
    """Another edition was published meanwhile. `edition` is the one in force now."""

    def __init__(self, edition: Edition) -> None:
        super().__init__(_("Somebody published an edition in the meantime. Compare yours with it."))
        self.edition = edition


def publish(*, rules: Sequence[Text], note: str, by: User, based_on: int) -> Edition:
    """The next edition, in force from this moment. Call it outside of a tenancy: it is the whole city's.

    `based_on` is the number of the edition that the writer began with. Raises Outdated where another is in
    force by now, and Refused where there is no rule, a number stands twice, or nothing differs.
    """
    with transaction.atomic():
        # Whoever publishes at the same moment waits at the first edition. Which one is in force is asked
        # after that: the statement that waited still sees what stood when it began.
        list(Edition.objects.select_for_update().order_by("number")[:1])
        now = Edition.current()
        if now is not None and now.number != based_on:
            raise Outdated(now)
        _require(rules, now)
        edition = Edition.objects.create(
            number=(now.number if now else 0) + 1, note=note, published_at=timezone.now(), published_by=by
        )
        Rule.objects.bulk_create(
            Rule(edition=edition, number=rule.number, title=rule.title, text=rule.text) for rule in rules
        )
    return edition


def _require(rules: Sequence[Text], now: Edition | None) -> None:
    if not rules:
        raise Refused("rules", _("Keep at least one rule."))
    if len(rules) > MOST_RULES:
        raise Refused("rules", _("Keep it short: %(most)d rules at most.") % {"most": MOST_RULES})
    if len({rule.number for rule in rules}) < len(rules):
        raise Refused("rules", _("Each rule needs a number of its own."))
    if now and all(change.kind == Kind.SAME for change in compare(now.rules.all(), rules)):
        raise Refused("rules", _("Nothing differs from the edition in force."))


# What differs


@dataclass(frozen=True)
class Change:
    """What became of one rule. `was` is its number before; `title` and `text` are the words, marked."""

    kind: Kind
    number: int
    was: int | None = None
    title: list[Piece] = field(default_factory=list)
    text: list[Piece] = field(default_factory=list)


_SAME: list[Callable[[Rule | Text, Rule | Text], bool]] = [
    lambda a, b: a.title == b.title,
    lambda a, b: a.text == b.text,
    lambda a, b: a.number == b.number,
]


def compare(old: Iterable[Rule | Text], new: Iterable[Rule | Text]) -> list[Change]:
    """What became of each rule: first those that stand in `new`, in order, then those that are gone.

    Nothing says which rule continues which, so one goes by its title, else by its text, else by its number.
    """
    before, after = list(old), sorted(new, key=lambda rule: rule.number)
    pairs: dict[int, Rule | Text] = {}
    for same in _SAME:
        for index, rule in enumerate(after):
            if index not in pairs and (match := next((one for one in before if same(one, rule)), None)):
                pairs[index] = match
                before.remove(match)
    changes = [_change(pairs.get(index), rule) for index, rule in enumerate(after)]
    return [*changes, *(_dropped(rule) for rule in before)]


def _change(was: Rule | Text | None, rule: Rule | Text) -> Change:
    if was is None:
        title, text = [Piece(Kind.NEW, rule.title)], [Piece(Kind.NEW, rule.text)]
        return Change(Kind.NEW, rule.number, None, title, text)
    kind = Kind.SAME
    if (was.title, was.text) != (rule.title, rule.text):
        kind = Kind.CHANGED
    elif was.number != rule.number:
        kind = Kind.MOVED
    return Change(kind, rule.number, was.number, marked(was.title, rule.title), marked(was.text, rule.text))


def _dropped(rule: Rule | Text) -> Change:
    title, text = [Piece(Kind.DROPPED, rule.title)], [Piece(Kind.DROPPED, rule.text)]
    return Change(Kind.DROPPED, rule.number, rule.number, title, text)


# The rule that somebody read


class RuleChanged(Exception):
    """A rule does not say any more what somebody read. `now` is what became of it, None if it is gone."""

    def __init__(self, edition: Edition, then: Rule, now: Rule | None) -> None:
        told = _("Edition %(number)d of the code of conduct was published since you opened this.")
        super().__init__(f"{told % {'number': edition.number}} {_became(then, now)}")
        self.edition = edition
        self.then = then
        self.now = now


def _became(then: Rule, now: Rule | None) -> str:
    names = {"was": then.number, "old": f"{then.title}: {then.text}"}
    if now is None:
        return _("Rule %(was)d is gone. It said: “%(old)s” Choose again.") % names
    names |= {"number": now.number, "new": f"{now.title}: {now.text}"}
    if (then.title, then.text) == (now.title, now.text):
        return _("Rule %(was)d is rule %(number)d now. Choose again.") % names
    return _("Rule %(was)d said: “%(old)s” Rule %(number)d says now: “%(new)s” Choose again.") % names


def rule_as_read(*, number: int, edition: int | None) -> Rule:
    """The rule in force of this number, if it says what it said in the edition that somebody read.

    Without an edition it is the one in force. Raises RuleChanged, or Refused where there is no such thing.
    """
    now = Edition.current()
    rules = list(now.rules.all()) if now else []
    if now is None or edition in (None, now.number):
        return _numbered(rules, number)
    read = Edition.objects.filter(published_at__isnull=False, number=edition).first()
    if read is None:
        raise Refused("edition", _("There is no edition with this number."))
    before = list(read.rules.all())
    then = _numbered(before, number)
    became = next(change for change in compare(before, rules) if change.was == number)
    if became.kind == Kind.SAME:
        return _numbered(rules, number)
    gone = became.kind == Kind.DROPPED
    raise RuleChanged(now, then, None if gone else _numbered(rules, became.number))


def _numbered(rules: Iterable[Rule], number: int) -> Rule:
    found = next((rule for rule in rules if rule.number == number), None)
    if found is None:
        raise Refused("rule", _("There is no rule with this number."))
    return found
