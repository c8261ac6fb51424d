"""Photos: decoded and written anew, refused by what they are, and forgotten where nobody used them."""

import struct
import zipfile
import zlib
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from PIL import Image

from engage import images
from ideas import photos, tasks
from ideas.models import Idea, Photo
from precincts import tenancy
from tests.ideas.pictures import a_photo, bytes_of, exif, shown, status, upload

pytestmark = pytest.mark.django_db
NEW = "/pct-109/ideas/new/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def send(client, *files, **fields):
    """Raise an issue with photos. The text is a new one each time, so that nothing like it is found."""
    text = {"body": f"{uuid4().hex} and {uuid4().hex} at the corner, every day.", "key": uuid4()}
    return client.post(NEW, text | {"photos": list(files)} | fields)


def stored(command):
    with tenancy.enter(command):
        return list(Photo.objects.select_related("command", "idea"))


def opened(photo, size="full"):
    with default_storage.open(photos.path_of(photo, size)) as file:
        return Image.open(BytesIO(file.read()))


def kept(client, command, file):
    """The one photo that became of a file."""
    response = send(client, file)
    assert response.status_code == 302, response.content.decode()
    [photo] = stored(command)
    assert photo.idea_id
    return photo


def refused(client, command, media, file):
    """What the page says of a file that it does not take; and that nothing of it was kept."""
    response = send(client, file)
    assert response.status_code == 422
    assert not stored(command)
    assert not [path for path in media.rglob("*") if path.is_file()]
    with tenancy.enter(command):
        assert not Idea.objects.exists()
    return response.content.decode()


# What is kept


def test_nothing_but_the_picture_is_kept(client, pct_109, media):
    noise = Image.effect_noise((200, 100), 60).convert("RGB")
    data = bytes_of(noise, exif=exif(), comment=b"by SecretPerson", icc_profile=b"SecretProfile" * 20)
    assert b"SecretPhoneMaker" in data
    photo = kept(client, pct_109, upload(data + b"SecretTrailer"))
    files = [path for path in media.rglob("*") if path.is_file()]
    assert len(files) == len(photos.SIZES)
    for path in files:
        assert b"Secret" not in path.read_bytes()
        with Image.open(path) as image:
            assert not image.getexif()
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert opened(photo).size == (200, 100)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright(client, pct_109, orientation):
    """A picture whose top left is red, turned as a camera would, comes out with its top left red."""
    upright = Image.new("RGB", (120, 80), "white")
    upright.paste("red", (0, 0, 40, 30))
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    as_taken = upright.transpose(undo) if undo is not None else upright
    photo = kept(client, pct_109, upload(bytes_of(as_taken, quality=95, exif=exif(orientation))))
    assert (photo.width, photo.height) == (120, 80)
    red, green, _blue = opened(photo).getpixel((15, 15))
    assert red > 200
    assert green < 60
    assert min(opened(photo).getpixel((100, 60))) > 200


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_damaged_exif_costs_the_turn_and_not_the_photo(client, pct_109):
    data = bytes_of(Image.new("RGB", (120, 80)), exif=exif(6))
    start = data.index(b"Exif\0\0") + 6
    damaged = data[: start + 8] + b"\xff" * 60 + data[start + 68 :]
    assert kept(client, pct_109, upload(damaged)).width == 120


@pytest.mark.parametrize(
    ("format", "mode"),
    [
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "LA"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("WEBP", "RGB"),
        ("WEBP", "RGBA"),
        ("GIF", "P"),
        ("MPO", "RGB"),
    ],
)
def test_every_kind_of_picture_becomes_a_jpeg(client, pct_109, format, mode):
    image = Image.new("RGB", (90, 60), "white")
    image.paste("black", (0, 0, 45, 60))
    photo = kept(client, pct_109, upload(bytes_of(image.convert(mode), format), f"a.{format.lower()}"))
    result = opened(photo)
    assert (result.format, result.mode, result.size) == ("JPEG", "RGB", (90, 60))
    assert max(result.getpixel((20, 30))) < 30
    assert min(result.getpixel((70, 30))) > 225


