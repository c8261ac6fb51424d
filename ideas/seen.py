"""Text seen before: the same or nearly the same words, sent to this command in the last weeks by whomever.

A text becomes the set of its runs of five letters, without spaces and marks, so that languages without spaces
are treated as others are. Of their keyed digests the smallest sixteen are kept. Two texts share about as many
of those as they share letters (a bottom-k sketch: Broder, 1997). A look costs sixteen short index scans,
however much was sent.
"""

from __future__ import annotations

import hashlib
import heapq
import unicodedata
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.db import connection
from django.utils import timezone

from ideas.models import Comment, Idea
from ideas.models.desk import Fingerprint

DAYS = 30
RUN = 5
KEPT = 16
# How many of the digests two texts must share to be nearly the same.
ALIKE = 0.6
# How many of the newest texts with a digest are looked at.
NEWEST = 5
# "Here too!" is said by many. A letter of a script that needs few of them counts for three.
SHORTEST = 24


def known(item: Idea | Comment) -> str:
    """Where much the same was said before, "idea:12" or "comment:7"; empty where nowhere.

    Call it inside the item's command, before `remember`.
    """
    digests = _digests(_text(item))
    if not digests:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT print.idea_id, print.comment_id
            FROM unnest(%s::bigint[]) AS asked (digest)
            CROSS JOIN LATERAL (
                SELECT idea_id, comment_id, created_at FROM {Fingerprint._meta.db_table}
                WHERE digest = asked.digest AND created_at > %s
                ORDER BY created_at DESC LIMIT %s
            ) AS print
            GROUP BY print.idea_id, print.comment_id HAVING count(*) >= %s
            ORDER BY count(*) DESC, max(print.created_at) DESC LIMIT 1
            """,  # noqa: S608 - the table's own name
            [digests, timezone.now() - timedelta(days=DAYS), NEWEST, max(2, round(len(digests) * ALIKE))],
        )
        row = cursor.fetchone()
    if row is None:
        return ""
    idea, comment = row
    return f"comment:{comment}" if comment else f"idea:{idea}"


def remember(item: Idea | Comment) -> None:
    """Keep the digests of a saved item."""
    idea, comment = (item.idea_id, item.pk) if isinstance(item, Comment) else (item.pk, None)
    Fingerprint.objects.bulk_create(
        Fingerprint(
            idea_id=idea,
            comment_id=comment,
            digest=digest,
            created_at=item.created_at,
        )
        for digest in _digests(_text(item))
    )


def forget(item: Idea | Comment) -> None:
    """Also a digest could help to guess what was redacted."""
    mine = {"comment": item} if isinstance(item, Comment) else {"idea": item, "comment": None}
    Fingerprint.objects.filter(**mine).delete()


def forget_old() -> None:
    Fingerprint.objects.filter(created_at__lt=timezone.now() - timedelta(days=DAYS)).delete()


def _text(item: Idea | Comment) -> str:
    return f"{item.title} {item.body}" if isinstance(item, Idea) else item.body


def _digests(text: str) -> list[int]:
    letters = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
    if sum(3 if _dense(letter) else 1 for letter in letters) < SHORTEST:
        return []
    run = 2 if sum(map(_dense, letters)) > len(letters) / 2 else RUN
    runs = {letters[at : at + run] for at in range(len(letters) - run + 1)}
    return heapq.nsmallest(KEPT, {_digest(each) for each in runs})


def _dense(letter: str) -> bool:
    """Whether it belongs to a script in which a letter is half a word: Chinese, Japanese, Korean."""
    return "\u3040" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7a3"


def _digest(run: str) -> int:
    """Eight bytes as PostgreSQL's bigint. Keyed, so that a digest does not tell its letters."""
    made = hashlib.blake2b(run.encode(errors="surrogatepass"), key=_key(settings.SECRET_KEY), digest_size=8)
    return int.from_bytes(made.digest(), signed=True)


@cache
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"engage.seen:" + secret.encode()).digest()
