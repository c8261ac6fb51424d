"""Announcing an answer: a message to the command's accounts, in the same transaction as the answer."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from ideas.models import Decision
from precincts.models import User
from socialfeeds import composing


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
