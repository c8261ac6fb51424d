"""Decisions on what residents sent: one verb for ideas, one for comments.

Every decision is kept with who, when, why and what it replaced. What may follow what stands in
models.MOVES. Call these inside a tenancy.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from ideas.models import MOVES, Action, Comment, CommentStatus, Decision, Idea, Rule, Status
from precincts.access import Permission
from precincts.models import User

# Which permission a decision takes. The same table answers the desk and the API.
NEEDS = {
    Action.APPROVE: Permission.MODERATE,
    Action.SCREEN: Permission.MODERATE,
    Action.REFER: Permission.MODERATE,
    Action.HEAR: Permission.ANSWER,
    Action.ACT: Permission.ANSWER,
    Action.DONE: Permission.ANSWER,
}
NEEDS_ANSWER = {Action.HEAR, Action.DONE, Action.REFER}


class Refused(Exception):
    """A decision that cannot be made as it stands: `field` is what to mend."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Stale(Exception):
    """The idea has changed since it was looked at; `idea` is how it stands now."""

    def __init__(self, idea: Idea) -> None:
        super().__init__(_("Somebody decided on this in the meantime. Look at it again."))
        self.idea = idea


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
    version: int | None = None


def decide(*, idea: Idea, asked: Asked) -> Decision:
    """Move an idea. Raises Refused (something is missing) or Stale (it is no longer what was looked at)."""
    idea = Idea.objects.select_for_update(of=("self",)).defer("search").get(pk=idea.pk)
    if (asked.version is not None and asked.version != idea.version) or not idea.allows(asked.action):
        raise Stale(idea)
    _require(asked)
    before, now = idea.status, timezone.now()
    idea.status = MOVES[asked.action][1]
    idea.version += 1
    if idea.published_at is None and idea.status != Status.SCREENED:
        idea.published_at = now
    if asked.answer:
        idea.answer, idea.answered_at = asked.answer, now
    if asked.action == Action.REFER:
        idea.referred_to, idea.referred_url = asked.referred_to, asked.referred_url
    idea.save(
        update_fields=[
            "status", "version", "published_at", "answer", "answered_at", "referred_to", "referred_url"
        ]
    )  # fmt: skip
    return Decision.objects.create(
        idea=idea,
        action=asked.action,
        from_status=before,
        to_status=idea.status,
        decided_by=asked.by,
        rule=asked.rule,
        reason=asked.reason,
        answer=asked.answer,
        decided_at=now,
    )


def _require(asked: Asked) -> None:
    if asked.action == Action.SCREEN and asked.rule is None:
        raise Refused("rule", _("Choose the rule that this breaks. Nothing is screened without one."))
    if asked.action in NEEDS_ANSWER and not asked.answer.strip():
        raise Refused("answer", _("Write the answer that residents will read."))


def decide_comment(
    *, comment: Comment, approve: bool, by: User, rule: Rule | None = None, reason: str = ""
) -> Comment:
    """Show a waiting comment, or screen one under a rule. Raises Refused."""
    comment = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    if not approve and rule is None:
        raise Refused("rule", _("Choose the rule that this breaks. Nothing is screened without one."))
    if comment.status == CommentStatus.SCREENED or (approve and comment.status == CommentStatus.SHOWN):
        raise Refused("action", _("Somebody decided on this in the meantime."))
    comment.status = CommentStatus.SHOWN if approve else CommentStatus.SCREENED
    comment.rule, comment.reason = (None, "") if approve else (rule, reason)
    comment.decided_by, comment.decided_at = by, timezone.now()
    comment.save(update_fields=["status", "rule", "reason", "decided_by", "decided_at"])
    return comment
