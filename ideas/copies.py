"""One idea in several commands: the rows that moves left behind, and the one that it lives on in.

Each command has its own (moving.py). What must be true of all of them is read in one look at the city, and
done inside one command after the other.
"""

from __future__ import annotations

from django.db import connection
from django.db.models import F

from ideas.models import Comment, CommentStatus, Idea, Status
from precincts import tenancy

# Two that touch the same rows from different commands would wait for each other: they take turns.
_LOCK = 0x6D6F7665

_CHAIN = """
    WITH RECURSIVE chain AS (
        SELECT command_id, id, moved_from_idea, moved_to_idea FROM ideas_idea WHERE id = %s
        UNION
        SELECT idea.command_id, idea.id, idea.moved_from_idea, idea.moved_to_idea
        FROM chain JOIN ideas_idea AS idea
            ON idea.id = ANY(ARRAY[chain.moved_from_idea, chain.moved_to_idea])
    )
    SELECT command_id, id FROM chain WHERE id <> %s ORDER BY id
"""


def take_turns() -> None:
    """Whoever moves an idea, or changes all its copies, waits here for who does. Before any row is locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def elsewhere(idea: Idea) -> list[tuple[int, int]]:
    """(command, id) of an idea's other rows; without a query where it never moved."""
    if idea.moved_to_id is None and idea.moved_from_id is None:
        return []
    with tenancy.citywide(), connection.cursor() as cursor:
        cursor.execute(_CHAIN, [idea.pk, idea.pk])
        return cursor.fetchall()


def like(item: Idea | Comment, *, idea: int, text: str) -> list[Idea] | list[Comment]:
    """Inside another command: what an item is below the row `idea` there, locked. None where it came later.

    A comment is known again by the moment at which it was written, which a move keeps; of several of one
    moment, as an import may bring them, by what it said: `text`.
    """
    if isinstance(item, Idea):
        return list(Idea.objects.select_for_update(of=("self",)).defer("search").filter(pk=idea))
    comments = Comment.objects.select_for_update(of=("self",)).filter(idea=idea, author=item.author_id)
    same = list(comments.filter(created_at=item.created_at).order_by("pk"))
    return [row for row in same if row.body == text] or same


def follow(idea: Idea) -> None:
    """The rows that moves left behind are as public as the one that an issue lives on in. Inside its command.

    What nobody had reviewed before it moved was never shown there, and stays out of sight.
    """
    if idea.moved_to_id is not None:
        return
    hidden, shown = Status.MOVED, Status.REFERRED
    before, after = (hidden, shown) if idea.is_public else (shown, hidden)
    for command, pk in elsewhere(idea):
        with tenancy.enter(command):
            rows = Idea.objects.filter(pk=pk, moved_to__isnull=False, published_at__isnull=False)
            rows.filter(status=before).update(status=after, version=F("version") + 1)


def follow_comment(comment: Comment) -> None:
    """The same of a comment: screened, or shown again, it is so wherever its issue went."""
    before = {CommentStatus.SHOWN: CommentStatus.SCREENED, CommentStatus.SCREENED: CommentStatus.SHOWN}
    status = CommentStatus(comment.status)
    if status not in before:
        return
    for command, pk in elsewhere(comment.idea):
        with tenancy.enter(command):
            same = [row.pk for row in like(comment, idea=pk, text=comment.body)]
            rows = Comment.objects.filter(pk__in=same, status=before[status])
            rows.update(status=status, version=F("version") + 1)
