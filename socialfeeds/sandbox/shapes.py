"""Accounts and posts as the API shows them: X's default fields, more where they are asked for."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from . import params, store, texts
from .params import Shape
from .store import Account, Post

Body = dict[str, Any]


def moment(at: datetime) -> str:
    """A time as X writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def user(account: Account, shape: Shape) -> Body:
    """One account."""
    body: Body = {"id": str(account.id), "name": account.name, "username": account.handle}
    fields = shape.user_fields
    if "created_at" in fields:
        body["created_at"] = moment(account.joined)
    if "description" in fields:
        body["description"] = ""
    if "protected" in fields:
        body["protected"] = False
    if "verified" in fields:
        body["verified"] = False
    if "public_metrics" in fields:
        body["public_metrics"] = {
            "followers_count": 0,
            "following_count": 0,
            "tweet_count": store.written(account),
            "listed_count": 0,
            "like_count": 0,
            "media_count": 0,
        }
    return body


def tweet(post: Post, shape: Shape) -> Body:
    """One post."""
    shown = texts.as_x_shows(post.text, post.id)
    body: Body = {"id": str(post.id), "text": shown.text, "edit_history_tweet_ids": [str(post.id)]}
    fields = shape.tweet_fields
    if "author_id" in fields or "author_id" in shape.expansions:
        body["author_id"] = str(post.author.id)
    if "created_at" in fields:
        body["created_at"] = moment(post.at)
    if "conversation_id" in fields:
        body["conversation_id"] = str(post.conversation)
    if "entities" in fields and shown.entities:
        body["entities"] = shown.entities
    if "lang" in fields:
        body["lang"] = "und"
    if "possibly_sensitive" in fields:
        body["possibly_sensitive"] = False
    if "reply_settings" in fields:
        body["reply_settings"] = "everyone"
    if "public_metrics" in fields:
        body["public_metrics"] = _metrics(post)
    if post.reply_to:
        if "in_reply_to_user_id" in fields or "in_reply_to_user_id" in shape.expansions:
            body["in_reply_to_user_id"] = str(post.reply_to_account)
        if "referenced_tweets" in fields or "referenced_tweets.id" in shape.expansions:
            body["referenced_tweets"] = [{"type": "replied_to", "id": str(post.reply_to)}]
    return body


def _metrics(post: Post) -> Body:
    return {
        "retweet_count": 0,
        "reply_count": store.reply_count(post),
        "like_count": 0,
        "quote_count": 0,
        "bookmark_count": 0,
        "impression_count": 0,
    }


def includes(posts: Iterable[Post], shape: Shape) -> Body:
    """What the expansions bring along, each once."""
    users: dict[int, Account] = {}
    tweets: dict[int, Post] = {}
    for post in posts:
        if "author_id" in shape.expansions:
            users[post.author.id] = post.author
        if "in_reply_to_user_id" in shape.expansions and post.reply_to_account:
            answered = store.account_by_id(post.reply_to_account)
            if answered:
                users[answered.id] = answered
        wanted = (
            "referenced_tweets.id" in shape.expansions or "referenced_tweets.id.author_id" in shape.expansions
        )
        referenced = store.post_by_id(post.reply_to) if wanted and post.reply_to else None
        if referenced:
            tweets[referenced.id] = referenced
            if "referenced_tweets.id.author_id" in shape.expansions:
                users[referenced.author.id] = referenced.author
    body: Body = {}
    if users:
        body["users"] = [user(account, shape) for account in users.values()]
    if tweets:
        body["tweets"] = [tweet(post, shape) for post in tweets.values()]
    return body


def timeline(found: list[Post], limit: int, shape: Shape) -> Body:
    """A page of posts: `found` holds one more than `limit` where another follows. No posts, no `data`."""
    posts, more = found[:limit], len(found) > limit
    if not posts:
        return {"meta": {"result_count": 0}}
    body: Body = {"data": [tweet(post, shape) for post in posts]}
    if extra := includes(posts, shape):
        body["includes"] = extra
    body["meta"] = {
        "newest_id": str(posts[0].id),
        "oldest_id": str(posts[-1].id),
        "result_count": len(posts),
    }
    if more:
        body["meta"]["next_token"] = params.to_token(posts[-1].id)
    return body
