"""How X is to behave for now: which names it uses, how long a token lives. A reset ends it."""

import json
from typing import Any

from django.http import HttpResponse, JsonResponse

from . import db

# What specification 2.167 calls by another name.
RENAMED = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "note_tweet": "note_post",
    "pinned_tweet_id": "pinned_post_id",
    "referenced_tweets": "referenced_posts",
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
    "tweets": "posts",
}


def get(name: str, default: str) -> str:
    """What a switch stands on."""
    row = db.connection().execute("SELECT value FROM x_switches WHERE name = ?", (name,)).fetchone()
    return row["value"] if row else default


def put(name: str, value: str) -> None:
    """Turn a switch."""
    with db.writing() as conn:
        conn.execute("INSERT OR REPLACE INTO x_switches VALUES (?, ?)", (name, value))


def named(response: HttpResponse) -> HttpResponse:
    """An answer with the names that are in use."""
    if get("words", "tweet") == "tweet" or not response.content:
        return response
    kind = response["Content-Type"]
    renamed = JsonResponse(_renamed(json.loads(response.content)), status=response.status_code)
    renamed["Content-Type"] = kind
    return renamed


def _renamed(found: Any) -> Any:
    if isinstance(found, list):
        return [_renamed(one) for one in found]
    if isinstance(found, dict):
        return {RENAMED.get(name, name): _renamed(value) for name, value in found.items()}
    return found
