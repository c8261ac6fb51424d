"""Taking a decision back while nobody has been told of it yet: for a minute, by who made it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from ideas import copies, merging, reporting, trusting
from ideas.models import Action, Comment, Decision, Idea
from ideas.moderating import Refused, Stale
from precincts.models import User

# Another command has it by then; and two are two again, which a merge undoes. What headquarters decided on an
# appeal, and what an author took back, is nobody's to take back here.
FINAL = {Action.MOVE, Action.SPLIT, Action.RESTORE, Action.UPHOLD, Action.WITHDRAW}
# A redaction has a way back of its own, for longer than a minute.
FINAL |= {Action.REDACT, Action.UNREDACT}


def still_open(decision: Decision, by: User) -> bool:
    """Whether `by` may still take it back. What was announced on a network has left, and stays."""
    return (
        decision.decided_by_id == by.pk
        and decision.action not in FINAL
        and decision.undone_at is None
        and decision.told_at is None
        and decision.message_id is None
        and timezone.now() - decision.decided_at < timedelta(seconds=settings.UNDO_SECONDS)
    )


def undo(*, decision: Decision, by: User) -> Idea | Comment:
    """Put back what the decision replaced. Raises Refused (too late) or Stale (decided on since).

    The decision stays on the record, marked as undone. Call it inside a tenancy.
    """
    copies.take_turns()
    decision = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    if not still_open(decision, by):
        raise Refused("undo", _("It is too late to undo this."))
    model: type[Idea] | type[Comment] = Comment if decision.comment_id else Idea
    item = model.objects.select_for_update(of=("self",)).get(pk=decision.comment_id or decision.idea_id)
    if item.version != decision.version:
        raise Stale(item, decision.version)
    if decision.action == Action.MERGE and isinstance(item, Idea):
        merging.take_votes_back(item)
    changed = [field for field in model._meta.concrete_fields if field.attname in decision.before]
    for field in changed:
        setattr(item, field.attname, field.to_python(decision.before[field.attname]))
    item.version += 1
    item.save(update_fields=[*(field.name for field in changed), "version"])
    if isinstance(item, Comment):
        copies.follow_comment(item)
    elif decision.action == Action.SCREEN:
        copies.follow(item)
    decision.undone_at, decision.undone_by = timezone.now(), by
    decision.save(update_fields=["undone_at", "undone_by"])
    if decision.action == Action.SCREEN:
        reporting.undone(decision)
    trusting.undone(decision, by)
    for other in Decision.objects.filter(along_with=decision, undone_at=None).order_by("idea_id"):
        # The same answer elsewhere goes with it; what was decided on since stays as it is.
        with suppress(Refused, Stale):
            undo(decision=other, by=by)
    return item
