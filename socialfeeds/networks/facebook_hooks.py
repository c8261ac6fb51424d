"""What Facebook sends by itself: signed news of a Page's comments, posts and mentions.

They are a way to hear sooner. Nothing is lost without them, for the Page is also asked.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from socialfeeds.networks.base import COMMENT, MENTION, REPLY, Post
from socialfeeds.networks.facebook_calls import clean

ADDED = "add"
POSTS = {"post", "status", "photo"}


def verify(body: bytes, header: str) -> bool:
    """Whether Facebook sent this: `header` is X-Hub-Signature-256, and signs the bytes as they came."""
    if not settings.FACEBOOK_APP_SECRET:
        return False
    wanted = hmac.new(settings.FACEBOOK_APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={wanted}".encode(), header.encode("utf-8", "replace"))


def parse(body: bytes) -> dict[str, list[Post]]:
    """What was said to which Page, by the Page's id, of a body whose signature was looked at.

    A Page without posts here has news that is not told whole: ask it. What is no such news is left out.
    """
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    news: dict[str, list[Post]] = {}
    if not isinstance(told, dict) or told.get("object") != "page":
        return news
    for entry in _dicts(told.get("entry")):
        posts = news.setdefault(str(entry.get("id", "")), [])
        for change in _dicts(entry.get("changes")):
            value = change.get("value")
            post = _post(str(entry.get("id")), value) if isinstance(value, dict) else None
            if change.get("field") == "feed" and post:
                posts.append(post)
    news.pop("", None)
    return news


def _dicts(found: Any) -> list[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _post(page: str, value: dict[str, Any]) -> Post | None:
    """A comment or a post of somebody else, where this is one and says all that is needed."""
    author = value["from"] if isinstance(value.get("from"), dict) else {}
    moment, item = value.get("created_time"), value.get("item")
    post_id, comment_id = str(value.get("post_id") or ""), str(value.get("comment_id") or "")
    if value.get("verb") != ADDED or str(author.get("id", "")) == page or not isinstance(moment, int):
        return None
    if item == "comment" and comment_id and post_id:
        parent = str(value.get("parent_id") or post_id)
        kind = COMMENT if parent == post_id else REPLY
    elif item in POSTS and post_id:
        comment_id, parent, kind = post_id, "", MENTION
    else:
        return None
    name = clean(str(author.get("name", "")))
    return Post(
        external_id=comment_id,
        author_handle=name[:120],
        author_id=str(author.get("id", "")),
        author_name=name[:200],
        text=clean(str(value.get("message") or "")),
        posted_at=datetime.fromtimestamp(moment, UTC),
        kind=kind,
        parent_id=parent,
        conversation_id=post_id,
        url=str(value.get("permalink_url") or ""),
        raw=value,
    )
