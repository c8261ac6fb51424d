"""Pictures that were uploaded: in pieces, then closed, then described, then shown by a post."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image

from . import db
from .store import Account, RefusedError

TYPES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
MOST, MOST_BYTES, MOST_PIECE, LONGEST_ALT = 4, 5_000_000, 5_000_000, 1000
DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class Picture:
    """One of them."""

    id: int
    account_id: int
    mime: str
    total: int
    pieces: int
    data: bytes
    ready: bool
    alt: str
    width: int
    height: int

    @property
    def key(self) -> str:
        """X's other name for it: with the number of the kind in front."""
        return f"3_{self.id}"


COLUMNS = "id, account_id, mime, total, pieces, data, ready, alt, width, height"


def begin(account: Account, mime: str, total: int) -> Picture:
    """Room for a picture."""
    with db.writing() as conn:
        media_id = db.new_id(conn)
        conn.execute(
            "INSERT INTO x_media (id, account_id, mime, total, created) VALUES (?, ?, ?, ?, ?)",
            (media_id, account.id, mime, total, db.now_ms()),
        )
    picture = by_id(media_id)
    assert picture
    return picture


def by_id(media_id: int, account: Account | None = None) -> Picture | None:
    """One picture; of this account, where one is given, and not too old to be used."""
    row = (
        db.connection()
        .execute(f"SELECT {COLUMNS}, created FROM x_media WHERE id = ?", (media_id,))  # noqa: S608
        .fetchone()
    )
    if not row or (account and (row["account_id"] != account.id or row["created"] < db.now_ms() - DAY_MS)):
        return None
    return _picture(row)


def _picture(row) -> Picture:  # type: ignore[no-untyped-def]
    found = {name.strip(): row[name.strip()] for name in COLUMNS.split(",")}
    return Picture(**{**found, "ready": bool(row["ready"])})


def append(picture: Picture, index: int, piece: bytes) -> None:
    """The next piece. Pieces come in their order, and not more than was said."""
    if picture.ready or index != picture.pieces or len(picture.data) + len(piece) > picture.total:
        raise RefusedError("media", "The segment is not the next one of this media.")
    with db.writing() as conn:
        conn.execute(
            "UPDATE x_media SET data = ?, pieces = pieces + 1 WHERE id = ?",
            (picture.data + piece, picture.id),
        )


def close(picture: Picture) -> Picture:
    """All pieces are here: it must be what it was said to be."""
    if len(picture.data) != picture.total:
        raise RefusedError("media", "The media is not complete.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(picture.data)) as image:
                image.verify()
            kind, (width, height) = image.format, image.size
    except Exception as error:
        raise RefusedError("media", "The media could not be read.") from error
    if kind != TYPES[picture.mime]:
        raise RefusedError("media", "The media is not of the type that was said.")
    with db.writing() as conn:
        conn.execute(
            "UPDATE x_media SET ready = 1, width = ?, height = ? WHERE id = ?", (width, height, picture.id)
        )
    closed = by_id(picture.id)
    assert closed
    return closed


def describe(picture: Picture, alt: str) -> None:
    """Words for who cannot see it."""
    with db.writing() as conn:
        conn.execute("UPDATE x_media SET alt = ? WHERE id = ?", (alt, picture.id))


def of(post_id: int) -> list[Picture]:
    """A post's pictures, in their order."""
    columns = ", ".join(f"m.{name.strip()}" for name in COLUMNS.split(","))
    rows = db.connection().execute(
        f"SELECT {columns} FROM x_post_media p JOIN x_media m ON m.id = p.media_id"  # noqa: S608
        " WHERE p.post_id = ? ORDER BY p.position",
        (post_id,),
    )
    return [_picture(row) for row in rows]
