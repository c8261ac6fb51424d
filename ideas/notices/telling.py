"""Who hears of what: a decision becomes notices, once, when it can no longer be undone.

A decision whose `told_at` is empty is to do. Its notices and `told_at` are written in one transaction, and
the notices in one statement however many they are: who is its author, follower and voter at once gets one,
for the strongest of these reasons. Whoever made a decision is not told of it.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from ideas import from_mentions, webhooks
from ideas.models import PUBLIC, Action, Decision, Idea
from ideas.notices import following
from precincts import tenancy
from precincts.models import Participant

# How many a sweep hands out at most: what is left over is still there at the next one.
SWEEP = 500


class Why(StrEnum):
    """Why somebody hears of it, the strongest reason first."""

    AUTHOR = "author"
    # Raised an issue that was merged into this one, or handed over to become it.
    MERGED = "merged"
    IDEA = "idea"
    VOTE = "vote"
    PLACE = "place"
    TOPIC = "topic"
    COMMAND = "command"


AROUND = (Why.PLACE, Why.TOPIC, Why.COMMAND)
CLOSE = (Why.AUTHOR, Why.MERGED, Why.IDEA)
# Who is told of a move of an idea. What is hidden or taken back is nobody's business but its author's.
HEARERS: dict[str, tuple[Why, ...]] = {
    Action.APPROVE: (*CLOSE, *AROUND),
    Action.SCREEN: (Why.AUTHOR,),
    Action.HEAR: CLOSE,
    Action.ACT: CLOSE,
    Action.DONE: tuple(Why),
    Action.CANNOT: CLOSE,
    Action.REFER: CLOSE,
    Action.MERGE: CLOSE,
    Action.SPLIT: CLOSE,
    Action.MOVE: CLOSE,
    # An edit is there for who comes to read; to be heard, a command answers anew.
    Action.EDIT: (),
    Action.REOPEN: CLOSE,
    Action.RESTORE: (*CLOSE, *AROUND),
    "uphold": (Why.AUTHOR,),
    "redact": (Why.AUTHOR,),
    "unredact": (Why.AUTHOR,),
}
# Of a comment only its writer hears; a notice calls these by names of their own.
COMMENT_EVENTS: dict[str, str] = {
    Action.APPROVE: "comment_shown",
    Action.SCREEN: "comment_screened",
    Action.RESTORE: "comment_restored",
    "uphold": "comment_upheld",
    "redact": "comment_redacted",
    "unredact": "comment_mended",
}

_WHO = {
    Why.AUTHOR: "SELECT participant_id FROM ideas_idea WHERE id = %(idea)s",
    Why.MERGED: "SELECT participant_id FROM ideas_idea WHERE id = ANY(%(family)s) AND id <> %(idea)s",
    Why.IDEA: """
        SELECT participant_id FROM ideas_follow
        WHERE kind = 'idea' AND command_id = ANY(%(commands)s) AND idea_id = ANY(%(family)s)""",
    Why.VOTE: "SELECT participant_id FROM ideas_vote WHERE idea_id = %(idea)s AND value = 1",
    # A flat earth is good enough for three kilometers.
    Why.PLACE: """
        SELECT participant_id FROM ideas_follow
        WHERE kind = 'place'
            AND latitude BETWEEN %(latitude)s - 3000 / 111051.0 AND %(latitude)s + 3000 / 111051.0
            AND power((latitude - %(latitude)s) * 111051.0, 2)
                + power((longitude - %(longitude)s) * 111320.0 * cos(radians(%(latitude)s)), 2)
                <= power(radius_m, 2)""",
    Why.TOPIC: """
        SELECT participant_id FROM ideas_follow
        WHERE kind = 'topic' AND topic_id = %(topic)s AND (command_id IS NULL OR command_id = %(command)s)""",
    Why.COMMAND: """
        SELECT participant_id FROM ideas_follow WHERE kind = 'command' AND command_id = %(command)s""",
}
_COMMENT_WRITER = "SELECT participant_id FROM ideas_comment WHERE id = %(comment)s"

# A participant who signed in while this ran has become another: the notice goes there.
_WRITE = """
    INSERT INTO ideas_notice
        (participant_id, command_id, idea_id, decision_id, event, why, created_at, at_once)
    SELECT DISTINCT ON (person.id)
        person.id, %(command)s, %(idea)s, %(decision)s, %(event)s, heard.why, %(now)s,
        COALESCE(contact.cadence = 'at_once' AND contact.confirmed_at IS NOT NULL
            AND contact.stopped_at IS NULL AND contact.bounced_at IS NULL, false)
    FROM ({heard}) AS heard
    JOIN precincts_participant AS known ON known.id = heard.participant_id
    JOIN precincts_participant AS person ON person.id = COALESCE(known.merged_into_id, known.id)
    LEFT JOIN ideas_contact AS contact ON contact.participant_id = person.id
    WHERE person.user_id IS NULL OR person.user_id IS DISTINCT FROM %(by)s
    ORDER BY person.id, heard.strength
    ON CONFLICT DO NOTHING
