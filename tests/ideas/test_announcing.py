"""An answer is announced on the command's account: both, or neither."""

import pytest

from precincts import tenancy
from socialfeeds.models import Account, AccountStatus, Delivery, Message
from tests.ideas.desk import ANSWER, decide, decisions, now
from tests.ideas.factory import a_waiting_idea, an_idea
from tests.socialfeeds.voice import an_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(pct_109):
    with tenancy.enter(pct_109):
        return an_account("demo_pct109")


def messages(command):
    with tenancy.enter(command):
        return list(Message.objects.all()), list(Delivery.objects.all())


def test_an_announced_answer_is_on_its_way(commander, pct_109, account, settings):
    settings.BASE_URL = "https://engage.example"
    idea = an_idea(pct_109)
    response = decide(commander, idea, "hear", answer=ANSWER, announce="on")
    assert "on its way" in commander.get(response.url).content.decode()
    [message], [delivery] = messages(pct_109)
    url = f"https://engage.example/pct-109/ideas/{idea.pk}/"
    assert (message.text, message.source_url) == (f"{ANSWER} {url}", url)
    assert (message.author_id, delivery.state) == (commander.user.pk, "ready")
    assert delivery.account_id == account.pk
    assert decisions(idea)[1].message_id == message.pk


def test_in_other_words(commander, pct_109, account):
    decide(commander, an_idea(pct_109), "done", answer=ANSWER, announce="on", announcement="Quiet again.")
    [message], _ = messages(pct_109)
    assert message.text.startswith("Quiet again. http")


def test_a_long_answer_is_cut_at_a_word(commander, pct_109, account):
    decide(commander, an_idea(pct_109), "hear", answer="word " * 200, announce="on")
    [message], _ = messages(pct_109)
    assert len(message.text) < 400
    assert "word… http" in message.text


def test_without_announcing_nothing_is_said(commander, pct_109, account):
    decide(commander, an_idea(pct_109), "hear", answer=ANSWER, announcement="Not said.")
    assert messages(pct_109) == ([], [])


@pytest.mark.parametrize("status", [None, AccountStatus.PAUSED, AccountStatus.DEAD])
def test_what_cannot_be_announced_is_not_decided_either(commander, pct_109, account, status):
    with tenancy.enter(pct_109):
        Account.objects.update(status=status) if status else Account.objects.all().delete()
    idea = an_idea(pct_109)
    response = decide(commander, idea, "hear", answer=ANSWER, announce="on", announcement="In <short>.")
    page = response.content.decode()
    assert response.status_code == 422
    assert 'id="id_hear_announcement_error"' in page
    assert ANSWER in page
    assert "In &lt;short&gt;." in page
    assert (now(idea).status, now(idea).version, now(idea).answer) == ("spoken", 2, "")
    assert len(decisions(idea)) == 1
    assert messages(pct_109) == ([], [])
    assert decide(commander, idea, "hear", answer=ANSWER).status_code == 302


def test_an_announcement_has_words(commander, pct_109, account):
    idea = an_idea(pct_109)
    response = decide(commander, idea, "act", announce="on")
    assert response.status_code == 422
    assert "Write the message" in response.content.decode()
    assert now(idea).status == "spoken"
    assert messages(pct_109) == ([], [])


@pytest.mark.parametrize("action", ["approve", "screen", "refer"])
@pytest.mark.parametrize("role", ["moderator", "commander"])
def test_only_an_answer_can_be_announced(staff, pct_109, account, action, role):
    """A moderator speaks for nobody, whatever the form says."""
    idea = a_waiting_idea(pct_109)
    response = decide(
        staff(role),
        idea,
        action,
        rule=1,
        answer=ANSWER,
        referred_to="DOT",
        announce="on",
        announcement="Mine.",
    )
    assert response.status_code == 422
    assert now(idea).status == "waiting"
    assert messages(pct_109) == ([], [])