def test_sixteen_bits_of_gray_stay_gray(client, pct_109):
    image = Image.new("I;16", (90, 60), 0x8000)
    assert 120 < opened(kept(client, pct_109, upload(bytes_of(image, "PNG")))).getpixel((9, 9))[0] < 136


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_what_is_transparent_becomes_white(client, pct_109, format):
    image = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    assert min(opened(kept(client, pct_109, upload(bytes_of(image, format)))).getpixel((9, 9))) > 250


def test_a_palette_with_a_transparent_color_becomes_white(client, pct_109):
    image = Image.new("P", (60, 60), 0)
    image.putpalette([0, 0, 0, 255, 0, 0])
    photo = kept(client, pct_109, upload(bytes_of(image, "GIF", transparency=0), "a.gif"))
    assert min(opened(photo).getpixel((9, 9))) > 250


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP"])
def test_of_a_moving_picture_the_first_frame_stays(client, pct_109, format):
    frames = [Image.new("RGB", (60, 60), color) for color in ("red", "lime", "blue")]
    data = bytes_of(frames[0], format, save_all=True, append_images=frames[1:], duration=50)
    result = opened(kept(client, pct_109, upload(data)))
    assert getattr(result, "n_frames", 1) == 1
    red, green, _blue = result.getpixel((30, 30))
    assert red > 200
    assert green < 60


@pytest.mark.parametrize(
    ("size", "full", "small"),
    [
        ((3200, 2400), (1600, 1200), (640, 480)),
        ((2400, 3200), (1200, 1600), (480, 640)),
        ((1000, 500), (1000, 500), (640, 320)),
        ((1, 1), (1, 1), (1, 1)),
        ((5000, 1), (1600, 1), (640, 1)),
        ((1, 5000), (1, 1600), (1, 640)),
    ],
)
def test_a_photo_is_made_no_larger_than_it_is_shown(client, pct_109, size, full, small):
    photo = kept(client, pct_109, upload(bytes_of(Image.new("RGB", size))))
    assert (photo.width, photo.height) == full == opened(photo).size
    assert opened(photo, "small").size == small


def test_the_files_name_says_nothing(client, pct_109):
    photo = kept(client, pct_109, a_photo(name="../../etc/Maria Lopez, 12 Main St.jpg"))
    assert str(photo.key) in photos.path_of(photo, "full")
    assert "Maria" not in " ".join(map(str, vars(photo).values()))


# What is refused


def zipped():
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.jpg", b"x")
    return data.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"<!doctype html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
        zipped(),
        b"",
        b"\x00" * 1000,
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0" + b"<script>alert(1)</script>" * 20,
        b"GIF89a",
        b"GIF89a\x00\x00\x00\x00\x00\x00\x00;",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    ],
    ids=["html", "svg", "pdf", "zip", "empty", "nothing", "start", "polyglot", "gif", "0x0", "png", "webp"],
)
def test_what_is_no_picture_is_refused_by_what_it_holds(client, pct_109, media, data):
    says = refused(client, pct_109, media, upload(data, "holiday.jpg"))
    assert "holiday.jpg" in says
    assert ("not a photo that we can read" in says) or ("too many pixels" in says)


@pytest.mark.parametrize("format", ["BMP", "TIFF", "ICO", "PPM", "TGA", "PDF", "EPS"])
def test_a_picture_of_another_kind_is_refused(client, pct_109, media, format):
    data = bytes_of(Image.new("RGB", (32, 32)), format)
    assert "Send a JPEG, PNG or WebP" in refused(client, pct_109, media, upload(data))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_half_a_picture_is_refused(client, pct_109, media, format, share):
    data = bytes_of(Image.effect_noise((200, 200), 90).convert("RGB"), format)
    refused(client, pct_109, media, upload(data[: int(len(data) * share)]))


