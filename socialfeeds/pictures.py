"""Pictures of a message: kept without metadata, put in order, and made to fit each network.

Called inside tenancy.enter.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from io import BytesIO
from typing import IO
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image

from engage import images
from engage.images import RefusedPhoto
from precincts.models import User
from socialfeeds import drafting
from socialfeeds.models import Attachment, Message
from socialfeeds.networks.base import PictureRules

logger = logging.getLogger(__name__)

MOST = 10
LONGEST, SHORTEST = 2560, 40
QUALITIES = (88, 80, 70)
MIME = "image/jpeg"
ALT_LENGTH = 1000


@dataclass(frozen=True)
class Fitted:
    """A picture that a network takes."""

    data: bytes
    mime: str
    width: int
    height: int


def attach(*, message: Message, by: User, upload: IO[bytes], size: int, alt: str = "") -> Attachment:
    """Keep a picture as the last one of a draft. Raises RefusedPhoto or drafting.Stale."""
    if _is_video(upload):
        raise RefusedPhoto(_("This is a video. Messages take pictures only, so far."))
    picture = images.decode(upload, size)
    if min(picture.size) < SHORTEST:
        raise RefusedPhoto(_("This picture is too small to be seen. Choose a larger one."))
    picture = images.within(picture, LONGEST)
    data = images.jpeg(picture, QUALITIES[0])
    with transaction.atomic():
        row = drafting.touch(message=message, by=by)
        places = list(row.attachments.values_list("place", flat=True))
        if len(places) >= MOST:
            raise RefusedPhoto(_("Ten pictures at most: this one was left out."))
        kept = Attachment.objects.create(
            message=row,
            alt=alt[:ALT_LENGTH],
            mime=MIME,
            width=picture.width,
            height=picture.height,
            size=len(data),
            place=max(places, default=0) + 1,
        )
        _write(kept, data)
    return kept


def _is_video(upload: IO[bytes]) -> bool:
    start = upload.read(16)
    upload.seek(0)
    # MP4 and its kin, Matroska and WebM, AVI, MPEG.
    return (
        start[4:8] == b"ftyp"
        or start.startswith((b"\x1aE\xdf\xa3", b"\x00\x00\x01\xba"))
        or (start.startswith(b"RIFF") and start[8:12] == b"AVI ")
    )


def _write(kept: Attachment, data: bytes) -> None:
    try:
        default_storage.save(kept.path, ContentFile(data))
    except OSError as error:
        logger.exception("A picture could not be written")
        raise RefusedPhoto(_("We cannot keep pictures just now. Go on without it, or try later.")) from error


def remove(*, message: Message, by: User, key: UUID) -> None:
    """Take a picture out of a draft. Raises drafting.Stale."""
    with transaction.atomic():
        row = drafting.touch(message=message, by=by)
        for picture in row.attachments.filter(key=key):
            path = picture.path
            picture.delete()
            # A file without a row is harmless, a row without a file is not.
            transaction.on_commit(lambda path=path: default_storage.delete(path))  # type: ignore[misc]


def earlier(*, message: Message, by: User, key: UUID) -> None:
    """Put a picture of a draft one place earlier. Raises drafting.Stale."""
    with transaction.atomic():
        row = drafting.touch(message=message, by=by)
        order = list(row.attachments.all())
        at = next((number for number, picture in enumerate(order) if picture.key == key), 0)
        if at:
            order[at - 1], order[at] = order[at], order[at - 1]
        for place, picture in enumerate(order, 1):
            row.attachments.filter(pk=picture.pk).update(place=place)


def fit(data: bytes, rules: PictureRules) -> Fitted:
    """The picture, made smaller until the network takes it."""
    with Image.open(BytesIO(data)) as opened:
        mime = opened.get_format_mimetype() or ""
        if len(data) <= rules.bytes and mime in rules.types:
            return Fitted(data, mime, *opened.size)
        picture = opened.convert("RGB")
    while True:
        for quality in QUALITIES:
            made = images.jpeg(picture, quality)
            if len(made) <= rules.bytes or max(picture.size) <= SHORTEST:
                return Fitted(made, MIME, *picture.size)
        picture = images.within(picture, max(picture.size) * 4 // 5)
