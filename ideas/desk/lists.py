"""The desk's lists: what stands on each tab, and what every page of the desk shows."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ideas import finding, hints
from ideas.board import counts_of
from ideas.models import Comment, CommentStatus, Idea, Status
from precincts.access import Permission, permissions_at
from precincts.models import Command

SHOWN = 100
# What each tab lists, oldest or most wanted first.
TABS = {
    "waiting": gettext_lazy("To review"),
    "unanswered": gettext_lazy("To answer"),
    "open": gettext_lazy("Heard and acting"),
    "closed": gettext_lazy("Done"),
}
TAB_STATUSES = {
    "waiting": [Status.WAITING],
    "unanswered": [Status.SPOKEN],
    "open": [Status.HEARD, Status.ACTING],
    "closed": [Status.ACTED, Status.CANNOT, Status.REFERRED, Status.MERGED, Status.SCREENED],
}


def idea_for_desk(pk: int) -> Idea:
    found = finding.for_cards(Idea.objects.exclude(status=Status.WITHDRAWN).filter(pk=pk), None).first()
    if found is None:
        raise Http404
    return found


def comments() -> Any:
    return Comment.objects.select_related("idea", "idea__command", "parent")


def items_of(tab: str) -> list[Idea | Comment]:
    """A tab's items: what waits, oldest first; what wants an answer, most votes first."""
    ideas = finding.for_cards(Idea.objects.filter(status__in=TAB_STATUSES[tab]), None)
    if tab != "waiting":
        newest = F("answered_at").desc(nulls_last=True)
        return list(ideas.order_by(*(("-score", "pk") if tab == "unanswered" else (newest, "-pk")))[:SHOWN])
    waiting = comments().filter(status=CommentStatus.WAITING).order_by("created_at", "pk")[:SHOWN]
    both = [*ideas.order_by("created_at", "pk")[:SHOWN], *waiting]
    return sorted(both, key=lambda item: (not urgent(item), item.created_at))[:SHOWN]


def urgent(item: Idea | Comment) -> bool:
    return hints.reads_like_emergency(text_of(item))


def text_of(item: Idea | Comment) -> str:
    return f"{item.title}\n{item.body}" if isinstance(item, Idea) else item.body


def desk_context(request: HttpRequest, command: Command) -> dict[str, Any]:
    counts = counts_of(command)
    waiting = Comment.objects.filter(status=CommentStatus.WAITING).count()
    here = {tab: sum(counts.get(s, 0) for s in statuses) for tab, statuses in TAB_STATUSES.items()}
    here["waiting"] += waiting
    allowed = permissions_at(request.user, command)
    return {
        "command": command,
        "tabs": [
            {
                "key": tab,
                "name": name,
                "count": here[tab],
                "url": f"{reverse('desk', args=[command.slug])}?show={tab}",
            }
            for tab, name in TABS.items()
        ],
        "may": {permission.value: permission in allowed for permission in Permission},
        "now": timezone.now(),
    }


def line_of(command: Command, row: Idea | Comment, current: Idea | Comment | None) -> dict[str, Any]:
    """One line of the list."""
    is_idea = isinstance(row, Idea)
    name = "desk_idea" if is_idea else "desk_comment"
    return {
        "kind": _("Idea") if is_idea else _("Comment"),
        "title": row.title if isinstance(row, Idea) else _("Under “%s”") % row.idea.title,
        "note": row.place if isinstance(row, Idea) else row.body,
        "status": row.status if is_idea else "",
        "score": row.score if isinstance(row, Idea) and row.published_at else None,
        "since": row.created_at,
        "urgent": row.status == "waiting" and urgent(row),
        "hints": len(hints.personal_data(text_of(row))) if row.status == "waiting" else 0,
        "url": reverse(name, args=[command.slug, row.pk]),
        "current": row == current,
    }


def tab_of(idea: Idea) -> str:
    return next((tab for tab, statuses in TAB_STATUSES.items() if idea.status in statuses), "closed")
