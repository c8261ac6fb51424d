"""The demonstration's appeals: two that wait for headquarters, one upheld, one overturned."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from ideas import appealing, moderating, submitting
from ideas.models import LISTED, Action, Appeal, Comment, Decision, Idea, Rule, Status
from precincts import tenancy
from precincts.models import Command, Participant, User

# By the ideas' keys: what their authors say, and what headquarters answered.
OPEN = {
    "pct-44-10": "I live in that house too and I am afraid. Take the door number out and let the rest stand."
}
UPHELD = {
    "pct-90-10": (
        "I was angry, that is all. Everybody knows that I would not do it.",
        "We read it as you mean it now. What stands there still asks others to join in hurting somebody, and "
        "rule 1 is about that. Raise the thefts anew without the last sentence: they belong on the board.",
    )
}
OVERTURNED_REASON = "It looked like an accusation against one shop. We should have asked."
OVERTURNED = (
    "I named a corner and a time, no shop and no person.",
    "The author is right: a corner is no person. The rule protects private people, and nobody is named here.",
)
# Upheld; screened and put back; a comment screened.
DECISIONS = 4
COMMENT = "It is always the same two from the house at the corner, you know which one."
COMMENT_REASON = "It points at people by where they live."
COMMENT_APPEAL = "I meant the cars that are parked there, not the neighbors. I can say it better."


def load() -> None:
    """Once: a city that has appeals already stays as it is."""
    with tenancy.citywide():
        if Appeal.objects.exists():
            return
    people = {
        user.email.partition("@")[0]: user for user in User.objects.filter(email__endswith="@demo.example")
    }
    resident, _new = Participant.objects.get_or_create(user=people["resident"])
    for slug in ("pct-109", "pct-44", "pct-90"):
        with tenancy.enter(Command.objects.get(slug=slug)):
            _of(slug, people["reviewer"])
            if slug == "pct-109":
                _overturned(people["moderator"], people["reviewer"])
                _comment(people["moderator"], resident)


def _of(slug: str, reviewer: User) -> None:
    for key, said in OPEN.items():
        if key.startswith(f"{slug}-"):
            _appealed(_idea(key), said, timedelta(days=2))
    for key, (said, answer) in UPHELD.items():
        if key.startswith(f"{slug}-"):
            _decided(_appealed(_idea(key), said, timedelta(days=9)), reviewer, overturn=False, reason=answer)


def _idea(key: str) -> Idea:
    return Idea.objects.get(external_id=f"demo:{key}")


def _appealed(item: Idea | Comment, said: str, ago: timedelta) -> Appeal:
    # In time, however long ago the demonstration says that it was screened.
    made = appealing.screening_of(item)
    assert made is not None
    if not appealing.in_time(made):
        Decision.objects.filter(pk=made.pk).update(decided_at=timezone.now() - ago - timedelta(days=1))
    appeal = appealing.appeal(item=item, participant=item.participant, text=said)
    Appeal.objects.filter(pk=appeal.pk).update(created_at=timezone.now() - ago)
    return appeal


def _decided(appeal: Appeal, by: User, *, overturn: bool, reason: str) -> None:
    appealing.decide(appeal=appeal, by=by, overturn=overturn, reason=reason)
    _long_ago(appeal, timezone.now() - timedelta(days=3))


def _long_ago(appeal: Appeal, when: datetime) -> None:
    """Nobody is told of it now, and no desk has to note it."""
    Appeal.objects.filter(pk=appeal.pk).update(decided_at=when, seen_at=when)
    decided = Decision.objects.filter(idea=appeal.idea_id, told_at=None)
    decided.update(decided_at=when, told_at=when)


def _overturned(moderator: User, reviewer: User) -> None:
    """An idea that stands on the board, and was screened in between."""
    old = timezone.now() - timedelta(days=14)
    ideas = Idea.objects.filter(status=Status.SPOKEN, published_at__lt=old, external_id__startswith="demo:")
    idea = ideas.order_by("published_at", "pk").last()
    if idea is None:
        return
    stood = {"published_at": idea.published_at, "queued_at": idea.queued_at}
    rule = Rule.objects.in_force().get(number=4)
    asked = moderating.Asked(action=Action.SCREEN, by=moderator, rule=rule, reason=OVERTURNED_REASON)
    made = moderating.decide(idea=idea, asked=asked)
    when = timezone.now() - timedelta(days=8)
    Decision.objects.filter(pk=made.pk).update(decided_at=when, told_at=when)
    appeal = _appealed(Idea.objects.get(pk=idea.pk), OVERTURNED[0], timedelta(days=7))
    _decided(appeal, reviewer, overturn=True, reason=OVERTURNED[1])
    Idea.objects.filter(pk=idea.pk).update(**stood)


def _comment(moderator: User, resident: Participant) -> None:
    """The neighbor one can sign in as was screened, and waits for headquarters."""
    old = timezone.now() - timedelta(days=10)
    ideas = Idea.objects.filter(status__in=LISTED, moved_to=None, published_at__lt=old)
    idea = ideas.order_by(F("rank").desc()).first()
    if idea is None:
        return
    comment = submitting.comment(idea=idea, body=COMMENT, participant=resident)
    when = timezone.now() - timedelta(days=4)
    Comment.objects.filter(pk=comment.pk).update(created_at=when)
    moderating.decide_comment(
        comment=comment,
        approve=False,
        by=moderator,
        rule=Rule.objects.in_force().get(number=4),
        reason=COMMENT_REASON,
    )
    Decision.objects.filter(comment=comment).update(decided_at=when, told_at=when)
    comment.refresh_from_db()
    _appealed(comment, COMMENT_APPEAL, timedelta(days=3))
