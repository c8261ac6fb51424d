"""The Graph, the part of it that Engage speaks. An unknown parameter or field is an error here."""

import json
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from .. import settings
from . import gate, shapes, store
from .store import Object, Page, RefusedError, Token

VERSION = "v26.0"
MOST = 100
ATTACHED = re.compile(r"attached_media\[(\d{1,2})\]\Z")
ALWAYS = {"access_token", "appsecret_proof"}
LIST = {"fields", "limit", "after", "since"}


@csrf_exempt
def call(request: HttpRequest, path: str) -> HttpResponse:
    """All of the Graph's addresses."""
    path = path.strip("/")
    try:
        if path == "oauth/access_token":
            return _access_token(request)
        return gate.through(request, lambda token: _careful(request, token, path))
    except RefusedError as refused:
        return gate.refusal(refused)


def _careful(request: HttpRequest, token: Token, path: str) -> HttpResponse:
    """A refusal inside, where a fault can see it."""
    try:
        return _route(request, token, path)
    except RefusedError as refused:
        return gate.refusal(refused)


def _route(request: HttpRequest, token: Token, path: str) -> HttpResponse:
    node, _, edge = path.partition("/")
    if node == "me":
        return _me(request, token, edge)
    page = store.page_by(token.page) if token.page else None
    if not page:
        raise RefusedError(200, "(#200) A Page access token is required")
    work = ROUTES.get((request.method or "", edge))
    if edge in {"feed", "photos", "tagged"} or node == str(page.id):
        if node != str(page.id):
            raise RefusedError(200, "(#200) The token is another Page's")
        work = PAGE_ROUTES.get((request.method or "", edge))
        found: Any = page
    elif not node and request.method == "GET":
        return _several(request)
    else:
        found = _object(node)
    if not work:
        raise RefusedError(100, f"Unsupported {(request.method or '').lower()} request.", 33)
    return work(request, page, found)


def _object(name: str) -> Object:
    found = store.object_by(name)
    if not found:
        words = (
            f"Unsupported request. Object with ID '{name}' does not exist, cannot be loaded due to missing"
            " permissions, or does not support this operation."
        )
        raise RefusedError(100, words, 33)
    return found


def _known(request: HttpRequest, *names: str) -> dict[str, str]:
    """The parameters, if all of them are known here."""
    given = gate.given(request)
    for name in given.keys() - ALWAYS - set(names):
        raise RefusedError(100, f"(#100) Param {name} is not known here")
    return given


def _number(given: dict[str, str], name: str, usual: int, most: int) -> int:
    text = given.get(name, str(usual))
    if not text.isascii() or not text.isdecimal() or int(text[:20]) > most:
        raise RefusedError(100, f"(#100) Param {name} must be a number from 0 to {most}")
    return int(text)


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/facebook")


def _json(body: Any) -> HttpResponse:
    return JsonResponse(body)


# --- tokens ----------------------------------------------------------------------------------------------


def _access_token(request: HttpRequest) -> HttpResponse:
    """A code for a short token, or a short one for a long one."""
    given = gate.given(request)
    if (given.get("client_id"), given.get("client_secret")) != (
        settings.FACEBOOK_APP_ID,
        settings.FACEBOOK_APP_SECRET,
    ):
        raise RefusedError(101, "Error validating application. Cannot get application info.")
    if given.get("grant_type") == "fb_exchange_token":
        short = store.token_by(given.get("fb_exchange_token", ""))
        if not short or short.dead or short.page:
            raise RefusedError(190, "Invalid OAuth access token - Cannot parse access token")
        made, lasts = store.new_token("long", short.person), 5_184_000
    else:
        who = store.use_code(given.get("code", ""), given.get("redirect_uri", ""))
        made, lasts = store.new_token("short", who), 3600
    return _json({"access_token": made, "token_type": "bearer", "expires_in": lasts})


def _me(request: HttpRequest, token: Token, edge: str) -> HttpResponse:
    given = _known(request, *LIST)
    wanted = shapes.fields(given.get("fields", "id,name"))
    page = store.page_by(token.page) if token.page else None
    if request.method != "GET" or edge not in {"", "accounts"} or (page and edge):
        raise RefusedError(100, "Unsupported request.", 33)
    if page:
        return _json(shapes.page(page, wanted))
    if not edge:
        if wanted.keys() - {"id", "name"}:
            raise RefusedError(100, "(#100) Tried accessing nonexisting field on node type (User)")
        return _json({"id": str(token.person)})
    if token.kind != "long":
        raise RefusedError(190, "The sandbox gives Pages' tokens for a long-lived token alone: others end.")
    pages = [
        shapes.page(
            one,
            wanted,
            access_token=store.new_token("page", token.person, one.id),
            tasks=["MODERATE", "CREATE_CONTENT", "MANAGE"],
        )
        for one in store.pages_of(token.person)
    ]
    return _json({"data": pages})


# --- a Page ----------------------------------------------------------------------------------------------


def _page(request: HttpRequest, page: Page, found: Page) -> HttpResponse:
    given = _known(request, "fields")
    return _json(shapes.page(page, shapes.fields(given.get("fields", "id,name"))))


def _photos(request: HttpRequest, page: Page, found: Page) -> HttpResponse:
    given = _known(request, "published", "temporary", "alt_text_custom")
    source = request.FILES.get("source")
    if given.get("published") != "false":
        raise RefusedError(100, "(#100) The sandbox takes photos with published=false alone")
    if not source:
        raise RefusedError(324, "(#324) Missing or invalid image file")
    return _json({"id": str(store.add_photo(page, source.read(), given.get("alt_text_custom", "")))})


