"""Comments on the desk: shown, or screened under a rule."""

import pytest
from django.test import Client
from django.utils import timezone

from ideas import submitting
from ideas.models import Comment, CommentStatus
from precincts import tenancy
from tests.ideas.desk import DESK, queue
from tests.ideas.factory import an_idea
from tests.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def comment(pct_109):
    idea = an_idea(pct_109, title="Dark lamp")
    with tenancy.enter(pct_109):
        return submitting.comment(idea=idea, body="Call 718-555-0142.", participant=None)


def settle(client, comment, **fields):
    return client.post(f"{DESK}comments/{comment.pk}/decisions/", fields)


def reread(comment):
    with tenancy.enter(comment.command_id):
        return Comment.objects.select_related("rule", "decided_by").get(pk=comment.pk)


def test_a_comment_is_approved(moderator, comment):
    page = moderator.get(f"{DESK}comments/{comment.pk}/").content.decode()
    assert ">718-555-0142</mark>" in page
    assert settle(moderator, comment, action="approve").url == f"{DESK}?show=waiting"
    row = reread(comment)
    assert (row.status, row.decided_by, row.rule) == ("shown", moderator.user, None)
    assert timezone.now() - row.decided_at < timezone.timedelta(minutes=1)
    assert "718-555-0142" in Client().get(f"/pct-109/ideas/{comment.idea_id}/").content.decode()


def test_a_comment_is_screened_under_a_rule(moderator, comment):
    response = settle(moderator, comment, action="screen", reason="A number.")
    assert response.status_code == 422
    assert "Choose the rule" in response.content.decode()
    assert "A number." in response.content.decode()
    assert reread(comment).status == "waiting"
    settle(moderator, comment, action="screen", rule=3, reason="A number.")
    row = reread(comment)
    assert (row.status, row.rule.number, row.reason, row.decided_by) == (
        "screened",
        3,
        "A number.",
        moderator.user,
    )
    assert queue(moderator, show="waiting") == []


def test_a_comment_that_is_shown_can_still_be_screened_but_not_shown_again(moderator, comment):
    settle(moderator, comment, action="approve")
    item = moderator.get(f"{DESK}comments/{comment.pk}/").content.decode().split('<section class="item"')[1]
    assert 'value="screen"' in item
    assert 'value="approve"' not in item
    assert settle(moderator, comment, action="approve").status_code == 409
    assert settle(moderator, comment, action="screen", rule=3).status_code == 302
    for action in ("approve", "screen"):
        response = settle(moderator, comment, action=action, rule=1, reason="All my words.")
        assert response.status_code == 409
        assert "Somebody decided on this in the meantime" in response.content.decode()
        assert "All my words." in response.content.decode()
    assert reread(comment).rule.number == 3


@pytest.mark.parametrize("action", ["", "hear", "nonsense", "refer"])
def test_nothing_else_is_done_with_a_comment(moderator, comment, action):
    assert settle(moderator, comment, action=action, rule=1).status_code == 422
    assert reread(comment).status == "waiting"


@pytest.mark.parametrize("role", ["editor", "reviewer", "administrator", "records_officer"])
def test_others_look_at_a_comment_and_decide_nothing(staff, comment, role):
    client = staff(role)
    page = client.get(f"{DESK}comments/{comment.pk}/")
    assert page.status_code == 200
    assert 'value="approve"' not in page.content.decode()
    assert settle(client, comment, action="approve").status_code == 403
    assert reread(comment).status == "waiting"


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_comment_decision_stands(staff, comment):
    answers = at_once(
        lambda: settle(staff("moderator"), comment, action="screen", rule=1),
        lambda: settle(staff("commander"), comment, action="screen", rule=2),
    )
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert reread(comment).status == CommentStatus.SCREENED
