"""A participant: a signed cookie and no more, until somebody signs in and takes along what they did."""

import threading
import time
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from ideas.models import Comment, Idea, Photo, Vote
from precincts import participants, tenancy
from precincts.models import Participant, User
from precincts.participants import COOKIE, SALT
from tests.ideas.factory import an_idea
from tests.together import at_once

pytestmark = pytest.mark.django_db
EMAIL = "neighbor@example.org"


@pytest.fixture
def neighbor(make_user):
    return make_user(EMAIL)


def vote(client, idea, value=1):
    response = client.post(
        f"/{idea.command.slug}/ideas/{idea.pk}/vote/",
        {"value": value},
        headers={"Accept": "application/json"},
    )
    assert response.status_code == 200
    return response.json()


def sign_in(client, email=EMAIL):
    response = client.post("/accounts/login/", {"login": email, "password": "engage-tests"})
    assert response.status_code == 302, response.content
    return response


def of_cookie(client):
    return Participant.objects.get(key=signing.loads(client.cookies[COOKIE].value, salt=SALT))


def votes_of(command, participant=None):
    with tenancy.enter(command):
        rows = Vote.objects.filter(participant=participant) if participant else Vote.objects.all()
        return sorted(rows.values_list("idea", "value"))


# The cookie


def test_reading_makes_nobody(client, pct_109):
    idea = an_idea(pct_109)
    for path in ("/", "/pct-109/", "/pct-109/ideas/", f"/pct-109/ideas/{idea.pk}/", "/pct-109/ideas/new/"):
        assert COOKIE not in client.get(path).cookies
    assert not Participant.objects.exists()


def test_taking_part_makes_one_participant_with_a_careful_cookie(client, pct_109):
    idea = an_idea(pct_109)
    vote(client, idea)
    cookie = client.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 400 * 24 * 3600
    assert not cookie["secure"]
    vote(client, an_idea(pct_109))
    assert Participant.objects.get() == of_cookie(client)


def test_over_https_the_cookie_stays_there(client, pct_109, settings):
    settings.SESSION_COOKIE_SECURE = True
    vote(client, an_idea(pct_109))
    assert client.cookies[COOKIE]["secure"]


def test_the_cookie_holds_no_plain_secret_and_is_known_again(client, pct_109):
    idea = an_idea(pct_109)
    vote(client, idea)
    assert vote(client, idea, -1) == {"score": -1, "up": 0, "down": 1, "value": -1}
    assert Participant.objects.count() == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda value: value[:-1] + ("A" if value[-1] != "A" else "B"),
        lambda value: value.replace(value.split(":")[0], "Mg", 1) if value.split(":")[0] != "Mg" else "",
        lambda value: value.split(":")[0],
        "1",
        "",
        ":::",
        "é:é:é",
        # Signed, with the time in it: parallel processes need a name that stays.
        pytest.param(signing.dumps(1, salt="another"), id="another salt"),
        pytest.param(signing.dumps(10**30, salt=SALT), id="a huge number"),
        pytest.param(signing.dumps("not a key", salt=SALT), id="no key"),
        pytest.param(signing.dumps(["a list"], salt=SALT), id="no text"),
    ],
)
def test_a_cookie_that_we_did_not_give_is_nobodys(client, pct_109, spoil):
    idea = an_idea(pct_109)
    vote(client, idea)
    client.cookies[COOKIE] = spoil if isinstance(spoil, str) else spoil(client.cookies[COOKIE].value)
    assert 'data-vote="0"' in client.get(f"/pct-109/ideas/{idea.pk}/").content.decode()
    assert vote(client, idea)["score"] == 2


@pytest.mark.parametrize(("days", "known"), [(399, 1), (401, 0)])
def test_a_cookie_ends(client, pct_109, monkeypatch, days, known):
    idea = an_idea(pct_109)
    vote(client, idea)
    later = time.time() + days * 24 * 3600
    monkeypatch.setattr(signing, "time", SimpleNamespace(time=lambda: later))
    assert f'data-vote="{known}"' in client.get(f"/pct-109/ideas/{idea.pk}/").content.decode()


def test_a_participant_that_is_gone_is_nobody(client, pct_109):
    vote(client, an_idea(pct_109))
    gone = of_cookie(client)
    Participant.objects.filter(pk=gone.pk).update(key=uuid4())
    vote(client, an_idea(pct_109))
    assert of_cookie(client) != gone


def test_a_rows_number_opens_nothing(client, pct_109):
    """After an older backup is restored, a number may be given to somebody else; a key never is."""
    vote(client, an_idea(pct_109))
    me, idea = of_cookie(client), an_idea(pct_109)
    client.cookies[COOKIE] = signing.dumps(me.pk, salt=SALT)
    vote(client, idea)
    assert of_cookie(client) != me