def _publish(request: HttpRequest, page: Page, found: Page) -> HttpResponse:
    places = {name: int(match[1]) for name in request.POST if (match := ATTACHED.match(name))}
    given = _known(request, "message", *places)
    photos = [_media(given[name]) for name in sorted(places, key=lambda name: places[name])]
    return _json({"id": store.publish(page, given.get("message", ""), photos=photos).name})


def _media(text: str) -> int:
    try:
        return int(json.loads(text)["media_fbid"])
    except (ValueError, TypeError, KeyError) as error:
        raise RefusedError(100, "(#100) Param attached_media must be an object with media_fbid") from error


def _feed(request: HttpRequest, page: Page, found: Page) -> HttpResponse:
    return _list(request, store.ON_WALL, page.id, newest_first=True, names=LIST)


def _tagged(request: HttpRequest, page: Page, found: Page) -> HttpResponse:
    return _list(request, store.TAGGING, page.id, newest_first=True, names=LIST)


def _list(
    request: HttpRequest, which: str, *values: Any, newest_first: bool, names: set[str]
) -> HttpResponse:
    given = _known(request, *names)
    limit = max(_number(given, "limit", 25, MOST), 1)
    found = store.listed(
        which,
        *values,
        newest_first=newest_first,
        since=_number(given, "since", 0, 2**40) * 1000,
        after=_number(given, "after", 0, 2**63 - 1),
        limit=limit + 1,
    )
    wanted = shapes.fields(given.get("fields", "id,created_time,message"))
    shown = found[:limit]
    body: dict[str, Any] = {"data": [shapes.thing(one, wanted, _base(request)) for one in shown]}
    if shown:
        body["paging"] = {"cursors": {"before": str(shown[0].id), "after": str(shown[-1].id)}}
        if len(found) > limit:
            body["paging"]["next"] = request.build_absolute_uri()
    return _json(body)


# --- posts and comments ----------------------------------------------------------------------------------


def _comments(request: HttpRequest, page: Page, found: Object) -> HttpResponse:
    given = gate.given(request)
    order, stream = given.get("order", "chronological"), given.get("filter", "toplevel") == "stream"
    if order not in {"chronological", "reverse_chronological"}:
        raise RefusedError(100, "(#100) Param order must be one of {chronological, reverse_chronological}")
    which, values = (store.UNDER, [found.id]) if stream else (store.RIGHT_UNDER, [found.id] * 2)
    names = LIST | {"filter", "order"}
    return _list(request, which, *values, newest_first=order != "chronological", names=names)


def _comment(request: HttpRequest, page: Page, found: Object) -> HttpResponse:
    given = _known(request, "message", "attachment_id")
    photos = [_number(given, "attachment_id", 0, 2**63 - 1)] if "attachment_id" in given else []
    return _json({"id": store.publish(page, given.get("message", ""), under=found, photos=photos).name})


def _thing(request: HttpRequest, page: Page, found: Object) -> HttpResponse:
    given = _known(request, "fields")
    wanted = shapes.fields(given.get("fields", "id,created_time,message"))
    return _json(shapes.thing(found, wanted, _base(request)))


def _several(request: HttpRequest) -> HttpResponse:
    """`?ids=`: all of them, or none."""
    given = _known(request, "ids", "fields")
    names = [name for name in given.get("ids", "").split(",") if name]
    if not 0 < len(names) <= 50:
        raise RefusedError(100, "(#100) Param ids must hold 1 to 50 names")
    missing = [name for name in names if not store.object_by(name)]
    if missing:
        words = f"(#803) Some of the aliases you requested do not exist: {','.join(missing)}"
        raise RefusedError(803, words)
    wanted = shapes.fields(given.get("fields", "id"))
    return _json({name: shapes.thing(_object(name), wanted, _base(request)) for name in names})


def _hide(request: HttpRequest, page: Page, found: Object) -> HttpResponse:
    given = _known(request, "is_hidden")
    if given.get("is_hidden") not in {"true", "false"}:
        raise RefusedError(100, "(#100) Param is_hidden must be a boolean")
    if not found.post or found.wall != page.id or found.author == page.id:
        raise RefusedError(200, "(#200) Only what others wrote under the Page's posts can be hidden")
    store.change(found, hidden=int(given["is_hidden"] == "true"))
    return _json({"success": True})


def _delete(request: HttpRequest, page: Page, found: Object) -> HttpResponse:
    _known(request)
    if page.id not in {found.author, found.wall}:
        raise RefusedError(200, "(#200) This is another's")
    store.delete(found)
    return _json({"success": True})


Work = Callable[[HttpRequest, Page, Any], HttpResponse]
PAGE_ROUTES: dict[tuple[str, str], Work] = {
    ("GET", ""): _page,
    ("GET", "feed"): _feed,
    ("POST", "feed"): _publish,
    ("POST", "photos"): _photos,
    ("GET", "tagged"): _tagged,
}
ROUTES: dict[tuple[str, str], Work] = {
    ("GET", ""): _thing,
    ("POST", ""): _hide,
    ("DELETE", ""): _delete,
    ("GET", "comments"): _comments,
    ("POST", "comments"): _comment,
}
