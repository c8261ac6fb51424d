"""Handing an idea to another command: it moves into that command's queue with all that belongs to it.

The walls let nobody see two commands at once. So it is read inside the one and written inside the other, in
one transaction, and these verbs are called outside of any tenancy. What stood stays where it was, closed,
and leads on; handed back, it comes as a new one again, so that no address ever leads in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from ideas import copies, moderating
from ideas.models import (
    Action,
    Appeal,
    Comment,
    Decision,
    Follow,
    FollowKind,
    Idea,
    Outcome,
    Photo,
    Redaction,
    Report,
    Status,
    Vote,
)
from ideas.moderating import Refused
from ideas.photos import SIZES, path_of
from precincts import geography, tenancy
from precincts.models import Command, Kind, User

# Who has a board. Patrol boroughs and specialty commands have no front door.
BOARDS = [Kind.PRECINCT, Kind.HOUSING, Kind.TRANSIT]

# What the new row takes from the old one as it stands.
TAKEN = (
    *("participant_id", "title", "body", "topic_id", "place", "latitude", "longitude", "precision"),
    *("flags", "risk", "gaps", "created_at", "published_at"),
)


@dataclass
class _Luggage:
    """What belongs to an idea, as it was read inside the old command."""

    votes: list[tuple[Any, ...]]
    comments: list[Comment]
    decisions: list[Decision]
    photos: list[Photo]
    reports: list[Report]
    redactions: list[Redaction]
    appeals: list[Appeal]
    # Rows of the new command by the id of the old one.
    made: dict[type[Model], dict[int, Any]] = field(default_factory=dict)


def boards() -> list[Command]:
    """Every command that an idea can be handed to."""
    return list(Command.objects.filter(kind__in=BOARDS))


def board_named(slug: str) -> Command:
    """Raises Refused where there is no such command, or none with a board."""
    found = Command.objects.filter(slug=slug).first()
    if found is None:
        raise Refused("command", _("Choose the command that takes it on."))
    if found.kind not in BOARDS:
        raise Refused("command", _("%(name)s has no board of its own.") % {"name": found.name})
    return found


def suggested(idea: Idea) -> str:
    """The slug of the precinct that the pin lies in, where that is another one than the idea's; else ""."""
    if idea.latitude is None or idea.longitude is None or idea.command.kind != Kind.PRECINCT:
        return ""
    at = geography.precincts_at([(idea.latitude, idea.longitude)])[0]
    return at.slug if at and not at.nearby and at.command_id != idea.command_id else ""


def hand_over(
    *,
    source: Command,
    pk: int,
    target: Command,
    by: User | None,
    version: int | None = None,
    answer: str = "",
) -> Idea:
    """Move the idea `pk` of `source` to `target`; what it is there. Stand outside of any tenancy.

    What was public is public there, with its votes, and waits for an answer; what waited waits there, and is
    seen by nobody here. Raises Refused, Stale, or Idea.DoesNotExist.
    """
    if target.pk == source.pk:
        raise Refused("command", _("It is here already. Choose another command."))
    if target.kind not in BOARDS:
        raise Refused("command", _("%(name)s has no board of its own.") % {"name": target.name})
    with transaction.atomic():
        # Two that hand each other something would wait for each other's counters.
        copies.take_turns()
        with tenancy.enter(source):
            old = moderating.lock(Idea(pk=pk), action=Action.MOVE, version=version)
            luggage = _pack(old)
        with tenancy.enter(target):
            new = _unpack(old, luggage, by=by, answer=answer)
        with tenancy.enter(source):
            _close(old, new, target, by=by, answer=answer)
        _lead_followers(old, new)
    new.command = target
    return new


def _pack(old: Idea) -> _Luggage:
    votes = Vote.objects.filter(idea=old).values_list("participant_id", "value", "created_at")
    return _Luggage(
        votes=list(votes),
        comments=list(Comment.objects.filter(idea=old).order_by("parent_id", "pk")),
        decisions=list(Decision.objects.filter(idea=old, undone_at=None)),
        photos=list(Photo.objects.filter(Q(idea=old) | Q(decision__idea=old, decision__undone_at=None))),
        reports=list(Report.objects.filter(idea=old, handled_at=None)),
        redactions=list(Redaction.objects.filter(idea=old)),
        appeals=list(Appeal.objects.filter(idea=old, outcome=Outcome.OPEN)),
    )


def _unpack(old: Idea, luggage: _Luggage, *, by: User | None, answer: str) -> Idea:
    """Inside the new command: everything once more, with its dates."""
    now = timezone.now()
    waiting = old.status == Status.WAITING
    status = Status.WAITING if waiting else Status.SPOKEN
    new = Idea.objects.create(
        **{name: getattr(old, name) for name in TAKEN},
        status=status,
        version=old.version + 1,
        queued_at=now,
        moved_from_id=old.command_id,
        moved_from_idea=old.pk,
    )
    luggage.made[Idea] = {old.pk: new}
    _vote(new, luggage.votes)
    # First what is answered, then the answers.
    _again(luggage, [row for row in luggage.comments if row.parent_id is None])
    _again(luggage, [row for row in luggage.comments if row.parent_id is not None])
    # Who should know was told already, or is told of the move itself.
    _again(luggage, luggage.decisions, told_at=now, before={}, message_id=None)
    _photos(luggage)
    _again(luggage, luggage.redactions)
    _gaps(luggage)
    _again(luggage, luggage.reports)
    _again(luggage, luggage.appeals)
    Decision.objects.create(
        idea=new,
        action=Action.MOVE,
        from_status=old.status,
        to_status=status,
        version=new.version,
        decided_by=by,
        answer=answer,
        decided_at=now,
    )
    return new


