"""Appeals: an author's word against a screening, decided at headquarters and never by who screened.

Call these inside the command's tenancy. An appeal is one row; what came of it is a decision like any other,
so that the author and the followers are told in the same way, and once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ideas import copies, goals, moderating
from ideas.models import (
    Action,
    Appeal,
    Comment,
    CommentStatus,
    Decision,
    Idea,
    Measure,
    Outcome,
    Status,
)
from ideas.moderating import Refused
from precincts.models import Participant, User

APPEAL_LENGTH = 2000
REASON_LENGTH = 2000


class Decided(Exception):
    """Another reviewer was faster. `appeal` says what was decided."""

    def __init__(self, appeal: Appeal) -> None:
        super().__init__(_("This appeal was decided in the meantime."))
        self.appeal = appeal


class OwnDecision(Exception):
    """Whoever screened it does not decide again."""

    def __init__(self) -> None:
        super().__init__(_("You screened this yourself. Somebody else decides the appeal."))


# Asking


def screening_of(item: Idea | Comment) -> Decision | None:
    """The decision by which an item is screened now, with its rule; None where it is not."""
    if item.status != Status.SCREENED:
        return None
    mine = {"comment": item} if isinstance(item, Comment) else {"idea": item, "comment": None}
    found = Decision.objects.filter(**mine, action=Action.SCREEN, undone_at=None)
    return (
        found.select_related("rule__edition").prefetch_related("appeals").order_by("-version", "-pk").first()
    )


def appeal_of(screening: Decision) -> Appeal | None:
    return next(iter(screening.appeals.all()), None)


def last_appeal(item: Idea | Comment) -> Appeal | None:
    """The newest appeal about an item, also where it has been put back since."""
    mine = {"comment": item} if isinstance(item, Comment) else {"idea": item, "comment": None}
    return Appeal.objects.filter(**mine, decision__undone_at=None).order_by("-pk").first()


def last_day(screening: Decision) -> datetime:
    """Until when it can be appealed."""
    return screening.decided_at + timedelta(days=settings.APPEAL_DAYS)


def in_time(screening: Decision) -> bool:
    return timezone.now() <= last_day(screening)


def goal() -> timedelta:
    """How soon headquarters means to decide an appeal."""
    return goals.in_force().within[Measure.APPEAL]


def appeal(*, item: Idea | Comment, participant: Participant | None, text: str) -> Appeal:
    """The author's appeal against how `item` is screened now. Sent twice it is made once.

    Raises Refused where the item is not screened any more, or the time for it has passed.
    """
    # As it stands now, and until this is written: the desk may take its screening back at this moment.
    model: type[Idea] | type[Comment] = type(item)
    now = model.objects.select_for_update(of=("self",)).only("pk", "status").get(pk=item.pk)
    screening = screening_of(now)
    if screening is None:
        raise Refused("text", _("This is not screened any more, so there is nothing to appeal."))
    if known := appeal_of(screening):
        return known
    if not in_time(screening):
        raise Refused("text", _("The time to appeal this has passed."))
    try:
        with transaction.atomic():
            return Appeal.objects.create(
                decision=screening,
                idea_id=screening.idea_id,
                comment_id=screening.comment_id,
                participant=participant,
                text=text,
                created_at=timezone.now(),
            )
    except IntegrityError:
        # The other click was faster by a moment.
        return Appeal.objects.get(decision=screening)


# Deciding


def decide(*, appeal: Appeal, by: User, overturn: bool, reason: str) -> Appeal:
    """Headquarters' word, with its reason. Overturned, the item stands again where it stood before.

    Raises OwnDecision, Decided (another reviewer was faster) or Refused (a reason is missing; or the
    screening was taken back meanwhile, so that nothing is left to decide).
    """
    copies.take_turns()
    found = Appeal.objects.select_for_update(of=("self",)).select_related("decision").get(pk=appeal.pk)
    if found.decision.decided_by_id == by.pk:
        raise OwnDecision
    if found.outcome != Outcome.OPEN:
        raise Decided(found)
    if not reason.strip():
        raise Refused("reason", _("Say why. The author and the command both read it."))
    if found.decision.undone_at is not None:
        raise Refused("reason", _("The command took this screening back itself: there is nothing to decide."))
    (_restore if overturn else _uphold)(found, by, reason)
    found.outcome = Outcome.OVERTURNED if overturn else Outcome.UPHELD
    found.reason, found.decided_by, found.decided_at = reason, by, timezone.now()
    found.save(update_fields=["outcome", "reason", "decided_by", "decided_at"])
    return found


def _restore(appeal: Appeal, by: User, reason: str) -> None:
    """Back to where it stood. What still waited is on the board now: a person has reviewed it."""
    screening = appeal.decision
    if appeal.comment_id:
        comment = Comment.objects.select_for_update(of=("self",)).get(pk=appeal.comment_id)
        moderating.move_comment(
            comment=comment, action=Action.RESTORE, to=CommentStatus.SHOWN, by=by, reason=reason
        )
        return
    idea = moderating.lock(Idea(pk=appeal.idea_id), action=Action.RESTORE)
    before = Status(screening.from_status)
    moderating.move(
        idea=idea,
        action=Action.RESTORE,
        to=Status.SPOKEN if before == Status.WAITING else before,
        by=by,
        # Neighbors had said "not fixed": that still waits for an answer.
        changes={"reopened_at": _moment(screening.before.get("reopened_at"))},
        reason=reason,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _uphold(appeal: Appeal, by: User, reason: str) -> None:
    """Nothing moves, and it is a decision all the same: it has its version, and people are told of it."""
    model: type[Idea] | type[Comment] = Comment if appeal.comment_id else Idea
    rows = model.objects.select_for_update(of=("self",)).only("pk", "status", "version")
    item = rows.get(pk=appeal.comment_id or appeal.idea_id)
    item.version += 1
    item.save(update_fields=["version"])
    Decision.objects.create(
        idea_id=appeal.idea_id,
        comment_id=appeal.comment_id,
        action=Action.UPHOLD,
        from_status=item.status,
        to_status=item.status,
        version=item.version,
        decided_by=by,
        rule_id=appeal.decision.rule_id,
        reason=reason,
        decided_at=timezone.now(),
    )
