"""Approve-and-trust: who was approved is not held any more, unless something is marked; it can be revoked."""

import pytest
from django.test import Client

from ideas import submitting
from ideas.models import Comment, Idea, Trust
from precincts import tenancy
from precincts.models import Participant
from tests.ideas.desk import decisions
from tests.ideas.factory import a_waiting_idea, an_idea
from tests.ideas.safety import API, BOARD, DESK, PHONE, by_a_neighbor, now, send_again

pytestmark = pytest.mark.django_db
LAMP = "The lamp at the corner of my street has been dark for weeks."
BINS = "Bins stand on the crossing by the school since last Tuesday."


def trust(client, idea, **fields):
    return client.post(f"{DESK}ideas/{idea.pk}/trust/", {"version": idea.version} | fields)


def trusts(command):
    with tenancy.enter(command):
        return list(Trust.objects.order_by("pk"))


@pytest.fixture
def trusted(moderator, pct_109):
    """Somebody who is trusted."""
    idea, participant = by_a_neighbor(pct_109, body=LAMP)
    assert trust(moderator, idea).status_code == 302
    return participant


def test_it_approves_and_trusts(moderator, pct_109):
    idea, participant = by_a_neighbor(pct_109, body=LAMP)
    page = moderator.get(f"{DESK}ideas/{idea.pk}/").content.decode()
    assert 'data-key="t"' in page
    assert trust(moderator, idea).status_code == 302
    assert now(idea).status == "spoken"
    (made,) = trusts(pct_109)
    assert (made.participant_id, made.given_by_id) == (participant.pk, moderator.user.pk)
    assert decisions(idea)[-1].decided_by_id == moderator.user.pk


def test_what_they_send_next_is_on_the_board_and_the_record_says_why(client, trusted, pct_109):
    idea = send_again(trusted, pct_109, BINS)
    assert idea.status == "spoken"
    (decision,) = decisions(idea)
    assert (decision.action, decision.decided_by_id, decision.told_at) == ("approve", None, None)
    assert "the command trusts this neighbor" in decision.reason
    assert "the command trusts this neighbor" in client.get(f"{BOARD}{idea.pk}/").content.decode()


def test_their_comments_are_shown_at_once(trusted, pct_109):
    idea = an_idea(pct_109)
    with tenancy.enter(pct_109):
        submitting.comment(idea=idea, body="Here too, every Sunday.", participant=trusted)
        submitting.comment(idea=idea, body=f"Call me at {PHONE}", participant=trusted)
        fine, marked = Comment.objects.order_by("pk")
    assert (fine.status, marked.status) == ("shown", "waiting")
    assert now(idea).comment_count == 1


@pytest.mark.parametrize(
    "body",
    [
        f"Call my neighbor at {PHONE}, she knows.",
        "A man has a gun in front of the school.",
        "I will hurt you if you park here again.",
        LAMP,
    ],
)
def test_what_is_marked_is_held_all_the_same_and_the_desk_says_so(moderator, trusted, pct_109, body):
    idea = send_again(trusted, pct_109, body, title="Look")
    if body == LAMP:
        idea = send_again(trusted, pct_109, body, title="Cars race at night")
    assert idea.status == "waiting"
    page = moderator.get(f"{DESK}ideas/{idea.pk}/").content.decode()
    assert "This neighbor is trusted. It was held all the same" in page
    assert 'data-key="t"' not in page


def test_it_is_this_commands_and_this_participants(trusted, pct_109, pct_110):
    assert send_again(trusted, pct_110, BINS).status == "waiting"
    assert send_again(Participant.objects.create(), pct_109, BINS).status == "waiting"
    assert send_again(None, pct_109, "The hydrant at the school leaks since Monday.").status == "waiting"


def test_it_can_be_revoked_and_the_page_keeps_the_history(moderator, commander, trusted, pct_109):
    send_again(trusted, pct_109, BINS, title="Bins on the crossing")
    page = moderator.get(f"{DESK}trusted/").content.decode()
    assert "2 issues" in page
    assert "Bins on the crossing" in page
    assert "moderator@example.org" in page
    assert commander.post(f"{DESK}trusted/{trusts(pct_109)[0].pk}/revoke/").status_code == 302
    assert send_again(trusted, pct_109, "The hydrant at the school leaks since Monday.").status == "waiting"
    page = moderator.get(f"{DESK}trusted/").content.decode()
    assert "Nobody yet" in page
    assert "commander@example.org" in page
    commander.post(f"{DESK}trusted/{trusts(pct_109)[0].pk}/revoke/")
    assert len(trusts(pct_109)) == 1


