"""What one follows, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from ideas.models import Follow, FollowKind, Idea
from ideas.notices.inbox import readable
from precincts import tenancy
from precincts.models import Command, Participant


@dataclass(frozen=True)
class Followed:
    """A line of the list. Without a url it leads nowhere any more."""

    pk: int
    kind: str
    name: str
    where: str = ""
    url: str = ""


def listed(participant: Participant) -> list[Followed]:
    """Newest first, with a constant number of queries."""
    follows = list(
        Follow.objects.filter(participant=participant)
        .select_related("command", "topic")
        .order_by("-created_at", "-pk")
    )
    with tenancy.citywide():
        ideas = Idea.objects.only("title", "status", "participant", "command").in_bulk(
            {follow.idea_id for follow in follows if follow.idea_id}
        )
    return [_line(follow, ideas, participant) for follow in follows]


def _line(follow: Follow, ideas: dict[int, Idea], participant: Participant) -> Followed:
    command = follow.command
    where = command.name if command else ""
    kind = follow.get_kind_display()
    if follow.kind == FollowKind.IDEA and command:
        idea = ideas.get(follow.idea_id or 0)
        if idea is None or not readable(idea, participant):
            return Followed(follow.pk, kind, _("An issue that is not public any more"), where)
        idea.command = command
        return Followed(follow.pk, kind, idea.title, where, idea.get_absolute_url())
    if follow.kind == FollowKind.TOPIC and follow.topic:
        return Followed(follow.pk, kind, follow.topic.name, where or _("In the whole city"))
    if follow.kind == FollowKind.PLACE:
        name = _("Within %(meters)s m") % {"meters": follow.radius_m}
        return Followed(follow.pk, kind, name, f"{follow.latitude:.3f}, {follow.longitude:.3f}")
    return Followed(follow.pk, kind, where, "", command.get_absolute_url() if command else "")


def here(participant: Participant | None, command: Command) -> dict[str, Any]:
    """What a board's side asks: whether one follows the command, and which topics here."""
    if not participant:
        return {"command": False, "topics": set()}
    rows = Follow.objects.filter(participant=participant, command=command).exclude(kind=FollowKind.IDEA)
    found = list(rows.values_list("kind", "topic__slug"))
    return {
        "command": any(kind == FollowKind.COMMAND for kind, _slug in found),
        "topics": {slug for _kind, slug in found if slug},
    }


def idea_part(request: HttpRequest, idea: Idea) -> dict[str, Any]:
    """What an issue's own page asks. One who never took part follows nothing, and costs no query."""
    participant = request.participant  # type: ignore[attr-defined]
    mine = Follow.objects.filter(participant=participant) if participant else Follow.objects.none()
    here = mine.filter(kind=FollowKind.IDEA, command=idea.command_id, idea_id=idea.pk)
    return {"follows_idea": here.exists()}
