"""What every page of a board shows of its command: the promise in numbers, and who may take part."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from ideas.models import Status, StatusCount
from ideas.notices.reading import here as following_here
from ideas.taking_part import Part, asked_for
from precincts.access import Permission, may
from precincts.models import Command, Who


def board_context(request: HttpRequest, command: Command) -> dict[str, Any]:
    rules = {part: asked_for(command, part) for part in Part}
    return {
        "command": command,
        "open_to_all": all(who == Who.ANYBODY for who in rules.values()),
        "may_take_part": {part.value: who for part, who in rules.items()},
        "followed": SimpleLazyObject(lambda: following_here(request.participant, command)),  # type: ignore[attr-defined]
        "on_desk": may(request.user, Permission.SEE_DESK, command),
    }


def counts_of(command: Command) -> dict[str, int]:
    """How many ideas stand where, from the counters that triggers keep: one short query."""
    return dict(StatusCount.objects.filter(command=command).values_list("status", "n"))


def promise(command: Command, counts: dict[str, int]) -> dict[str, dict[str, Any]]:
    """You've spoken, we've heard, we've acted: each includes what went further, and opens what it counts."""
    board = reverse("ideas", args=[command.slug])
    acted = counts.get(Status.ACTED, 0)
    heard = acted + sum(counts.get(s, 0) for s in (Status.HEARD, Status.ACTING, Status.CANNOT))
    spoken = heard + counts.get(Status.SPOKEN, 0) + counts.get(Status.REFERRED, 0)
    return {
        stage: {"count": count, "url": f"{board}?status={stage}&sort=newest"}
        for stage, count in (("spoken", spoken), ("heard", heard), ("acted", acted))
    }