def test_every_participant_has_a_key_of_its_own(db):
    made = [*Participant.objects.bulk_create(Participant() for _ in range(50)), Participant.objects.create()]
    assert len({participant.key for participant in made}) == 51


# Signing in


def test_what_was_done_without_an_account_becomes_the_users(client, pct_109, pct_110, neighbor):
    here, there = an_idea(pct_109), an_idea(pct_110)
    vote(client, here)
    vote(client, there, -1)
    me = of_cookie(client)
    with tenancy.enter(pct_109):
        Comment.objects.create(idea=here, participant=me, body="Me too.", created_at=timezone.now())
        Photo.objects.create(participant=me, width=1, height=1)
    sign_in(client)
    me.refresh_from_db()
    assert me.user == neighbor
    assert vote(client, here) == {"score": 1, "up": 1, "down": 0, "value": 1}
    assert vote(client, there, -1) == {"score": -1, "up": 0, "down": 1, "value": -1}


def test_a_second_device_brings_its_own_along_and_nothing_counts_twice(pct_109, pct_110, neighbor):
    phone, laptop = Client(), Client()
    both, turned, late = an_idea(pct_109), an_idea(pct_109), an_idea(pct_110)
    vote(phone, both)
    vote(phone, turned)
    sign_in(phone)
    vote(laptop, both)
    vote(laptop, turned, -1)
    vote(laptop, late, -1)
    second = of_cookie(laptop)
    with tenancy.enter(pct_109):
        Idea.objects.filter(pk=both.pk).update(participant=second)
        Comment.objects.create(idea=both, participant=second, body="Me too.", created_at=timezone.now())
    with tenancy.enter(pct_110):
        Photo.objects.create(participant=second, width=1, height=1)
    Participant.objects.filter(pk=second.pk).update(home_zip="11354")
    sign_in(laptop)

    me = Participant.objects.get(user=neighbor)
    second.refresh_from_db()
    assert second.merged_into == me
    assert me.home_zip == "11354"
    # Where both voted, the vote that the account had stands.
    assert votes_of(pct_109) == votes_of(pct_109, me) == [(both.pk, 1), (turned.pk, 1)]
    assert votes_of(pct_110) == votes_of(pct_110, me) == [(late.pk, -1)]
    with tenancy.enter(pct_109):
        assert Idea.objects.get(pk=both.pk).up == 1
        assert Idea.objects.get(pk=both.pk).participant == me
        assert Comment.objects.get().participant == me
    with tenancy.enter(pct_110):
        assert Photo.objects.get().participant == me
        assert Idea.objects.get(pk=late.pk).down == 1
    for device in (phone, laptop):
        assert vote(device, both) == {"score": 1, "up": 1, "down": 0, "value": 1}


def test_the_home_zip_that_the_account_has_stays(client, pct_109, neighbor):
    Participant.objects.create(user=neighbor, home_zip="11355")
    vote(client, an_idea(pct_109))
    Participant.objects.filter(pk=of_cookie(client).pk).update(home_zip="11354")
    sign_in(client)
    assert Participant.objects.get(user=neighbor).home_zip == "11355"


def test_signing_in_without_having_taken_part_makes_nobody(client, neighbor):
    sign_in(client)
    assert not Participant.objects.exists()


def test_signing_in_again_on_the_same_device_changes_nothing(client, pct_109, neighbor):
    idea = an_idea(pct_109)
    vote(client, idea)
    sign_in(client)
    before = votes_of(pct_109)
    cookie = client.cookies[COOKIE].value
    client.post("/accounts/logout/")
    client.cookies[COOKIE] = cookie  # a browser that kept it
    sign_in(client)
    assert votes_of(pct_109) == before
    assert vote(client, idea) == {"score": 1, "up": 1, "down": 0, "value": 1}


def test_somebody_elses_account_does_not_take_what_an_account_owns(pct_109, neighbor, make_user):
    other = make_user("other@example.org")
    mine, stolen = Client(), Client()
    idea = an_idea(pct_109)
    vote(mine, idea)
    stolen.cookies[COOKIE] = mine.cookies[COOKIE].value
    sign_in(mine)
    sign_in(stolen, "other@example.org")
    assert Participant.objects.get().user == neighbor
    assert vote(stolen, idea)["score"] == 2
    assert Participant.objects.get(user=other)


def test_a_cookie_whose_participant_has_an_account_opens_nothing_by_itself(pct_109, neighbor):
    mine, kept = Client(), Client()
    idea = an_idea(pct_109)
    vote(mine, idea)
    with tenancy.enter(pct_109):
        Idea.objects.update(participant=of_cookie(mine), status="waiting")
    kept.cookies[COOKIE] = mine.cookies[COOKIE].value
    assert kept.get(f"/pct-109/ideas/{idea.pk}/").status_code == 200
    sign_in(mine)
    assert kept.get(f"/pct-109/ideas/{idea.pk}/").status_code == 404
    assert mine.get(f"/pct-109/ideas/{idea.pk}/").status_code == 200


