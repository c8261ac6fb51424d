"""Headquarters' messages for many commands: offered or run, carried by a worker, stopped when withdrawn."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from precincts import tenancy
from precincts.models import Command
from socialfeeds import broadcasting, publishing, tasks
from socialfeeds.models import Account, Broadcast, Certificate, Delivery, Message, Offer
from tests.socialfeeds.plans import account, at, monday
from tests.socialfeeds.test_slots import slots_at
from tests.socialfeeds.voice import an_account

pytestmark = pytest.mark.django_db
CITY, DESK = "/headquarters/broadcasts/", "/pct-109/desk/voice/offers/"
TEXT = "Hurricane season: know your zone."


@pytest.fixture
def chief(make_user):
    return signed_in(make_user("chief@example.org", role="administrator"))


@pytest.fixture
def deputy(make_user):
    return signed_in(make_user("deputy@example.org", role="administrator"))


@pytest.fixture
def at_desk(make_user, pct_109):
    return lambda role="commander": signed_in(make_user(f"{role}@x.org", role=role, command=pct_109))


def signed_in(user):
    client = Client()
    client.user = user
    client.force_login(user)
    return client


def write(client, *, expect=302, **data):
    """A broadcast by the form of headquarters; the page's text where it is not taken."""
    asked = {"text": TEXT, "how": "offer", "who": "one", "command": "pct-109", **data}
    response = client.post(f"{CITY}new/", asked)
    assert response.status_code == expect, response.content.decode()
    if expect != 302:
        return response.content.decode()
    return Broadcast.objects.latest("pk")


def carry():
    """What the sweep and its worker do."""
    for broadcast_id in {pair[0] for pair in broadcasting.due()}:
        tasks.spread_broadcast(broadcast_id)


def offer_at(command):
    with tenancy.enter(command):
        return Offer.objects.select_related("message").get()


def decide(client, command, **data):
    return client.post(f"{DESK}{offer_at(command).pk}/", data)


def offered(client, at_command, **data):
    account(at_command)
    broadcast = write(client, **data)
    carry()
    return broadcast


# --- writing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "which"),
    [
        ({"who": "all"}, {}),
        ({"who": "borough", "borough": "Queens"}, {"borough": "Queens"}),
        ({"who": "kind", "kind": "transit"}, {"kind": "transit"}),
        ({"who": "one", "command": "pct-110"}, {"slug": "pct-110"}),
    ],
)
def test_it_is_for_all_a_borough_a_kind_or_one(chief, who, which):
    chosen = Command.objects.filter(**which)
    broadcast = write(chief, **who)
    assert set(broadcast.commands.all()) == set(chosen)
    carry()
    with tenancy.citywide():
        assert Offer.objects.count() == chosen.count() > 0
    carry()
    with tenancy.citywide():
        assert Offer.objects.count() == chosen.count()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"text": ""}, "Write what the commands are to say."),
        ({"text": "a" * 281, "link": ""}, "1 character too long for X"),
        ({"text": "a" * 270, "link": "https://example.org/"}, "too long for X"),
        ({"text": "\u200b"}, "The message is empty"),
        ({"link": "nonsense nonsense"}, "Write the whole address"),
        ({"who": "borough"}, "Choose which."),
        ({"who": "one", "command": "pct-999"}, "not one of the available choices"),
        ({"networks": "friendster"}, "not one of the available choices"),
        ({"day": "2020-01-01", "time": "09:00"}, "That time is past"),
        ({"day": str(monday())}, "Say at what time."),
        ({"until": "2020-01-01"}, "Choose a day that is still to come."),
        ({"until": "9999-12-31"}, "Choose a day that is still to come."),
        ({"how": "shout"}, "not one of the available choices"),
    ],
)
def test_what_will_not_do_is_said_and_nothing_typed_is_lost(chief, data, words):
    typed = {"link": "https://example.org/typed", **data}
    html = write(chief, expect=422, **typed)
    assert words in html
    assert f'value="{typed["link"]}"' in html or not typed["link"]
    assert not Broadcast.objects.exists()


def test_without_a_certificate_nobody_writes_one(chief):
    Certificate.objects.all().delete()
    assert "no valid certificate" in write(chief, expect=422)


# --- at the desk -----------------------------------------------------------------------------------------


def test_the_desk_sees_it_and_a_commander_lets_it_go(chief, at_desk, pct_109):
    day = monday()
    offered(chief, pct_109, day=str(day), time="09:00", link="https://example.org/zone")
    client = at_desk()
    assert TEXT in client.get(DESK).content.decode()
    response = decide(client, pct_109, do="adopt", when="then")
    assert "It goes out." in client.get(response.url).content.decode()
    message = offer_at(pct_109).message
    assert (message.status, message.scheduled_at) == ("released", at(day, 9))
    assert (message.author_id, message.approved_by_id) == (chief.user.pk, client.user.pk)
    with tenancy.enter(pct_109):
        [delivery] = message.deliveries.all()
    assert (delivery.state, delivery.due_at) == ("ready", at(day, 9))
    assert delivery.text == f"{TEXT}\nhttps://example.org/zone"


