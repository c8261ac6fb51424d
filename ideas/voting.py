"""Votes: one a participant, up, down or taken back. PostgreSQL counts them (triggers.py)."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from ideas.models import LISTED, Idea, Vote
from precincts.models import Participant


class NotOpen(Exception):
    """The idea is not on the board: it takes no votes and no comments."""


@dataclass(frozen=True)
class Tally:
    """An idea's votes, and the participant's own: 1, -1, or 0 for none."""

    score: int
    up: int
    down: int
    value: int

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def cast(*, idea: Idea, participant: Participant, value: int) -> Tally:
    """Set the participant's vote to 1, -1 or 0, whatever it was. Raises NotOpen.

    The row is written by one statement that a second click cannot get between. Call it inside a tenancy.
    """
    if value not in (-1, 0, 1):
        raise ValueError(f"a vote is 1, 0 or -1, not {value}")
    # The counters will lock the row anyway. Locked now, no vote slips in while the idea leaves the board.
    locked = Idea.objects.select_for_update(no_key=True).filter(pk=idea.pk, status__in=LISTED, moved_to=None)
    if not locked.values_list("pk").first():
        raise NotOpen
    if value:
        Vote.objects.bulk_create(
            [Vote(idea=idea, participant=participant, value=value)],
            update_conflicts=True,
            unique_fields=["command", "idea", "participant"],
            # Theirs from now on, also where it came here with a merge.
            update_fields=["value", "came_from"],
        )
    else:
        Vote.objects.filter(idea=idea, participant=participant).delete()
    return tally(idea=idea, participant=participant)


def tally(*, idea: Idea, participant: Participant | None) -> Tally:
    """The votes as they stand."""
    up, down = Idea.objects.values_list("up", "down").get(pk=idea.pk)
    mine = Vote.objects.filter(idea=idea, participant=participant).values_list("value", flat=True).first()
    return Tally(score=up - down, up=up, down=down, value=mine or 0)


def carry_over(*, source: Participant, target: Participant) -> None:
    """In one command: what `source` did becomes `target`'s. Where both voted, the target's vote stands."""
    voted = Vote.objects.filter(participant=target).values("idea")
    Vote.objects.filter(participant=source, idea__in=voted).delete()
    Vote.objects.filter(participant=source).update(participant=target)