def test_a_cookie_that_was_merged_away_opens_nothing_either(pct_109, neighbor):
    Participant.objects.create(user=neighbor)
    mine, kept = Client(), Client()
    idea = an_idea(pct_109)
    vote(mine, idea)
    kept.cookies[COOKIE] = mine.cookies[COOKIE].value
    sign_in(mine)
    assert vote(kept, idea)["score"] == 2
    assert of_cookie(kept).merged_into is None


def test_signing_out_forgets_who_it_was(client, pct_109, neighbor):
    idea = an_idea(pct_109)
    vote(client, idea)
    sign_in(client)
    response = client.post("/accounts/logout/")
    assert response.cookies[COOKIE]["max-age"] == 0
    assert vote(client, idea)["score"] == 2
    assert Participant.objects.filter(user=neighbor).count() == 1


def test_signing_out_forgets_a_cookie_that_was_there_before(client, pct_109, neighbor):
    """Somebody signed in, then another person's browser session begins: not as them."""
    sign_in(client)
    vote(client, an_idea(pct_109))
    assert COOKIE not in client.cookies  # the account itself is who takes part
    client.post("/accounts/logout/")
    assert not client.cookies[COOKIE].value


def test_a_cookie_is_not_given_where_nothing_was_kept(client, pct_109):
    idea = an_idea(pct_109)
    with tenancy.enter(pct_109):
        Idea.objects.update(status="merged")
    client.post(f"/pct-109/ideas/{idea.pk}/vote/", {"value": "nonsense"})
    assert COOKIE not in client.cookies


# At the same moment


@pytest.fixture
def read_at_once(monkeypatch):
    """read_at_once(n): n sign-ins look at their cookies before any of them goes on."""

    def arrange(number):
        read, gate = participants._of_cookie, threading.Barrier(number)

        def read_and_wait(request):
            found = read(request)
            gate.wait(timeout=20)
            return found

        monkeypatch.setattr(participants, "_of_cookie", read_and_wait)

    yield arrange
    monkeypatch.undo()


@pytest.mark.django_db(transaction=True)
def test_two_sign_ins_at_once_lose_no_vote(pct_109, neighbor, read_at_once):
    """One browser, a double click on "Sign in": both requests bring the same cookie."""
    ideas = [an_idea(pct_109) for _ in range(3)]
    browser = Client()
    for idea in ideas:
        vote(browser, idea)
    tabs = [Client() for _ in range(4)]
    for tab in tabs:
        tab.cookies[COOKIE] = browser.cookies[COOKIE].value
    read_at_once(4)
    answers = at_once(*[lambda tab=tab: sign_in(tab) for tab in tabs])
    assert [answer.status_code for answer in answers] == [302] * 4
    assert votes_of(pct_109) == [(idea.pk, 1) for idea in ideas]
    assert Participant.objects.get().user == neighbor


@pytest.mark.django_db(transaction=True)
def test_two_devices_signing_in_at_once_become_one_participant(pct_109, neighbor, read_at_once):
    idea, other = an_idea(pct_109), an_idea(pct_109)
    devices = [Client() for _ in range(3)]
    for device in devices:
        vote(device, idea)
    vote(devices[2], other)
    read_at_once(3)
    answers = at_once(*[lambda device=device: sign_in(device) for device in devices])
    assert [answer.status_code for answer in answers] == [302] * 3
    me = Participant.objects.get(user=neighbor)
    assert votes_of(pct_109) == votes_of(pct_109, me) == [(idea.pk, 1), (other.pk, 1)]
    with tenancy.enter(pct_109):
        assert Idea.objects.get(pk=idea.pk).up == 1


@pytest.mark.django_db(transaction=True)
def test_two_accounts_at_once_do_not_share_one_cookie(pct_109, neighbor, make_user, read_at_once):
    make_user("other@example.org")
    idea, browser, other = an_idea(pct_109), Client(), Client()
    vote(browser, idea)
    other.cookies[COOKIE] = browser.cookies[COOKIE].value
    read_at_once(2)
    at_once(lambda: sign_in(browser), lambda: sign_in(other, "other@example.org"))
    owner = Participant.objects.get(user__isnull=False)
    assert votes_of(pct_109) == [(idea.pk, 1)] == votes_of(pct_109, owner)


@pytest.mark.django_db(transaction=True)
def test_one_account_taking_part_twice_at_once_is_one_participant(pct_109, neighbor):
    idea, client = an_idea(pct_109), Client()
    sign_in(client)
    answers = at_once(*[lambda: vote(client, idea)] * 3)
    assert [answer["up"] for answer in answers] == [1] * 3
    assert Participant.objects.get().user == neighbor


def test_somebody_without_a_request_signs_in(neighbor):
    """A command line that signs somebody in has no cookie to look at."""
    participants.carry_over(sender=User, request=None, user=neighbor)
    assert not Participant.objects.exists()
