"""The pause: nothing leaves where it is in force; what was missed waits until somebody decides."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from precincts import tenancy
from precincts.models import Command
from socialfeeds import pausing, publishing
from socialfeeds.models import Delivery, Message, MessageStep, Pause, State, Status
from socialfeeds.pausing import Afterwards
from tests.socialfeeds.outbox import Outbox

pytestmark = pytest.mark.django_db(transaction=True)
PAUSES, OWN, MISSED = "/headquarters/pauses/", "/pct-109/desk/voice/pause/", "/pct-109/desk/voice/missed/"


@pytest.fixture
def at(make_user):
    def signed_in(role, command=None):
        client = Client()
        client.user = make_user(f"{role}@example.org", role=role, command=command)
        client.force_login(client.user)
        return client

    return signed_in


def said(outbox, text="The lamp works again."):
    delivery = outbox.say(text)
    with tenancy.enter(outbox.command):
        return delivery.message


def again(outbox, message):
    with tenancy.enter(outbox.command):
        row = Message.objects.get(pk=message.pk)
        return row.status, row.missed_at is not None, [one.state for one in row.deliveries.all()]


def test_headquarters_pauses_the_city_a_borough_and_a_command(outbox, at):
    reviewer, desk = at("reviewer"), at("moderator", outbox.command)
    said(outbox)
    borough = outbox.command.parent
    elsewhere = Command.objects.exclude(parent=borough).filter(kind="precinct").first()
    for slug, covers in [("", True), (borough.slug, True), ("pct-109", True), (elsewhere.slug, False)]:
        answer = reviewer.post(PAUSES, {"place": slug, "reason": "A storm is near."}, follow=True)
        assert "1 message waits" in answer.content.decode() or not covers
        assert bool(publishing.due()) is not covers, slug
        banner = "A storm is near." in desk.get("/pct-109/desk/").content.decode()
        assert banner is covers, slug
        assert "A storm is near." in reviewer.get("/headquarters/").content.decode()
        assert "A storm is near." not in desk.get("/pct-109/").content.decode()
        pause = Pause.objects.get(lifted_at=None)
        assert (pause.begun_by, pause.place and pause.place.slug) == (reviewer.user, slug or None)
        # Twice is once.
        reviewer.post(PAUSES, {"place": slug})
        assert Pause.objects.filter(lifted_at=None).count() == 1
        Pause.objects.update(lifted_at=timezone.now())
    assert reviewer.post(PAUSES, {"place": "nowhere"}).status_code == 422
    assert reviewer.post(PAUSES, {"reason": "x" * 301}).status_code == 422
    assert not Pause.objects.filter(lifted_at=None).exists()


def test_what_was_missed_is_held_and_decided_on(outbox, at):
    reviewer = at("reviewer")
    messages = {what: said(outbox, f"For {what}.") for what in Afterwards}
    later = said(outbox, "Of a later hour.")
    with tenancy.enter(outbox.command):
        later.deliveries.update(due_at=timezone.now() + timedelta(hours=3))
    reviewer.post(PAUSES, {"place": ""})
    pause = Pause.objects.get()
    answer = reviewer.post(f"{PAUSES}{pause.pk}/lift/")
    missed = f"{PAUSES}{pause.pk}/missed/"
    assert answer.url == missed
    page = reviewer.get(missed).content.decode()
    assert page.count('name="message"') == 3
    assert "Of a later hour" not in page
    assert "Decide on 3 missed messages" in reviewer.get(PAUSES).content.decode()
    # Nothing leaves before it is decided, whoever sweeps.
    outbox.work()
    assert outbox.texts() == []
    for what, message in messages.items():
        answer = reviewer.post(missed, {"message": [message.pk], "what": what}, follow=True)
        assert f"1 message: {what.label}." in answer.content.decode()
    assert "or all of it is decided" in reviewer.get(missed).content.decode()
    outbox.work()
    assert outbox.texts() == ["For send."]
    assert again(outbox, messages["draft"]) == (Status.DRAFT, False, [State.HELD])
    assert again(outbox, messages["withdraw"]) == (Status.WITHDRAWN, False, [State.HELD])
    assert again(outbox, later) == (Status.RELEASED, False, [State.READY])
    with tenancy.enter(outbox.command):
        steps = MessageStep.objects.filter(did="resumed").values_list("by__email", "reason")
        assert sorted(steps) == sorted(("reviewer@example.org", str(what.label)) for what in Afterwards)
    # Decided once; lifted twice is lifted once.
    answer = reviewer.post(missed, {"message": [messages["draft"].pk], "what": "send"}, follow=True)
    assert "decided on meanwhile" in answer.content.decode()
    reviewer.post(f"{PAUSES}{pause.pk}/lift/")
    outbox.work()
    assert outbox.texts() == ["For send."]


def test_without_a_word_it_becomes_a_draft_and_all_is_all(outbox, at):
    editor = at("editor", outbox.command)
    messages = [said(outbox, f"Number {n}.") for n in range(3)]
    pause = pausing.pause(place=outbox.command, by=editor.user)
    pausing.lift(pause=pause, by=editor.user)
    assert editor.get(MISSED).content.decode().count("checked") == 3
    assert editor.post(MISSED, {"all": "1"}).url == MISSED
    assert {again(outbox, message)[0] for message in messages} == {Status.DRAFT}
    for junk in ({"message": ["x", "9" * 400, "\x00", "-1"]}, {"what": "shout"}, {}):
        assert editor.post(MISSED, junk).status_code == 302
    assert at("moderator", outbox.command).post(MISSED, {"all": "1"}).status_code == 403


def test_lifted_with_a_word_everything_is_decided_at_once(outbox, at):
    reviewer = at("reviewer")
    message = said(outbox)
    pause = pausing.pause(place=None, by=reviewer.user)
    pausing.lift(pause=pause, by=reviewer.user, missed=Afterwards.SEND)
    outbox.work()
    assert again(outbox, message) == (Status.RELEASED, False, [State.SENT])


def test_what_has_left_in_part_is_no_draft_any_more(outbox, at):
    reviewer = at("reviewer")
    message = said(outbox)
    outbox.work()
    with tenancy.enter(outbox.command):
        Delivery.objects.create(message=message, account_id=outbox.account_id, part=2, text="The rest.")
    pause = pausing.pause(place=None, by=reviewer.user)
    pausing.lift(pause=pause, by=reviewer.user)
    assert "A part of it has left already" in reviewer.get(f"{PAUSES}{pause.pk}/missed/").content.decode()
    reviewer.post(f"{PAUSES}{pause.pk}/missed/", {"message": [message.pk]})
    outbox.work()
    assert again(outbox, message) == (Status.WITHDRAWN, False, [State.SENT, State.HELD])


def test_what_another_pause_still_covers_stays_paused(outbox, at):
    reviewer = at("reviewer")
    message = said(outbox)
    city = pausing.pause(place=None, by=reviewer.user)
    for place in (outbox.command, outbox.command.parent):
        other = pausing.pause(place=place, by=reviewer.user)
        pausing.lift(pause=city, by=reviewer.user)
        assert again(outbox, message) == (Status.RELEASED, False, [State.READY])
        assert publishing.due() == []
        city = pausing.pause(place=None, by=reviewer.user)
        pausing.lift(pause=other, by=reviewer.user)
        assert again(outbox, message)[1] is False
    pausing.lift(pause=city, by=reviewer.user)
    assert again(outbox, message) == (Status.RELEASED, True, [State.HELD])


def test_a_commander_pauses_their_own_command_and_lifts_no_pause_of_headquarters(outbox, at):
    commander, reviewer = at("commander", outbox.command), at("reviewer")
    message = said(outbox)
    assert commander.post(OWN, {"do": "pause", "reason": "x" * 301}).status_code == 422
    assert commander.post(OWN, {"do": "pause", "reason": "A mistake."}).url == OWN
    assert publishing.due() == []
    assert "A mistake." in commander.get(OWN).content.decode()
    assert commander.post(OWN, {"do": "lift"}).url == MISSED
    assert again(outbox, message) == (Status.RELEASED, True, [State.HELD])
    assert commander.post(MISSED, {"message": [message.pk], "what": "send"}).url == MISSED
    outbox.work()
    assert outbox.texts() == ["The lamp works again."]
    reviewer.post(PAUSES, {"place": "pct-109"})
    assert "Headquarters paused this command" in commander.get(OWN).content.decode()
    assert commander.post(OWN, {"do": "lift"}).status_code == 403
    assert Pause.objects.filter(lifted_at=None).count() == 1
    assert at("editor", outbox.command).get(OWN).status_code == 403


def test_the_pages_ask_no_more_for_more(outbox, at, pct_110):
    reviewer = at("reviewer")

    def queries(url):
        with CaptureQueriesContext(connection) as captured:
            reviewer.get(url)
        return len(captured)

    other = Outbox(outbox.x, pct_110, "demo_pct110")
    said(outbox)
    pause = pausing.pause(place=None, by=reviewer.user)
    pausing.lift(pause=pause, by=reviewer.user)
    missed = f"{PAUSES}{pause.pk}/missed/"
    pausing.pause(place=outbox.command, by=reviewer.user)
    few = [queries(PAUSES), queries(missed)]
    for command in Command.objects.filter(kind="precinct")[:5]:
        pausing.pause(place=command, by=reviewer.user)
    messages = [said(each, f"Once more {n}.") for n in range(3) for each in (outbox, other)]
    for each, message in zip([outbox, other] * 3, messages, strict=True):
        with tenancy.enter(each.command):
            message.deliveries.update(state=State.HELD)
            Message.objects.filter(pk=message.pk).update(missed_at=Pause.objects.get(pk=pause.pk).lifted_at)
    assert reviewer.get(missed).content.decode().count('name="message"') == 7
    assert [queries(PAUSES), queries(missed)] == few
