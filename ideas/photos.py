"""Photos: what comes in is decoded and written anew, so that nothing but the picture is kept."""

from __future__ import annotations

import logging
from datetime import timedelta
from io import BytesIO
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, UnidentifiedImageError

from ideas.models import Photo
from precincts.models import Participant

logger = logging.getLogger(__name__)

MOST = 3
MOST_BYTES = 10_000_000
MOST_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")  # a JPEG may turn out to be an MPO: that is one too
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
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


def _decode(upload: IO[bytes]) -> Image.Image:
    """The picture, upright and without anything but its pixels."""
    try:
        with Image.open(upload, formats=FORMATS) as opened:
            # Nothing is decoded yet: this is what the file says of itself.
            if opened.width * opened.height > MOST_PIXELS:
                raise RefusedPhoto(_("This photo has too many pixels. Choose a smaller one."))
            upright = _eight_bits(_upright(opened))
            pixels = upright.convert("RGBA") if upright.has_transparency_data else upright.convert("RGB")
            return _on_white(pixels)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise RefusedPhoto(_("This photo has too many pixels. Choose a smaller one.")) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise RefusedPhoto(
            _("This file is not a photo that we can read. Send a JPEG, PNG or WebP.")
        ) from error


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as its EXIF says. A damaged EXIF costs the turn and not the photo."""
    try:
        turn = TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # a parser of any camera's bytes fails in any way
        return picture
    return picture if turn is None else picture.transpose(turn)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Sixteen bits of gray would all become white: Pillow cuts them where it should scale."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def _write(photo: Photo, picture: Image.Image, name: str, side: int) -> None:
    smaller = _within(picture, side)
    if name == "full":
        photo.width, photo.height = smaller.size
    data = BytesIO()
    # A new image from the pixels: no EXIF, no profile, no comment travels along.
    Image.frombytes("RGB", smaller.size, smaller.tobytes()).save(data, "JPEG", quality=82, optimize=True)
    default_storage.save(path_of(photo, name), ContentFile(data.getvalue()))


def _within(picture: Image.Image, side: int) -> Image.Image:
    """The picture with no side longer than this; and none of nothing, however thin it is."""
    longest = max(picture.size)
    if longest <= side:
        return picture
    width, height = (max(1, round(length * side / longest)) for length in picture.size)
    return picture.resize((width, height))


def path_of(photo: Photo, size: str) -> str:
    """Where a photo's file lies, relative to the media folder."""
    return f"photos/{photo.command_id}/{photo.key}-{size}.jpg"


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
