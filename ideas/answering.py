"""Deciding and announcing: the message to the command's accounts goes with the answer, or neither does."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from ideas import moderating
from ideas.models import Decision, Idea
from precincts.access import Permission
from precincts.models import User
from socialfeeds import composing

DECIDED = ("version", "rule", "reason", "answer", "referred_to", "referred_url")


def decide_and_announce(*, idea: Idea, data: dict[str, Any], by: User) -> Decision:
    """A decision as the desk's form and the API give it: `action`, and as it needs them `version`, `rule`,
    `reason`, `answer`, `referred_to`, `referred_url`, `announce` and `announcement`.

    Raises moderating.Refused, moderating.Stale or composing.CannotSay, and then nothing has happened.
    """
    if data.get("announce") and moderating.NEEDS[data["action"]] != Permission.ANSWER:
        raise moderating.Refused("announce", _("Only an answer can be announced."))
    given = {name: data[name] for name in DECIDED if data.get(name) is not None}
    with transaction.atomic():
        decision = moderating.decide(idea=idea, asked=moderating.Asked(action=data["action"], by=by, **given))
        if data.get("announce"):
            announce(decision=decision, by=by, text=data.get("announcement", ""))
    return decision


def announce(*, decision: Decision, by: User | None, text: str = "") -> None:
    """Say a decision's answer on the command's accounts. Raises composing.CannotSay.

    The message and the answer stand or fall together; what sends it is publishing.py.
    """
    if not (text.strip() or decision.answer.strip()):
        raise composing.CannotSay(_("Write the message, or an answer that it can begin with."))
    idea = decision.idea
    url = settings.BASE_URL + idea.get_absolute_url()
    message = composing.compose(
        text=composing.announcement(text.strip() or decision.answer, url), source_url=url, author=by
    )
    decision.message_id = message.pk
    decision.save(update_fields=["message_id"])