def test_an_editors_yes_waits_for_the_commanders(chief, at_desk, pct_109):
    offered(chief, pct_109)
    slots_at(pct_109, weekdays=[0], hour=8)
    decide(at_desk("editor"), pct_109, do="adopt", when="slot")
    offer = offer_at(pct_109)
    assert (offer.status, offer.message.status) == ("adopted", "submitted")
    assert offer.message.scheduled_at in (at(monday(0), 8), at(monday(), 8))


def test_nobody_approves_their_own(make_user, pct_109):
    from precincts.models import Membership

    both = make_user("both@example.org", role="administrator")
    Membership.objects.create(user=both, role="commander", command=pct_109)
    client = signed_in(both)
    offered(client, pct_109)
    decide(client, pct_109, do="adopt", when="now")
    assert offer_at(pct_109).message.status == "submitted"


def test_in_other_words_it_is_a_draft_of_ones_own(chief, at_desk, pct_109):
    offered(chief, pct_109)
    client = at_desk("editor")
    response = decide(client, pct_109, do="edit")
    message = offer_at(pct_109).message
    assert response.url.endswith(f"#message-{message.pk}")
    assert (message.status, message.author_id, message.text) == ("draft", client.user.pk, TEXT)
    assert TEXT in client.get(response.url).content.decode()


def test_declining_needs_a_reason_that_headquarters_reads(chief, at_desk, pct_109):
    broadcast = offered(chief, pct_109)
    client = at_desk("editor")
    refused = decide(client, pct_109, do="decline")
    assert refused.status_code == 422
    assert "Say in a sentence why" in refused.content.decode()
    decide(client, pct_109, do="decline", reason="We said it yesterday.")
    assert "We said it yesterday." in chief.get(f"{CITY}{broadcast.pk}/").content.decode()
    again = decide(client, pct_109, do="adopt", when="now")
    assert (again.status_code, "already: Declined" in again.content.decode()) == (409, True)


def test_what_cannot_be_adopted_says_why_and_stays_offered(chief, at_desk, pct_109):
    offered(chief, pct_109, day=str(monday()), time="09:00")
    client = at_desk()
    with tenancy.enter(pct_109):
        Account.objects.update(status="dead")
    refused = decide(client, pct_109, do="adopt", when="then")
    assert (refused.status_code, "no working account" in refused.content.decode()) == (422, True)
    with tenancy.enter(pct_109):
        Account.objects.update(status="active")
    Broadcast.objects.update(scheduled_at=timezone.now() - timedelta(minutes=1))
    assert decide(client, pct_109, do="adopt", when="then").status_code == 422
    assert decide(client, pct_109, do="adopt", when="slot").status_code == 409
    assert offer_at(pct_109).status == "open"


def test_after_its_last_day_it_is_over(chief, at_desk, pct_109):
    offered(chief, pct_109, until=str(monday()))
    Broadcast.objects.update(closes_at=timezone.now())
    refused = decide(at_desk(), pct_109, do="adopt", when="now")
    assert (refused.status_code, "no longer offers" in refused.content.decode()) == (409, True)
    carry()
    assert offer_at(pct_109).status == "closed"


def test_a_moderator_sees_offers_and_decides_nothing(chief, at_desk, pct_109):
    offered(chief, pct_109)
    client = at_desk("moderator")
    assert "Adopt</button>" not in client.get(DESK).content.decode()
    assert decide(client, pct_109, do="adopt").status_code == 403


# --- must-run --------------------------------------------------------------------------------------------


def must_run(client, **data):
    return write(client, how="must_run", **data)


def test_a_must_run_needs_a_second_person(chief, deputy, pct_109):
    account(pct_109)
    broadcast = must_run(chief, day=str(monday()), time="09:00")
    carry()
    with tenancy.enter(pct_109):
        assert not Offer.objects.exists()
    assert "somebody else at headquarters approves" in chief.get(f"{CITY}{broadcast.pk}/").content.decode()
    own = chief.post(f"{CITY}{broadcast.pk}/approve/", follow=True).content.decode()
    assert "Whoever wrote it does not approve it." in own
    with pytest.raises(IntegrityError), transaction.atomic():
        Broadcast.objects.update(approved_by=chief.user)
    deputy.post(f"{CITY}{broadcast.pk}/approve/")
    carry()
    offer = offer_at(pct_109)
    assert offer.status == "run"
    message = offer.message
    assert (message.status, message.author_id, message.approved_by_id, message.scheduled_at) == (
        "released",
        chief.user.pk,
        deputy.user.pk,
        at(monday(), 9),
    )
    page = deputy.get(f"{CITY}{broadcast.pk}/").content.decode()
    assert "Run for headquarters" in page
    assert "Scheduled" in page
    again = deputy.post(f"{CITY}{broadcast.pk}/approve/", follow=True).content.decode()
    assert "decided already" in again