def a_huge_png(width, height):
    """A file that says of itself how large it is, and holds next to nothing."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100_000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [8_000, 12_000, 60_000, 2**31 - 1])
def test_a_picture_that_would_unpack_without_end_is_refused_unread(client, pct_109, media, side):
    assert "too many pixels" in refused(client, pct_109, media, upload(a_huge_png(side, side), "b.png"))


def test_text_that_would_unpack_without_end_is_refused(client, pct_109, media):
    bomb = zlib.compress(b"\0" * 50_000_000)
    data = bytes_of(Image.new("RGB", (9, 9)), "PNG")
    text = b"zTXta\0\0" + bomb
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    refused(client, pct_109, media, upload(data[:33] + chunk + data[33:]))


def test_ten_megabytes_and_no_more(client, pct_109, media):
    data = bytes_of(Image.new("RGB", (90, 60)))
    whole = data + b"\0" * (images.MOST_BYTES - len(data))
    assert "larger than 10 MB" in refused(client, pct_109, media, upload(whole + b"\0"))
    assert kept(client, pct_109, upload(whole))


def test_three_photos_and_no_more(client, pct_109, media):
    response = send(client, *[a_photo(name=f"{n}.jpg") for n in range(5)])
    assert response.status_code == 422
    page = response.content.decode()
    assert "Three photos at most: “3.jpg” was left out." in page
    assert page.count('name="photo"') == 3


def test_a_name_that_is_a_tag_is_shown_as_text(client, pct_109):
    page = send(client, upload(b"nothing", "<img src=x onerror=alert(1)>.jpg")).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


@pytest.mark.parametrize("failing", [1, 2])
def test_a_full_disk_is_told_and_leaves_nothing_behind(client, pct_109, media, monkeypatch, failing):
    written, real = [], default_storage._save

    def save(name, content):
        written.append(name)
        path = real(name, content)
        if len(written) == failing:
            raise OSError(28, "No space left on device")
        return path

    monkeypatch.setattr(default_storage._wrapped, "_save", save)
    assert "cannot keep photos just now" in refused(client, pct_109, media, a_photo())


def test_the_text_survives_a_photo_that_is_refused(client, pct_109):
    page = send(
        client, upload(b"no"), body="The lamp is dark & nobody came.", place="Main St"
    ).content.decode()
    assert "The lamp is dark &amp; nobody came." in page
    assert 'value="Main St"' in page


# Whose it is


def draft(client):
    """A photo that was sent with a form which came back; its key."""
    page = send(client, a_photo(), body="short").content.decode()
    return page.split('name="photo" value="')[1].split('"')[0]


def test_photos_of_a_first_sending_by_a_newcomer_all_arrive(client, pct_109):
    """Somebody without a cookie becomes one participant, not one for each photo."""
    assert send(client, *[a_photo(color) for color in ("red", "lime", "blue")]).status_code == 302
    with tenancy.enter(pct_109):
        idea = Idea.objects.get()
        found = list(idea.photos.all())
    assert [photo.position for photo in found] == [0, 1, 2]
    assert {photo.participant_id for photo in found} == {idea.participant_id}
    assert opened(found[1]).getpixel((9, 9))[1] > 200


def test_a_photo_sent_once_need_not_be_sent_again(client, pct_109):
    key = draft(client)
    assert status(client, f"/pct-109/photos/{key}/small.jpg") == 200
    assert send(client, photo=[key]).status_code == 302
    [photo] = stored(pct_109)
    assert (str(photo.key), photo.idea_id is not None) == (key, True)


def test_photos_stay_in_the_order_in_which_they_were_sent(client, pct_109):
    first, second = draft(client), draft(client)
    send(client, a_photo(), photo=[second, first])
    with tenancy.enter(pct_109):
        keys = [str(photo.key) for photo in Idea.objects.get().photos.all()]
    assert keys[:2] == [second, first]
    assert len(keys) == 3


def test_a_photo_can_be_left_out_again(client, pct_109):
    key = draft(client)
    send(client, photo=[key], drop_photo=[key])
    [photo] = stored(pct_109)
    assert photo.idea_id is None


def test_somebody_elses_photo_cannot_be_taken(client, pct_109):
    key = draft(client)
    stranger = Client()
    assert status(stranger, f"/pct-109/photos/{key}/full.jpg") == 404
    assert send(stranger, photo=[key]).status_code == 302
    [photo] = stored(pct_109)
    assert photo.idea_id is None
    draft(stranger)  # with a cookie of its own now
    send(stranger, photo=[key])
    with tenancy.enter(pct_109):
        assert Photo.objects.get(key=key).idea_id is None


def test_a_photo_of_an_idea_cannot_move_to_another(client, pct_109):
    photo = kept(client, pct_109, a_photo())
    send(client, photo=[str(photo.key)])
    assert stored(pct_109)[0].idea_id == photo.idea_id


@pytest.mark.parametrize("key", ["nonsense", "", "5b0b2b1e-6f0c-4c55-9d0e-0d9c6f1f7a11", "\x00", "9" * 400])
def test_a_key_that_is_none_is_passed_over(client, pct_109, key):
    assert send(client, photo=[key], drop_photo=[key]).status_code == 302


# Showing it


def test_who_may_see_the_photo_of_an_issue_that_waits(client, pct_109, pct_110, make_user):
    photo = kept(client, pct_109, a_photo())
    address = f"/pct-109/photos/{photo.key}/full.jpg"
    for email, role, command, expected in [
        ("m@example.org", "moderator", pct_109, 200),
        ("r@example.org", "reviewer", None, 200),
        ("x@example.org", "moderator", pct_110, 404),
        ("n@example.org", None, None, 404),
    ]:
        somebody = Client()
        somebody.force_login(make_user(email, role=role, command=command))
        assert status(somebody, address) == expected, email
    assert status(Client(), address) == 404
    assert status(client, address) == 200
    assert status(client, f"/pct-110/photos/{photo.key}/full.jpg") == 404
    with tenancy.enter(pct_109):
        Idea.objects.update(status="spoken", published_at=timezone.now())
    response = shown(Client().get(address))
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert response.content_shown.startswith(b"\xff\xd8")
    assert shown(Client().head(address)).status_code == 200
    for size in ("huge", "original", "full2"):
        assert status(client, f"/pct-109/photos/{photo.key}/{size}.jpg") == 404


def test_a_photo_whose_file_is_gone_is_not_here(client, pct_109):
    photo = kept(client, pct_109, a_photo())
    default_storage.delete(photos.path_of(photo, "full"))
    assert status(client, f"/pct-109/photos/{photo.key}/full.jpg") == 404
    assert status(client, f"/pct-109/photos/{photo.key}/small.jpg") == 200


# Forgetting


@pytest.mark.django_db(transaction=True)
def test_a_photo_that_nobody_used_is_forgotten_in_a_day(client, pct_109, media):
    mine = kept(client, pct_109, a_photo())
    old, new = draft(client), draft(client)
    with tenancy.enter(pct_109):
        ago = timezone.now() - photos.STRAY_AFTER - timezone.timedelta(minutes=1)
        Photo.objects.filter(key__in=[old, mine.key]).update(created_at=ago)
    tasks.forget_stray_photos()
    assert {str(photo.key) for photo in stored(pct_109)} == {str(mine.key), new}
    names = {path.name for path in media.rglob("*.jpg")}
    assert len(names) == 4
    assert not [name for name in names if old in name]


def test_forgetting_that_is_rolled_back_keeps_the_files(client, pct_109, media):
    key = draft(client)
    with pytest.raises(ZeroDivisionError), tenancy.enter(pct_109):
        Photo.objects.update(created_at=timezone.now() - 2 * photos.STRAY_AFTER)
        assert photos.forget_strays() == 1
        raise ZeroDivisionError
    assert [str(photo.key) for photo in stored(pct_109)] == [key]
    assert len(list(media.rglob("*.jpg"))) == 2
