"""Pictures that people send: decoded and written anew, so that nothing but the picture is kept."""

from __future__ import annotations

from io import BytesIO
from typing import IO

from django.utils.translation import gettext as _
from PIL import ExifTags, Image, UnidentifiedImageError

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


class RefusedPhoto(Exception):
    """Not a picture that we take; the message says why, to the person who sent it."""


def decode(upload: IO[bytes], size: int) -> Image.Image:
    """The picture of a file of so many bytes, upright and without anything but its pixels.

    Raises RefusedPhoto.
    """
    if size > MOST_BYTES:
        raise RefusedPhoto(_("This photo is larger than 10 MB. Choose a smaller one."))
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


def within(picture: Image.Image, side: int) -> Image.Image:
    """The picture with no side longer than this; and none of nothing, however thin it is."""
    longest = max(picture.size)
    if longest <= side:
        return picture
    width, height = (max(1, round(length * side / longest)) for length in picture.size)
    return picture.resize((width, height))


def jpeg(picture: Image.Image, quality: int = 82) -> bytes:
    """A new image from the pixels: no EXIF, no profile, no comment travels along."""
    data = BytesIO()
    Image.frombytes("RGB", picture.size, picture.tobytes()).save(data, "JPEG", quality=quality, optimize=True)
    return data.getvalue()
