"""The demonstration's appeals: an issue and a comment that wait, one issue upheld, one put back.

They stand under issues of their own, so that what the content file says of the others stays true.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from ideas import appealing, moderating, submitting
from ideas.models import Action, Appeal, Comment, Decision, Idea, Rule
from precincts import tenancy
from precincts.models import Command, Participant, User

HOME = "pct-109"
SCREENED_FOR = "It points at a person by where they live."
# What is screened, what its author says against it, and what headquarters answered.
OPEN = (
    "The yellow house lets its dog bark until two",
    "The dog at the yellow house on our block barks until two every night. We asked in vain.",
    "I said nothing of a person, only of a dog and a noise. Take the color out, and let it stand.",
)
UPHELD = (
    "The man in 3B sells from his window",
    "The man in 3B sells something from his window, all of us in the building know what.",
    "It is true, and somebody has to say it.",
    "It may well be true. It points at one person and his door all the same, and a board is not the place to "
    "accuse somebody. Raise it anew as what happens in the courtyard and when, and it belongs here.",
)
OVERTURNED = (
    "Deliveries block the sidewalk at the corner shop",
    "Every morning around eight the crates of the corner shop block the way, and strollers go into the road.",
    "I named a corner and a time. A shop is no private person.",
    "The author is right. The rule protects private people, and nobody is named here.",
)
COMMENT = (
    "It is always the same two from the house across, you know which one.",
    "I meant the cars that are parked there, not the neighbors. I can say it better.",
)
IDEAS = 3
# Three issues and a comment screened, one upheld, one put back.
DECISIONS = 6


def load() -> None:
    """Once: a city that has appeals already stays as it is."""
    with tenancy.citywide():
        if Appeal.objects.exists():
            return
    people = {
        one.email.partition("@")[0]: one for one in User.objects.filter(email__endswith="@demo.example")
    }
    moderator, reviewer = people["moderator"], people["reviewer"]
    # The neighbor whom one can sign in as: so that an author's side is seen too.
    resident, _new = Participant.objects.get_or_create(user=people["resident"])
    with tenancy.enter(Command.objects.get(slug=HOME)):
        _appealed(_screened(OPEN, resident, moderator, 5), OPEN[2], 3)
        upheld = _appealed(_screened(UPHELD, None, moderator, 14), UPHELD[2], 12)
        _decided(upheld, reviewer, overturn=False, reason=UPHELD[3])
        overturned = _appealed(_screened(OVERTURNED, None, moderator, 16), OVERTURNED[2], 13)
        _decided(overturned, reviewer, overturn=True, reason=OVERTURNED[3])
        _appealed(_comment(overturned.idea, resident, moderator), COMMENT[1], 2)


def _ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def _rule() -> Rule:
    return Rule.objects.in_force().get(number=4)


def _screened(said: tuple[str, ...], author: Participant | None, by: User, days: float) -> Idea:
    idea = submitting.submit(participant=author, title=said[0], body=said[1])
    Idea.objects.filter(pk=idea.pk).update(created_at=_ago(days + 0.5))
    asked = moderating.Asked(action=Action.SCREEN, by=by, rule=_rule(), reason=SCREENED_FOR)
    made = moderating.decide(idea=Idea.objects.get(pk=idea.pk), asked=asked)
    # Long ago: nobody is told of it now.
    Decision.objects.filter(pk=made.pk).update(decided_at=_ago(days), told_at=_ago(days))
    return Idea.objects.get(pk=idea.pk)


def _comment(idea: Idea, author: Participant, by: User) -> Comment:
    comment = submitting.comment(idea=idea, body=COMMENT[0], participant=author)
    Comment.objects.filter(pk=comment.pk).update(created_at=_ago(4))
    moderating.decide_comment(comment=comment, approve=False, by=by, rule=_rule(), reason=SCREENED_FOR)
    Decision.objects.filter(comment=comment).update(decided_at=_ago(3.5), told_at=_ago(3.5))
    return Comment.objects.get(pk=comment.pk)


def _appealed(item: Idea | Comment, said: str, days: float) -> Appeal:
    made = appealing.appeal(item=item, participant=item.participant, text=said)
    Appeal.objects.filter(pk=made.pk).update(created_at=_ago(days))
    return made


def _decided(appeal: Appeal, by: User, *, overturn: bool, reason: str) -> None:
    appealing.decide(appeal=appeal, by=by, overturn=overturn, reason=reason)
    when = _ago(9)
    Appeal.objects.filter(pk=appeal.pk).update(decided_at=when, seen_at=when)
    Decision.objects.filter(idea=appeal.idea_id, told_at=None).update(decided_at=when, told_at=when)
    if overturn:
        Idea.objects.filter(pk=appeal.idea_id).update(published_at=when, queued_at=when)
