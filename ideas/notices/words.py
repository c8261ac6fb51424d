"""A notice in words: what happened, and why this reader hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from ideas.notices.telling import AROUND, Why

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WHAT = {
    "approve": _("It is on the board now"),
    "screen": _("It was screened under a rule"),
    "hear": _("The command answered"),
    "act": _("The command is acting"),
    "done": _("The command acted"),
    "cannot": _("The command cannot act, and says why"),
    "refer": _("It was referred"),
    "merge": _("It was merged into another issue"),
    "split": _("It stands by itself again"),
    "move": _("It was handed to another command"),
    "edit": _("The answer was edited"),
    "reopen": _("Neighbors say that it is not fixed"),
    "restore": _("It was put back after an appeal"),
    "uphold": _("Headquarters upheld the screening"),
    "redact": _("A piece of it was taken out"),
    "unredact": _("The piece that was taken out is back"),
    "comment_shown": _("Your comment is shown"),
    "comment_screened": _("Your comment was screened under a rule"),
    "comment_restored": _("Your comment was put back after an appeal"),
    "comment_upheld": _("Headquarters upheld the screening of your comment"),
    "comment_redacted": _("A piece of your comment was taken out"),
    "comment_mended": _("The piece that was taken out of your comment is back"),
}
NEW = _("A new issue")
CHANGED = _("Something changed")
FIRST_HEARD = ("approve", "restore")
BECAUSE = {
    Why.AUTHOR: _("You raised it."),
    Why.MERGED: _("What you raised is part of it."),
    Why.IDEA: _("You follow it."),
    Why.VOTE: _("You voted for it."),
    Why.PLACE: _("It is near a place that you follow."),
    Why.TOPIC: _("It is about a topic that you follow."),
    Why.COMMAND: _("You follow this command."),
}
YOU_COMMENTED = _("You commented on it.")
# What its author can appeal.
SCREENED = ("screen", "comment_screened")


def what(event: str, why: str) -> StrOrPromise:
    """What happened. To the neighborhood an issue that comes on the board is a new one."""
    if event in FIRST_HEARD and why in AROUND:
        return NEW
    return WHAT.get(event, CHANGED)


def because(event: str, why: str) -> StrOrPromise:
    if event.startswith("comment_"):
        return YOU_COMMENTED
    return BECAUSE.get(Why(why), "") if why in set(Why) else ""
