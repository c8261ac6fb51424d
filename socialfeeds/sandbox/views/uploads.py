"""Uploading a picture through the API, and showing it to people."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from .. import gate, params, pictures
from ..params import InvalidError
from ..pictures import Picture
from ..store import Account, RefusedError
from .api import read_json, strict

BEGIN_FIELDS = {"media_type", "total_bytes", "media_category", "additional_owners", "shared"}


@gate.endpoint("media", "media.write")
@strict
def begin(request: HttpRequest, account: Account) -> HttpResponse:
    """POST /2/media/upload/initialize."""
    body = read_json(request)
    for name in body.keys() - BEGIN_FIELDS:
        raise InvalidError(f"[{name}] is not defined in the schema", **{name: body[name]})
    mime, total = body.get("media_type"), body.get("total_bytes")
    if mime not in pictures.TYPES or body.get("media_category") not in ("tweet_image", "tweet_gif"):
        raise InvalidError("The media type or category is not one of an image", media_type=mime)
    if not isinstance(total, int) or isinstance(total, bool) or not 0 < total <= pictures.MOST_BYTES:
        raise InvalidError("The `total_bytes` field is not a size that an image can have", total_bytes=total)
    return JsonResponse({"data": _shown(pictures.begin(account, mime, total))})


@gate.endpoint("media", "media.write")
@strict
def append(request: HttpRequest, account: Account, media_id: str) -> HttpResponse:
    """POST /2/media/upload/:id/append, as a form with `media` and `segment_index`."""
    picture = _theirs(account, media_id)
    index, piece = request.POST.get("segment_index", ""), request.FILES.get("media")
    if not index.isascii() or not index.isdecimal() or int(index[:4]) > 999:
        raise InvalidError("The `segment_index` field is not valid", segment_index=index)
    if piece is None or (piece.size or 0) > pictures.MOST_PIECE:
        raise InvalidError("The `media` field is missing, or longer than 5 MB", media="")
    _or_400(pictures.append, picture, int(index), piece.read())
    return JsonResponse({"data": {"expires_at": pictures.DAY_MS // 1000}})


@gate.endpoint("media", "media.write")
@strict
def close(request: HttpRequest, account: Account, media_id: str) -> HttpResponse:
    """POST /2/media/upload/:id/finalize."""
    return JsonResponse({"data": _shown(_or_400(pictures.close, _theirs(account, media_id)))})


@gate.endpoint("media", "media.write")
@strict
def describe(request: HttpRequest, account: Account) -> HttpResponse:
    """POST /2/media/metadata."""
    body = read_json(request)
    metadata = body.get("metadata")
    alt = metadata.get("alt_text") if isinstance(metadata, dict) else None
    text = alt.get("text") if isinstance(alt, dict) else None
    if body.keys() != {"id", "metadata"} or not isinstance(body["id"], str) or not isinstance(text, str):
        raise InvalidError("The `metadata` field is not valid", metadata=metadata)
    if len(text) > pictures.LONGEST_ALT:
        raise InvalidError("The alt text is longer than 1000 characters", metadata=metadata)
    picture = _theirs(account, body["id"])
    pictures.describe(picture, text)
    described = {"id": str(picture.id), "associated_metadata": {"alt_text": {"text": text}}}
    return JsonResponse({"data": described})


@require_GET
def show(request: HttpRequest, media_id: int) -> HttpResponse:
    """The picture itself, for the pages."""
    picture = pictures.by_id(media_id) if media_id <= params.BIGGEST_ID else None
    if not picture or not picture.ready:
        raise Http404
    return HttpResponse(picture.data, content_type=picture.mime)


def _theirs(account: Account, media_id: str) -> Picture:
    picture = pictures.by_id(params.an_id(media_id, "id"), account)
    if not picture:
        raise InvalidError("Your media IDs are invalid.", id=media_id)
    return picture


def _or_400(work: Any, *args: Any) -> Any:
    try:
        return work(*args)
    except RefusedError as error:
        raise InvalidError(error.detail, media="") from error


def _shown(picture: Picture) -> dict[str, Any]:
    body: dict[str, Any] = {"id": str(picture.id), "media_key": picture.key}
    if picture.ready:
        body["size"] = picture.total
    return {**body, "expires_after_secs": pictures.DAY_MS // 1000}
