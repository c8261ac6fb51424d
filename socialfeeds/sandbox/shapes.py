"""Accounts and posts as the API shows them: X's default fields, more where they are asked for."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from . import params, pictures, store, texts
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
            "followers_count": store.numbers(account.id).get("followers_count", 0),
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
    if post.pictures:
        shown = texts.with_pictures(shown, post.id, post.author.handle, _keys(post))
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
    return body | _related(post, shape)


def _related(post: Post, shape: Shape) -> Body:
    """What a post shows, and what it answers."""
    body: Body = {}
    asked = shape.tweet_fields | shape.expansions
    if post.pictures and asked & {"attachments", "attachments.media_keys"}:
        body["attachments"] = {"media_keys": _keys(post)}
    if post.reply_to and "in_reply_to_user_id" in asked:
        body["in_reply_to_user_id"] = str(post.reply_to_account)
    if post.reply_to and asked & {"referenced_tweets", "referenced_tweets.id"}:
        body["referenced_tweets"] = [{"type": "replied_to", "id": str(post.reply_to)}]
    return body


def _metrics(post: Post) -> Body:
    names = ("retweet_count", "like_count", "quote_count", "bookmark_count", "impression_count")
    laid_down = store.numbers(post.id)
    return {name: laid_down.get(name, 0) for name in names} | {"reply_count": store.reply_count(post)}


def _keys(post: Post) -> list[str]:
    return [picture.key for picture in pictures.of(post.id)]


def _media(post: Post, shape: Shape) -> list[Body]:
    found = []
    for picture in pictures.of(post.id):
        body: Body = {"media_key": picture.key, "type": "photo"}
        more = {"alt_text": picture.alt, "width": picture.width, "height": picture.height}
        found.append(body | {name: value for name, value in more.items() if name in shape.media_fields})
    return found


def includes(posts: Iterable[Post], shape: Shape) -> Body:
    """What the expansions bring along, each once."""
    users: dict[int, Account] = {}
    tweets: dict[int, Post] = {}
    media: list[Body] = []
    for post in posts:
        if "attachments.media_keys" in shape.expansions and post.pictures:
            media += _media(post, shape)
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
    if media:
        body["media"] = media
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
