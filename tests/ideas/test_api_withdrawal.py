"""An author withdraws an issue through the API: with the cookie, an account or a token; and nobody else."""

import pytest
from django.test import Client

from ideas import merging, moving
from ideas.models import Action, Vote
from precincts import tenancy
from precincts.models import Participant, PersonalToken
from tests.ideas.appeals import browser_of
from tests.ideas.desk import decide, decisions, now, set_status
from tests.ideas.factory import a_waiting_idea, an_acted_idea, an_idea, vote

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def author(db):
    return Participant.objects.create()


def withdraw(client, idea, slug="pct-109", headers=None, **body):
    url = f"/api/v1/commands/{slug}/ideas/{idea.pk}/withdrawal/"
    return client.post(url, body, content_type=JSON, headers=headers)


def test_it_is_off_the_board_and_its_author_reads_it_still(client, author, moderator, pct_109):
    idea = an_idea(pct_109, participant=author)
    vote(idea)
    mine = browser_of(author)
    done = withdraw(mine, idea, version=idea.version)
    assert done.status_code == 201
    assert (done.json()["status"], done.json()["mine"]) == ("withdrawn", True)
    assert done.json()["history"][-1]["what"] == "Withdrawn by its author"
    url = f"/api/v1/commands/pct-109/ideas/{idea.pk}/"
    assert [who.get(url).status_code for who in (client, moderator, mine)] == [404, 404, 200]
    last = decisions(idea)[-1]
    assert (last.action, last.decided_by) == (Action.WITHDRAW, None)
    with tenancy.enter(pct_109):
        assert Vote.objects.filter(idea=idea).count() == 1


def test_sent_again_it_was_done_once(author, pct_109):
    idea = a_waiting_idea(pct_109, participant=author)
    mine = browser_of(author)
    assert withdraw(mine, idea, version=1).status_code == 201
    again = withdraw(mine, idea, version=1)
    assert (again.status_code, again.json()["status"]) == (200, "withdrawn")
    assert len(decisions(idea)) == 1


def test_with_the_account_and_with_its_token(make_user, pct_109):
    user = make_user("neighbor@example.org")
    me = Participant.objects.create(user=user)
    first, second = an_idea(pct_109, participant=me), an_idea(pct_109, participant=me)
    browser = Client()
    browser.force_login(user)
    assert withdraw(browser, first).status_code == 201
    # What a resident may do takes no scope.
    key = PersonalToken.issue(user, "A script", scopes=[])[1]
    assert withdraw(Client(), second, headers={"Authorization": f"Bearer {key}"}).status_code == 201
    assert {now(first).status, now(second).status} == {"withdrawn"}


def test_nobody_else_can(client, moderator, make_user, author, pct_109):
    idea = an_idea(pct_109, participant=author)
    stranger = Client()
    stranger.force_login(make_user("stranger@example.org"))
    other = browser_of(Participant.objects.create())
    for who in (client, moderator, stranger, other):
        refused = withdraw(who, idea)
        assert refused.status_code == 404
        assert refused.headers["Content-Type"] == "application/problem+json"
    key = PersonalToken.issue(moderator.user, "x", scopes=["see_desk", "moderate"])[1]
    assert withdraw(Client(), idea, headers={"Authorization": f"Bearer {key}"}).status_code == 404
    assert withdraw(client, an_idea(pct_109)).status_code == 404
    assert now(idea).status == "spoken"


def test_in_another_command_it_is_nowhere(author, pct_109):
    idea = an_idea(pct_109, participant=author)
    assert withdraw(browser_of(author), idea, slug="pct-110").status_code == 404
    assert now(idea).status == "spoken"


def test_what_changed_since_is_a_conflict(author, commander, pct_109):
    idea = an_idea(pct_109, participant=author)
    decide(commander, idea, "hear", answer="We look into it.")
    refused = withdraw(browser_of(author), idea, version=idea.version)
    assert refused.status_code == 409
    told = refused.json()
    assert (told["idea_status"], told["version"]) == ("heard", idea.version + 1)
    assert withdraw(browser_of(author), idea, version=told["version"]).status_code == 201


def test_what_was_acted_on_stays(author, pct_109):
    idea = an_acted_idea(pct_109, participant=author)
    refused = withdraw(browser_of(author), idea)
    assert refused.status_code == 409
    assert "it stays" in refused.json()["detail"]
    assert refused.json()["idea_status"] == "acted"


def test_what_was_merged_moved_or_screened_says_so(author, pct_109, pct_110):
    mine = browser_of(author)
    merged, moved, screened = (an_idea(pct_109, participant=author) for _n in range(3))
    with tenancy.enter(pct_109):
        merging.merge(idea=merged, into=an_idea(pct_109), by=None)
    moving.hand_over(source=pct_109, pk=moved.pk, target=pct_110, by=None)
    set_status(screened, "screened")
    for idea, words in (
        (merged, "joined with another"),
        (moved, "Withdraw it there"),
        (screened, "not public"),
    ):
        refused = withdraw(mine, idea)
        assert refused.status_code == 409
        assert words in refused.json()["detail"]
    with tenancy.enter(pct_110):
        assert withdraw(mine, type(moved)(pk=now(moved).moved_to_idea), slug="pct-110").status_code == 201


@pytest.mark.parametrize("version", ["x", 0, -1, 1.5, 10**30, [], True])
def test_a_version_that_is_none(author, pct_109, version):
    idea = an_idea(pct_109, participant=author)
    refused = withdraw(browser_of(author), idea, version=version)
    assert refused.status_code in (400, 409)
    assert now(idea).status == "spoken"
