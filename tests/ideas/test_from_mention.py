"""A mention becomes an issue in one step; when that is acted on, its author hears of it in a reply, once."""

from __future__ import annotations

import pytest

from ideas import answering, from_mentions, merging
from ideas.models import Action, Decision, Idea, IdeaSource
from ideas.notices import telling
from precincts import tenancy
from socialfeeds import publishing
from socialfeeds.models import Delivery, Message
from tests.ideas.factory import an_idea
from tests.ideas.mentions import INBOX, heard
from tests.socialfeeds.fake_network import account, fake

__all__ = ["account", "fake", "heard"]
pytestmark = pytest.mark.django_db(transaction=True)

SAID = "@engage_109 the lamp at Main St & 45 Av has been dark for weeks. Please look at it."


@pytest.fixture(autouse=True)
def _at_once(settings):
    settings.UNDO_SECONDS = 0


def issue(mention):
    return f"{INBOX}mentions/{mention.pk}/issue/"


def make(client, mention, **fields):
    sent = {"title": "Dark lamp", "body": "It has been dark for weeks.", "approve": "on"} | fields
    return client.post(issue(mention), sent)


def act(command, by, **more):
    """Act on the one idea, and tell of it, as the sweeps do."""
    with tenancy.enter(command):
        idea = Idea.objects.get(**more)
        data = {"action": Action.DONE, "answer": "The lamp is **lit**."}
        decision = answering.decide_and_announce(idea=idea, data=data, by=by)
    tell(command)
    return decision


def tell(command):
    for command_id, decision_id in telling.due():
        telling.tell(command_id=command_id, decision_id=decision_id)


def source(command):
    with tenancy.enter(command):
        return IdeaSource.objects.select_related("idea__topic", "mention").get()


def replies(command):
    with tenancy.enter(command):
        return list(Message.objects.exclude(answers=None).select_related("author").order_by("pk"))


def test_the_form_begins_with_their_words_and_what_they_suggest(heard, commander):
    page = commander.get(issue(heard.say(SAID))).content.decode()
    assert 'value="The lamp at Main St &amp; 45 Av has been dark for weeks"' in page
    assert "the lamp at Main St &amp; 45 Av has been dark for weeks. Please look at it.</textarea>" in page
    assert 'value="lighting" selected' in page and 'value="Main St &amp; 45 Av"' in page


def test_one_mention_is_one_issue_however_often_it_is_sent(heard, commander, pct_109, client):
    mention = heard.say(SAID)
    assert make(commander, mention, title="").status_code == 422
    for _ in range(2):
        answer = make(commander, mention, topic="lighting", place="Main St & 45 Av")
        assert answer.status_code == 302
    made = source(pct_109)
    assert "It stands on the board." in commander.get(answer.url).content.decode()
    assert answer.url == f"/pct-109/desk/ideas/{made.idea_id}/"
    assert (made.idea.status, made.idea.topic.slug, made.made_by) == ("spoken", "lighting", commander.user)
    page = client.get(f"/pct-109/ideas/{made.idea_id}/").content.decode()
    assert "Raised on Mastodon" in page and "https://social.example/@maria/p1" in page
    thread = commander.get(f"{INBOX}{mention.thread_id}/").content.decode()
    assert "It is an issue: Dark lamp" in thread and "Make it an issue" not in thread


def test_who_may_not_review_puts_it_into_the_queue(heard, staff, pct_109):
    assert make(staff("editor"), heard.say(SAID)).status_code == 302
    assert source(pct_109).idea.status == "waiting"


def test_its_author_is_told_once_by_whoever_acted(heard, commander, pct_109):
    mention = heard.say(SAID)
    make(commander, mention)
    act(pct_109, commander.user)
    act(pct_109, commander.user)
    (reply,) = replies(pct_109)
    idea = source(pct_109).idea
    assert reply.text.startswith("You spoke, we heard, we acted: The lamp is lit.")
    assert reply.text.endswith(f"/pct-109/ideas/{idea.pk}/")
    assert (reply.author, reply.answers_id) == (commander.user, mention.pk)
    with tenancy.enter(pct_109):
        delivery = Delivery.objects.get(message=reply)
    publishing.deliver(command_id=pct_109.pk, delivery_id=delivery.pk)
    assert heard.fake.calls[-1] == ("post", reply.text, "p1")
    assert source(pct_109).untold == ""
    assert "its author was told" in commander.get(f"{INBOX}{mention.thread_id}/").content.decode()


def test_where_no_reply_is_allowed_it_is_noted_and_not_tried_again(heard, commander, pct_109):
    mention = heard.say(SAID)
    make(commander, mention)
    heard.fake.no_answer = "Only those who follow us."
    act(pct_109, commander.user)
    assert replies(pct_109) == [] and source(pct_109).untold == "Only those who follow us."
    page = commander.get(f"{INBOX}{mention.thread_id}/").content.decode()
    assert "Its author was not told that it was acted on: Only those who follow us." in page


def test_what_is_undone_or_only_heard_tells_nobody(heard, commander, pct_109):
    make(commander, heard.say(SAID))
    with tenancy.enter(pct_109):
        idea = Idea.objects.get()
        answering.decide_and_announce(
            idea=idea, data={"action": Action.HEAR, "answer": "We look at it."}, by=commander.user
        )
        Decision.objects.create(
            idea=idea,
            action=Action.DONE,
            from_status="heard",
            to_status="acted",
            decided_by=commander.user,
            decided_at=idea.created_at,
            undone_at=idea.created_at,
        )
    tell(pct_109)
    assert replies(pct_109) == [] and source(pct_109).told_at is None


def test_an_issue_that_was_merged_tells_its_author_too(heard, commander, pct_109):
    make(commander, heard.say(SAID))
    other = an_idea(pct_109, title="All lamps of the street")
    with tenancy.enter(pct_109):
        merging.merge(idea=source(pct_109).idea, into=other, by=commander.user)
    act(pct_109, commander.user, pk=other.pk)
    (reply,) = replies(pct_109)
    assert f"/ideas/{other.pk}/" in reply.text


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("The streetlights on my block are out, it is pitch dark", "lighting"),
        ("Loud music until four again", "noise"),
        ("cars PARKED on the sidewalk", "parking"),
        ("thank you all", ""),
        ("Somebody stole a package", "theft"),
    ],
)
def test_a_topic_is_suggested_by_its_words(text, topic):
    assert from_mentions.topic_of(text) == topic
