"""Photos: what comes in is decoded and written anew, so that nothing but the picture is kept."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from engage import images
from engage.images import RefusedPhoto
from ideas.models import Photo
from precincts.models import Participant

logger = logging.getLogger(__name__)

MOST = 3
# Longest side in pixels.
SIZES = {"full": 1600, "small": 640}
STRAY_AFTER = timedelta(days=1)


def keep(*, upload: IO[bytes], size: int, participant: Participant | None, alt: str = "") -> Photo:
    """Keep a picture as a draft's photo. `size` is in bytes. Raises RefusedPhoto."""
    picture = images.decode(upload, size)
    photo = Photo(participant=participant, alt=alt)
    try:
        for name, side in SIZES.items():
            _write(photo, picture, name, side)
        photo.save()
    except BaseException as error:
        # Also what was half written.
        _delete([path_of(photo, name) for name in SIZES])
        if isinstance(error, OSError):
            logger.exception("A photo could not be written")
            raise RefusedPhoto(
                _("We cannot keep photos just now. Go on without it, or try later.")
            ) from error
        raise
    return photo


def _write(photo: Photo, picture: Image.Image, name: str, side: int) -> None:
    smaller = images.within(picture, side)
    if name == "full":
        photo.width, photo.height = smaller.size
    default_storage.save(path_of(photo, name), ContentFile(images.jpeg(smaller)))


def path_of(photo: Photo, size: str) -> str:
    """Where a photo's file lies, relative to the media folder."""
    return f"photos/{photo.command_id}/{photo.key}-{size}.jpg"


def described(rows: Iterable[Photo]) -> list[tuple[bytes, str]]:
    """Each photo with what it shows, to be shown elsewhere too. One whose file is gone is left out."""
    found = []
    for photo in rows:
        with suppress(OSError), default_storage.open(path_of(photo, "full")) as file:
            found.append((file.read(), photo.alt))
    return found


def forget_strays() -> int:
    """Delete the entered command's photos that never became part of an idea."""
    strays = Photo.objects.filter(idea=None, decision=None, created_at__lt=timezone.now() - STRAY_AFTER)
    names = [path_of(photo, size) for photo in strays for size in SIZES]
    count, _by_model = strays.delete()
    # Only once the rows are gone for good: a file without a row is harmless, a row without a file is not.
    transaction.on_commit(lambda: _delete(names))
    return count


def _delete(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)
