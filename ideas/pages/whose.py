"""Where an idea went, and what came to it: said on its page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from ideas import merging
from ideas.models import Idea, Status


def part(request: HttpRequest, idea: Idea) -> dict[str, Any]:
    """A merged idea's target, and what was merged into an idea: one query."""
    if idea.status == Status.MERGED and idea.merged_into_id is not None:
        target = Idea.objects.defer("search").get(pk=idea.merged_into_id)
        target.command = idea.command
        return {"target": target}
    absorbed = merging.merged_into(idea) if idea.is_public else []
    for other in absorbed:
        other.command = idea.command
    return {"absorbed": absorbed}
