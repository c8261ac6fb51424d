"""Leaving an address: nothing is sent there before its reader said so, and one click ends it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from ideas.models import Contact, Letter
from ideas.notices import contacts
from precincts.models import Participant
from tests.ideas.factory import an_idea
from tests.ideas.mailbox import ADDRESS, a_notice, a_reader, contact_of, link, work
from tests.ideas.notices import participant_of

pytestmark = pytest.mark.django_db(transaction=True)
SAVE = "/following/contact/"


@pytest.fixture
def neighbor():
    return Client()


def save(client, email=ADDRESS, **fields):
    wishes = {"cadence": "at_once", "language": "en-us", "time_zone": "America/New_York"} | fields
    return client.post(SAVE, {"email": email} | wishes, follow=True)


def test_nothing_is_sent_before_the_link_was_opened_and_its_button_pressed(neighbor, pct_109):
    page = save(neighbor).content.decode()
    assert "A message is on its way" in page
    [message] = work()
    assert message.to == [ADDRESS]
    person = participant_of(neighbor)
    idea = an_idea(pct_109)
    a_notice(person, idea)
    assert work() == []

    elsewhere, path = Client(), link(message, "following/confirm")
    assert "Yes, send me notices" in elsewhere.get(path).content.decode()
    assert contact_of(person).confirmed_at is None  # programs that look at mail follow its links
    elsewhere.post(path)
    assert contact_of(person).confirmed_at
    a_notice(person, idea, event="act")
    [message] = work()
    assert idea.title in message.subject


def test_what_happened_before_the_address_was_confirmed_is_not_sent_there(neighbor, pct_109):
    save(neighbor)
    a_notice(participant_of(neighbor), an_idea(pct_109))
    [message] = work()
    neighbor.post(link(message, "following/confirm"))
    assert work() == []


def test_the_address_is_sealed_and_found_by_a_keyed_digest(neighbor):
    save(neighbor, "Some.One@Example.org")
    row = Contact.objects.get()
    assert b"one" not in bytes(row.sealed_email).lower()
    assert row.email == "Some.One@Example.org"
    assert row.email_digest == contacts.digest_of("some.one@example.org")
    page = neighbor.get("/following/").content.decode()
    assert "S…@Example.org" in page


def test_the_answer_is_the_same_whether_the_address_is_known_or_not(neighbor, make_user):
    make_user("known@example.org")
    a_reader("confirmed@example.org")
    pages = []
    for email in ("known@example.org", "confirmed@example.org", "nobody@example.org"):
        page = save(Client(), email).content.decode()
        pages.append(page.split('<main id="main"')[1].split("</main>")[0].count("A message is on its way"))
    assert pages == [1, 1, 1]
    assert sorted(message.to[0] for message in work()) == [
        "confirmed@example.org",
        "known@example.org",
        "nobody@example.org",
    ]


def test_one_address_gets_three_links_a_day_whoever_asks(neighbor):
    for _n in range(5):
        assert "A message is on its way" in save(Client(), "pestered@example.org").content.decode()
    assert len(work()) == 3


def test_one_source_leaves_so_many_addresses(neighbor, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"contact": "2/hour"}
    for _n in range(2):
        save(neighbor)
    answer = neighbor.post(
        SAVE, {"email": "kept@example.org", "cadence": "weekly", "time_zone": "Asia/Tokyo"}
    )
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert 'value="kept@example.org"' in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"email": ""}, "Type the address"),
        ({"email": "nobody"}, "That is not an e-mail address"),
        ({"email": "a@b@c.org"}, "That is not an e-mail address"),
        ({"email": "a@example.org\nBcc: b@example.org"}, "That is not an e-mail address"),
        ({"email": "x" * 1_000_000}, "That is not an e-mail address"),
        ({"email": "شخص@"}, "That is not an e-mail address"),
        ({"email": "a\x00@example.org"}, "Null characters"),
        ({"cadence": "hourly"}, "Select a valid choice"),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"language": "xx"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_kept(neighbor, fields, error):
    answer = neighbor.post(
        SAVE, {"email": ADDRESS, "cadence": "daily", "language": "en-us", "time_zone": "Asia/Tokyo"} | fields
    )
    assert answer.status_code == 422
    assert error in answer.content.decode()
    assert Contact.objects.count() == 0


def test_a_signed_in_persons_verified_address_needs_no_link_once_they_say_so(make_user, pct_109):
    client = Client()
    client.force_login(make_user("resident@example.org"))
    assert 'value="resident@example.org"' in client.get("/following/").content.decode()
    person = Participant.objects.create(user_id=client.session["_auth_user_id"])
    a_notice(person, an_idea(pct_109))
    assert work() == []  # an account alone says nothing
    assert "Notices go to your address" in save(client, "resident@example.org").content.decode()
    a_notice(person, an_idea(pct_109))
    assert [message.to for message in work()] == [["resident@example.org"]]


def test_another_address_of_a_signed_in_person_needs_the_link(make_user):
    client = Client()
    client.force_login(make_user("resident@example.org"))
    assert "A message is on its way" in save(client, "other@example.org").content.decode()
    assert contact_of(participant_of(client)).confirmed_at is None


@pytest.mark.parametrize("change", ["another address", "too late", "nonsense", "a row that is gone"])
def test_a_link_that_is_no_longer_good_confirms_nothing(neighbor, change, monkeypatch):
    save(neighbor)
    [message] = work()
    path = link(message, "following/confirm")
    if change == "another address":
        save(neighbor, "another@example.org")
    elif change == "too late":
        monkeypatch.setattr(contacts, "LINK_LASTS", timedelta(seconds=-1))
    elif change == "nonsense":
        path = path[:-4] + "x/"
    else:
        Contact.objects.all().delete()
    answer = neighbor.post(path)
    assert answer.status_code == 404
    assert "no longer good" in answer.content.decode()
    assert not Contact.objects.exclude(confirmed_at=None).exists()


# Stopping


@pytest.fixture
def letter(pct_109):
    person = a_reader()
    a_notice(person, an_idea(pct_109))
    [message] = work()
    message.person = person
    return message


def test_one_click_stops_it_without_a_session_a_cookie_or_a_question(letter, pct_109):
    """RFC 8058: the mail program's own POST."""
    headers = letter.extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = link(letter, "unsubscribe")
    assert headers["List-Unsubscribe"].endswith(f"{path}>")
    program = Client(enforce_csrf_checks=True)
    assert program.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not program.cookies
    a_notice(letter.person, an_idea(pct_109))
    assert work() == []
    assert program.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200


