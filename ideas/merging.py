"""Merging an idea into another one, and splitting it off again. Call these inside a tenancy.

Votes go along as copies that remember where they came from, so a person counts once and a split gives back
exactly: the merged idea keeps its own, which nobody can change meanwhile. What a person has cast on the
target itself is theirs, before as after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from ideas import moderating
from ideas.models import OPEN, Action, Decision, Follow, FollowKind, Idea, Status, Vote
from ideas.moderating import Refused, Stale
from precincts.models import User

# What a split puts back as it stood before the merge, beside the status.
CLOCKS = ("published_at", "queued_at", "reopened_at")


@dataclass(frozen=True)
class Preview:
    """What a merge would make of two ideas. `both` voted on both and count once."""

    idea: Idea
    into: Idea
    up: int
    down: int
    both: int
    followers: int

    @property
    def score(self) -> int:
        return self.up - self.down


def preview(*, idea: Idea, into: Idea) -> Preview:
    """Four short queries. Raises Refused where the two cannot be merged."""
    _fits(idea, into)
    there = Vote.objects.filter(idea=into).values("participant")
    new = Vote.objects.filter(idea=idea).exclude(participant__in=there)
    up, down = new.filter(value=1).count(), new.filter(value=-1).count()
    followers = (
        Follow.objects.filter(kind=FollowKind.IDEA, command=idea.command_id, idea_id__in=[idea.pk, into.pk])
        .values("participant")
        .distinct()
        .count()
    )
    both = idea.up + idea.down - up - down
    return Preview(idea, into, into.up + up, into.down + down, both, followers)


def merge(
    *,
    idea: Idea,
    into: Idea,
    by: User | None,
    version: int | None = None,
    into_version: int | None = None,
) -> Decision:
    """Merge `idea` into an open one. Raises Refused, or Stale with whichever of the two has changed.

    What waited is reviewed by this: its page can be read from now on.
    """
    if idea.pk == into.pk:
        raise Refused("into", _("This is the same issue. Choose another one."))
    _lock([idea.pk, into.pk])
    idea = moderating.lock(idea, action=Action.MERGE, version=version)
    into = Idea.objects.defer("search").get(pk=into.pk)
    if into_version is not None and into_version != into.version:
        raise Stale(into, into_version)
    _fits(idea, into)
    _give_votes(idea, into)
    return moderating.move(idea=idea, action=Action.MERGE, by=by, changes={"merged_into": into})


def split(*, idea: Idea, by: User | None, version: int | None = None) -> Decision:
    """Split a merged idea off: it stands where it stood, its votes leave the other. Raises Stale."""
    _lock(_upward(idea.pk))
    idea = moderating.lock(idea, action=Action.SPLIT, version=version)
    merged = Decision.objects.filter(idea=idea, action=Action.MERGE, undone_at=None, comment=None).last()
    take_votes_back(idea)
    before = merged.before if merged else {}
    status = Status(before.get("status", idea.status if idea.status != Status.MERGED else Status.SPOKEN))
    changes = {name: models.DateTimeField().to_python(before[name]) for name in CLOCKS if name in before}
    return moderating.move(
        idea=idea, action=Action.SPLIT, by=by, to=status, changes={**changes, "merged_into": None}
    )


def take_votes_back(idea: Idea) -> None:
    """Off the target, and off what that was itself merged into. A split does it, and the undo of a merge."""
    people: Sequence[int] | None = None
    source, target = idea.pk, idea.merged_into_id
    while target is not None:
        came = Vote.objects.filter(idea=target, came_from=source)
        if people is not None:
            came = came.filter(participant__in=people)
        people = list(came.values_list("participant", flat=True))
        came.delete()
        source, target = target, Idea.objects.values_list("merged_into", flat=True).get(pk=target)


def family(idea: Idea | int) -> list[int]:
    """The ids of an idea and of all that was merged into it, and into those: one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE family(id) AS (
                SELECT %s::bigint
                UNION SELECT merged.id FROM ideas_idea AS merged
                JOIN family ON merged.merged_into_id = family.id
            )
            SELECT id FROM family ORDER BY id
            """,
            [idea if isinstance(idea, int) else idea.pk],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _upward(pk: int) -> list[int]:
    """The idea, what it was merged into, and so on."""
    found: list[int] = []
    following: int | None = pk
    while following is not None and following not in found:
        found.append(following)
        following = Idea.objects.filter(pk=following).values_list("merged_into", flat=True).first()
    return found


def _lock(pks: Sequence[int]) -> None:
    """In the order of their numbers, so that two merges the other way round do not wait for each other."""
    list(Idea.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk").values_list("pk"))


def _fits(idea: Idea, into: Idea) -> None:
    """Raises Refused, with what to do instead."""
    if idea.pk == into.pk:
        raise Refused("into", _("This is the same issue. Choose another one."))
    if into.status == Status.MERGED:
        raise Refused(
            "into",
            _("“%(title)s” was merged itself. Merge into number %(number)s instead.")
            % {"title": into.title, "number": into.merged_into_id},
        )
    if into.status == Status.WAITING:
        message = _("“%(title)s” waits for review itself. Approve it first.")
        raise Refused("into", message % {"title": into.title})
    if into.status not in OPEN:
        raise Refused(
            "into", _("“%(title)s” is closed. Merge into one that is open.") % {"title": into.title}
        )


def _give_votes(idea: Idea, into: Idea) -> None:
    """Whoever voted on both keeps the vote on the target. One statement; the dates go along."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ideas_vote (command_id, idea_id, participant_id, value, came_from_id, created_at)
            SELECT command_id, %s, participant_id, value, %s, created_at FROM ideas_vote WHERE idea_id = %s
            ORDER BY participant_id
            ON CONFLICT (command_id, idea_id, participant_id) DO NOTHING
            """,
            [into.pk, idea.pk, idea.pk],
        )


def merged_into(idea: Idea) -> list[Idea]:
    """What was merged into an idea, most votes first; without texts."""
    rows = Idea.objects.filter(merged_into=idea, status=Status.MERGED).only(
        "command", "title", "status", "score", "up", "down"
    )
    return list(rows.order_by(F("score").desc(), "pk"))


def targets(idea: Idea, words: str) -> list[Idea]:
    """Open ideas that a search names by their number ("42", "#42") or by words; at most ten."""
    words = words.strip()
    ideas = Idea.objects.filter(status__in=OPEN).exclude(pk=idea.pk)
    number = words.lstrip("#")
    if number.isdecimal() and number.isascii() and len(number) < 19:
        return list(ideas.filter(pk=int(number)))
    found = ideas.filter(Q(title__icontains=words) | Q(body__icontains=words) | Q(place__icontains=words))
    return list(found.defer("search").order_by("-score", "pk")[:10])
