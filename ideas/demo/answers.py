"""The demonstration's answers with all that belongs to them: photos, edits, verdicts, one answer for two."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.utils import timezone

from ideas import photos
from ideas.models import Action, Decision, Idea, Photo, Verdict
from precincts.models import Participant

Item = dict[str, Any]
PICTURES = Path(__file__).resolve().parent.parent / "data" / "demo_photos"


def columns_of(item: Item, before: Callable[[float], datetime]) -> Item:
    """An idea's columns about its answer. `before` gives the moment so many days before the load."""
    said = [step for step in item["history"] if step["answer"]]
    given = [step for step in said if step["action"] != Action.EDIT]
    done = [step for step in item["history"] if step["action"] == Action.DONE]
    last = item["history"][-1] if item["history"] else None
    return {
        "answer": said[-1]["answer"] if said else "",
        "answered_at": before(given[-1]["days_ago"]) if given else None,
        "answer_edited_at": before(said[-1]["days_ago"])
        if said and said[-1]["action"] == Action.EDIT
        else None,
        "acted_on": timezone.localdate(before(done[-1]["days_ago"])) if done else None,
        "reopened_at": before(last["days_ago"]) if last and last["action"] == Action.REOPEN else None,
    }


def load(rng: random.Random, pairs: list[tuple[Item, Idea]], neighbors: list[Participant]) -> None:
    """In the entered command, once its ideas and their decisions are there."""
    ideas = {item["key"]: idea for item, idea in pairs}
    for item, idea in pairs:
        if not _has_more(item):
            continue
        kept = list(Decision.objects.filter(idea=idea).order_by("decided_at", "pk"))
        steps = list(zip(item["history"], kept, strict=True))
        for (earlier, _decision), (step, decision) in pairwise(steps):
            if step["action"] == Action.EDIT:
                Decision.objects.filter(pk=decision.pk).update(before={"answer": earlier["answer"]})
        for step, decision in steps:
            _add_photos(step.get("photos", []), decision)
            if step.get("along_with"):
                _along(decision, ideas[step["along_with"]])
        if "verdicts" in item:
            _judge(rng, item["verdicts"], idea, kept, neighbors)


def _has_more(item: Item) -> bool:
    steps = item["history"]
    return "verdicts" in item or any(
        step["action"] == Action.EDIT or "photos" in step or "along_with" in step for step in steps
    )


def _add_photos(pictures: list[Item], decision: Decision) -> None:
    for position, picture in enumerate(pictures):
        data = (PICTURES / picture["file"]).read_bytes()
        photo = photos.keep(upload=BytesIO(data), size=len(data), participant=None, alt=picture["alt"])
        Photo.objects.filter(pk=photo.pk).update(decision=decision, position=position)


def _along(decision: Decision, main: Idea) -> None:
    same = Decision.objects.filter(idea=main, answer=decision.answer).first()
    Decision.objects.filter(pk=decision.pk).update(along_with=same)


def _judge(
    rng: random.Random, said: Item, idea: Idea, kept: list[Decision], neighbors: list[Participant]
) -> None:
    """Verdicts on the last work: each somebody else's, some with words."""
    done = [decision for decision in kept if decision.action == Action.DONE][-1]
    answers = [True] * said["fixed"] + [False] * said["not_fixed"]
    words = {
        fixed: [one["text"] for one in said["words"] if one["fixed"] is fixed] for fixed in (True, False)
    }
    people = rng.sample(neighbors, len(answers))
    made = Verdict.objects.bulk_create(
        Verdict(
            idea=idea,
            decision=done,
            participant=person,
            fixed=fixed,
            text=words[fixed].pop() if words[fixed] else "",
        )
        for person, fixed in zip(people, answers, strict=True)
    )
    # Spread over the days since; the field itself only knows "now".
    until = idea.reopened_at or timezone.now()
    for number, verdict in enumerate(made, 1):
        when = done.decided_at + (until - done.decided_at) * number / (len(made) + 1)
        Verdict.objects.filter(pk=verdict.pk).update(created_at=when - timedelta(minutes=number))
