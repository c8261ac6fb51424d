"""Many items of the queue at once: approve them, or screen them under one rule.

Each is decided on by itself, at the version that somebody saw. What changed meanwhile, or cannot be decided
so, is left as it is and named with its reason; the rest goes through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ideas import copies, flagging, moderating, undoing
from ideas.models import MOVES, Action, Comment, CommentStatus, Decision, Idea, Rule, Status
from ideas.moderating import Refused, Stale
from precincts.models import User

MOST = 200
ACTIONS = [Action.APPROVE, Action.SCREEN]
NAME = re.compile(r"(idea|comment):(\d{1,18}):(\d{1,9})\Z", re.ASCII)
# What a comment's action starts from.
COMMENTS = {
    Action.APPROVE: {CommentStatus.WAITING},
    Action.SCREEN: {CommentStatus.WAITING, CommentStatus.SHOWN},
}


@dataclass(frozen=True, order=True)
class Name:
    """An item as somebody saw it."""

    kind: str
    pk: int
    version: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.pk}:{self.version}"


@dataclass
class Line:
    """One item, and what becomes of it. Without a problem it goes, or went, through."""

    name: Name
    item: Idea | Comment | None = None
    # "stale", "refused" or "unknown"; and a sentence.
    problem: str = ""
    says: str = ""
    changes: list[Decision] = field(default_factory=list)
    decision: Decision | None = None

    @property
    def title(self) -> str:
        if isinstance(self.item, Comment):
            return _("Under “%s”") % self.item.idea.title
        return self.item.title if self.item else _("Not here any more")

    @property
    def reasons(self) -> list[str]:
        return flagging.sentences(self.item) if self.item else []


class TooMany(Exception):
    """More than MOST were asked for."""

    def __init__(self, number: int) -> None:
        super().__init__(
            _("At most %(most)d at once; these are %(number)d. Take some of them off.")
            % {"most": MOST, "number": number}
        )


def names(given: Iterable[str]) -> list[Name]:
    """What a form names, once each, in its order. What is no name is left out. Raises TooMany."""
    found: dict[tuple[str, int], Name] = {}
    for text in given:
        if match := NAME.match(text):
            kind, pk, version = match[1], int(match[2]), int(match[3])
            found.setdefault((kind, pk), Name(kind, pk, version))
    if len(found) > MOST:
        raise TooMany(len(found))
    return list(found.values())


def look(asked: Sequence[Name], action: Action) -> list[Line]:
    """What would become of each: three queries, however many they are."""
    ideas = Idea.objects.exclude(status=Status.WITHDRAWN).filter(pk__in=_of(asked, "idea"))
    comments = Comment.objects.filter(pk__in=_of(asked, "comment")).select_related("idea")
    items: dict[tuple[str, int], Idea | Comment] = {}
    items |= {("idea", idea.pk): idea for idea in ideas.defer("search")}
    items |= {("comment", comment.pk): comment for comment in comments}
    lines = [_line(name, items.get((name.kind, name.pk)), action) for name in asked]
    _add_changes([line for line in lines if line.problem == "stale"])
    return lines


def _of(asked: Sequence[Name], kind: str) -> list[int]:
    return [name.pk for name in asked if name.kind == kind]


def _line(name: Name, item: Idea | Comment | None, action: Action) -> Line:
    if item is None:
        return Line(name, problem="unknown", says=_("It is not here, or not here any more."))
    if item.version != name.version:
        return Line(name, item, "stale", _("It changed since you looked at it. It stays as it is."))
    if not _allows(item, action):
        return Line(
            name, item, "refused", _("It is “%(status)s”: that does not fit.") % {"status": _status(item)}
        )
    return Line(name, item)


def _allows(item: Idea | Comment, action: Action) -> bool:
    return item.status in (MOVES[action][0] if isinstance(item, Idea) else COMMENTS[action])


def _status(item: Idea | Comment) -> str:
    return str(item.get_status_display())


def _add_changes(lines: list[Line]) -> None:
    ideas = {line.name.pk: line for line in lines if line.name.kind == "idea"}
    comments = {line.name.pk: line for line in lines if line.name.kind == "comment"}
    if not lines:
        return
    on_ideas = Decision.objects.filter(idea__in=ideas, comment=None)
    rows: Any = on_ideas | Decision.objects.filter(comment__in=comments)
    for decision in rows.select_related("decided_by", "rule").order_by("decided_at", "pk"):
        line = comments[decision.comment_id] if decision.comment_id else ideas[decision.idea_id]
        if decision.version > line.name.version:
            line.changes.append(decision)


def apply(
    asked: Sequence[Name], *, action: Action, by: User, rule: Rule | None = None, reason: str = ""
) -> list[Line]:
    """Decide on each. Raises Refused where nothing can be decided at all: screening without a rule."""
    if action == Action.SCREEN and rule is None:
        raise Refused("rule", _("Choose the rule that this breaks. Nothing is screened without one."))
    if action == Action.SCREEN:
        copies.take_turns()
    lines = look(asked, action)
    for line in lines:
        if line.problem or line.item is None:
            continue
        try:
            with transaction.atomic():
                line.decision = _decide(line.item, action=action, by=by, rule=rule, reason=reason)
        except Stale as stale:
            line.problem, line.says, line.changes = "stale", str(stale), stale.changes
        except Refused as refused:
            line.problem, line.says = "refused", str(refused)
    return lines


def _decide(item: Idea | Comment, *, action: Action, by: User, rule: Rule | None, reason: str) -> Decision:
    if isinstance(item, Idea):
        asked = moderating.Asked(action=action, by=by, rule=rule, reason=reason, version=item.version)
        return moderating.decide(idea=item, asked=asked)
    comment = moderating.decide_comment(
        comment=item,
        approve=action == Action.APPROVE,
        by=by,
        rule=rule,
        reason=reason,
        version=item.version,
    )
    return comment.decisions.get(version=comment.version)


def undo(decisions: Iterable[int], *, by: User) -> list[Line]:
    """Take back what one batch decided, each by itself."""
    ours = Decision.objects.filter(pk__in=list(decisions)[:MOST], decided_by=by)
    lines = []
    for decision in ours.select_related("idea", "comment__idea").order_by("pk"):
        item = decision.comment or decision.idea
        kind = "comment" if decision.comment_id else "idea"
        line = Line(Name(kind, item.pk, decision.version), item)
        try:
            with transaction.atomic():
                undoing.undo(decision=decision, by=by)
        except (Stale, Refused) as error:
            line.problem, line.says = "refused", str(error)
        lines.append(line)
    return lines
