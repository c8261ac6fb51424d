"""The page of one idea: what it says, to whom, and that any text may stand on it."""

import pytest
from django.test import Client
from django.utils import timezone

from ideas import moderating
from ideas.models import Action, Comment, Decision, Idea, Photo, Rule, Topic
from precincts import tenancy
from precincts.models import Command, Participant
from precincts.participants import COOKIE, cookie_of
from tests.ideas.factory import a_waiting_idea, an_idea, vote

pytestmark = pytest.mark.django_db


def address(idea, slug="pct-109"):
    return f"/{slug}/ideas/{idea.pk}/"


def page(client, idea):
    response = client.get(address(idea))
    assert response.status_code == 200
    return response.content.decode()


def by(participant):
    """A browser with the cookie of a participant."""
    client = Client()
    client.cookies[COOKIE] = cookie_of(participant)
    return client


def decide(idea, action, user=None, **fields):
    with tenancy.enter(idea.command_id):
        return moderating.decide(idea=idea, asked=moderating.Asked(action=action, by=user, **fields))


# Who sees it


@pytest.fixture
def browsers(pct_109, pct_110, make_user):
    """Somebody of every kind, by name."""
    author = Participant.objects.create()
    people = {"nobody": Client(), "author": by(author), "stranger": by(Participant.objects.create())}
    people["author"].participant = author
    for role, command, name in [
        ("moderator", pct_109, "moderator"),
        ("editor", pct_109, "editor"),
        ("commander", pct_109, "commander"),
        ("moderator", pct_110, "other moderator"),
        ("reviewer", None, "reviewer"),
        (None, None, "resident"),
    ]:
        client = people[name] = Client()
        client.force_login(make_user(f"{name.replace(' ', '.')}@example.org", role=role, command=command))
    return people


READERS = {"author", "moderator", "editor", "commander", "reviewer"}


@pytest.mark.parametrize("status", ["waiting", "screened", "withdrawn"])
def test_what_is_not_public_is_for_its_author_and_the_desk(pct_109, browsers, status):
    idea = an_idea(pct_109, title="Not for all", participant=browsers["author"].participant)
    with tenancy.enter(pct_109):
        Idea.objects.update(status=status)
    # What its author took back is sealed, from the desk too.
    readers = {"author"} if status == "withdrawn" else READERS
    for name, browser in browsers.items():
        response = browser.get(address(idea))
        assert response.status_code == (200 if name in readers else 404), name
        assert ("Not for all" in response.content.decode()) is (name in readers), name
        assert (f"/desk/ideas/{idea.pk}/" in response.content.decode()) is (name in readers - {"author"}), (
            name
        )


@pytest.mark.parametrize("status", ["spoken", "heard", "acting", "acted", "referred", "merged"])
def test_what_is_public_is_for_all(pct_109, browsers, status):
    idea = an_idea(pct_109)
    with tenancy.enter(pct_109):
        Idea.objects.update(status=status)
    for browser in browsers.values():
        assert browser.get(address(idea)).status_code == 200


def test_an_idea_stands_below_its_own_command_only(client, pct_109, pct_110):
    idea = an_idea(pct_109)
    assert client.get(address(idea, "pct-110")).status_code == 404
    assert client.get(address(idea, "pct-999")).status_code == 404
    assert client.get("/pct-109/ideas/99999999/").status_code == 404
    assert client.get(f"/pct-109/ideas/{10**30}/").status_code == 404


def test_no_cache_keeps_a_page_that_is_not_the_same_for_all(client, pct_109):
    assert "no-store" in client.get(address(an_idea(pct_109)))["Cache-Control"]


# What it says


def test_what_waits_says_so(pct_109):
    me = Participant.objects.create()
    seen = page(by(me), a_waiting_idea(pct_109, participant=me))
    assert "Your issue is waiting for review" in seen
    assert "data-vote" not in seen


def test_what_was_screened_says_under_which_rule_and_why(pct_109, make_user):
    me, moderator = (
        Participant.objects.create(),
        make_user("officer@example.org", role="moderator", command=pct_109),
    )
    rule = Rule.objects.get(number=2)
    idea = an_idea(pct_109, participant=me, title="Bad words", body="Very bad words.")
    decide(idea, Action.SCREEN, moderator, rule=rule, reason="It <threatens> a neighbor.")
    seen = page(by(me), idea)
    assert f"Rule 2, {rule.title}" in seen
    assert "It &lt;threatens&gt; a neighbor." in seen
    assert "/conduct/1/#rule-2" in seen
    assert f"/pct-109/ideas/{idea.pk}/appeal/" in seen
    assert "Very bad words." in seen  # its own author reads it still
    assert "officer@example.org" not in seen


