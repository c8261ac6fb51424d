"""Mastodon's API, the part of it that Engage speaks. An unknown parameter is an error here."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from . import gate, shapes, store
from .store import Account, Bounds, RefusedError, Status

BOUNDS = {"limit", "max_id", "since_id", "min_id"}
POSTING = {"status", "in_reply_to_id", "media_ids[]", "visibility", "sensitive", "language", "spoiler_text"}
BIGGEST = 2**63 - 1


def _known(request: HttpRequest, *names: str) -> None:
    for name in {*request.GET, *request.POST} - set(names):
        raise RefusedError(422, f"The sandbox does not know the parameter {name}")


def _number(text: str, name: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text[:20]) > BIGGEST:
        raise RefusedError(422, f"{name} is not a number")
    return int(text)


def _bounds(request: HttpRequest, most: int = 40) -> Bounds:
    given = {name: _number(request.GET[name], name) for name in BOUNDS if name in request.GET}
    return Bounds(
        limit=max(1, min(given.get("limit", 20), most)),
        before=given.get("max_id", 0),
        since=given.get("since_id", 0),
        least=given.get("min_id", 0),
    )


def _found(status_id: str) -> Status:
    found = store.status_by(_number(status_id, "id")) if status_id.isdecimal() else None
    if not found:
        raise RefusedError(404, "Record not found")
    return found


def _list(request: HttpRequest, found: list[Status]) -> HttpResponse:
    at = shapes.base(request)
    return JsonResponse([shapes.status(one, at) for one in found], safe=False)


def instance(request: HttpRequest) -> HttpResponse:
    """GET /api/v2/instance: for anybody."""
    return JsonResponse(shapes.instance())


@gate.endpoint("read:accounts")
def verify_credentials(request: HttpRequest, account: Account) -> HttpResponse:
    """GET /api/v1/accounts/verify_credentials."""
    return JsonResponse(shapes.account(account, shapes.base(request)))


@gate.endpoint("read:statuses")
def account_statuses(request: HttpRequest, account: Account, account_id: str) -> HttpResponse:
    """GET /api/v1/accounts/:id/statuses. Nothing is shared here, so nothing has to be left out."""
    _known(request, *BOUNDS, "exclude_reblogs", "exclude_replies")
    found = store.account_by(_number(account_id, "id")) if account_id.isdecimal() else None
    if not found:
        raise RefusedError(404, "Record not found")
    return _list(request, store.statuses(store.OF, found.id, bounds=_bounds(request)))


@gate.endpoint("write:statuses")
def create_status(request: HttpRequest, account: Account) -> HttpResponse:
    """POST /api/v1/statuses, with the key of the attempt in a header."""
    if "scheduled_at" in request.POST:
        raise RefusedError(
            422, "The sandbox schedules nothing: of what is scheduled no server honours the key"
        )
    _known(request, *POSTING)
    given = request.POST
    made = store.publish(
        account,
        given.get("status", ""),
        key=request.headers.get("Idempotency-Key", ""),
        visibility=given.get("visibility", "public"),
        reply_to=_number(given["in_reply_to_id"], "in_reply_to_id") if given.get("in_reply_to_id") else None,
        media=[_number(one, "media_ids") for one in given.getlist("media_ids[]")],
    )
    return JsonResponse(shapes.status(made, shapes.base(request)))


@gate.endpoint("read:statuses")
def several(request: HttpRequest, account: Account) -> HttpResponse:
    """GET /api/v1/statuses?id[]=…: those that are there."""
    _known(request, "id[]")
    numbers = [_number(one, "id") for one in request.GET.getlist("id[]")[:20]]
    return _list(request, [found for one in numbers if (found := store.status_by(one))])


@gate.endpoint("read:statuses")
def get_status(request: HttpRequest, account: Account, status_id: str) -> HttpResponse:
    """GET /api/v1/statuses/:id."""
    return JsonResponse(shapes.status(_found(status_id), shapes.base(request)))


@gate.endpoint("write:statuses", "mastodon_delete")
def delete_status(request: HttpRequest, account: Account, status_id: str) -> HttpResponse:
    """DELETE /api/v1/statuses/:id: one's own."""
    found = _found(status_id)
    if found.account.id != account.id:
        raise RefusedError(404, "Record not found")
    body = {**shapes.status(found, shapes.base(request)), "text": found.text}
    store.delete(found)
    return JsonResponse(body)


@gate.endpoint("read:statuses")
def context(request: HttpRequest, account: Account, status_id: str) -> HttpResponse:
    """GET /api/v1/statuses/:id/context."""
    at = shapes.base(request)
    above, below = store.thread(_found(status_id))
    return JsonResponse(
        {
            "ancestors": [shapes.status(one, at) for one in above],
            "descendants": [shapes.status(one, at) for one in below],
        }
    )


@gate.endpoint("write:media", "mastodon_media")
def create_media(request: HttpRequest, account: Account) -> HttpResponse:
    """POST /api/v2/media: 202 where it is not ready yet."""
    _known(request, "description", "focus")
    source = request.FILES.get("file")
    if not source:
        raise RefusedError(422, "Validation failed: File can't be blank")
    made = store.add_media(account, source.read(), request.POST.get("description", ""))
    body = shapes.media(made, shapes.base(request))
    return JsonResponse(body, status=202 if made.looks_left else 200)


@gate.endpoint("write:media")
def get_media(request: HttpRequest, account: Account, media_id: str) -> HttpResponse:
    """GET /api/v1/media/:id: 206 while it is worked on."""
    found = store.media_by(_number(media_id, "id"), account)
    if not found or found.status:
        raise RefusedError(404, "Record not found")
    store.look_at(found)
    return JsonResponse(shapes.media(found, shapes.base(request)), status=206 if found.looks_left else 200)


@gate.endpoint("read:notifications")
def notifications(request: HttpRequest, account: Account) -> HttpResponse:
    """GET /api/v1/notifications. Here there are mentions alone."""
    _known(request, *BOUNDS, "types[]")
    wanted = request.GET.getlist("types[]")
    at = shapes.base(request)
    found = store.notifications(account, _bounds(request, 80)) if "mention" in (wanted or ["mention"]) else []
    return JsonResponse([shapes.notification(number, one, at) for number, one in found], safe=False)


@gate.endpoint("read:statuses")
def tag_timeline(request: HttpRequest, account: Account, tag: str) -> HttpResponse:
    """GET /api/v1/timelines/tag/:tag."""
    _known(request, *BOUNDS)
    return _list(request, store.statuses(store.TAGGED, tag.lower(), bounds=_bounds(request)))


@gate.endpoint("read:search")
def search(request: HttpRequest, account: Account) -> HttpResponse:
    """GET /api/v2/search?type=statuses. Many servers have none; this one where it is switched on."""
    _known(request, *BOUNDS, "q", "type", "resolve")
    if not store.switches()["search"]:
        raise RefusedError(404, "Record not found")
    if request.GET.get("type") != "statuses":
        raise RefusedError(422, "The sandbox finds posts alone: type=statuses")
    found = store.statuses(store.WITH_WORDS, request.GET.get("q", ""), bounds=_bounds(request))
    at = shapes.base(request)
    body: dict[str, Any] = {"accounts": [], "hashtags": []}
    return JsonResponse({**body, "statuses": [shapes.status(one, at) for one in found]})


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """No such address."""
    return gate.error(404, "The page you are looking for isn't here.")
