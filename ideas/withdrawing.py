"""An author takes an issue back. Call it inside the command's tenancy."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ideas import copies, moderating
from ideas.models import Action, Decision, Idea, Status
from ideas.moderating import Refused


def why_not(idea: Idea) -> str:
    """Why this idea cannot be withdrawn, in a sentence to its author; empty where it can.

    One query, and only where nothing else stands against it.
    """
    if idea.moved_to_id is not None:
        return _("Another command has this issue now. Withdraw it there.")
    if idea.status == Status.MERGED:
        return _("This issue was joined with another one, and its votes count there.")
    if idea.status == Status.ACTED:
        return _("The command has acted on this, and others read what was done: it stays.")
    if not idea.allows(Action.WITHDRAW):
        return _("This issue is not public, so there is nothing to withdraw.")
    if idea.merged.exists():
        return _("Other neighbors’ issues were joined with this one: it stays, for them.")
    return ""


def withdraw(*, idea: Idea, version: int | None = None) -> Decision:
    """Off the board for good, by its author. Votes and comments stay with it, out of sight.

    Raises Refused (with the reason why it stays) or Stale (it is no longer what the author looked at).
    """
    # Checked under the lock: an answer may come at the same moment. And why, before that: it says more.
    if reason := why_not(idea):
        raise Refused("withdraw", reason)
    copies.take_turns()
    now = moderating.lock(idea, action=Action.WITHDRAW, version=version)
    if reason := why_not(now):
        raise Refused("withdraw", reason)
    # No name: an author without an account has none, and one with an account needs none here.
    return moderating.move(idea=now, action=Action.WITHDRAW, by=None)
