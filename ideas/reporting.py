"""Reports by readers: that something public breaks a rule. They hide nothing; a person at the desk decides.

Who reports is never shown. Each reader reports a thing once; screening it, or keeping it, handles them all.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ideas.models import LISTED, Comment, CommentStatus, Decision, Idea, Report, Rule, Status
from precincts.models import Participant

TEXT_LENGTH = 500


class NotHere(Exception):
    """It cannot be reported as it stands; the text says why, and where to go on."""


def report(
    *, idea: Idea, comment: Comment | None, participant: Participant, rule: Rule, text: str = ""
) -> tuple[Report, bool]:
    """One reader's report, and whether it is new. Sent twice it is made once. Raises NotHere."""
    check(idea, comment)
    mine = Report.objects.filter(idea=idea, comment=comment, participant=participant)
    if known := mine.select_related("rule").order_by("-pk").first():
        return known, False
    try:
        with transaction.atomic():
            made = Report.objects.create(
                idea=idea, comment=comment, participant=participant, rule=rule, text=text
            )
    except IntegrityError:
        # The other click was faster by a moment.
        return mine.select_related("rule").get(), False
    return made, True


def check(idea: Idea, comment: Comment | None) -> None:
    """Raises NotHere where there is nothing public to report."""
    if idea.moved_to is not None:
        raise NotHere(
            _("This issue was handed to the %(name)s. Report it there.") % {"name": idea.moved_to.name}
        )
    if idea.status == Status.MERGED:
        raise NotHere(_("This issue was merged into another. Report that one."))
    if idea.status not in LISTED:
        raise NotHere(_("This issue is not public: there is nothing to report."))
    if comment is not None and comment.status != CommentStatus.SHOWN:
        raise NotHere(_("This comment is not public: there is nothing to report."))


def screened(decision: Decision) -> None:
    """What was screened needs no other answer; neither do reports on comments below an issue."""
    mine = {"comment": decision.comment_id} if decision.comment_id else {"idea": decision.idea_id}
    Report.objects.filter(**mine, handled_at=None).update(
        handled_at=decision.decided_at, handled_by=decision.decided_by
    )


def undone(decision: Decision) -> None:
    """The screening was taken back: its reports wait again."""
    with transaction.atomic():
        Report.objects.filter(idea=decision.idea_id, handled_at=decision.decided_at).update(
            handled_at=None, handled_by=None
        )


def carry_over(*, source: Participant, target: Participant) -> None:
    """Signing in: reports go along; of two open ones on the same thing, one."""
    theirs = Report.objects.filter(participant=target, handled_at=None).values_list("idea", "comment")
    both = set(theirs)
    for each in Report.objects.filter(participant=source):
        if each.handled_at is None and (each.idea_id, each.comment_id) in both:
            each.delete()
        else:
            Report.objects.filter(pk=each.pk).update(participant=target)
