"""The record: kept in the transaction of what it tells, one after the other, and no change goes unseen."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from precincts import tenancy
from socialfeeds import record
from socialfeeds.models import Did, Kept, Message, MessageStep, RecordEntry
from tests.conftest import owner
from tests.socialfeeds.voice import an_account

pytestmark = pytest.mark.django_db(transaction=True)

HARD = {"whole": 1.0, "part": 0.1, "big": 10**30, "far": 1e22, "odd": "\x00\ud800 警察 <b>", "none": None}


def entries(command):
    with tenancy.enter(command):
        return list(RecordEntry.objects.all())


def say(command, *words):
    with tenancy.enter(command):
        for each in words:
            record.keep(Kept.SAID, account=None, about="delivery:1", body={"text": each})


def verify(**options):
    """The exit status, and all that was printed."""
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_record", stdout=out, stderr=err, **options)
    except CommandError as error:
        return error.returncode, out.getvalue() + err.getvalue() + str(error)
    return 0, out.getvalue() + err.getvalue()


def damage(*statements):
    """As somebody does who owns the database: the walls are opened, and closed behind them."""
    held = owner()
    with held.cursor() as cursor:
        for table in ("socialfeeds_recordentry", "socialfeeds_recordhead"):
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        for statement in statements:
            cursor.execute(statement)
        for table in ("socialfeeds_recordentry", "socialfeeds_recordhead"):
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    held.close()


def test_an_entry_stands_exactly_where_what_it_tells_stands(pct_109):
    say(pct_109, "One.", "Two.")
    with pytest.raises(RuntimeError), tenancy.enter(pct_109):
        record.keep(Kept.SAID, account=None, about="delivery:1", body={"text": "Never."})
        raise RuntimeError
    with tenancy.enter(pct_109):
        try:
            with transaction.atomic():
                record.keep(Kept.SAID, account=None, about="delivery:1", body={"text": "Nor this."})
                raise RuntimeError
        except RuntimeError:
            record.keep(Kept.GONE, account=an_account(), about="mention:5", body=HARD)
    rows = entries(pct_109)
    assert [(row.number, row.kind) for row in rows] == [(1, "said"), (2, "said"), (3, "gone")]
    assert [row.previous for row in rows] == ["", rows[0].hash, rows[1].hash]
    status, printed = verify()
    assert status == 0
    assert printed.startswith("The record is whole: 3 entries at ")


def test_every_step_of_a_message_is_kept_with_its_words(pct_109, make_user):
    writer = make_user()
    with tenancy.enter(pct_109):
        message = Message.objects.create(text="As it was.", author=writer)
        MessageStep.objects.create(message=message, did=Did.APPROVED, by=writer, version=1, reason="Fine.")
        message.text = "As it left."
        message.save()
    (entry,) = entries(pct_109)
    assert (entry.kind, entry.about) == ("step", f"message:{message.pk}")
    assert entry.body["by"] == {"id": writer.pk, "email": writer.email}
    assert (entry.body["did"], entry.body["reason"], entry.body["text"]) == (
        "approved",
        "Fine.",
        "As it left.",
    )


def test_nobody_who_runs_engage_can_change_it(pct_109):
    say(pct_109, "One.")
    for change in (
        lambda rows: rows.update(about="x"),
        lambda rows: rows.delete(),
    ):
        with pytest.raises(ProgrammingError), tenancy.enter(pct_109):
            change(RecordEntry.objects.all())


def test_many_at_once_make_one_chain(pct_109, pct_110):
    def run(number):
        for command in (pct_109, pct_110):
            say(command, *[f"{number}" for _ in range(5)])
        connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [row.number for row in entries(pct_109)] == list(range(1, 31))
    assert verify()[0] == 0


def test_a_great_many_are_kept_fast_and_checked_in_steady_memory(pct_109):
    body = {"text": "Nobody answers at Main St & 39th Ave. " * 4, "raw": {"id": "1", "counts": [1, 2, 3]}}
    began = time.monotonic()
    with tenancy.enter(pct_109):
        account = an_account()
        record.keep_many(
            record.Telling(Kept.HEARD, account, f"mention:{number}", body) for number in range(3000)
        )
    # bench/record.py measures; this only notices when something is wrong by ten times.
    assert time.monotonic() - began < 10
    assert verify(command="pct-109")[0] == 0


class TestDamage:
    """Each way to change it, as the owner of the database does it."""

    @pytest.fixture(autouse=True)
    def said(self, pct_109):
        say(pct_109, *[f"Number {number}." for number in range(1, 8)])
        self.command = pct_109
        self.anchor = verify(anchor=True)[1]
        assert verify()[0] == 0

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ('UPDATE {t} SET body = \'{{"text": "Nothing."}}\' WHERE number = 3', "entry 3"),
            ("UPDATE {t} SET kind = 'heard' WHERE number = 3", "entry 3"),
            ("UPDATE {t} SET at = at + interval '1 microsecond' WHERE number = 3", "entry 3"),
            ("UPDATE {t} SET about = 'delivery:2' WHERE number = 3", "entry 3"),
            ("DELETE FROM {t} WHERE number = 3", "entry 3 is gone"),
            ("DELETE FROM {t} WHERE number = 7", "entry 7 is gone"),
            ("DELETE FROM {t} WHERE number = 1", "entry 1 is gone"),
            ("DELETE FROM {t}", "entry 1 is gone"),
            ("UPDATE {t} SET number = 10 - number WHERE number IN (4, 6)", "entry 4"),
            (
                "INSERT INTO {t} (command_id, number, kind, about, at, body, previous, hash) SELECT"
                " command_id, 8, kind, about, at, body, hash, previous FROM {t} WHERE number = 7",
                "entry 8",
            ),
            ("DELETE FROM {h}", "entry 1 stands beyond"),
            ("UPDATE {h} SET hash = repeat('0', 64)", "another hash than the head"),
            ("UPDATE {h} SET number = 6", "has another hash than the head"),
        ],
    )
    def test_it_is_found_and_the_first_broken_link_is_named(self, change, words):
        damage(
            "ALTER TABLE socialfeeds_recordentry DROP CONSTRAINT record_number_once",
            change.format(t="socialfeeds_recordentry", h="socialfeeds_recordhead"),
        )
        try:
            status, printed = verify()
        finally:
            damage(
                "DELETE FROM socialfeeds_recordentry",
                "ALTER TABLE socialfeeds_recordentry ADD CONSTRAINT record_number_once"
                " UNIQUE (command_id, number)",
            )
        assert status == 1
        assert words in printed
        assert printed.startswith("pct-109: ")

    def test_a_cut_tail_whose_head_was_changed_too_is_found_by_what_was_kept_elsewhere(self, tmp_path):
        kept = tmp_path / "anchors"
        kept.write_text(self.anchor.splitlines()[0])
        damage(
            "DELETE FROM socialfeeds_recordentry WHERE number = 7",
            "UPDATE socialfeeds_recordhead SET number = 6,"
            " hash = (SELECT hash FROM socialfeeds_recordentry WHERE number = 6)",
        )
        assert verify()[0] == 0
        status, printed = verify(against=str(kept))
        assert status == 1
        assert "entry 7 is gone" in printed
        # And where somebody writes another end.
        say(self.command, "Something else.")
        assert "another hash than what was kept elsewhere" in verify(against=str(kept))[1]

    def test_an_anchor_holds_while_the_record_grows(self, tmp_path):
        kept = tmp_path / "anchors"
        kept.write_text(self.anchor.splitlines()[0])
        say(self.command, "More.")
        assert verify(against=str(kept))[0] == 0
        kept.write_text("pct-109 seven")
        assert verify(against=str(kept))[0] == verify(command="nowhere")[0] == 2

    def test_other_commands_are_still_looked_at(self, pct_110):
        say(pct_110, "One.")
        damage("UPDATE socialfeeds_recordentry SET kind = 'heard' WHERE number = 1")
        status, printed = verify()
        assert status == 1
        assert "pct-109: entry 1" in printed
        assert "pct-110: entry 1" in printed


def test_the_hash_is_what_the_documentation_says(pct_109):
    say(pct_109, "One.")
    (row,) = entries(pct_109)
    told = record.told(row)
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    assert row.hash == hashlib.sha256(b"\n" + text.encode()).hexdigest()
    assert set(told) == {"command", "number", "kind", "account", "about", "at", "body"}
