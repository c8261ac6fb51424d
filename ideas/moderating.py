"""Decisions on what residents sent: one verb for ideas, one for comments.

Every decision is kept with who, when, why and what it replaced. What may follow what stands in
models.MOVES. Call these inside a tenancy.

Verbs with rooms of their own (merging.py, referring.py, appealing.py …) begin with `lock` and end with
`move`, so that each move of an idea is checked, versioned and recorded in one place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ideas import copies, reporting
from ideas.models import MOVES, Action, Agency, Comment, CommentStatus, Decision, Idea, Rule, Status
from precincts.access import Permission
from precincts.models import User

# Which permission a decision takes. The same table answers the desk and the API.
NEEDS = {
    Action.APPROVE: Permission.MODERATE,
    Action.SCREEN: Permission.MODERATE,
    Action.REFER: Permission.MODERATE,
    Action.MERGE: Permission.MODERATE,
    Action.SPLIT: Permission.MODERATE,
    Action.MOVE: Permission.MODERATE,
    Action.HEAR: Permission.ANSWER,
    Action.ACT: Permission.ANSWER,
    Action.DONE: Permission.ANSWER,
    Action.CANNOT: Permission.ANSWER,
    Action.EDIT: Permission.ANSWER,
    Action.REDACT: Permission.REDACT,
    Action.UNREDACT: Permission.REDACT,
}
# Where nobody sees it: it is not published by getting there.
UNSEEN = {Status.WAITING, Status.SCREENED, Status.WITHDRAWN, Status.MOVED}
# The department's own code in the city's routing table.
OURS = "nypd"
NEEDS_ANSWER = {Action.HEAR, Action.DONE, Action.CANNOT, Action.REFER}


class Refused(Exception):
    """A decision that cannot be made as it stands: `field` is what to mend."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Stale(Exception):
    """Somebody was faster. `item` is what stands now, `changes` what was decided since one looked."""

    def __init__(self, item: Idea | Comment, seen: int | None = None) -> None:
        super().__init__(_("Somebody decided on this in the meantime. Look at it again."))
        self.item = item
        mine = {"comment": item} if isinstance(item, Comment) else {"idea": item, "comment": None}
        since = {} if seen is None else {"version__gt": seen}
        self.changes = list(Decision.objects.filter(**mine, **since).select_related("decided_by", "rule"))


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody decides. `version` is the one they looked at; None takes any."""

    action: Action
    by: User | None
    rule: Rule | None = None
    reason: str = ""
    answer: str = ""
    referred_to: str = ""
    referred_url: str = ""
    agency: Agency | None = None
    acted_on: date | None = None
    version: int | None = None


def decide(*, idea: Idea, asked: Asked) -> Decision:
    """Move an idea. Raises Refused (something is missing) or Stale (it is no longer what was looked at)."""
    if asked.action == Action.SCREEN:
        copies.take_turns()
    idea = lock(idea, action=asked.action, version=asked.version)
    _require(asked)
    changes: dict[str, Any] = {}
    if asked.answer:
        changes |= {"answer": asked.answer, "answered_at": timezone.now(), "answer_edited_at": None}
    if asked.action == Action.DONE:
        changes["acted_on"] = asked.acted_on or timezone.localdate()
    if asked.action == Action.REFER:
        changes |= {
            "referred_to": asked.agency.name if asked.agency else asked.referred_to,
            "referred_url": asked.referred_url or (asked.agency.url if asked.agency else ""),
            "agency": asked.agency,
        }
    return move(
        idea=idea,
        action=asked.action,
        by=asked.by,
        changes=changes,
        rule=asked.rule,
        reason=asked.reason,
        answer=asked.answer,
    )


def _require(asked: Asked) -> None:
    if asked.action == Action.SCREEN and asked.rule is None:
        raise Refused("rule", _("Choose the rule that this breaks. Nothing is screened without one."))
    if asked.action in NEEDS_ANSWER and not asked.answer.strip():
        raise Refused("answer", _("Write the answer that residents will read."))
    if asked.action == Action.REFER:
        if asked.agency is None and not asked.referred_to.strip():
            raise Refused("referred_to", _("Name the command or the agency that takes it on."))
        if asked.agency is not None and asked.agency.code == OURS:
            raise Refused("agency", _("That is the police’s own. Answer it, or move it to another command."))


def lock(idea: Idea, *, action: Action, version: int | None = None) -> Idea:
    """The idea as it stands, locked until the transaction ends, if `action` fits it. Raises Stale."""
    now = Idea.objects.select_for_update(of=("self",)).defer("search").get(pk=idea.pk)
    if (version is not None and version != now.version) or not now.allows(action):
        raise Stale(now, version)
    return now


def move(
    *,
    idea: Idea,
    action: Action,
    by: User | None,
    to: Status | None = None,
    changes: dict[str, Any] | None = None,
    **kept: Any,
) -> Decision:
    """Move a locked idea to where `action` leads, or to `to` where the table leaves that open.

    `changes` are further columns of the idea; `kept` goes into the Decision (rule, reason, answer). What the
    columns were before is remembered there, for an undo.
    """
    now = timezone.now()
    status = MOVES[action][1] or to or Status(idea.status)
    new = {"status": status, "reopened_at": None, **(changes or {})}
    if status != idea.status:
        new.setdefault("queued_at", now)
    if idea.published_at is None and status not in UNSEEN:
        new["published_at"] = now
    before = _columns(idea, new)
    was, was_public = idea.status, idea.is_public
    for name, value in new.items():
        setattr(idea, name, value)
    idea.version += 1
    idea.save(update_fields=[*new, "version"])
    if idea.is_public != was_public:
        copies.follow(idea)
    decision = Decision.objects.create(
        idea=idea,
        action=action,
        from_status=was,
        to_status=status,
        version=idea.version,
        decided_by=by,
        before=before,
        decided_at=now,
        **kept,
    )
    if action == Action.SCREEN:
        reporting.screened(decision)
    return decision


def _columns(item: Idea | Comment, names: Iterable[str]) -> dict[str, Any]:
    """What these fields hold, by the names of their columns."""
    columns = {field.name: field.attname for field in item._meta.concrete_fields}
    return {columns[name]: getattr(item, columns[name]) for name in names}


def decide_comment(
    *,
    comment: Comment,
    approve: bool,
    by: User,
    rule: Rule | None = None,
    reason: str = "",
    version: int | None = None,
) -> Comment:
    """Show a waiting comment, or screen one under a rule. Raises Refused or Stale."""
    if not approve:
        copies.take_turns()
    comment = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    if not approve and rule is None:
        raise Refused("rule", _("Choose the rule that this breaks. Nothing is screened without one."))
    decided = comment.status == CommentStatus.SCREENED or (approve and comment.status == CommentStatus.SHOWN)
    if decided or (version is not None and version != comment.version):
        raise Stale(comment, version)
    move_comment(
        comment=comment,
        action=Action.APPROVE if approve else Action.SCREEN,
        to=CommentStatus.SHOWN if approve else CommentStatus.SCREENED,
        by=by,
        rule=None if approve else rule,
        reason="" if approve else reason,
    )
    return comment


def move_comment(
    *,
    comment: Comment,
    action: Action,
    to: CommentStatus,
    by: User | None,
    rule: Rule | None = None,
    reason: str = "",
) -> Decision:
    """Move a locked comment, and keep the decision with what it replaced."""
    now = timezone.now()
    names = ["status", "rule", "reason", "decided_by", "decided_at"]
    before = _columns(comment, names)
    was = comment.status
    comment.status, comment.rule, comment.reason = to, rule, reason
    comment.decided_by, comment.decided_at = by, now
    comment.version += 1
    comment.save(update_fields=[*names, "version"])
    if CommentStatus.SHOWN in (was, to):
        copies.follow_comment(comment)
    decision = Decision.objects.create(
        idea_id=comment.idea_id,
        comment=comment,
        action=action,
        from_status=was,
        to_status=to,
        version=comment.version,
        decided_by=by,
        rule=rule,
        reason=reason,
        before=before,
        decided_at=now,
    )
    if action == Action.SCREEN:
        reporting.screened(decision)
    return decision