def _vote(new: Idea, votes: list[tuple[Any, ...]]) -> None:
    """With the moment at which each was cast, which the model would set to now."""
    if not votes:
        return
    people, values, moments = (list(column) for column in zip(*votes, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ideas_vote (command_id, idea_id, participant_id, value, created_at)"
            " SELECT %s, %s, * FROM unnest(%s::bigint[], %s::smallint[], %s::timestamptz[])",
            [new.command_id, new.pk, people, values, moments],
        )


def _again(luggage: _Luggage, rows: Iterable[Any], **changes: Any) -> None:
    """Make rows once more in the entered command, pointing at their like there."""
    rows = list(rows)
    if not rows:
        return
    model = type(rows[0])
    dated = [f.name for f in model._meta.local_fields if getattr(f, "auto_now_add", False)]
    copies = [_copy(luggage, row, changes) for row in rows]
    moments = [[getattr(row, name) for name in dated] for row in rows]
    model.objects.bulk_create(copies)
    if dated:
        for copy, values in zip(copies, moments, strict=True):
            for name, value in zip(dated, values, strict=True):
                setattr(copy, name, value)
        model.objects.bulk_update(copies, dated)
    made = luggage.made.setdefault(model, {})
    made |= {row.pk: copy for row, copy in zip(rows, copies, strict=True)}


def _copy(luggage: _Luggage, row: Any, changes: dict[str, Any]) -> Any:
    values: dict[str, Any] = {}
    for column in row._meta.local_concrete_fields:
        if column.primary_key or column.name == "command" or column.generated:
            continue
        value = getattr(row, column.attname)
        if isinstance(column, tenancy.TenantForeignKey) and value is not None:
            like = luggage.made.get(column.remote_field.model, {}).get(value)
            value = like.pk if like else None
        values[column.attname] = value
    return type(row)(**values | changes)


def _gaps(luggage: _Luggage) -> None:
    """Each gap belongs to the redaction as it is here: who puts a piece back finds its place by that."""
    here = {pk: row.pk for pk, row in luggage.made.get(Redaction, {}).items()}
    for model in (Idea, Comment):
        items = [item for item in luggage.made.get(model, {}).values() if item.gaps]
        for item in items:
            item.gaps = [gap | {"redaction": here.get(gap["redaction"])} for gap in item.gaps]
        model.objects.bulk_update(items, ["gaps"])


def _photos(luggage: _Luggage) -> None:
    """With files of their own: what one command deletes later stays with the other."""
    old_keys = {photo.pk: photo for photo in luggage.photos}
    kept = [photo for photo in luggage.photos if default_storage.exists(path_of(photo, "full"))]
    _again(luggage, kept)
    made = luggage.made.get(Photo, {})
    for pk, copy in made.items():
        copy.key = uuid4()
        for size in SIZES:
            _copy_file(path_of(old_keys[pk], size), path_of(copy, size))
    Photo.objects.bulk_update(made.values(), ["key"])


def _copy_file(source: str, target: str) -> None:
    # Before the transaction ends: a file without a row is harmless, a row without a file is not.
    with suppress(FileNotFoundError), default_storage.open(source) as file:
        default_storage.save(target, file)


def _close(old: Idea, new: Idea, target: Command, *, by: User | None, answer: str) -> None:
    """Inside the old command: it stays, closed, and leads on. What nobody had reviewed is not shown."""
    changes: dict[str, Any] = {
        "moved_to": target,
        "moved_to_idea": new.pk,
        "referred_to": target.name,
        "referred_url": "",
        "agency": None,
    }
    if answer:
        changes |= {"answer": answer, "answered_at": timezone.now(), "answer_edited_at": None}
    to = Status.MOVED if old.status == Status.WAITING else Status.REFERRED
    moderating.move(
        idea=old,
        action=Action.MOVE,
        by=by,
        to=to,
        changes=changes,
        answer=answer,
        # They are told from where it is now.
        told_at=timezone.now(),
    )
    Decision.objects.filter(idea=old, told_at=None).update(told_at=timezone.now())
    # These wait in the other queue now, and would wait twice.
    Report.objects.filter(idea=old, handled_at=None).update(handled_at=timezone.now(), handled_by=by)
    Appeal.objects.filter(idea=old, outcome=Outcome.OPEN).delete()


def _lead_followers(old: Idea, new: Idea) -> None:
    """Outside of both: who follows it goes on following it, and what one has not read leads there."""
    Follow.objects.filter(kind=FollowKind.IDEA, command=old.command_id, idea_id=old.pk).update(
        command=new.command_id, idea_id=new.pk
    )


def where_now(idea: Idea) -> str:
    """To somebody who wants to vote or comment on what went elsewhere; else empty."""
    if idea.status == Status.MERGED:
        return _("This issue was merged into another one. Vote and comment there.")
    if idea.moved_to is None:
        return ""
    return _("This issue is now with the %(name)s. Vote and comment there.") % {"name": idea.moved_to.name}
