"""The line of what happened to an idea, as anybody can read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from engage.markdown import to_plain
from ideas.models import Action, Decision, Idea, Rule, Status
from socialfeeds.models import Delivery, State

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Step:
    """One step. `what` is a sentence; `text` what was said with it; `links` where it was announced."""

    when: datetime
    what: StrOrPromise
    status: str
    text: str = ""
    rule: Rule | None = None
    links: tuple[str, ...] = ()


SENTENCES = {
    Action.APPROVE: _("Reviewed and put on the board"),
    Action.SCREEN: _("Screened under a rule of the code of conduct"),
    Action.HEAR: _("The command answered"),
    Action.ACT: _("The command is acting"),
    Action.DONE: _("The command acted"),
    Action.CANNOT: _("The command cannot act, and says why"),
    Action.REFER: _("Referred"),
    Action.MERGE: _("Merged into another issue"),
    Action.SPLIT: _("Split off again"),
    Action.MOVE: _("Handed to another command"),
    Action.EDIT: _("The answer was edited"),
    Action.WITHDRAW: _("Withdrawn by its author"),
    Action.REOPEN: _("Neighbors say it is not fixed"),
    Action.RESTORE: _("Put back after an appeal"),
    Action.REDACT: _("A piece of the text was removed under a rule"),
    Action.UNREDACT: _("A piece that was removed stands in the text again"),
    Action.UPHOLD: _("Headquarters upheld the screening after an appeal"),
}

# Their reason is told to the author and to the desk.
TO_AUTHOR = {Action.SCREEN, Action.RESTORE, Action.UPHOLD}

# At the command that it was handed to.
ARRIVED = _("Came from another command")


def steps_of(idea: Idea) -> list[Step]:
    """Oldest first, from the raising on. The answer that stands is not repeated: the page shows it large."""
    decisions = list(idea.decisions.filter(comment=None, undone_at=None).select_related("rule__edition"))
    posts = _posts([decision.message_id for decision in decisions if decision.message_id])
    raised = Step(idea.created_at, _("Raised by a neighbor"), Status.WAITING)
    return [raised, *(_step(decision, idea, posts) for decision in decisions)]


def _arrived(decision: Decision) -> bool:
    return decision.action == Action.MOVE and decision.to_status in (Status.WAITING, Status.SPOKEN)


def _step(decision: Decision, idea: Idea, posts: dict[int, list[str]]) -> Step:
    said = to_plain(decision.answer) if decision.answer != idea.answer else ""
    # Put back after an appeal, an idea is everybody's to read; what was said to its author is not.
    reason = "" if decision.action in TO_AUTHOR and idea.is_public else decision.reason
    return Step(
        when=decision.decided_at,
        what=ARRIVED if _arrived(decision) else SENTENCES[Action(decision.action)],
        status=decision.to_status,
        text=said or reason,
        rule=decision.rule,
        links=tuple(posts.get(decision.message_id or 0, ())),
    )


def _posts(messages: list[int]) -> dict[int, list[str]]:
    """Where announcements can be read, by the message's id."""
    if not messages:
        return {}
    posts: dict[int, list[str]] = {}
    sent = Delivery.objects.filter(message__in=messages, state=State.SENT).exclude(external_id="")
    for delivery in sent.select_related("account"):
        posts.setdefault(delivery.message_id, []).append(delivery.url)
    return posts