"""

# What an idea was before: those merged into it, and the one that another command handed over.
_FAMILY = """
    WITH RECURSIVE family AS (
        SELECT command_id, id, moved_from_id, moved_from_idea FROM ideas_idea
        WHERE id = (SELECT idea_id FROM ideas_decision WHERE id = %s)
        UNION
        SELECT idea.command_id, idea.id, idea.moved_from_id, idea.moved_from_idea
        FROM family JOIN ideas_idea AS idea
            ON idea.command_id = family.command_id AND idea.merged_into_id = family.id
            OR idea.command_id = family.moved_from_id AND idea.id = family.moved_from_idea
    )
    SELECT command_id, id FROM family
"""


def due() -> list[tuple[int, int]]:
    """(command, decision) of what nobody was told of yet and nobody can undo any more, oldest first."""
    settled = timezone.now() - timedelta(seconds=settings.UNDO_SECONDS)
    with tenancy.citywide():
        rows = Decision.objects.filter(told_at=None, undone_at=None, decided_at__lte=settled)
        return list(rows.order_by("decided_at", "pk").values_list("command_id", "pk")[:SWEEP])


def tell(*, command_id: int, decision_id: int) -> int:
    """Write the notices of one decision. Says how many: 0 where it was told before, undone, or is young."""
    family = _family(decision_id)
    with tenancy.enter(command_id):
        settled = timezone.now() - timedelta(seconds=settings.UNDO_SECONDS)
        rows = Decision.objects.filter(pk=decision_id, told_at=None, undone_at=None, decided_at__lte=settled)
        decision = rows.select_for_update(of=("self",)).first()
        if decision is None:
            return 0
        written = _write(decision, family)
        decision.told_at = timezone.now()
        decision.save(update_fields=["told_at"])
        # What machines hear of it, in the same transaction.
        webhooks.emit(decision)
        # And who said it on a network, in a reply there.
        from_mentions.tell(decision, [pk for command, pk in family if command == command_id])
        return written


def _family(decision_id: int) -> list[tuple[int, int]]:
    with tenancy.citywide(), connection.cursor() as cursor:
        cursor.execute(_FAMILY, [decision_id])
        return cursor.fetchall()


def _write(decision: Decision, family: list[tuple[int, int]]) -> int:
    if decision.comment_id:
        return _write_of_comment(decision)
    idea = Idea.objects.defer("search").get(pk=decision.idea_id)
    hearers = _hearers(decision, idea)
    if not hearers:
        return 0
    heard = " UNION ALL ".join(
        f"SELECT participant_id, '{why}' AS why, {strength} AS strength FROM ({_WHO[why]}) AS {why}"  # noqa: S608
        for strength, why in enumerate(hearers)
    )
    asked = {
        "family": [pk for _command, pk in family],
        "commands": sorted({command for command, _pk in family}),
        "latitude": idea.latitude,
        "longitude": idea.longitude,
        "topic": idea.topic_id,
    }
    return _insert(heard, asked, **_of(decision), event=decision.action)


def _hearers(decision: Decision, idea: Idea) -> list[Why]:
    hearers = [why for why in Why if why in HEARERS.get(decision.action, ())]
    if idea.status not in PUBLIC:
        # Screened or withdrawn, now or since: others are not told of what they cannot read.
        hearers = [why for why in hearers if why == Why.AUTHOR]
    elif decision.action == Action.RESTORE and _was_on_the_board(decision):
        hearers = [why for why in hearers if why not in AROUND]
    if idea.latitude is None:
        hearers = [why for why in hearers if why != Why.PLACE]
    return hearers


def _was_on_the_board(decision: Decision) -> bool:
    """Then those around have heard of it as a new issue already."""
    earlier = Decision.objects.filter(idea=decision.idea_id, comment=None, pk__lt=decision.pk)
    return earlier.filter(action=Action.APPROVE, undone_at=None).exists()


def _write_of_comment(decision: Decision) -> int:
    event = COMMENT_EVENTS.get(decision.action)
    if event is None:
        return 0
    heard = f"SELECT participant_id, '{Why.AUTHOR}' AS why, 0 AS strength FROM ({_COMMENT_WRITER}) AS writer"  # noqa: S608
    return _insert(heard, {"comment": decision.comment_id}, **_of(decision), event=event)


def _of(decision: Decision) -> dict[str, Any]:
    return {
        "command": decision.command_id,
        "idea": decision.idea_id,
        "decision": decision.pk,
        "by": decision.decided_by_id,
    }


def _insert(heard: str, asked: dict[str, Any], **of: Any) -> int:
    """`heard` selects participant_id, why and strength. Says how many notices are new."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE.format(heard=heard), asked | of | {"now": timezone.now()})
        return cursor.rowcount


def gather_strays() -> int:
    """Notices of those who signed in at the very moment that they were told: to where the rest went."""
    moved = Participant.objects.filter(merged_into__isnull=False, notices__isnull=False).distinct()
    strays = list(moved.select_related("merged_into")[:SWEEP])
    for stray in strays:
        if stray.merged_into is not None:
            with transaction.atomic():
                following.carry_over(source=stray, target=stray.merged_into)
    return len(strays)
