"""What a participant wants to hear about: an issue, a topic, a place with a radius, a whole command."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ideas.models import Contact, Follow, FollowKind, Idea, Letter, Topic
from precincts.models import Command, Participant

# More than anybody reads.
MOST = 200
RADII = (500, 1000, 2000, 3000)
_COLUMNS = ["participant", "kind", "command", "idea_id", "topic", "latitude", "longitude"]


class TooMany(Exception):
    """The participant follows as much as one may. The text says what to do."""

    def __init__(self) -> None:
        super().__init__(
            _("You follow %(number)s things, and that is as many as there can be. Stop one first.")
            % {"number": MOST}
        )


def follow_idea(*, participant: Participant, idea: Idea) -> None:
    """Raises TooMany, as all of these do. Followed twice is followed once."""
    _keep(Follow(participant=participant, kind=FollowKind.IDEA, command_id=idea.command_id, idea_id=idea.pk))


def follow_topic(*, participant: Participant, topic: Topic, command: Command | None) -> None:
    """Without a command: in the whole city."""
    _keep(Follow(participant=participant, kind=FollowKind.TOPIC, topic=topic, command=command))


def follow_command(*, participant: Participant, command: Command) -> None:
    _keep(Follow(participant=participant, kind=FollowKind.COMMAND, command=command))


def follow_place(*, participant: Participant, latitude: float, longitude: float, radius_m: int) -> None:
    """Degrees, and 500 to 3,000 m. What is kept is within some 70 m: enough for the circle, too little for a
    door. The same place again changes the radius."""
    _keep(
        Follow(
            participant=participant,
            kind=FollowKind.PLACE,
            latitude=round(latitude, 3),
            longitude=round(longitude, 3),
            radius_m=radius_m,
        )
    )


def _keep(follow: Follow) -> None:
    known = {name: getattr(follow, name) for name in _COLUMNS}
    mine = Follow.objects.filter(participant=follow.participant_id)
    same = mine.filter(
        **{f"{k}__isnull" if v is None else k: True if v is None else v for k, v in known.items()}
    )
    if mine.count() >= MOST and not same.exists():
        raise TooMany
    Follow.objects.bulk_create(
        [follow], update_conflicts=True, unique_fields=_COLUMNS, update_fields=["radius_m"]
    )


def _the_same(follow: Follow) -> QuerySet[Follow]:
    known = {name: getattr(follow, name) for name in _COLUMNS}
    empty = {f"{name}__isnull": True for name, value in known.items() if value is None}
    return Follow.objects.filter(
        **{name: value for name, value in known.items() if value is not None}, **empty
    )


def stop_idea(*, participant: Participant, idea: Idea) -> None:
    Follow.objects.filter(
        participant=participant, kind=FollowKind.IDEA, command=idea.command_id, idea_id=idea.pk
    ).delete()


_CARRY = """
    INSERT INTO {table} (participant_id, {columns}) SELECT %(target)s, {columns} FROM {table}
    WHERE participant_id = %(source)s ON CONFLICT DO NOTHING;
    DELETE FROM {table} WHERE participant_id = %(source)s;
"""
_CARRIED = {
    "ideas_follow": "kind, command_id, idea_id, topic_id, latitude, longitude, radius_m, created_at",
    "ideas_notice": "command_id, idea_id, decision_id, event, why, created_at, read_at, at_once, letter_id",
}


def carry_over(*, source: Participant, target: Participant) -> None:
    """Signing in: follows, notices, letters and the contact become the target's, and nothing stands twice."""
    asked = {"source": source.pk, "target": target.pk}
    Letter.objects.filter(participant=source).update(participant=target)
    with connection.cursor() as cursor:
        for table, columns in _CARRIED.items():
            cursor.execute(_CARRY.format(table=table, columns=columns), asked)
    _carry_contact(source, target)


def _carry_contact(source: Participant, target: Participant) -> None:
    """The target's stands if it works; else the source's takes its place."""
    contacts = {c.participant_id: c for c in Contact.objects.filter(participant__in=[source, target])}
    brought, had = contacts.get(source.pk), contacts.get(target.pk)
    if brought is None:
        return
    if had is not None and (had.works or not brought.works):
        brought.delete()
        return
    if had is not None:
        had.delete()
    Contact.objects.filter(pk=brought.pk).update(participant=target)
