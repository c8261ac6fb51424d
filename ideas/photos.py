"""Photos: what comes in is decoded and written anew, so that nothing but the picture is kept."""

from __future__ import annotations

import warnings
from datetime import timedelta
from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from ideas.models import Photo
from precincts.models import Participant

MOST = 3
MOST_BYTES = 10_000_000
MOST_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "MPO")
# Longest side in pixels.
SIZES = {"full": 1600, "small": 640}
STRAY_AFTER = timedelta(days=1)


class RefusedPhoto(Exception):
    """Not a picture that we take; the message says why, to the person who sent it."""


def keep(*, upload: IO[bytes], size: int, participant: Participant | None, alt: str = "") -> Photo:
    """Keep a picture as a draft's photo. `size` is in bytes. Raises RefusedPhoto."""
    if size > MOST_BYTES:
        raise RefusedPhoto(_("This photo is larger than 10 MB. Choose a smaller one."))
    picture = _decode(upload)
    photo = Photo(participant=participant, width=picture.width, height=picture.height, alt=alt)
    names = [_write(photo, picture, name, side) for name, side in SIZES.items()]
    try:
        photo.save()
    except BaseException:
        _delete(names)
        raise
    return photo


def _decode(upload: IO[bytes]) -> Image.Image:
    """The picture, upright and without anything but its pixels."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(upload, formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise RefusedPhoto(_("This photo has too many pixels. Choose a smaller one."))
                upright = ImageOps.exif_transpose(opened)
                pixels = upright.convert("RGBA") if upright.has_transparency_data else upright.convert("RGB")
                return _on_white(pixels)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise RefusedPhoto(_("This photo has too many pixels. Choose a smaller one.")) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise RefusedPhoto(
            _("This file is not a photo that we can read. Send a JPEG, PNG or WebP.")
        ) from error


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def _write(photo: Photo, picture: Image.Image, name: str, side: int) -> str:
    smaller = ImageOps.contain(picture, (side, side)) if max(picture.size) > side else picture
    if name == "full":
        photo.width, photo.height = smaller.size
    data = BytesIO()
    # A new image from the pixels: no EXIF, no profile, no comment travels along.
    Image.frombytes("RGB", smaller.size, smaller.tobytes()).save(data, "JPEG", quality=82, optimize=True)
    return default_storage.save(path_of(photo, name), ContentFile(data.getvalue()))


def path_of(photo: Photo, size: str) -> str:
    """Where a photo's file lies, relative to the media folder."""
    return f"photos/{photo.command_id}/{photo.key}-{size}.jpg"


def forget_strays() -> int:
    """Delete the entered command's photos that never became part of an idea."""
    strays = Photo.objects.filter(idea=None, created_at__lt=timezone.now() - STRAY_AFTER)
    names = [path_of(photo, size) for photo in strays for size in SIZES]
    count, _by_model = strays.delete()
    # Only once the rows are gone for good: a file without a row is harmless, a row without a file is not.
    transaction.on_commit(lambda: _delete(names))
    return count


def _delete(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)
