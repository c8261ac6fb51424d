"""Query parameters, read as strictly as X reads them: an unknown name or value is an error."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from . import db, problems


def _words(text: str) -> set[str]:
    return set(text.split())


TWEET_FIELDS = _words("""
    article attachments author_id card_uri community_id context_annotations conversation_id created_at
    display_text_range edit_controls edit_history_tweet_ids entities geo id in_reply_to_user_id lang
    media_metadata non_public_metrics note_tweet organic_metrics possibly_sensitive promoted_metrics
    public_metrics referenced_tweets reply_settings scopes source suggested_source_links text withheld
""")
USER_FIELDS = _words("""
    affiliation confirmed_email connection_status created_at description entities id is_identity_verified
    location most_recent_tweet_id name parody pinned_tweet_id profile_banner_url profile_image_url protected
    public_metrics receives_your_dm subscription subscription_type url username verified
    verified_followers_count verified_type withheld
""")
EXPANSIONS = _words("""
    article.cover_media article.media_entities attachments.media_keys attachments.media_source_tweet
    attachments.poll_ids author_id author_screen_name edit_history_tweet_ids entities.mentions.username
    entities.note.mentions.username geo.place_id in_reply_to_user_id referenced_tweets.id
    referenced_tweets.id.attachments.media_keys referenced_tweets.id.author_id
""")
USER_EXPANSIONS = {"affiliation.user_id", "most_recent_tweet_id", "pinned_tweet_id"}
# The newer names of the same parameters.
RENAMED = {"post.fields": "tweet.fields"}
MEDIA_FIELDS = _words("""
    alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url
    promoted_metrics public_metrics type url variants width
""")
# Taken and without effect: the sandbox has no polls or places.
WITHOUT_EFFECT = {"poll.fields", "place.fields"}
SHAPE = {"tweet.fields", "user.fields", "media.fields", "expansions", *RENAMED, *WITHOUT_EFFECT}
PAGE = {"since_id", "until_id", "start_time", "end_time", "max_results", "pagination_token", *SHAPE}
BIGGEST_ID = 2**63 - 1


class InvalidError(Exception):
    """A parameter is wrong; the answer to give is in it."""

    def __init__(self, message: str, /, **parameters: Any):
        super().__init__(message)
        self.response: HttpResponse = problems.invalid(message, **parameters)


@dataclass(frozen=True)
class Shape:
    """What the answer is to show."""

    tweet_fields: frozenset[str]
    user_fields: frozenset[str]
    expansions: frozenset[str]
    media_fields: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Page:
    """Which part of a list is wanted: ids after `since` and before `until`."""

    since: int
    until: int
    limit: int


def known_only(request: HttpRequest, allowed: Iterable[str]) -> None:
    """Refuse a parameter that this address does not have, and one that comes twice."""
    names = sorted(allowed)
    for name, values in request.GET.lists():
        if name not in names:
            raise InvalidError(
                f"The query parameter [{name}] is not one of [{','.join(names)}]", **{name: values[0]}
            )
        if len(values) > 1:
            raise InvalidError(
                f"Duplicate parameters are not allowed: the `{name}` query parameter", **{name: values}
            )


def an_id(value: str, name: str) -> int:
    """A number that can be an id."""
    if not value.isascii() or not value.isdecimal() or not 0 < int(value[:20]) <= BIGGEST_ID:
        raise InvalidError(f"The `{name}` query parameter value [{value}] is not valid", **{name: value})
    return int(value)


def _list(request: HttpRequest, name: str, allowed: set[str]) -> frozenset[str]:
    text = request.GET.get(name, "")
    found = frozenset(text.split(",")) if text else frozenset()
    for value in found - allowed:
        raise InvalidError(
            f"The `{name}` query parameter value [{value}] is not one of [{','.join(sorted(allowed))}]",
            **{name: value},
        )
    return found


def shape(request: HttpRequest, expansions: set[str] = EXPANSIONS) -> Shape:
    """Fields and expansions."""
    fields = _list(request, "tweet.fields", TWEET_FIELDS) | _list(request, "post.fields", TWEET_FIELDS)
    return Shape(
        fields,
        _list(request, "user.fields", USER_FIELDS),
        _list(request, "expansions", expansions),
        _list(request, "media.fields", MEDIA_FIELDS),
    )


def _moment(request: HttpRequest, name: str) -> int:
    """A time as the smallest id of its second; 0 where there is none."""
    text = request.GET.get(name, "")
    if not text:
        return 0
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if not moment or not moment.tzinfo:
        raise InvalidError(
            f"The `{name}` query parameter value [{text}] is not a valid ISO 8601 time", **{name: text}
        )
    return db.first_id_at(int(moment.timestamp()) * 1000)


def page(request: HttpRequest, *, least: int, token_names: tuple[str, ...] = ("pagination_token",)) -> Page:
    """The bounds of a list. `since_id` wins over `start_time`, as on X."""
    wanted = request.GET.get("max_results", "10")
    if not wanted.isascii() or not wanted.isdecimal() or not least <= int(wanted[:9]) <= 100:
        message = f"The `max_results` query parameter value [{wanted}] is not between {least} and 100"
        raise InvalidError(message, max_results=wanted)
    given = request.GET
    since = (
        an_id(given["since_id"], "since_id") if "since_id" in given else _moment(request, "start_time") - 1
    )
    untils = [an_id(given["until_id"], "until_id") if "until_id" in given else _moment(request, "end_time")]
    untils += [from_token(given[name], name) for name in token_names if name in given]
    return Page(max(since, 0), min((until for until in untils if until), default=0), int(wanted))


def to_token(post_id: int) -> str:
    """The token of the page that goes on before this post."""
    return base64.b32hexencode(post_id.to_bytes(8)).decode().rstrip("=").lower()


def from_token(token: str, name: str) -> int:
    """The id that a token holds."""
    try:
        raw = base64.b32hexdecode(token.upper() + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        raw = b""
    found = int.from_bytes(raw) if len(raw) == 8 else 0
    if not 0 < found <= BIGGEST_ID:
        raise InvalidError(f"The `{name}` query parameter value [{token}] is not valid", **{name: token})
    return found