def test_the_answer_and_the_line_of_what_happened(client, pct_109, make_user):
    commander = make_user("c@example.org", role="commander", command=pct_109)
    idea = an_idea(pct_109)
    decide(idea, Action.HEAR, commander, answer="We have heard it.\n\nA patrol looks at it.")
    decide(idea, Action.ACT, commander, answer="A patrol stands there.")
    decide(idea, Action.DONE, commander, answer="It is quiet & <calm> now.")
    seen = page(client, idea)
    steps = [
        "Raised by a neighbor",
        "Reviewed and put on the board",
        "The command answered",
        "The command is acting",
        "The command acted",
    ]
    assert [seen.index(step) for step in steps] == sorted(seen.index(step) for step in steps)
    assert "It is quiet &amp; &lt;calm&gt; now." in seen
    assert seen.count("It is quiet") == 1  # the answer that stands is not repeated
    assert "We have heard it." in seen  # what it replaced is still there
    assert "c@example.org" not in seen
    assert "status--acted" in seen


def test_referred_says_to_whom_and_where_to_go_on(client, pct_109):
    idea = an_idea(pct_109)
    decide(
        idea,
        Action.REFER,
        answer="It is theirs.",
        referred_to="DOT <x>",
        referred_url="https://example.org/a?b&c",
    )
    seen = page(client, idea)
    assert "This is now with DOT &lt;x&gt;." in seen
    assert 'href="https://example.org/a?b&amp;c"' in seen
    assert seen.index("data-vote")


def test_place_topic_and_photos(client, pct_109):
    topic = Topic.objects.get(slug="lighting")
    idea = an_idea(pct_109, topic=topic, place="Main St", latitude=40.7593, longitude=-73.8301)
    with tenancy.enter(pct_109):
        Photo.objects.create(idea=idea, width=4, height=3, alt='A "dark" lamp')
    seen = page(client, idea)
    assert topic.name in seen
    assert "Main St" in seen
    assert 'data-lat="40.7593"' in seen
    assert 'alt="A &quot;dark&quot; lamp"' in seen


def test_a_guess_at_the_place_says_that_it_is_one(client, pct_109):
    idea = an_idea(pct_109, latitude=40.7593, longitude=-73.8301)
    assert "The point is a guess" not in page(client, idea)
    with tenancy.enter(pct_109):
        Idea.objects.update(precision="area")
    assert "The point is a guess" in page(client, idea)


def test_nothing_about_a_missing_place(client, pct_109):
    assert "data-map" not in page(client, an_idea(pct_109))


# Any text


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ settings.SECRET_KEY }}{% debug %}",
        "الشارع مظلم \u202egnihtemos",
        "🚨👩‍👩‍👧‍👦🏳️‍🌈",
        "x" * 120,
        "a\u0301" * 60,
        "' onmouseover='alert(1)",
        "javascript:alert(1)",
    ],
)
def test_text_is_shown_as_text(client, pct_109, text):
    idea = an_idea(pct_109, title=text, body=text, place=text)
    seen = page(client, idea)
    for bad in ("<script>alert", "<img src=x", "' onmouseover"):
        assert bad not in seen
    assert "SECRET_KEY" not in seen or "{{ settings.SECRET_KEY }}" in seen
    assert '<h1 dir="auto">' in seen
    assert '<div class="told" dir="auto">' in seen
    for path in ("/pct-109/", "/pct-109/ideas/", "/pct-109/weigh-in/"):
        response = client.get(path)
        assert response.status_code == 200
        assert not any(bad in response.content.decode() for bad in ("<script>alert", "<img src=x"))


def test_paragraphs_stay_paragraphs(client, pct_109):
    seen = page(client, an_idea(pct_109, body="First\nline\n\nSecond"))
    assert "<p>First<br>line</p>" in seen
    assert "<p>Second</p>" in seen


# How much it asks of the database


@pytest.mark.parametrize("signed_in", [False, True])
def test_it_takes_the_same_few_queries_however_much_there_is(
    pct_109, make_user, signed_in, django_assert_max_num_queries, django_assert_num_queries
):
    client, me = Client(), Participant.objects.create()
    idea = an_idea(pct_109)
    vote(idea, 1, me)
    if signed_in:
        me.user = make_user()
        me.save()
        client.force_login(me.user)
    else:
        client = by(me)
    _fill(idea, 3)
    client.get(address(idea))
    with django_assert_max_num_queries(16) as first:
        page(client, idea)
    _fill(idea, 30)
    with django_assert_num_queries(len(first.captured_queries)):
        assert page(client, idea).count('class="comment"') > 30


def _fill(idea, number):
    now, rule = timezone.now(), Rule.objects.get(number=1)
    with tenancy.enter(idea.command_id):
        first = Comment.objects.create(idea=idea, body="x", status="shown", created_at=now)
        Comment.objects.bulk_create(
            Comment(idea=idea, body="x", status="shown", created_at=now, parent=parent)
            for parent in [None, first] * number
        )
        Photo.objects.bulk_create(Photo(idea=idea, width=1, height=1) for _ in range(number))
        Decision.objects.bulk_create(
            Decision(
                idea=idea, action="hear", from_status="spoken", to_status="heard", decided_at=now, rule=rule
            )
            for _ in range(number)
        )


def test_what_a_vote_or_a_comment_needs_is_said_before(client, pct_109):
    Command.objects.filter(slug="pct-109").update(who_may_vote="home_zip", who_may_comment="home_zip")
    seen = page(client, an_idea(pct_109))
    assert seen.count("Say your home ZIP code first") == 2
    ids = [part.split('"')[0] for part in seen.split(' id="')[1:]]
    assert len(ids) == len(set(ids))
