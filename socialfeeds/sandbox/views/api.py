"""X API v2, the part of it that Engage speaks."""

import functools
import json
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from .. import gate, params, pictures, problems, searching, shapes, store
from ..gate import View
from ..params import InvalidError
from ..store import Account, RefusedError

BODY_FIELDS = {"text", "reply", "media", "reply_settings", "quote_tweet_id", "nullcast", "made_with_ai"}
MEDIA_FIELDS = {"media_ids", "tagged_user_ids"}
REPLY_FIELDS = {"in_reply_to_tweet_id", "exclude_reply_user_ids", "auto_populate_reply_metadata"}


def strict(view: View) -> View:
    """A wrong parameter becomes X's 400."""

    @functools.wraps(view)
    def call(*args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(*args, **kwargs)
        except InvalidError as error:
            return error.response

    return call


@gate.endpoint("post", "tweet.write")
@strict
def create_tweet(request: HttpRequest, account: Account) -> HttpResponse:
    """POST /2/tweets."""
    params.known_only(request, ())
    text, reply_to, media_ids = _tweet_body(request, account)
    try:
        post = store.publish(account=account, text=text, reply_to=reply_to, media_ids=media_ids)
    except RefusedError as error:
        if error.kind in ("empty", "long", "characters"):
            return problems.invalid(error.detail, text=text[:300])
        return problems.forbidden(error.detail)
    body = shapes.tweet(post, params.Shape(frozenset(), frozenset(), frozenset()))
    return JsonResponse({"data": body}, status=201)


def _tweet_body(request: HttpRequest, account: Account) -> tuple[str, int | None, list[int]]:
    body = read_json(request)
    for name in body.keys() - BODY_FIELDS:
        raise InvalidError(
            f"[{name}] is not defined in the schema and no other properties are allowed", **{name: body[name]}
        )
    media_ids = _media_ids(body.get("media"), account)
    if body.get("quote_tweet_id"):
        raise InvalidError("The sandbox takes no quotes.", quote_tweet_id=body["quote_tweet_id"])
    text = body.get("text", "")
    if not isinstance(text, str):
        raise InvalidError(f"The `text` field [{text}] is not a string", text=text)
    reply = body.get("reply")
    if reply is None:
        return text, None, media_ids
    if not isinstance(reply, dict) or reply.keys() - REPLY_FIELDS:
        raise InvalidError("The `reply` field is not valid", reply=reply)
    answered = reply.get("in_reply_to_tweet_id")
    if not isinstance(answered, str):
        raise InvalidError(
            "The `in_reply_to_tweet_id` field is not a string", reply__in_reply_to_tweet_id=answered
        )
    return text, params.an_id(answered, "reply.in_reply_to_tweet_id"), media_ids


def _media_ids(media: Any, account: Account) -> list[int]:
    """Pictures of the account's own, up to four, that are complete."""
    if media is None:
        return []
    ids = media.get("media_ids") if isinstance(media, dict) and media.keys() <= MEDIA_FIELDS else None
    if not isinstance(ids, list) or not 0 < len(ids) <= pictures.MOST or len(set(map(str, ids))) < len(ids):
        raise InvalidError("Your media IDs are invalid.", media=media)
    for one in ids:
        found = isinstance(one, str) and pictures.by_id(params.an_id(one, "media.media_ids"), account)
        if not found or not found.ready:
            raise InvalidError("Your media IDs are invalid.", media=media)
    return [int(one) for one in ids]


def read_json(request: HttpRequest) -> dict[str, Any]:
    """The body of a call: a JSON object."""
    if request.content_type != "application/json":
        raise InvalidError(
            "The `Content-Type` header must be application/json", content_type=request.content_type
        )
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise InvalidError("The body is not a JSON object", body=request.body[:50])
    return body


@gate.endpoint("delete", "tweet.write")
@strict
def delete_tweet(request: HttpRequest, account: Account, post_id: str) -> HttpResponse:
    """DELETE /2/tweets/:id."""
    post = store.post_by_id(params.an_id(post_id, "id"))
    if not post:
        return problems.not_found()
    if post.author.id != account.id:
        return problems.forbidden("You are not authorized to delete this Tweet.")
    store.delete(post)
    return JsonResponse({"data": {"deleted": True}})


@gate.endpoint("lookup")
@strict
def get_tweet(request: HttpRequest, account: Account, post_id: str) -> HttpResponse:
    """GET /2/tweets/:id."""
    params.known_only(request, params.SHAPE)
    shape = params.shape(request)
    post = store.post_by_id(params.an_id(post_id, "id"))
    if not post:
        return JsonResponse({"errors": [problems.missing("tweet", "id", post_id)]})
    body = {"data": shapes.tweet(post, shape)}
    if extra := shapes.includes([post], shape):
        body["includes"] = extra
    return JsonResponse(body)


@gate.endpoint("lookup")
@strict
def get_tweets(request: HttpRequest, account: Account) -> HttpResponse:
    """GET /2/tweets?ids=…"""
    params.known_only(request, {"ids", *params.SHAPE})
    shape = params.shape(request)
    ids = request.GET.get("ids", "").split(",")
    if len(ids) > 100:
        raise InvalidError("The `ids` query parameter can hold 100 values at most", ids=len(ids))
    found = {value: store.post_by_id(params.an_id(value, "ids")) for value in ids}
    body: dict[str, Any] = {}
    posts = [one for one in found.values() if one]
    if posts:
        body["data"] = [shapes.tweet(one, shape) for one in posts]
    if extra := shapes.includes(posts, shape):
        body["includes"] = extra
    if errors := [problems.missing("tweet", "ids", value) for value, one in found.items() if not one]:
        body["errors"] = errors
    return JsonResponse(body)


@gate.endpoint("hide", "tweet.moderate.write")
@strict
def hide_tweet(request: HttpRequest, account: Account, post_id: str) -> HttpResponse:
    """PUT /2/tweets/:id/hidden."""
    post = store.post_by_id(params.an_id(post_id, "id"))
    body = read_json(request)
    if body.keys() != {"hidden"} or not isinstance(body["hidden"], bool):
        raise InvalidError("The `hidden` field is not a boolean", hidden=body.get("hidden"))
    if not post:
        return problems.not_found()
    try:
        store.hide(post, account, hidden=body["hidden"])
    except RefusedError as error:
        return problems.forbidden(error.detail)
    return JsonResponse({"data": {"hidden": body["hidden"]}})


USER_SHAPE = {"tweet.fields", "post.fields", "user.fields", "expansions"}


@gate.endpoint("lookup", "users.read")
@strict
def get_me(request: HttpRequest, account: Account) -> HttpResponse:
    """GET /2/users/me."""
    params.known_only(request, USER_SHAPE)
    return JsonResponse({"data": shapes.user(account, params.shape(request, params.USER_EXPANSIONS))})


@gate.endpoint("lookup")
@strict
def get_user_by_name(request: HttpRequest, account: Account, username: str) -> HttpResponse:
    """GET /2/users/by/username/:username."""
    params.known_only(request, USER_SHAPE)
    shape = params.shape(request, params.USER_EXPANSIONS)
    if not store.HANDLE.match(username):
        raise InvalidError(
            f"The `username` query parameter value [{username}] is not valid", username=username
        )
    found = store.account_by_handle(username)
    if not found:
        return JsonResponse({"errors": [problems.missing("user", "username", username)]})
    return JsonResponse({"data": shapes.user(found, shape)})


@gate.endpoint("lookup", "users.read")
@strict
def get_users(request: HttpRequest, account: Account) -> HttpResponse:
    """GET /2/users?ids=…"""
    params.known_only(request, {"ids", *USER_SHAPE})
    shape = params.shape(request, params.USER_EXPANSIONS)
    ids = request.GET.get("ids", "").split(",")
    if len(ids) > 100:
        raise InvalidError("The `ids` query parameter can hold 100 values at most", ids=len(ids))
    found = {value: store.account_by_id(params.an_id(value, "ids")) for value in ids}
    body: dict[str, Any] = {}
    if users := [shapes.user(one, shape) for one in found.values() if one]:
        body["data"] = users
    if errors := [problems.missing("user", "ids", value) for value, one in found.items() if not one]:
        body["errors"] = errors
    return JsonResponse(body)


@gate.endpoint("mentions")
@strict
def get_mentions(request: HttpRequest, account: Account, user_id: str) -> HttpResponse:
    """GET /2/users/:id/mentions."""
    params.known_only(request, params.PAGE)
    shape, page = params.shape(request), params.page(request, least=5)
    user = store.account_by_id(params.an_id(user_id, "id"))
    if not user:
        return JsonResponse({"errors": [problems.missing("user", "id", user_id)]})
    found = store.posts(mentioning=user.handle, since=page.since, until=page.until, limit=page.limit + 1)
    return JsonResponse(shapes.timeline(list(found), page.limit, shape))


@gate.endpoint("timeline")
@strict
def get_user_tweets(request: HttpRequest, account: Account, user_id: str) -> HttpResponse:
    """GET /2/users/:id/tweets."""
    params.known_only(request, {"exclude", *params.PAGE})
    shape, page = params.shape(request), params.page(request, least=5)
    left_out = set(filter(None, request.GET.get("exclude", "").split(",")))
    for value in left_out - {"replies", "retweets"}:
        raise InvalidError(
            f"The `exclude` query parameter value [{value}] is not one of [replies,retweets]", exclude=value
        )
    user = store.account_by_id(params.an_id(user_id, "id"))
    if not user:
        return JsonResponse({"errors": [problems.missing("user", "id", user_id)]})
    posts = store.posts(of=user, since=page.since, until=page.until)
    if "replies" in left_out:
        posts = (post for post in posts if not post.reply_to)
    return JsonResponse(shapes.timeline(list(islice(posts, page.limit + 1)), page.limit, shape))


@gate.endpoint("search")
@strict
def search_recent(request: HttpRequest, account: Account) -> HttpResponse:
    """GET /2/tweets/search/recent."""
    params.known_only(request, {"query", "next_token", "sort_order", *params.PAGE})
    shape = params.shape(request)
    page = params.page(request, least=10, token_names=("next_token", "pagination_token"))
    if request.GET.get("sort_order", "recency") not in ("recency", "relevancy"):
        raise InvalidError(
            "The `sort_order` query parameter is not valid", sort_order=request.GET["sort_order"]
        )
    found = searching.recent(request.GET.get("query", ""), page)
    return JsonResponse(shapes.timeline(found, page.limit, shape))


@csrf_exempt
def unknown(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Every other address under /2/."""
    return problems.not_found()
