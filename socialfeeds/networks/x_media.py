"""Pictures on X: begun, sent, closed, described. Nobody sees one before a post names it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from socialfeeds.networks.base import MayBeSent, NotSent, Picture, PictureRules
from socialfeeds.networks.x_calls import Client, a_dict, call, data

if TYPE_CHECKING:
    from socialfeeds.models import Account

RULES = PictureRules(most=4, bytes=5_000_000, alt=1000)
# X takes no longer piece.
PIECE = 4_000_000


def upload(account: Account, pictures: tuple[Picture, ...]) -> list[str]:
    """X's names of these pictures. Whatever fails here, nothing was posted: NotSent, or a dead token."""
    for picture in pictures[: RULES.most + 1]:
        _check(picture, len(pictures))
    ends = time.monotonic() + settings.X_UPLOAD_SECONDS
    try:
        return [_one(account, picture, ends) for picture in pictures]
    except MayBeSent as error:
        failed = NotSent(_("X did not take a picture, so nothing was posted: %(why)s") % {"why": error})
        failed.raw = error.raw
        raise failed from error


def _check(picture: Picture, number: int) -> None:
    if number > RULES.most:
        raise NotSent(_("X takes %(most)s pictures at most.") % {"most": RULES.most}, permanent=True)
    if picture.mime not in RULES.types or not 0 < len(picture.data) <= RULES.bytes:
        raise NotSent(_("X takes pictures of 5 MB at most, and of the usual types."), permanent=True)


def _one(account: Account, picture: Picture, ends: float) -> str:
    begun = _ask(
        account,
        "initialize",
        ends,
        json={
            "media_type": picture.mime,
            "total_bytes": len(picture.data),
            "media_category": "tweet_image",
        },
    )
    media_id = str(begun.get("id", ""))
    if not media_id.isdecimal():
        raise MayBeSent(_("X answered, but did not say under which number the picture stands."))
    for index, start in enumerate(range(0, len(picture.data), PIECE)):
        piece = picture.data[start : start + PIECE]
        files = {"media": ("picture", piece, "application/octet-stream")}
        _ask(account, f"{media_id}/append", ends, data={"segment_index": str(index)}, files=files)
    _see_that_it_is_ready(_ask(account, f"{media_id}/finalize", ends))
    if picture.alt:
        _describe(account, media_id, picture.alt[: RULES.alt], ends)
    return media_id


def _see_that_it_is_ready(closed: dict[str, Any]) -> None:
    """A picture is ready at once. One that X still works on is sent again later: nobody waits here."""
    processing = a_dict(closed, "processing_info")
    state = processing.get("state", "succeeded")
    if state == "failed":
        words = str(a_dict(processing, "error").get("message", "")) or _("it does not say why")
        raise NotSent(_("X could not read a picture: %(words)s") % {"words": words[:200]}, permanent=True)
    if state != "succeeded":
        raise NotSent(_("X is not done with a picture yet."))


def _describe(account: Account, media_id: str, alt: str, ends: float) -> None:
    described = {"id": media_id, "metadata": {"alt_text": {"text": alt}}}
    _ask(account, "metadata", ends, path="/2/media/metadata", json=described)


def _ask(account: Account, what: str, ends: float, *, path: str = "", **content: Any) -> dict[str, Any]:
    left = ends - time.monotonic()
    if left <= 0:
        raise NotSent(_("The pictures took too long on their way to X. Nothing was posted."))
    client = Client("media", account, seconds=left)
    url = path or f"/2/media/upload/{what}"

    def ask(user_auth: bool) -> Any:
        response = client.session.request("POST", url, **content)
        return response.json() if response.content.strip() else {}

    return a_dict({"data": data(call(ask), dict)}, "data")