def test_looking_at_the_link_stops_nothing_and_offers_less(letter):
    path = link(letter, "unsubscribe")
    page = Client().get(path).content.decode()
    assert "Stop all e-mail" in page
    assert contact_of(letter.person).works
    Client().post(path, {"cadence": "weekly"})
    contact = contact_of(letter.person)
    assert (contact.cadence, contact.works) == ("weekly", True)
    assert contact.digest_at > timezone.now()


def test_a_letter_that_waits_is_not_sent_after_it_was_stopped(pct_109):
    from ideas.notices import digests, letters

    person = a_reader()
    a_notice(person, an_idea(pct_109))
    digests.write_at_once()
    contacts.stop(contact_of(person))
    for pk in letters.due():
        letters.send(pk)
    assert mail.outbox == []
    assert list(Letter.objects.values_list("state", flat=True)) == ["dropped"]


def test_a_link_whose_address_was_erased_is_no_error(letter):
    path = link(letter, "unsubscribe")
    Contact.objects.all().delete()
    assert Client().post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Client().post("/unsubscribe/forged/", {"List-Unsubscribe": "One-Click"}).status_code == 404


def test_a_stopped_address_is_erased_after_a_month_and_not_before(letter):
    contact = contact_of(letter.person)
    contacts.stop(contact)
    contacts.forget()
    assert contact_of(letter.person)
    Contact.objects.update(stopped_at=timezone.now() - timedelta(days=31))
    contacts.forget()
    assert contact_of(letter.person) is None


def test_an_address_that_nobody_confirmed_is_forgotten_with_its_link(neighbor):
    save(neighbor)
    contacts.forget()
    assert Contact.objects.count() == 1
    Contact.objects.update(created_at=timezone.now() - timedelta(days=9))
    contacts.forget()
    assert Contact.objects.count() == 0


def test_it_is_stopped_on_the_page_itself_and_taken_up_again(letter):
    client = Client()
    user_page = client.post("/following/contact/stop/")
    assert user_page.status_code == 302  # nobody's: nothing happens
    assert contact_of(letter.person).works


@pytest.mark.parametrize(
    ("had", "stays"), [("works", "mine"), ("nothing", "brought"), ("unconfirmed", "brought")]
)
def test_signing_in_keeps_the_address_that_works(neighbor, make_user, had, stays):
    user = make_user("resident@example.org")
    mine = Participant.objects.create(user=user)
    if had == "works":
        a_reader("mine@example.org", participant=mine)
    elif had == "unconfirmed":
        contacts.ask(
            participant=mine, email="mine@example.org", cadence="daily", language="en-us", time_zone="UTC"
        )
    neighbor.post("/following/add/", {"kind": "command", "command": "pct-109"})
    a_reader("brought@example.org", participant=participant_of(neighbor))
    neighbor.post("/accounts/login/", {"login": "resident@example.org", "password": "engage-tests"})
    assert contact_of(mine).email == f"{stays}@example.org"
    assert Contact.objects.count() == 1
