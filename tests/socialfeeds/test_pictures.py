"""Pictures of a message: kept without metadata, described, in order, and never at the cost of the draft."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from precincts import tenancy
from socialfeeds import pictures, releasing
from socialfeeds.models import Attachment, Status
from socialfeeds.networks.base import PictureRules
from tests.socialfeeds import writing
from tests.socialfeeds.voice import an_account
from tests.socialfeeds.writing import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(pct_109, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    writing.use_stand_in(monkeypatch)
    desk = Desk(pct_109)
    with tenancy.enter(pct_109):
        desk.account = an_account().pk
    return desk


def an_image(size=(800, 600), kind="JPEG", color="#468", noise=False, **options):
    data = io.BytesIO()
    image = Image.effect_noise(size, 80).convert("RGB") if noise else Image.new("RGB", size, color)
    image.save(data, kind, **options)
    return data.getvalue()


def a_file(data, name="lamp.jpg", kind="image/jpeg"):
    return SimpleUploadedFile(name, data, kind)


def send(desk, *files, step="picture", at="new/", **fields):
    data = {"step": step, "text": "The lamp.", "when": "now", "accounts": [desk.account], **fields}
    return desk.editor.post(f"{desk.at}{at}", {**data, "pictures": list(files)})


def kept(desk):
    with tenancy.enter(desk.command):
        return list(Attachment.objects.all())


def a_bomb():
    """A PNG that says it has more pixels than anybody can hold."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_is_written_anew(desk, kind):
    response = send(desk, a_file(an_image(kind=kind), f"lamp.{kind.lower()}", f"image/{kind.lower()}"))
    assert response.url.endswith("/edit/#pictures")
    [picture] = kept(desk)
    assert (picture.mime, picture.width, picture.height) == ("image/jpeg", 800, 600)
    page = desk.editor.get(response.url).content.decode()
    assert f"alt-{picture.key}" in page
    shown = desk.moderator.get(f"{desk.at}pictures/{picture.key}/")
    assert shown["Content-Type"] == "image/jpeg"
    assert len(b"".join(shown.streaming_content)) == picture.size


def test_it_stands_upright_and_tells_nothing_of_where_it_was_taken(desk):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned
    exif[0x010E] = "At the home of somebody"
    send(desk, a_file(an_image(exif=exif)))
    [picture] = kept(desk)
    assert (picture.width, picture.height) == (600, 800)
    with default_storage.open(picture.path) as file:
        data = file.read()
    assert b"somebody" not in data
    assert not Image.open(io.BytesIO(data)).getexif()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: a_file(b"\xff\xd8" + b"0" * 40_000_000), "larger than 10 MB"),
        (lambda: a_file(b"\0\0\0\x18ftypmp42" + b"0" * 100, "clip.mp4", "video/mp4"), "This is a video"),
        (lambda: a_file(b"\x1aE\xdf\xa3" + b"0" * 100, "clip.webm", "video/webm"), "This is a video"),
        (lambda: a_file(b"not a picture"), "not a photo that we can read"),
        (lambda: a_file(an_image()[:2000] + b"0" * 50), "not a photo that we can read"),
        (lambda: a_file(b""), "not a photo that we can read"),
        (lambda: a_file(an_image((1, 1))), "too small"),
        (lambda: a_file(a_bomb(), "bomb.png", "image/png"), "too many pixels"),
    ],
    ids=["40 MB", "mp4", "webm", "text", "broken", "empty", "1 pixel", "bomb"],
)
def test_what_is_no_picture_is_said_so_and_the_draft_is_there(desk, make, words):
    response = send(desk, make(), step="release")
    html = response.content.decode()
    assert response.status_code == 422
    assert words in html
    assert "The lamp." in html
    assert kept(desk) == []
    assert (desk.message().text, desk.message().status) == ("The lamp.", Status.DRAFT)


def test_it_goes_out_only_with_words_for_who_cannot_see_it(desk):
    send(desk, a_file(an_image()))
    [picture] = kept(desk)
    at = f"{desk.message().pk}/edit/"
    response = send(desk, step="release", at=at)
    assert response.status_code == 422
    assert "Say of each picture what it shows" in response.content.decode()
    too_long = send(desk, step="save", at=at, **{f"alt-{picture.key}": "a" * 1001})
    assert too_long.status_code == 422
    # What a picture is said to show is read by the guardrails too.
    blocked = send(desk, step="release", at=at, **{f"alt-{picture.key}": "A suspect"})
    assert "Named suspects" in blocked.content.decode()
    assert send(desk, step="release", at=at, **{f"alt-{picture.key}": "A lamp"}).status_code == 302
    assert (desk.message().status, kept(desk)[0].alt) == (Status.RELEASED, "A lamp")


def test_pictures_are_put_in_order_and_taken_out(desk):
    send(desk, *(a_file(an_image((100 + n, 100)), f"{n}.jpg") for n in range(3)))
    at = f"{desk.message().pk}/edit/"
    first, second, third = kept(desk)
    send(desk, step=f"earlier:{third.key}", at=at)
    assert [one.width for one in kept(desk)] == [100, 102, 101]
    send(desk, step=f"remove:{first.key}", at=at)
    assert [one.width for one in kept(desk)] == [102, 101]
    for nonsense in ("remove:x", f"remove:{first.key}", "earlier:"):
        assert send(desk, step=nonsense, at=at).status_code == 302
    assert len(kept(desk)) == 2
    assert second.key in {one.key for one in kept(desk)}


def test_a_network_takes_so_many_and_a_message_ten(desk):
    send(desk, *(a_file(an_image((50, 50)), f"{n}.jpg") for n in range(5)))
    at = f"{desk.message().pk}/edit/"
    html = send(desk, step="release", at=at).content.decode()
    assert "X takes 4 pictures on a post" in html
    html = send(desk, *(a_file(an_image((50, 50))) for _ in range(6)), at=at).content.decode()
    assert "Ten pictures at most" in html
    assert len(kept(desk)) == 10


def test_nothing_is_added_to_what_is_released(desk):
    message = desk.draft()
    desk.do(releasing.release, message, "editor")
    assert send(desk, a_file(an_image()), at=f"{message.pk}/edit/").status_code == 409
    assert kept(desk) == []


def test_a_picture_is_made_to_fit_each_network():
    data = an_image((2400, 2400), noise=True, quality=95)
    assert len(data) > 1_000_000
    fitted = pictures.fit(data, PictureRules(most=4, bytes=1_000_000, alt=1000))
    assert len(fitted.data) <= 1_000_000
    assert Image.open(io.BytesIO(fitted.data)).size == (fitted.width, fitted.height)
    whole = pictures.fit(data, PictureRules(most=4, bytes=50_000_000, alt=1000))
    assert whole.data == data
    png = an_image((50, 50), "PNG")
    only_jpeg = PictureRules(most=1, bytes=1_000_000, alt=10, types=("image/jpeg",))
    assert pictures.fit(png, only_jpeg).mime == "image/jpeg"
