"""A public reply is hidden under a rule, with a snapshot, by two people; it is undone, and all is logged."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from precincts import tenancy
from socialfeeds import hiding
from socialfeeds.models import Hiding, Mention
from socialfeeds.networks.base import Cannot, MayBeSent, NotSent
from tests.ideas.conftest import commander, moderator, staff
from tests.ideas.mentions import INBOX, heard
from tests.socialfeeds.fake_network import account, fake

__all__ = ["account", "commander", "fake", "heard", "moderator", "staff"]
pytestmark = pytest.mark.django_db(transaction=True)


def ask(client, mention, **fields):
    return client.post(
        f"{INBOX}mentions/{mention.pk}/hide/", {"rule": 1, "edition": 1, "reason": "A threat."} | fields
    )


def decide(client, row, hide="yes"):
    return client.post(f"{INBOX}hidden/{row.pk}/decide/", {"hide": hide}, follow=True).content.decode()


def work(command):
    """What the sweeps do, once every wait is over."""
    with tenancy.enter(command):
        Hiding.objects.exclude(due_at=None).update(due_at=timezone.now())
    for command_id, hiding_id in hiding.due():
        hiding.carry_out(command_id=command_id, hiding_id=hiding_id)


def the(command):
    with tenancy.enter(command):
        return Hiding.objects.select_related("mention").get()


@pytest.fixture
def mention(heard):
    return heard.say("Something that breaks a rule", kind="reply")


def test_two_people_hide_and_one_shows_it_again(heard, mention, moderator, commander, pct_109):
    assert ask(moderator, mention, rule="").status_code == 422
    assert ask(moderator, mention).status_code == 302
    assert "asked for this already" in ask(commander, mention).content.decode()
    row = the(pct_109)
    assert row.snapshot["text"] == "Something that breaks a rule" and row.rule_title
    work(pct_109)
    assert heard.fake.hidden == {}
    assert "somebody else decides" in decide(moderator, row)
    assert the(pct_109).state == "asked"
    decide(commander, row)
    assert "decided already" in decide(commander, row)
    work(pct_109)
    assert heard.fake.hidden == {"p1": True}
    assert the(pct_109).state == "hidden" and the(pct_109).mention.hidden_at
    moderator.post(f"{INBOX}hidden/{row.pk}/undo/")
    work(pct_109)
    assert heard.fake.hidden == {"p1": False}
    assert the(pct_109).state == "shown" and the(pct_109).mention.hidden_at is None
    page = moderator.get(f"{INBOX}hidden/").content.decode()
    assert "Nobody was blocked, and no software hid anything." in page
    assert "Something that breaks a rule" in page and "commander@example.org" in page


def test_the_database_holds_that_two_people_decide(heard, mention, moderator, pct_109):
    ask(moderator, mention)
    with tenancy.enter(pct_109), pytest.raises(IntegrityError), transaction.atomic():
        Hiding.objects.update(decided_by=moderator.user)


def test_it_can_be_left_as_it_is_and_asked_again(heard, mention, moderator, commander, pct_109):
    ask(moderator, mention)
    decide(commander, the(pct_109), hide="no")
    work(pct_109)
    assert the(pct_109).state == "refused" and heard.fake.hidden == {}
    assert ask(commander, mention).status_code == 302


def test_a_network_that_cannot_hide_says_so(heard, mention, moderator, commander, pct_109):
    ask(moderator, mention)
    decide(commander, the(pct_109))
    heard.fake.fails = [Cannot("Here nothing can be hidden.")]
    work(pct_109)
    assert the(pct_109).state == "failed" and the(pct_109).mention.hidden_at is None
    assert "Here nothing can be hidden." in moderator.get(f"{INBOX}hidden/").content.decode()


def test_a_lost_answer_a_limit_and_a_killed_worker_end_in_hidden(
    heard, mention, moderator, commander, pct_109
):
    def die():
        heard.fake.before = lambda: None
        raise KeyboardInterrupt

    ask(moderator, mention)
    decide(commander, the(pct_109))
    heard.fake.fails = [MayBeSent("No answer."), NotSent("Too many.", retry_at=timezone.now())]
    work(pct_109)
    work(pct_109)
    assert the(pct_109).state == "hiding"
    heard.fake.before = die
    with pytest.raises(KeyboardInterrupt):
        work(pct_109)
    # Its lease holds the others off until it ends.
    assert hiding.due() == []
    work(pct_109)
    assert the(pct_109).state == "hidden"


def test_what_was_undone_meanwhile_ends_shown(heard, mention, moderator, commander, pct_109):
    ask(moderator, mention)
    row = the(pct_109)
    decide(commander, row)
    heard.fake.before = lambda: moderator.post(f"{INBOX}hidden/{row.pk}/undo/")
    work(pct_109)
    heard.fake.before = lambda: None
    work(pct_109)
    assert the(pct_109).state == "shown" and heard.fake.hidden == {"p1": False}


def test_words_alone_hide_nothing(heard, pct_109):
    heard.say("I will kill you, you idiots!!! 🤬", kind="reply")
    with tenancy.enter(pct_109):
        assert not Hiding.objects.exists() and Mention.objects.filter(hidden_at=None).count() == 1
    assert heard.fake.hidden == {}