def test_a_command_without_an_account_says_so_and_runs_it_once_it_has_one(chief, deputy, pct_109):
    broadcast = must_run(chief, day=str(monday()), time="09:00", networks=["x"])
    deputy.post(f"{CITY}{broadcast.pk}/approve/")
    carry()
    assert offer_at(pct_109).trouble == "The command has no account on X."
    page = chief.get(f"{CITY}{broadcast.pk}/").content.decode()
    assert "no account on X" in page
    assert "Not run" in page
    assert broadcasting.due() == []
    with tenancy.enter(pct_109):
        an_account(status="dead")
    carry()
    offer = offer_at(pct_109)
    assert (offer.status, "to work again" in offer.trouble) == ("run", True)


def test_one_that_comes_too_late_is_not_approved(chief, deputy, pct_109):
    broadcast = must_run(chief, day=str(monday()), time="09:00")
    Broadcast.objects.update(scheduled_at=timezone.now() - timedelta(minutes=1))
    assert "Its time is past" in deputy.post(f"{CITY}{broadcast.pk}/approve/", follow=True).content.decode()


@pytest.mark.django_db(transaction=True)
def test_it_goes_out_in_the_name_of_headquarters_and_not_without_a_certificate(
    outbox, chief, deputy, pct_109
):
    broadcast = must_run(chief)
    deputy.post(f"{CITY}{broadcast.pk}/approve/")
    carry()
    Certificate.objects.filter(user=chief.user).update(revoked_at=timezone.now())
    outbox.work()
    assert outbox.texts() == []
    Certificate.objects.filter(user=chief.user).update(revoked_at=None)
    outbox.work()
    assert outbox.texts() == [TEXT]
    assert outbox.row().url in chief.get(f"{CITY}{broadcast.pk}/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_withdrawn_it_stops_what_has_not_left_at_once(outbox, chief, deputy, pct_109, pct_110):
    """Even before a worker has carried the end to the command: the claim asks."""
    broadcast = must_run(chief, who="kind", kind="precinct", command="")
    deputy.post(f"{CITY}{broadcast.pk}/approve/")
    with tenancy.enter(pct_110):
        an_account("demo_pct110")
    carry()
    publishing.deliver(command_id=pct_109.pk, delivery_id=outbox.row().pk)
    assert outbox.texts() == [TEXT]
    deputy.post(f"{CITY}{broadcast.pk}/withdraw/")
    with tenancy.enter(pct_110):
        left = Delivery.objects.get()
        assert not Delivery.objects.due().exists()
    publishing.deliver(command_id=pct_110.pk, delivery_id=left.pk)
    carry()
    with tenancy.enter(pct_110):
        assert Delivery.objects.get().state == "held"
        assert Message.objects.get().status == "withdrawn"
    assert outbox.row().state == "sent"
    assert "Withdrawn" in deputy.get(f"{CITY}{broadcast.pk}/").content.decode()
    assert broadcasting.due() == []


def test_withdrawn_it_is_offered_no_more_and_drafts_of_it_go(chief, at_desk, pct_109, pct_110):
    broadcast = offered(chief, pct_109, who="kind", kind="precinct", command="")
    decide(at_desk("editor"), pct_109, do="adopt", when="now")
    chief.post(f"{CITY}{broadcast.pk}/withdraw/")
    carry()
    assert offer_at(pct_109).message.status == "withdrawn"
    assert offer_at(pct_110).status == "closed"


@pytest.mark.django_db(transaction=True)
def test_two_workers_and_one_that_was_killed_make_one_of_each(outbox, chief, deputy, monkeypatch, pct_109):
    broadcast = must_run(chief, who="borough", borough="Queens", command="")
    deputy.post(f"{CITY}{broadcast.pk}/approve/")
    done = []
    carry_one = broadcasting.carry

    def killed(*, broadcast_id, command_id):
        carry_one(broadcast_id=broadcast_id, command_id=command_id)
        done.append(command_id)
        if len(done) == 3:
            raise SystemExit

    monkeypatch.setattr(broadcasting, "carry", killed)
    with pytest.raises(SystemExit):
        broadcasting.spread(broadcast_id=broadcast.pk)
    monkeypatch.setattr(broadcasting, "carry", carry_one)

    def work():
        broadcasting.spread(broadcast_id=broadcast.pk)
        connection.close()

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with tenancy.citywide():
        assert Offer.objects.count() == broadcast.commands.count()
        assert Message.objects.count() == 1
        assert Delivery.objects.count() == 1
    assert broadcasting.due() == []


def test_the_number_of_queries_does_not_grow(chief, at_desk, pct_109):
    client = at_desk("editor")
    counts = []
    for number in (2, 5):
        for _ in range(number):
            offered(chief, pct_109)
        with tenancy.enter(pct_109):
            offer = Offer.objects.filter(status="open").first()
        client.post(f"{DESK}{offer.pk}/", {"do": "edit"})
        broadcast = offer.broadcast_id
        for url, who in ((CITY, chief), (f"{CITY}{broadcast}/", chief), (DESK, client)):
            with CaptureQueriesContext(connection) as captured:
                assert who.get(url).status_code == 200
            counts.append(len(captured))
    assert counts[:3] == counts[3:]
