"""The page of what a command said and heard: who sees it, what it tells, what may be decided there."""

from __future__ import annotations

import pytest
from django.test import Client

from socialfeeds import listening
from socialfeeds.models import Pause, State

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/pct-109/desk/voice/"


@pytest.fixture
def signed_in(make_user, pct_109, client):
    def sign_in(role="commander", command=pct_109):
        client.force_login(make_user(f"{role}@example.org", role=role, command=command))
        return client

    return sign_in


@pytest.fixture
def asked(outbox):
    """A message that nobody can tell of, and a person is asked."""
    outbox.say("Where is it?")
    outbox.x.fault("500")
    outbox.work_on()
    return outbox


def page(client):
    response = client.get(PAGE)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("role", ["commander", "moderator", "editor"])
def test_the_commands_people_see_it(outbox, signed_in, role):
    page(signed_in(role))


def test_others_do_not(outbox, client, make_user, pct_110):
    assert client.get(PAGE).status_code == 302
    client.force_login(make_user("resident@example.org"))
    assert client.get(PAGE).status_code == 403
    client.force_login(make_user("other@example.org", role="commander", command=pct_110))
    assert client.get(PAGE).status_code == 403
    assert client.get("/no-such/desk/voice/").status_code == 404


def test_headquarters_sees_it_and_decides_nothing(asked, signed_in):
    client = signed_in("reviewer", None)
    assert "Send again" not in page(client)
    assert client.post(f"{PAGE}{asked.row().pk}/send-again/").status_code == 403


def test_it_shows_what_was_said_with_its_link(outbox, signed_in):
    outbox.say("The lamp is fixed.", source_url="https://engage.example/pct-109/ideas/5/")
    outbox.work()
    html = page(signed_in())
    assert "The lamp is fixed." in html
    assert f'href="{outbox.row().url}"' in html
    assert 'href="https://engage.example/pct-109/ideas/5/"' in html


def test_it_shows_what_was_heard_newest_first_and_as_text(outbox, signed_in):
    outbox.x.post("maria", "@demo_pct109 the first")
    outbox.x.post("maria", "@demo_pct109 <script>alert(1)</script>")
    listening.fetch(command_id=outbox.command.pk, account_id=outbox.account_id)
    html = page(signed_in())
    assert html.index("&lt;script&gt;") < html.index("the first")
    assert "<script>alert" not in html
    assert f'href="{outbox.mentions()[0].url}"' in html


def test_it_says_what_went_wrong_and_what_to_do(asked, signed_in):
    html = page(signed_in())
    assert "Not known" in html
    assert "X had an error of its own" in html
    assert "Send again" in html
    assert "It was sent" in html


def test_a_dead_account_is_plain_to_see(outbox, signed_in):
    outbox.say("Kept.")
    outbox.x.fault("401")
    outbox.work()
    html = page(signed_in())
    assert "has to be connected again" in html
    assert "It waits until the account is connected again." in html


def test_a_pause_is_plain_to_see(outbox, signed_in):
    outbox.say()
    Pause.objects.create(place=outbox.command)
    html = page(signed_in())
    assert "Everything of this command is paused" in html
    assert "It waits because publishing is paused." in html


def test_an_editor_sends_again(asked, signed_in):
    client = signed_in("editor")
    response = client.post(f"{PAGE}{asked.row().pk}/send-again/", follow=True)
    assert "It goes out once more." in response.content.decode()
    row = asked.row()
    assert (row.state, row.needs_person, row.decided_by.email) == (State.READY, False, "editor@example.org")
    asked.work()
    assert asked.texts() == ["Where is it?"]


def test_a_commander_says_that_it_was_sent(asked, signed_in):
    client = signed_in()
    address = "https://x.com/demo_pct109/status/99"
    client.post(f"{PAGE}{asked.row().pk}/was-sent/", {"address": address})
    assert (asked.row().state, asked.row().external_id) == (State.SENT, "99")
    assert "Needs" not in page(client)


def test_a_post_that_is_anothers_is_not_taken_for_it(outbox, signed_in):
    known = outbox.say("Known.")
    outbox.work()
    outbox.say("Where is it?")
    outbox.x.fault("500", method="POST")
    outbox.work_on()
    lost = next(row for row in outbox.rows() if row.needs_person)
    client = signed_in()
    response = client.post(
        f"{PAGE}{lost.pk}/was-sent/", {"address": outbox.row(known).external_id}, follow=True
    )
    assert "another message’s" in response.content.decode()
    assert outbox.row(lost).needs_person


def test_a_decision_that_comes_too_late_is_told_so(asked, signed_in):
    client = signed_in()
    address = f"{PAGE}{asked.row().pk}/send-again/"
    client.post(address)
    response = client.post(address, follow=True)
    assert "moved on since you looked" in response.content.decode()


def test_a_moderator_may_look_and_not_decide(asked, signed_in):
    client = signed_in("moderator")
    assert "Send again" not in page(client)
    for action in ("send-again", "was-sent"):
        assert client.post(f"{PAGE}{asked.row().pk}/{action}/").status_code == 403
    assert asked.row().needs_person


@pytest.mark.parametrize("number", [0, 10**6, 10**30])
def test_what_is_not_there_is_404(outbox, signed_in, number):
    assert signed_in().post(f"{PAGE}{number}/send-again/").status_code == 404


def test_another_commands_delivery_is_404(asked, make_user, pct_110):
    client = Client()
    client.force_login(make_user("other@example.org", role="commander", command=pct_110))
    assert client.post(f"/pct-110/desk/voice/{asked.row().pk}/send-again/").status_code == 404
    assert client.post(f"{PAGE}{asked.row().pk}/send-again/").status_code == 403
    assert asked.row().needs_person


def test_a_decision_needs_a_form_of_ours(asked, make_user, pct_109):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user("a@example.org", role="commander", command=pct_109))
    assert strict.post(f"{PAGE}{asked.row().pk}/send-again/").status_code == 403
    assert strict.get(f"{PAGE}{asked.row().pk}/send-again/").status_code == 405


def test_the_queries_do_not_grow_with_the_rows(outbox, signed_in, django_assert_max_num_queries):
    client = signed_in()
    page(client)
    for number in range(12):
        outbox.say(f"Number {number}.")
        outbox.x.post("maria", f"@demo_pct109 {number}")
    outbox.work()
    listening.fetch(command_id=outbox.command.pk, account_id=outbox.account_id)
    with django_assert_max_num_queries(14):
        page(client)
