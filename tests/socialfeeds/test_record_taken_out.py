"""The record is looked through, taken out as a zip that proves itself, and held where the law asks for it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from precincts import tenancy
from socialfeeds import exporting, forgetting, record
from socialfeeds.exporting import Wanted
from socialfeeds.models import Attachment, Delivery, Kept, LegalHold, Message
from tests.socialfeeds.voice import an_account

pytestmark = pytest.mark.django_db(transaction=True)
PICTURE = b"\xff\xd8 the bytes of a picture"


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def officer(client, make_user):
    user = make_user("records@example.org", role="records_officer")
    client.force_login(user)
    return user


def tell(command, text, *, day=1, account=None, **body):
    at = datetime(2026, 3, day, 12, tzinfo=UTC)
    with tenancy.enter(command):
        record.keep_many(
            [record.Telling(Kept.SAID, account, "delivery:1", {"text": text, "pictures": [], **body}, at)]
        )


def zipped(response):
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def lines(archive):
    return [json.loads(line) for line in archive.read("entries.jsonl").decode().splitlines()]


def test_it_is_shown_newest_first_and_narrowed_by_day_and_account(client, officer, pct_109):
    with tenancy.enter(pct_109):
        account = an_account()
    tell(pct_109, "On the first.", account=account)
    tell(pct_109, "On the second.", day=2)
    page = client.get("/pct-109/desk/record/").content.decode()
    assert page.index("On the second.") < page.index("On the first.")
    assert "2 entries" in page
    page = client.get(f"/pct-109/desk/record/?account={account.pk}&until=2026-03-01").content.decode()
    assert "On the first." in page
    assert "On the second." not in page
    assert f"export/?account={account.pk}&amp;until=2026-03-01" in page
    for query in ("since=2026-03-02&until=2026-03-01", "since=soon", "account=9", "account=x"):
        for place in ("", "export/"):
            assert client.get(f"/pct-109/desk/record/{place}?{query}").status_code == 422
    assert client.get("/pct-109/desk/record/?before=99999999999999999999").status_code == 200


def test_a_long_one_is_read_page_by_page_with_as_many_queries(
    client, officer, pct_109, django_assert_max_num_queries
):
    with tenancy.enter(pct_109):
        account = an_account()
        record.keep_many(
            record.Telling(Kept.HEARD, account, f"mention:{number}", {"text": f"Number {number}."})
            for number in range(60)
        )
    with django_assert_max_num_queries(12):
        first = client.get("/pct-109/desk/record/").content.decode()
    assert "Number 59." in first
    assert "Number 9." not in first
    assert "Number 9." in client.get("/pct-109/desk/record/?before=11").content.decode()


def test_the_zip_has_an_index_every_entry_the_pictures_and_its_own_proof(
    client, officer, pct_109, tmp_path, media
):
    key = "0e6c2f9a-6a53-4a53-9d0c-2b1d1f6f0a01"
    default_storage.save(f"messages/{key}", ContentFile(PICTURE))
    picture = {"key": key, "mime": "image/jpeg", "alt": "A lamp", "sha256": "x"}
    gone = picture | {"key": "0e6c2f9a-6a53-4a53-9d0c-2b1d1f6f0a02"}
    tell(pct_109, "=HYPERLINK(1) <b>", pictures=[picture, gone], author={"email": "a@example.org"})
    tell(pct_109, "Again.", day=2, pictures=[picture])
    archive = zipped(client.get("/pct-109/desk/record/export/"))
    assert archive.testzip() is None
    assert [told["body"]["text"] for told in lines(archive)] == ["=HYPERLINK(1) <b>", "Again."]
    assert archive.read(f"pictures/{key}.jpg") == PICTURE
    assert archive.read("pictures/missing.txt").decode() == f"pictures/{gone['key']}.jpg"
    rows = list(csv.DictReader(io.StringIO(archive.read("index.csv").decode())))
    assert rows[0]["words"] == "'=HYPERLINK(1) <b>"
    assert rows[0]["who"] == "a@example.org"
    assert rows[0]["time"] == "2026-03-01 07:00:00-05:00"
    assert "=HYPERLINK(1) &lt;b&gt;" in archive.read("index.html").decode()
    assert archive.read("anchors.txt").decode() == f"pct-109 2 {lines(archive)[-1]['hash']}\n"

    archive.extractall(tmp_path / "out")

    def verified():
        return subprocess.run([sys.executable, "-I", tmp_path / "out" / "verify.py"], check=False).returncode

    assert verified() == 0
    kept = tmp_path / "out" / "entries.jsonl"
    kept.write_text(kept.read_text().replace("Again.", "Never."))
    assert verified() == 1


def test_headquarters_takes_out_every_command_and_sees_no_other_way_in(
    client, officer, make_user, pct_109, pct_110
):
    tell(pct_109, "Here.")
    tell(pct_110, "There.", day=5)
    page = client.get("/headquarters/record/").content.decode()
    assert "2 entries" in page
    both = zipped(client.get("/headquarters/record/export/"))
    assert [told["slug"] for told in lines(both)] == ["pct-109", "pct-110"]
    one = zipped(client.get("/headquarters/record/export/?command=pct-110&since=2026-03-05"))
    assert [told["body"]["text"] for told in lines(one)] == ["There."]
    assert client.get("/headquarters/record/?command=nowhere").status_code == 422
    assert client.get("/headquarters/record/export/?command=nowhere").status_code == 422
    client.force_login(make_user("commander@example.org", role="commander", command=pct_109))
    assert client.get("/pct-109/desk/record/export/").status_code == 403


def test_what_is_added_meanwhile_is_not_half_of_it(pct_109):
    tell(pct_109, "Before.")
    pieces = exporting.stream(Wanted(pct_109))
    # The first piece is made with the anchors; the rest of a small one comes at the end.
    data = next(pieces)
    tell(pct_109, "Meanwhile.")
    archive = zipfile.ZipFile(io.BytesIO(data + b"".join(pieces)))
    assert len(lines(archive)) == 1


def test_it_is_written_to_a_file_and_never_over_one(pct_109, tmp_path, capsys):
    tell(pct_109, "Here.")
    path = tmp_path / "record.zip"
    call_command("export_record", str(path), command="pct-109")
    assert "1 of 1" in capsys.readouterr().out
    assert len(lines(zipfile.ZipFile(path))) == 1
    with pytest.raises(CommandError, match="there already"):
        call_command("export_record", str(path))
    with pytest.raises(CommandError, match="no command nowhere"):
        call_command("export_record", str(tmp_path / "other.zip"), command="nowhere")


class TestLegalHold:
    def place(self, client, **fields):
        answers = {"name": "Case 4", "reason": "A subpoena.", **fields}
        return client.post("/pct-109/desk/record/holds/", answers)

    def test_it_is_placed_and_lifted_with_a_reason_and_both_are_kept(self, client, officer, pct_109):
        assert self.place(client).status_code == 302
        with tenancy.enter(pct_109):
            hold = LegalHold.objects.get()
        lift = f"/pct-109/desk/record/holds/{hold.pk}/lift/"
        assert client.post(lift, {"because": " "}).status_code == 422
        assert "Case 4" in client.get("/headquarters/record/").content.decode()
        assert client.post(lift, {"because": "Closed."}).status_code == 302
        assert client.post(lift, {"because": "Closed again."}).status_code == 302
        page = client.get("/pct-109/desk/record/holds/").content.decode()
        assert "Somebody has lifted this hold already." in page
        assert "Closed." in page
        assert "Closed again." not in page
        assert page.count(officer.email) >= 2

    @pytest.mark.parametrize(
        "wrong",
        [{"name": ""}, {"reason": ""}, {"since": "2026-02-02", "until": "2026-02-01"}, {"account": "7"}],
    )
    def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
        self, client, officer, pct_109, wrong
    ):
        answer = self.place(client, **{"since": "2026-01-01"} | wrong)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert page.count("usa-form-group--error") == 1
        assert 'value="Case 4"' in page or "name" in wrong

    def test_it_keeps_what_would_be_forgotten(self, client, officer, pct_109, media):
        with tenancy.enter(pct_109):
            account = an_account()
            old = {"status": "withdrawn", "text": "Never said."}
            pictures = [self._picture(Message.objects.create(**old)) for _ in range(3)]
            Delivery.objects.create(message=pictures[0].message, account=account, state="held")
            Delivery.objects.create(message=pictures[2].message, account=account, attempt=1)
            self._picture(Message.objects.create(**old | {"status": "draft"}))
            Message.objects.update(changed_at=timezone.now() - timedelta(days=31))
            self._picture(Message.objects.create(**old))
        self.place(client, account=account.pk)
        # Free: the second alone. The others are held, sent, a draft, or just withdrawn.
        assert self._forget(pct_109) == [pictures[1].pk]
        with tenancy.enter(pct_109):
            record.lift_hold(hold=LegalHold.objects.get(), by=officer, because="Closed.")
        assert self._forget(pct_109) == [pictures[0].pk]
        assert self._forget(pct_109) == []
        assert not default_storage.exists(pictures[0].path)
        assert default_storage.exists(pictures[2].path)

    def test_a_hold_of_a_time_holds_no_other(self, officer, pct_109):
        with tenancy.enter(pct_109):
            day = timezone.now().date()
            record.place_hold(name="x", reason="x", by=officer, until=day - timedelta(days=10))
            now = timezone.now()
            assert not record.held(since=now)
            assert record.held(since=now - timedelta(days=20), until=now)
            assert record.held(since=now - timedelta(days=20))

    def _picture(self, message):
        made = Attachment.objects.create(message=message, mime="image/jpeg", width=1, height=1, size=1)
        default_storage.save(made.path, ContentFile(PICTURE))
        return made

    def _forget(self, command):
        def all_of_them():
            with tenancy.enter(command):
                return set(Attachment.objects.values_list("pk", flat=True))

        before = all_of_them()
        with tenancy.enter(command):
            forgetting.forget_stray_pictures()
        return sorted(before - all_of_them())
