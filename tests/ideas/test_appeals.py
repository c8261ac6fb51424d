"""A screened author appeals once; headquarters decides, and never who screened."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ideas import appealing
from ideas.models import Appeal, Decision
from precincts import tenancy
from precincts.models import Membership
from tests.ideas.appeals import (
    REASON,
    WHY,
    a_screened_comment,
    a_screened_idea,
    appeal,
    appeals,
    decide,
    desk_of,
    now,
    path,
)
from tests.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer(staff):
    return staff("reviewer")


@pytest.fixture(params=["idea", "comment"])
def screened(request, pct_109, moderator):
    """(an idea or a comment that is screened, its author's browser)."""
    make = a_screened_idea if request.param == "idea" else a_screened_comment
    return make(pct_109, moderator.user)


def last_decision(item):
    with tenancy.enter(item.command_id):
        return Decision.objects.order_by("pk").last()


# The author


def test_its_author_reads_the_rule_the_reason_and_how_to_appeal(screened):
    item, author = screened
    page = author.get(path(item)).content.decode()
    assert "Rule 4, No private information" in page
    assert "Leave out what could expose a private person" in page
    assert "edition 1" in page
    assert "/conduct/1/#rule-4" in page
    assert REASON in page
    assert "Send the appeal" in page


def test_the_issues_own_page_says_so_too_and_leads_to_the_appeal(pct_109, moderator):
    idea, author = a_screened_idea(pct_109, moderator.user)
    page = author.get(idea.get_absolute_url()).content.decode()
    assert "Rule 4, No private information" in page
    assert REASON in page
    assert path(idea) in page


def test_a_screened_comment_is_told_to_its_author_under_the_issue(pct_109, moderator):
    comment, author = a_screened_comment(pct_109, moderator.user)
    page = author.get(f"/pct-109/ideas/{comment.idea_id}/").content.decode()
    assert "Rule 4, No private information" in page
    assert path(comment) in page
    assert comment.body not in Client().get(f"/pct-109/ideas/{comment.idea_id}/").content.decode()


def test_nobody_else_finds_the_page_of_the_appeal(screened, reviewer, moderator):
    item, _author = screened
    for other in (Client(), reviewer, moderator):
        assert other.get(path(item)).status_code == 404
        assert appeal(other, item).status_code == 404
    assert not appeals(item.command)


def test_by_the_account_it_is_found_from_another_browser(pct_109, moderator, make_user):
    from precincts.models import Participant

    user = make_user("resident@example.org")
    idea, _browser = a_screened_idea(pct_109, moderator.user)
    mine = Participant.objects.create(user=user)
    with tenancy.enter(pct_109):
        type(idea).objects.filter(pk=idea.pk).update(participant=mine)
    other = Client()
    other.force_login(user)
    assert appeal(other, idea).status_code == 302


def test_an_appeal_waits_for_headquarters_and_says_by_when(screened):
    item, author = screened
    answer = appeal(author, item)
    assert answer.status_code == 302
    [made] = appeals(item.command)
    assert made.text == WHY
    assert made.outcome == "open"
    page = author.get(answer.url).content.decode()
    assert WHY in page
    assert "It is with headquarters" in page
    assert "Send the appeal" not in page


def test_a_double_click_is_one_appeal(screened):
    item, author = screened
    assert [appeal(author, item).status_code for _click in range(2)] == [302, 302]
    assert len(appeals(item.command)) == 1


def test_a_second_appeal_is_not_taken_and_its_words_are_not_lost(screened):
    item, author = screened
    appeal(author, item)
    answer = appeal(author, item, "Other words altogether.")
    assert answer.status_code == 409
    assert "You have appealed already" in answer.content.decode()
    assert "Other words altogether." in answer.content.decode()
    assert [made.text for made in appeals(item.command)] == [WHY]


@pytest.mark.parametrize(
    "text",
    ["", "   ", "x" * 2001, "a\x00b", "x" * 1_000_000],
    ids=["empty", "blank", "long", "NUL", "million"],
)
def test_what_cannot_be_taken_is_said_beside_the_field(screened, text):
    item, author = screened
    answer = appeal(author, item, text)
    assert answer.status_code == 422
    assert "id_text_error" in answer.content.decode()
    assert text[:2000].replace("\x00", "").strip() in answer.content.decode().replace("\x00", "")
    assert not appeals(item.command)


@pytest.mark.parametrize("text", ["这不是针对任何人的。", "لم أذكر اسم أحد", "🚲" * 2000, "a\r\n" * 900])
def test_any_language_is_taken(screened, text):
    item, author = screened
    assert appeal(author, item, text).status_code == 302


def test_too_late_is_said_and_what_was_typed_stays(screened, settings):
    item, author = screened
    with tenancy.enter(item.command_id):
        Decision.objects.filter(action="screen").update(
            decided_at=timezone.now() - timedelta(days=settings.APPEAL_DAYS, minutes=1)
        )
    assert "Send the appeal" not in author.get(path(item)).content.decode()
    answer = appeal(author, item)
    assert answer.status_code == 409
    assert "The time to appeal this has passed" in answer.content.decode()
    assert WHY in answer.content.decode()


def test_what_is_not_screened_has_nothing_to_appeal(pct_109):
    from precincts.models import Participant
    from tests.ideas.appeals import browser_of
    from tests.ideas.factory import an_idea

    mine = Participant.objects.create()
    idea, author = an_idea(pct_109, participant=mine), browser_of(mine)
    assert author.get(path(idea)).url == idea.get_absolute_url()
    answer = appeal(author, idea)
    assert answer.status_code == 409
    assert WHY in answer.content.decode()


# Headquarters


def test_the_list_has_the_oldest_first_and_marks_what_is_late(pct_109, pct_110, moderator, reviewer):
    for command, title, days in ((pct_109, "A newer one", 1), (pct_110, "An older one", 300)):
        idea, author = a_screened_idea(command, moderator.user, title=title)
        appeal(author, idea)
        with tenancy.enter(command):
            Appeal.objects.update(created_at=timezone.now() - timedelta(days=days))
    page = reviewer.get("/headquarters/appeals/").content.decode()
    assert page.index("An older one") < page.index("A newer one")
    assert page.count(">late<") == 1
    assert "110" in page


def test_the_list_costs_the_same_however_many_wait(pct_109, pct_110, moderator, reviewer):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert reviewer.get("/headquarters/appeals/").status_code == 200
        return len(seen)

    appeal(*reversed(a_screened_idea(pct_109, moderator.user)))
    reviewer.get("/headquarters/appeals/")
    one = queries()
    for command in (pct_109, pct_110):
        appeal(*reversed(a_screened_idea(command, moderator.user)))
    assert queries() == one


def test_its_page_shows_all_that_it_takes(screened, reviewer):
    item, author = screened
    appeal(author, item)
    page = reviewer.get(desk_of(appeals(item.command)[0])).content.decode()
    assert item.body in page
    assert REASON in page
    assert "4. No private information" in page
    assert WHY in page
    assert "moderator@example.org" in page


def test_overturned_it_is_public_again_and_the_author_reads_why(screened, reviewer):
    item, author = screened
    appeal(author, item)
    assert decide(reviewer, appeals(item.command)[0]).url == "/headquarters/appeals/"
    assert now(item).status == ("shown" if path(item).startswith("/pct-109/comments") else "spoken")
    board = f"/pct-109/ideas/{getattr(item, 'idea_id', item.pk)}/"
    assert item.body in Client().get(board).content.decode()
    page = author.get(path(item)).content.decode()
    assert "put it back" in page
    assert "A corner is no person." in page
    made = last_decision(item)
    assert (made.action, made.decided_by.email) == ("restore", "reviewer@example.org")
    assert made.told_at is None


def test_the_reason_to_the_author_is_not_for_everybody(pct_109, moderator, reviewer):
    idea, author = a_screened_idea(pct_109, moderator.user)
    appeal(author, idea)
    decide(reviewer, appeals(pct_109)[0])
    page = Client().get(idea.get_absolute_url()).content.decode()
    assert "Screened under a rule" in page
    assert "Put back after an appeal" in page
    assert REASON not in page
    assert "A corner is no person." not in page


def test_what_was_answered_goes_back_to_where_it_stood(pct_109, moderator, commander, reviewer):
    from tests.ideas import desk
    from tests.ideas.appeals import screen

    idea, author = a_screened_idea(pct_109, moderator.user, waiting=False)
    appeal(author, idea)
    decide(reviewer, appeals(pct_109)[0])
    published = now(idea).published_at
    desk.decide(commander, now(idea), "hear", answer="We look at it.")
    screen(now(idea), moderator.user)
    appeal(author, idea, "Once more.")
    decide(reviewer, appeals(pct_109)[1])
    assert now(idea).status == "heard"
    assert now(idea).published_at == published


def test_upheld_it_stays_and_the_author_reads_why(screened, reviewer):
    item, author = screened
    before = now(item).version
    appeal(author, item)
    decide(reviewer, appeals(item.command)[0], "upheld", "It says a house number.")
    assert now(item).status == "screened"
    assert now(item).version == before + 1
    page = author.get(path(item)).content.decode()
    assert "Headquarters upheld the decision" in page
    assert "It says a house number." in page
    made = last_decision(item)
    assert (made.action, made.from_status, made.to_status) == ("uphold", "screened", "screened")
    assert made.told_at is None


@pytest.mark.parametrize(
    "data",
    [
        {"outcome": "overturned", "reason": ""},
        {"outcome": "overturned", "reason": "  "},
        {"outcome": "", "reason": "Why"},
        {"outcome": "open", "reason": "Why"},
        {"outcome": "upheld", "reason": "x" * 2001},
        {},
    ],
)
def test_nothing_is_decided_without_a_reason_and_an_outcome(screened, reviewer, data):
    item, author = screened
    appeal(author, item)
    made = appeals(item.command)[0]
    answer = reviewer.post(desk_of(made), data)
    assert answer.status_code == 422
    assert "_error" in answer.content.decode()
    assert appeals(item.command)[0].outcome == "open"


def test_who_screened_does_not_decide(pct_109, moderator):
    Membership.objects.create(user=moderator.user, role="reviewer")
    idea, author = a_screened_idea(pct_109, moderator.user)
    appeal(author, idea)
    [made] = appeals(pct_109)
    assert "Not yours to decide" in moderator.get("/headquarters/appeals/").content.decode()
    assert "Somebody else decides" in moderator.get(desk_of(made)).content.decode()
    for data in ({"outcome": "upheld", "reason": "I was right."}, {}):
        assert moderator.post(desk_of(made), data).status_code == 403
    with tenancy.enter(pct_109), pytest.raises(appealing.OwnDecision):
        appealing.decide(appeal=made, by=moderator.user, overturn=False, reason="I was right.")
    assert appeals(pct_109)[0].outcome == "open"


def test_of_two_reviewers_the_second_reads_what_was_decided(screened, reviewer, staff):
    item, author = screened
    appeal(author, item)
    made = appeals(item.command)[0]
    decide(staff("administrator"), made, "upheld", "It says a house number.")
    answer = decide(reviewer, made, "overturned", "My own long reason.")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "decided in the meantime" in page
    assert "It says a house number." in page
    assert "My own long reason." in page
    assert now(item).status == "screened"


def test_a_screening_that_was_taken_back_has_nothing_to_decide(pct_109, moderator, reviewer):
    from ideas import undoing

    idea, author = a_screened_idea(pct_109, moderator.user)
    appeal(author, idea)
    made = appeals(pct_109)[0]
    with tenancy.enter(pct_109):
        undoing.undo(decision=made.decision, by=moderator.user)
    assert "No appeals" in reviewer.get("/headquarters/appeals/").content.decode()
    answer = decide(reviewer, made)
    assert answer.status_code == 409
    assert "took this screening back itself" in answer.content.decode()


def test_what_headquarters_decided_is_not_undone(pct_109, moderator, reviewer):
    from ideas import undoing
    from ideas.moderating import Refused

    idea, author = a_screened_idea(pct_109, moderator.user)
    appeal(author, idea)
    decide(reviewer, appeals(pct_109)[0])
    with tenancy.enter(pct_109), pytest.raises(Refused):
        undoing.undo(decision=Decision.objects.get(action="restore"), by=reviewer.user)


# The desk


def test_the_desk_takes_note_once(screened, reviewer, moderator):
    item, author = screened
    appeal(author, item)
    made = appeals(item.command)[0]
    noted = f"/pct-109/desk/appeals/{made.pk}/noted/"
    moderator.post(noted)
    assert appeals(item.command)[0].seen_at is None
    decide(reviewer, made)
    assert reviewer.post(noted).status_code == 403
    assert moderator.post(noted).status_code == 302
    seen = appeals(item.command)[0]
    assert seen.seen_by == moderator.user
    moderator.post(noted)
    assert appeals(item.command)[0].seen_at == seen.seen_at


def test_an_outcome_stands_on_the_desk_with_its_reason(pct_109, moderator, reviewer):
    idea, author = a_screened_idea(pct_109, moderator.user)
    appeal(author, idea)
    decide(reviewer, appeals(pct_109)[0])
    page = moderator.get(f"/pct-109/desk/ideas/{idea.pk}/").content.decode()
    assert "A corner is no person." in page
    assert "Noted" in page


# Two at the same moment


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_the_same_moment_one_decides(pct_109, moderator, reviewer, staff):
    idea, author = a_screened_idea(pct_109, moderator.user)
    appeal(author, idea)
    [made] = appeals(pct_109)
    answers = at_once(
        lambda: decide(reviewer, made), lambda: decide(staff("administrator"), made, "upheld", "No.")
    )
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    with tenancy.enter(pct_109):
        assert Decision.objects.filter(action__in=["restore", "uphold"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_are_one_appeal(pct_109, moderator):
    idea, author = a_screened_idea(pct_109, moderator.user)
    answers = at_once(*(lambda: appeal(author, idea) for _click in range(2)))
    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(appeals(pct_109)) == 1
