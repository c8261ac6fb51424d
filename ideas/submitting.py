"""Raising an issue, and commenting. Both wait until somebody has reviewed them, unless who wrote is trusted.

What is submitted is looked at once, for what a person should look at (flagging.py).
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from ideas import flagging, seen, trusting, webhooks
from ideas.models import LISTED, Comment, CommentStatus, Idea, Photo, Precision, Topic
from ideas.voting import NotOpen
from precincts.models import Participant, User

# The same words by the same person within this are one comment that was sent twice.
AT_ONCE = timedelta(minutes=1)


def submit(
    *,
    participant: Participant | None,
    title: str,
    body: str,
    topic: Topic | None = None,
    place: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    photos: list[UUID] | None = None,
    key: UUID | None = None,
    hurried: bool = False,
) -> Idea:
    """A new idea in the entered command. Sent twice with one `key` (a double click) it is made once.

    `hurried`: it is one of many from the same source.
    """
    if key and (known := Idea.objects.filter(submission_key=key).first()):
        return known
    idea = Idea(
        participant=participant,
        title=title,
        body=body,
        topic=topic,
        place=place,
        latitude=latitude,
        longitude=longitude,
        precision=_precision(place, latitude),
        submission_key=key,
        created_at=timezone.now(),
    )
    flagging.look(idea, _around(idea, hurried))
    try:
        with transaction.atomic():
            idea.save()
    except IntegrityError:
        # The other click was faster by a moment.
        return Idea.objects.get(submission_key=key)
    seen.remember(idea)
    _attach(idea, photos or [], participant)
    webhooks.emit_created(idea)
    return trusting.pass_idea(idea)


def _around(item: Idea | Comment, hurried: bool) -> list[flagging.Flag]:
    """What is worth a look beside the words themselves."""
    like = seen.known(item)
    flags = [flagging.whole(flagging.Kind.REPEATED, like)] if like else []
    return [*flags, flagging.whole(flagging.Kind.BURST)] if hurried else flags


def _precision(place: str, latitude: float | None) -> Precision:
    if latitude is not None:
        return Precision.POINT
    return Precision.ADDRESS if place else Precision.NONE


def _attach(idea: Idea, keys: list[UUID], participant: Participant | None) -> None:
    for position, key in enumerate(keys):
        Photo.objects.filter(key=key, idea=None, participant=participant).update(idea=idea, position=position)


def comment(
    *,
    idea: Idea,
    body: str,
    participant: Participant | None,
    author: User | None = None,
    parent: Comment | None = None,
    hurried: bool = False,
) -> Comment:
    """A comment on an idea that is on the board, or a reply to a comment there. Raises NotOpen.

    A reply to a reply hangs under the first. What the command itself says (`author`) needs no review. Sent
    twice by the same person (a double click) it is made once.
    """
    # Locked, nothing is said while the idea leaves the board; and of two clicks the second sees the first.
    locked = Idea.objects.select_for_update(no_key=True).filter(pk=idea.pk, status__in=LISTED, moved_to=None)
    if not locked.values_list("pk").first():
        raise NotOpen
    if parent is not None and parent.parent_id is not None:
        parent = parent.parent
    if (participant or author) and (known := _just_said(idea, parent, participant, author, body)):
        return known
    made = Comment(
        idea=idea,
        parent=parent,
        participant=participant,
        author=author,
        body=body,
        status=CommentStatus.SHOWN if author else CommentStatus.WAITING,
        created_at=timezone.now(),
    )
    if author:
        made.save()
        return made
    flagging.look(made, _around(made, hurried))
    made.save()
    seen.remember(made)
    return trusting.pass_comment(made)


def _just_said(
    idea: Idea, parent: Comment | None, participant: Participant | None, author: User | None, body: str
) -> Comment | None:
    """The very same, a moment ago."""
    since = timezone.now() - AT_ONCE
    said = Comment.objects.filter(
        idea=idea, parent=parent, participant=participant, author=author, body=body, created_at__gt=since
    )
    return said.first()
