"""What residents say and commands answer, a module a subject.

Tables belong to a command, but for what the whole city shares: topics, conduct, service goals, and notices.
"""

from ideas.models.board import (
    BODY_LENGTH,
    COMMENT_LENGTH,
    DECISION_CHOICES,
    DECISIONS,
    LISTED,
    MOVES,
    OPEN,
    PUBLIC,
    RANK_EPOCH,
    RANK_SECONDS,
    TITLE_LENGTH,
    Action,
    Comment,
    CommentStatus,
    Idea,
    IdeaQuerySet,
    Photo,
    Precision,
    SecondsSince,
    Status,
    StatusCount,
    Vote,
)
from ideas.models.conduct import Edition, Rule
from ideas.models.decisions import Appeal, Decision, Outcome, Report, Verdict
from ideas.models.desk import (
    Claim,
    IdeaLabel,
    Label,
    Measure,
    Note,
    Redaction,
    SavedReply,
    ServiceGoal,
    Trust,
)
from ideas.models.notices import Cadence, Contact, Follow, FollowKind, Letter, LetterState, Notice
from ideas.models.sources import IdeaSource
from ideas.models.topics import Agency, Route, Topic
from ideas.models.webhooks import Call, CallState, Webhook

from ideas.models import histories  # noqa: F401 isort: skip  (after every table)

__all__ = [
    "BODY_LENGTH",
    "COMMENT_LENGTH",
    "DECISIONS",
    "DECISION_CHOICES",
    "LISTED",
    "MOVES",
    "OPEN",
    "PUBLIC",
    "RANK_EPOCH",
    "RANK_SECONDS",
    "TITLE_LENGTH",
    "Action",
    "Agency",
    "Appeal",
    "Cadence",
    "Call",
    "CallState",
    "Claim",
    "Comment",
    "CommentStatus",
    "Contact",
    "Decision",
    "Edition",
    "Follow",
    "FollowKind",
    "Idea",
    "IdeaLabel",
    "IdeaQuerySet",
    "IdeaSource",
    "Label",
    "Letter",
    "LetterState",
    "Measure",
    "Note",
    "Notice",
    "Outcome",
    "Photo",
    "Precision",
    "Redaction",
    "Report",
    "Route",
    "Rule",
    "SavedReply",
    "SecondsSince",
    "ServiceGoal",
    "Status",
    "StatusCount",
    "Topic",
    "Trust",
    "Verdict",
    "Vote",
    "Webhook",
]
