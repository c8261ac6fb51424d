"""A command's record: counted from what stands, its own only, in a few queries."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ideas import appealing, moderating, undoing
from ideas.models import Action, Decision, Idea, Verdict
from ideas.record import Period, record, start_of
from precincts import tenancy
from precincts.models import Participant
from tests.ideas.appeals import a_screened_comment, a_screened_idea, appeal, appeals
from tests.ideas.factory import an_idea, many_ideas

pytestmark = pytest.mark.django_db


def decide(idea, action, by=None, **fields):
    with tenancy.enter(idea.command_id):
        asked = moderating.Asked(action=action, by=by, **fields)
        return moderating.decide(idea=Idea.objects.get(pk=idea.pk), asked=asked)


def of(command, period=Period.MONTHS):
    with tenancy.enter(command):
        return record(period)


def shift(command, **ago):
    """Everything so far happened that much earlier."""
    with tenancy.enter(command):
        for model, names in ((Idea, ["created_at", "published_at"]), (Decision, ["decided_at"])):
            for row in model.objects.all():
                for name in names:
                    if getattr(row, name):
                        setattr(row, name, getattr(row, name) - timedelta(**ago))
                row.save(update_fields=names)


def page(command="pct-109", **asked):
    return Client().get(f"/{command}/record/", asked).content.decode()


def test_with_nothing_it_says_so(pct_109):
    found = of(pct_109)
    assert (found.totals.came_in, found.totals.heard, found.totals.acted) == (0, 0, 0)
    assert found.totals.to_review is None
    assert found.screened == []
    assert "Nothing was screened" in page()
    assert "–" in page()


def test_one_idea_is_its_own_median(pct_109):
    idea = an_idea(pct_109)
    with tenancy.enter(pct_109):
        Idea.objects.update(created_at=timezone.now() - timedelta(hours=5))
    decide(idea, Action.HEAR, answer="We look at it.")
    found = of(pct_109).totals
    assert (found.came_in, found.heard, found.acted, found.referred) == (1, 1, 0, 0)
    assert timedelta(hours=5) <= found.to_heard < timedelta(hours=6)
    assert found.to_acted is None
    assert "5 hours" in page()


def test_the_median_is_the_middle(pct_109):
    for days in (1, 2, 9):
        idea = an_idea(pct_109)
        with tenancy.enter(pct_109):
            Idea.objects.filter(pk=idea.pk).update(created_at=timezone.now() - timedelta(days=days))
        decide(idea, Action.DONE, answer="Mended.")
    found = of(pct_109).totals
    assert found.acted == 3
    assert found.heard == 3
    assert found.to_acted.days == 2


def test_each_idea_counts_once_however_often_it_was_answered(pct_109):
    idea = an_idea(pct_109)
    for action in (Action.HEAR, Action.ACT, Action.ACT, Action.DONE, Action.DONE):
        decide(idea, action, answer="We look at it.")
    found = of(pct_109).totals
    assert (found.came_in, found.heard, found.acted) == (1, 1, 1)


def test_what_was_undone_counts_for_nothing(pct_109, commander, moderator):
    idea = an_idea(pct_109)
    made = decide(idea, Action.HEAR, by=commander.user, answer="We look at it.")
    with tenancy.enter(pct_109):
        undoing.undo(decision=made, by=commander.user)
    screened, _author = a_screened_idea(pct_109, moderator.user)
    with tenancy.enter(pct_109):
        undoing.undo(decision=Decision.objects.get(idea=screened, action="screen"), by=moderator.user)
    found = of(pct_109)
    assert found.totals.heard == 0
    assert found.screened == []


def test_what_was_screened_stands_rule_by_rule_with_its_appeals(pct_109, moderator, staff):
    reviewer = staff("reviewer").user
    for overturn in (True, False):
        idea, author = a_screened_idea(pct_109, moderator.user)
        appeal(author, idea)
        with tenancy.enter(pct_109):
            made = appeals(pct_109)[-1]
            appealing.decide(appeal=made, by=reviewer, overturn=overturn, reason="Because.")
    a_screened_comment(pct_109, moderator.user)
    found = of(pct_109)
    [row] = found.screened
    assert (row.rule.number, row.ideas, row.comments) == (4, 2, 1)
    assert (row.appealed, row.upheld, row.overturned) == (2, 1, 1)
    assert found.appeals == {"upheld": 1, "overturned": 1, "open": 0}
    assert found.screened_in_all == 3
    seen = page()
    assert "4. No private information" in seen
    assert "/conduct/1/#rule-4" in seen


def test_residents_verdicts_are_counted(pct_109):
    idea = an_idea(pct_109)
    made = decide(idea, Action.DONE, answer="Mended.")
    with tenancy.enter(pct_109):
        for fixed in (True, False, False):
            Verdict.objects.create(
                idea=idea, decision=made, participant=Participant.objects.create(), fixed=fixed
            )
    found = of(pct_109)
    assert (found.fixed, found.not_fixed) == (1, 2)


def test_another_commands_is_not_counted(pct_109, pct_110, moderator):
    decide(an_idea(pct_110), Action.HEAR, answer="We look at it.")
    a_screened_idea(pct_110, moderator.user)
    found = of(pct_109)
    assert found.totals.came_in == found.totals.heard == found.screened_in_all == 0


def test_each_period_has_its_own_beginning():
    moment = datetime(2026, 3, 15, 18, tzinfo=UTC)
    assert start_of(Period.ALL, moment) is None
    assert start_of(Period.YEAR, moment).date().isoformat() == "2026-01-01"
    assert start_of(Period.MONTHS, moment).date().isoformat() == "2025-04-01"
    # In the city's days: it is still December there.
    assert start_of(Period.YEAR, datetime(2026, 1, 1, 3, tzinfo=UTC)).date().isoformat() == "2025-01-01"
    assert start_of(Period.MONTHS, datetime(2026, 12, 31, 20, tzinfo=UTC)).date().isoformat() == "2026-01-01"


def test_what_is_older_stands_under_all_time_only(pct_109):
    decide(an_idea(pct_109), Action.HEAR, answer="We look at it.")
    shift(pct_109, days=800)
    assert of(pct_109).totals.came_in == 0
    assert of(pct_109, Period.YEAR).totals.heard == 0
    assert (of(pct_109, Period.ALL).totals.came_in, of(pct_109, Period.ALL).totals.heard) == (1, 1)


def test_it_is_drawn_with_its_numbers_beside(pct_109):
    an_idea(pct_109)
    months = of(pct_109).months
    assert len(months) == 12
    assert [month.came_in for month in months] == [0] * 11 + [1]
    seen = page()
    assert seen.count('class="chart__spoken"') == 12
    assert timezone.localdate().strftime("%B %Y") in seen


@pytest.mark.parametrize("period", ["", "12", "year", "all", "x", "9" * 5000, "🚲"])
def test_any_period_that_is_asked_for_is_answered(pct_109, period):
    assert Client().get("/pct-109/record/", {"period": period}).status_code == 200


def test_it_takes_the_same_queries_however_much_there_is(pct_109, moderator):
    def queries(path):
        with CaptureQueriesContext(connection) as seen:
            assert Client().get(path).status_code == 200
        return len(seen)

    a_screened_idea(pct_109, moderator.user)
    an_idea(pct_109)
    queries("/pct-109/")  # its figures are counted now, and for five minutes no more
    few = queries("/pct-109/record/"), queries("/pct-109/")
    for idea in many_ideas(pct_109, 20):
        decide(idea, Action.HEAR, answer="We look at it.")
    a_screened_comment(pct_109, moderator.user)
    assert (queries("/pct-109/record/"), queries("/pct-109/")) == few


def test_the_front_door_sums_it_up(pct_109):
    decide(an_idea(pct_109), Action.DONE, answer="Mended.")
    door = Client().get("/pct-109/").content.decode()
    assert "Came in, last 12 months" in door
    assert "/pct-109/record/" in door
