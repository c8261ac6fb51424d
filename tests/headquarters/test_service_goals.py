"""Service goals: set by headquarters, and what is late shows on the desks and for the city."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ideas.models import Appeal, Comment, Decision, Idea, Measure, ServiceGoal
from precincts import tenancy
from tests.ideas.factory import a_waiting_idea, an_idea

pytestmark = pytest.mark.django_db
GOALS = "/headquarters/goals/"
SET = {"review": "12", "hear": "100", "act": "500", "appeal": "200"}


@pytest.fixture
def at(client, make_user):
    def signed_in(role, command=None):
        client.force_login(make_user(f"{role}@example.org", role=role, command=command))
        return client

    return signed_in


def hours():
    return dict(ServiceGoal.objects.values_list("measure", "hours"))


def age(idea, hours):
    moment = timezone.now() - timezone.timedelta(hours=hours)
    with tenancy.enter(idea.command_id):
        Idea.objects.filter(pk=idea.pk).update(queued_at=moment, created_at=moment)


def test_a_city_begins_with_these():
    assert hours() == {"review": 24, "hear": 168, "act": 720, "appeal": 336}


def test_loading_the_city_anew_leaves_what_headquarters_set():
    ServiceGoal.objects.filter(measure=Measure.HEAR).update(hours=48)
    call_command("load_city", verbosity=0)
    assert hours()["hear"] == 48


def test_the_administrator_sets_them(at, pct_109):
    administrator = at("administrator")
    idea = a_waiting_idea(pct_109)
    age(idea, hours=13)
    assert "nothing is late" in administrator.get("/pct-109/desk/").content.decode()
    assert administrator.post(GOALS, SET).url == GOALS
    assert hours() == {name: int(value) for name, value in SET.items()}
    assert "Last set by administrator@example.org" in administrator.get(GOALS).content.decode()
    page = administrator.get("/pct-109/desk/").content.decode()
    assert "<b>1</b> is late" in page
    assert "1 hour over the goal" in page


def test_a_reviewer_reads_them(at):
    reviewer = at("reviewer")
    page = reviewer.get(GOALS).content.decode()
    assert "168" in page
    assert 'name="hear"' not in page
    assert reviewer.post(GOALS, SET).status_code == 403
    assert hours()["hear"] == 168


@pytest.mark.parametrize(
    "wrong", ["", "0", "-1", "x", "1.5", "9" * 400, "8785", "\x00", "\u202e", "x" * 100_000]
)
def test_a_goal_that_is_none_comes_back_beside_its_field(at, wrong):
    response = at("administrator").post(GOALS, SET | {"hear": wrong})
    assert response.status_code == 422
    assert "id_hear_error" in response.content.decode()
    assert 'value="500"' in response.content.decode()
    assert hours() == {"review": 24, "hear": 168, "act": 720, "appeal": 336}


def test_what_is_late_where(at, pct_109, pct_110):
    """Each step against its own goal: a review, a comment, an answer, an act, an appeal."""
    reviewer = at("reviewer")
    for idea, status, hours_ago in [
        (a_waiting_idea(pct_109), None, 25),
        (a_waiting_idea(pct_109), None, 23),
        (an_idea(pct_109), "spoken", 169),
        (an_idea(pct_109), "heard", 169),
        (an_idea(pct_109), "acting", 721),
        (an_idea(pct_109), "acted", 9000),
    ]:
        age(idea, hours_ago)
        if status:
            with tenancy.enter(pct_109):
                Idea.objects.filter(pk=idea.pk).update(status=status)
    board = an_idea(pct_110)
    long_ago = timezone.now() - timezone.timedelta(days=20)
    with tenancy.enter(pct_110):
        Comment.objects.create(idea=board, body="x", created_at=long_ago)
        Appeal.objects.create(decision=Decision.objects.get(), idea=board, text="No.", created_at=long_ago)
    rows = {row["command"].slug: row["late"] for row in reviewer.get("/headquarters/").context["rows"]}
    assert rows["pct-109"] == 3
    assert rows["pct-110"] == 2


def test_the_city_asks_no_more_for_more(at, pct_109, pct_110):
    reviewer = at("reviewer")

    def queries():
        with CaptureQueriesContext(connection) as captured:
            reviewer.get("/headquarters/")
        return len(captured)

    for command in (pct_109, pct_110):
        age(a_waiting_idea(command), 30)
    few = queries()
    for _ in range(5):
        age(a_waiting_idea(pct_109), 30)
        age(an_idea(pct_110), 200)
    assert queries() == few