def test_nobody_is_named_on_the_page(moderator, make_user, pct_109):
    user = make_user("neighbor@example.org")
    idea = a_waiting_idea(pct_109, participant=Participant.objects.create(user=user), body=LAMP)
    trust(moderator, idea)
    page = moderator.get(f"{DESK}trusted/").content.decode()
    assert "neighbor@example.org" not in page


def test_the_undo_of_the_approval_takes_the_trust_back(moderator, pct_109):
    idea, participant = by_a_neighbor(pct_109, body=LAMP)
    trust(moderator, idea)
    moderator.post(f"{DESK}undo/{decisions(idea)[-1].pk}/")
    assert now(idea).status == "waiting"
    assert trusts(pct_109)[0].revoked_by_id == moderator.user.pk
    assert send_again(participant, pct_109, BINS).status == "waiting"


def test_a_stale_one_changes_nothing_and_says_what_changed(moderator, commander, pct_109):
    idea, _participant = by_a_neighbor(pct_109, body=LAMP)
    commander.post(f"{DESK}ideas/{idea.pk}/decisions/", {"action": "approve", "version": 1})
    late = trust(moderator, idea)
    assert late.status_code == 409
    assert "commander@example.org" in late.content.decode()
    assert trusts(pct_109) == []


@pytest.mark.parametrize("version", ["x", "9" * 30, "-1", "\x00", ""])
def test_a_nonsense_version_takes_the_idea_as_it_stands(moderator, pct_109, version):
    idea, _participant = by_a_neighbor(pct_109, body=LAMP)
    assert trust(moderator, idea, version=version).status_code == 302


def test_nobody_can_be_trusted_where_nobody_is_known(moderator, pct_109):
    idea = a_waiting_idea(pct_109, body=LAMP)
    assert 'data-key="t"' not in moderator.get(f"{DESK}ideas/{idea.pk}/").content.decode()
    refused = trust(moderator, idea)
    assert refused.status_code == 422
    assert "there is nobody to trust" in refused.content.decode()
    assert now(idea).status == "waiting"


def test_two_moderators_trust_once(moderator, commander, pct_109):
    idea, participant = by_a_neighbor(pct_109, body=LAMP)
    other = a_waiting_idea(pct_109, participant=participant, body=BINS)
    assert trust(moderator, idea).status_code == trust(commander, other).status_code == 302
    assert len(trusts(pct_109)) == 1
    assert now(other).status == "spoken"


def test_signing_in_carries_trust_over(client, make_user, moderator, pct_109):
    client.post(f"{API}ideas/", {"body": LAMP}, content_type="application/json")
    with tenancy.enter(pct_109):
        idea = Idea.objects.get()
    trust(moderator, idea)
    user = make_user("neighbor@example.org")
    client.post("/accounts/login/", {"login": user.email, "password": "engage-tests"})
    assert send_again(Participant.objects.get(user=user), pct_109, BINS).status == "spoken"


def test_their_own_page_says_that_it_is_on_the_board(client, moderator, pct_109):
    client.post(f"{API}ideas/", {"body": LAMP}, content_type="application/json")
    with tenancy.enter(pct_109):
        trust(moderator, Idea.objects.get())
    sent = client.post(f"{API}ideas/", {"body": BINS}, content_type="application/json")
    assert (sent.status_code, sent.json()["status"]) == (201, "spoken")


def test_the_api_trusts(moderator, pct_109):
    idea, _participant = by_a_neighbor(pct_109, body=LAMP)
    url = f"{API}ideas/{idea.pk}/trust/"
    assert moderator.post(url, {"version": 7}, content_type="application/json").status_code == 409
    made = moderator.post(url, {"version": 1}, content_type="application/json")
    assert (made.status_code, made.json()["status"]) == (201, "spoken")
    nobody = a_waiting_idea(pct_109, body=BINS)
    assert (
        moderator.post(f"{API}ideas/{nobody.pk}/trust/", {}, content_type="application/json").status_code
        == 409
    )
    assert Client().post(url, {}, content_type="application/json").status_code == 401


def test_the_page_takes_the_same_queries_however_many(moderator, pct_109):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert moderator.get(f"{DESK}trusted/").status_code == 200
        return len(captured)

    def more(number):
        for n in range(number):
            idea, _who = by_a_neighbor(pct_109, title=f"Lamp {n} of {number}", body=f"{n * 97} {LAMP} {n}")
            trust(moderator, idea)

    more(2)
    few = queries()
    more(6)
    assert queries() == few


def test_the_composer_thanks_them_for_what_is_on_the_board(client, moderator, pct_109):
    client.post(f"{API}ideas/", {"body": LAMP}, content_type="application/json")
    with tenancy.enter(pct_109):
        trust(moderator, Idea.objects.get())
    page = client.post(f"{BOARD}new/", {"body": BINS}, follow=True).content.decode()
    assert "Your issue is on the board" in page
    assert "A moderator reviews your issue" not in page
