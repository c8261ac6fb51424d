"""Undo: for a minute, by who decided, unless somebody was told or decided on it since."""

import re

import pytest
from django.utils import timezone

from ideas import submitting
from ideas.models import Comment, Decision, Idea
from precincts import tenancy
from tests.ideas.desk import ANSWER, DESK, decide, decisions, now, queue
from tests.ideas.factory import a_waiting_idea, an_idea
from tests.together import at_once

pytestmark = pytest.mark.django_db


def undo(client, decision):
    return client.post(f"{DESK}undo/{decision.pk}/")


def offered(page):
    """The number of the decision that a page offers to take back."""
    found = re.search(r'action="/pct-109/desk/undo/(\d+)/', page)
    return int(found[1]) if found else None


def make_older(command, seconds):
    with tenancy.enter(command):
        Decision.objects.update(decided_at=timezone.now() - timezone.timedelta(seconds=seconds))


def test_the_next_page_offers_it_and_it_puts_all_back(moderator, pct_109):
    idea, other = a_waiting_idea(pct_109, title="Lamp"), a_waiting_idea(pct_109, title="Other")
    page = moderator.get(decide(moderator, idea, "approve").url).content.decode()
    [decision] = decisions(idea)
    assert offered(page) == decision.pk
    assert "Approve: <span" in page
    response = undo(moderator, decision)
    assert response.status_code == 302
    page = moderator.get(response.url).content.decode()
    assert "Undone." in page
    assert offered(page) is None
    row = now(idea)
    assert (row.status, row.published_at, row.version) == ("waiting", None, 3)
    assert queue(moderator, show="waiting") == ["Lamp", "Other"]
    [kept] = decisions(idea)
    assert kept.undone_by_id == moderator.user.pk
    assert now(other).status == "waiting"


def test_an_answer_is_taken_back_with_what_stood_before(commander, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "hear", answer="The first.")
    make_older(pct_109, 90)
    decide(commander, now(idea), "done", answer="The second.")
    undo(commander, decisions(idea)[-1])
    row = now(idea)
    assert (row.status, row.answer, row.acted_on) == ("heard", "The first.", None)


def test_a_screened_comment_is_taken_back(moderator, pct_109):
    with tenancy.enter(pct_109):
        comment = submitting.comment(idea=an_idea(pct_109), body="Here too.", participant=None)
    url = f"{DESK}comments/{comment.pk}/"
    page = moderator.post(f"{url}decisions/", {"action": "screen", "rule": 3, "version": 1}, follow=True)
    number = offered(page.content.decode())
    response = moderator.post(f"{DESK}undo/{number}/")
    assert response.url.startswith(url)
    with tenancy.enter(pct_109):
        comment.refresh_from_db()
    assert (comment.status, comment.rule, comment.decided_by, comment.version) == ("waiting", None, None, 3)


def test_after_a_minute_it_is_gone_and_refused(moderator, pct_109, settings):
    idea = a_waiting_idea(pct_109)
    decide(moderator, idea, "approve")
    make_older(pct_109, settings.UNDO_SECONDS + 1)
    assert offered(moderator.get(DESK).content.decode()) is None
    response = undo(moderator, decisions(idea)[0])
    assert response.status_code == 409
    assert "It is too late to undo this." in response.content.decode()
    assert now(idea).status == "spoken"


def test_the_time_is_the_operators(moderator, pct_109, settings):
    settings.UNDO_SECONDS = 300
    idea = a_waiting_idea(pct_109)
    decide(moderator, idea, "approve")
    make_older(pct_109, 200)
    page = moderator.get(DESK).content.decode()
    assert re.search(r"for (99|100) more seconds", page)
    assert undo(moderator, decisions(idea)[0]).status_code == 302


def test_others_decided_since(moderator, commander, pct_109):
    idea = a_waiting_idea(pct_109)
    decide(moderator, idea, "approve")
    decide(commander, now(idea), "hear", answer=ANSWER)
    response = undo(moderator, decisions(idea)[0])
    assert response.status_code == 409
    page = response.content.decode()
    assert "Others have decided on this since" in page
    assert "Spoken → Heard" in page
    assert now(idea).status == "heard"


def test_who_was_told_stays_told(moderator, pct_109):
    idea = a_waiting_idea(pct_109)
    decide(moderator, idea, "approve")
    with tenancy.enter(pct_109):
        Decision.objects.update(told_at=timezone.now())
    assert offered(moderator.get(DESK).content.decode()) is None
    assert undo(moderator, decisions(idea)[0]).status_code == 409
    assert now(idea).status == "spoken"


def test_twice_is_once(moderator, pct_109):
    idea = a_waiting_idea(pct_109)
    decide(moderator, idea, "approve")
    [decision] = decisions(idea)
    assert [undo(moderator, decision).status_code for _ in range(2)] == [302, 409]
    assert now(idea).version == 3


def test_nobody_takes_back_what_another_decided(moderator, commander, staff, pct_109):
    idea = a_waiting_idea(pct_109)
    decide(moderator, idea, "approve")
    [decision] = decisions(idea)
    assert undo(commander, decision).status_code == 403
    assert undo(staff("reviewer"), decision).status_code == 403
    assert offered(commander.get(DESK).content.decode()) is None
    assert now(idea).status == "spoken"


def test_it_decides_anew_after_an_undo(moderator, pct_109):
    idea = a_waiting_idea(pct_109)
    decide(moderator, idea, "approve")
    undo(moderator, decisions(idea)[0])
    assert decide(moderator, idea, "approve", version=1).status_code == 409
    assert decide(moderator, now(idea), "screen", rule=2).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_an_undo_and_a_decision_at_once_never_both_stand(staff, pct_109):
    moderator, commander = staff("moderator"), staff("commander")
    for _ in range(3):
        idea = a_waiting_idea(pct_109)
        decide(moderator, idea, "approve")
        [decision], seen = decisions(idea), now(idea)
        answers = at_once(
            lambda decision=decision: undo(moderator, decision),
            lambda seen=seen: decide(commander, seen, "hear", answer=ANSWER),
        )
        assert sorted(answer.status_code for answer in answers) == [302, 409]
        row = now(idea)
        assert row.version == 3
        assert row.status == ("waiting" if answers[0].status_code == 302 else "heard")


@pytest.mark.django_db(transaction=True)
def test_two_undos_at_once_are_one(staff, pct_109):
    moderator = staff("moderator")
    idea = a_waiting_idea(pct_109)
    decide(moderator, idea, "approve")
    [decision] = decisions(idea)
    answers = at_once(lambda: undo(moderator, decision), lambda: undo(moderator, decision))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    with tenancy.enter(pct_109):
        assert Idea.objects.get(pk=idea.pk).version == 3
        assert Comment.objects.count() == 0
