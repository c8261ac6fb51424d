"""A thread goes out part by part, with its pictures, below what it answers; and stops where it must."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from precincts import tenancy
from socialfeeds import listening, publishing
from socialfeeds.models import (
    Account,
    Attachment,
    Certificate,
    Delivery,
    Mention,
    Message,
    Pause,
    RecordEntry,
    State,
)

pytestmark = pytest.mark.django_db(transaction=True)
PICTURE = b"\xff\xd8 the bytes of a picture"


@pytest.fixture
def say(outbox):
    """say("One.", "Two."): a released thread; its deliveries in order."""

    def released(*texts, **fields):
        author = outbox.author()
        with tenancy.enter(outbox.command):
            message = Message.objects.create(text=" ".join(texts), author=author, **fields)
            for part, text in enumerate(texts, 1):
                due_at = timezone.now() if part == 1 else None
                Delivery.objects.create(
                    message=message, account_id=outbox.account_id, part=part, text=text, due_at=due_at
                )
        return outbox.rows()

    return released


def shown(outbox):
    """What stands there, oldest first: (text, what it answers)."""
    return [(post["text"], post["reply_to"]) for post in reversed(outbox.x.posts(outbox.handle))]


def kept(outbox, kind="said"):
    with tenancy.enter(outbox.command):
        return [entry for entry in RecordEntry.objects.all() if entry.kind == kind]


def test_each_part_answers_the_one_before(outbox, say):
    say("One.", "Two.", "Three.")
    outbox.work_on(5)
    first, second, _third = (row.external_id for row in outbox.rows())
    assert shown(outbox) == [("One.", None), ("Two.", first), ("Three.", second)]
    assert [(entry.body["text"], entry.body["part"]) for entry in kept(outbox)] == [
        ("One.", 1),
        ("Two.", 2),
        ("Three.", 3),
    ]


def test_a_part_whose_answer_was_lost_is_found_before_the_next_goes(outbox, say):
    say("One.", "Two.")
    outbox.x.fault("500-posted")
    outbox.work()
    assert [row.state for row in outbox.rows()] == [State.UNKNOWN, State.READY]
    assert str(outbox.rows()[1].waits_for) == "It waits for the part before it."
    outbox.work_on(4)
    assert [text for text, _ in shown(outbox)] == ["One.", "Two."]


def test_a_part_that_fails_for_good_stops_the_rest_and_asks_once(outbox, say, make_user):
    officer = make_user()
    _one, two, _three = say("One.", "Two. " + "x" * 300, "Three.")
    outbox.work_on(6)
    rows = outbox.rows()
    assert [row.state for row in rows] == [State.SENT, State.FAILED, State.READY]
    assert [row.needs_person for row in rows] == [False, True, False]
    assert [text for text, _ in shown(outbox)] == ["One."]
    (refused,) = kept(outbox, "refused")
    assert "too long" in refused.body["error"]
    with tenancy.enter(outbox.command):
        Delivery.objects.filter(pk=two.pk).update(text="Two.")
        publishing.send_again(delivery=two, by=officer)
    outbox.work_on(4)
    assert [text for text, _ in shown(outbox)] == ["One.", "Two.", "Three."]


def test_nothing_continues_a_part_that_nobody_can_find(outbox, say, make_user):
    officer = make_user()
    one, _two = say("One.", "Two.")
    outbox.x.fault("500")
    outbox.work_on(7)
    with tenancy.enter(outbox.command):
        publishing.mark_sent(delivery=one, by=officer, address="I saw it")
    outbox.work_on(2)
    rows = outbox.rows()
    assert [row.state for row in rows] == [State.SENT, State.FAILED]
    assert "part 1" in rows[1].error
    assert shown(outbox) == []
    assert kept(outbox)[0].body["word_of"] == {"id": officer.pk, "email": officer.email}


def test_an_answer_goes_below_what_it_answers(outbox, say):
    said = outbox.x.post("maria", f"@{outbox.handle} when is it fixed?")
    listening.fetch(command_id=outbox.command.pk, account_id=outbox.account_id)
    with tenancy.enter(outbox.command):
        mention = Mention.objects.get()
    say("Tomorrow.", "At noon.", answers=mention)
    outbox.work_on(3)
    first = outbox.rows()[0].external_id
    assert shown(outbox) == [("@maria Tomorrow.", said["id"]), ("At noon.", first)]
    (heard,) = kept(outbox, "heard")
    assert (heard.about, heard.body["text"]) == (f"mention:{mention.pk}", mention.text)


def test_the_pictures_of_what_was_said_are_in_the_record(outbox, say):
    rows = say("Look.", "More.")
    with tenancy.enter(outbox.command):
        picture = Attachment.objects.create(
            message=rows[0].message, alt="A lamp", mime="image/jpeg", width=1, height=1, size=len(PICTURE)
        )
        default_storage.save(picture.path, ContentFile(PICTURE))
    outbox.work_on(3)
    first, second = (entry.body["pictures"] for entry in kept(outbox))
    digest = hashlib.sha256(PICTURE).hexdigest()
    assert first == [{"key": str(picture.key), "mime": "image/jpeg", "alt": "A lamp", "sha256": digest}]
    assert second == []


def test_a_picture_that_is_gone_is_asked_about_and_nothing_is_sent(outbox, say):
    rows = say("Look.")
    with tenancy.enter(outbox.command):
        Attachment.objects.create(
            message=rows[0].message, mime="image/jpeg", width=1, height=1, size=len(PICTURE)
        )
    outbox.work_on(2)
    row = outbox.row()
    assert (row.state, row.needs_person) == (State.FAILED, True)
    assert "picture" in row.error
    assert shown(outbox) == []


STOPS = {
    "a pause of the city": lambda _: Pause.objects.create(),
    "a certificate that is taken away": lambda _: Certificate.objects.update(revoked_at=timezone.now()),
    "an account that rests": lambda command: _set(command, resting_until=timezone.now() + timedelta(hours=1)),
    "a message that is taken back": lambda command: _set(command, Message, status="draft"),
}


def _set(command, model=Account, **fields):
    with tenancy.enter(command):
        model.objects.update(**fields)


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS.keys())
def test_what_begins_between_the_claim_and_the_call_stops_it(outbox, say, monkeypatch, stop):
    say("One.")
    real = publishing._take

    def held_up(step):
        stop(outbox.command)
        return real(step)

    monkeypatch.setattr(publishing, "_take", held_up)
    outbox.work()
    row = outbox.row()
    assert (row.state, row.asked_at, row.tries, row.needs_person) == (State.READY, None, 0, False)
    assert shown(outbox) == []


def test_who_dies_between_the_claim_and_the_call_leaves_no_question(outbox, say, monkeypatch):
    say("One.")

    def die(step):
        raise SystemExit(step.delivery_id)

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(publishing, "_take", die)
        outbox.work()
    assert (outbox.row().state, outbox.row().asked_at) == (State.SENDING, None)
    outbox.time_passes()
    outbox.work()
    outbox.work()
    assert (outbox.row().state, outbox.row().attempt) == (State.SENT, 2)
    assert shown(outbox) == [("One.", None)]


def test_the_lease_outlasts_every_call(settings):
    settings.X_TIMEOUT_SECONDS, settings.X_UPLOAD_SECONDS = 10, 60
    settings.FACEBOOK_TIMEOUT_SECONDS = 30
    assert publishing.lease("x").total_seconds() > 60 + 4 * 10
    assert publishing.lease("facebook").total_seconds() > 4 * 30
