"""One list of everything that waits: what stands on it, in which order, and what one can ask it for."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ideas import submitting, waiting
from ideas.models import Appeal, Comment, Decision, Idea, IdeaLabel, Label, Report, Rule, Verdict
from precincts import tenancy
from precincts.models import Participant
from tests.ideas.desk import DESK, address, decide, now, queue
from tests.ideas.factory import a_waiting_idea, an_idea

pytestmark = pytest.mark.django_db


def ago(hours):
    return timezone.now() - timezone.timedelta(hours=hours)


def waits(command, title, hours=1, **columns):
    idea = a_waiting_idea(command, title=title, body="A lamp is dark.")
    with tenancy.enter(command):
        Idea.objects.filter(pk=idea.pk).update(created_at=ago(hours), queued_at=ago(hours), **columns)
    return idea


def report(idea, comment=None, times=1, text=""):
    with tenancy.enter(idea.command_id):
        for _ in range(times):
            Report.objects.create(idea=idea, comment=comment, rule=Rule.objects.get(number=3), text=text)


def a_comment(idea, body="Here too.", **columns):
    with tenancy.enter(idea.command_id):
        comment = submitting.comment(idea=idea, body=body, participant=None)
        Comment.objects.filter(pk=comment.pk).update(**columns)
        return comment


def reopen(idea, hours=1):
    with tenancy.enter(idea.command_id):
        done = Decision.objects.filter(idea=idea).last()
        for fixed in (False, False, True):
            Verdict.objects.create(
                idea=idea, decision=done, participant=Participant.objects.create(), fixed=fixed
            )
        Idea.objects.filter(pk=idea.pk).update(status="acting", reopened_at=ago(hours))


def an_outcome(idea):
    with tenancy.enter(idea.command_id):
        return Appeal.objects.create(
            decision=Decision.objects.filter(idea=idea).last(),
            idea=idea,
            text="It was not.",
            created_at=ago(9),
            outcome="overturned",
            reason="The rule does not say that.",
            decided_at=ago(1),
        )


@pytest.fixture
def one_of_each(pct_109):
    """In the order in which they should stand."""
    titles = ["Emergency", "Threat", "Often reported", "Reported", "Not fixed", "Decided", "Old", "New"]
    waits(pct_109, "New", hours=1)
    waits(pct_109, "Old", hours=30)
    an_outcome(an_idea(pct_109, title="Decided"))
    reopen(an_idea(pct_109, title="Not fixed"))
    report(an_idea(pct_109, title="Reported"), times=1)
    report(an_idea(pct_109, title="Often reported"), times=4)
    waits(pct_109, "Threat", risk=60)
    waits(pct_109, "Emergency", risk=100)
    return titles


def test_the_riskiest_comes_first_then_the_oldest(moderator, one_of_each):
    assert queue(moderator, show="waiting") == one_of_each


def test_each_line_says_why_it_is_there(moderator, one_of_each):
    page = moderator.get(DESK, {"show": "waiting"}).content.decode()
    for words in ("Reported 4 times", "Reported once", "“Not fixed”", "2 of 3 say so", "Appeal decided"):
        assert words in page, words


def test_the_header_says_how_many_and_how_late(moderator, one_of_each):
    page = moderator.get(DESK).content.decode()
    head = page.split('class="queue__sum"')[1].split("</p>")[0]
    assert "<b>8</b> wait" in head
    assert "<b>1</b> is late" in head  # what came in thirty hours ago


def test_any_number_of_reports_weighs_less_than_an_emergency(moderator, pct_109):
    report(an_idea(pct_109, title="Reported by a crowd"), times=40)
    waits(pct_109, "Emergency", risk=100)
    assert queue(moderator, show="waiting") == ["Emergency", "Reported by a crowd"]


def test_a_reported_comment_stands_for_itself(moderator, pct_109):
    idea = an_idea(pct_109, title="Lamp")
    shown = a_comment(idea, status="shown")
    report(idea, shown, times=2, text="It names me.")
    assert queue(moderator, show="waiting") == ["Under “Lamp”"]
    page = moderator.get(f"{DESK}comments/{shown.pk}/").content.decode()
    assert "Reported 2 times by readers" in page
    assert "It names me." in page


def test_what_was_screened_needs_no_look_at_its_reports(moderator, pct_109):
    idea = an_idea(pct_109, title="Lamp")
    report(idea)
    decide(moderator, idea, "screen", rule=1)
    assert queue(moderator, show="waiting") == []


def test_keeping_it_deals_with_the_reports_that_were_seen(moderator, pct_109):
    idea = an_idea(pct_109, title="Lamp")
    report(idea, times=2)
    page = moderator.get(address(idea)).content.decode()
    upto = page.split('name="upto" value="')[1].split('"')[0]
    report(idea, text="One more while you read.")
    assert moderator.post(f"{address(idea)}keep/", {"upto": upto}).status_code == 302
    page = moderator.get(address(idea)).content.decode()
    assert "Reported once by a reader" in page
    with tenancy.enter(pct_109):
        handled = Report.objects.exclude(handled_at=None)
        assert {row.handled_by_id for row in handled} == {moderator.user.pk}
        assert handled.count() == 2
    assert now(idea).status == "spoken"


@pytest.mark.parametrize("upto", ["", "x", "-1", "9" * 400, "\u0663"])
def test_keeping_what_nobody_saw_deals_with_nothing(moderator, pct_109, upto):
    idea = an_idea(pct_109)
    report(idea)
    moderator.post(f"{address(idea)}keep/", {"upto": upto})
    with tenancy.enter(pct_109):
        assert Report.objects.filter(handled_at=None).count() == 1


def test_an_outcome_waits_until_somebody_took_note(moderator, pct_109):
    idea = an_idea(pct_109, title="Lamp")
    appeal = an_outcome(idea)
    page = moderator.get(address(idea)).content.decode()
    assert "Headquarters decided the appeal: Overturned" in page
    assert "The rule does not say that." in page
    moderator.post(f"{DESK}appeals/{appeal.pk}/noted/")
    assert queue(moderator, show="waiting") == []
    with tenancy.enter(pct_109):
        appeal.refresh_from_db()
    assert appeal.seen_by_id == moderator.user.pk


def test_a_decision_takes_not_fixed_off_the_list(commander, pct_109):
    idea = an_idea(pct_109, title="Lamp")
    reopen(idea)
    assert queue(commander, show="waiting") == ["Lamp"]
    decide(commander, now(idea), "act", answer="We are on it again.")
    assert queue(commander, show="waiting") == []


def test_the_list_can_be_asked_for_less(moderator, one_of_each, pct_109):
    assert queue(moderator, show="waiting", kind="report") == ["Often reported", "Reported"]
    assert queue(moderator, show="waiting", kind="verdict") == ["Not fixed"]
    assert queue(moderator, show="waiting", kind="idea") == ["Emergency", "Threat", "Old", "New"]
    with tenancy.enter(pct_109):
        Idea.objects.filter(title__in=["Old", "Reported"]).update(assigned_to=moderator.user)
        label = Label.objects.create(name="Lamps")
        for title in ("Often reported", "Old"):
            IdeaLabel.objects.create(idea=Idea.objects.get(title=title), label=label)
    assert queue(moderator, show="waiting", mine="1") == ["Reported", "Old"]
    assert queue(moderator, show="waiting", label=label.pk) == ["Often reported", "Old"]
    assert queue(moderator, show="waiting", label=label.pk, mine="1", kind="idea") == ["Old"]


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "nonsense"},
        {"label": "x"},
        {"label": "9" * 400},
        {"label": "\u0663"},
        {"mine": "yes"},
        {"after": "x"},
        {"after": "W10"},
        {"after": "x" * 9000},
        {"after": "WzEwMCwgIjIwMjYiLCAiaWRlYSIsIDFd"},
        {"after": "\x7f\u202e"},
    ],
)
@pytest.mark.parametrize("tab", ["waiting", "unanswered", "closed"])
def test_what_it_does_not_understand_it_leaves_out(moderator, pct_109, asked, tab):
    waits(pct_109, "Here")
    an_idea(pct_109, title="To answer")
    found = queue(moderator, show=tab, **asked)
    assert found == {"waiting": ["Here"], "unanswered": ["To answer"], "closed": []}[tab]


@pytest.mark.parametrize("tab", ["unanswered", "open", "closed"])
def test_every_tab_goes_on_page_by_page(moderator, pct_109, tab):
    status = {"unanswered": "spoken", "open": "heard", "closed": "acted"}[tab]
    with tenancy.enter(pct_109):
        Idea.objects.bulk_create(
            Idea(
                title=f"Idea {n}",
                body="x",
                status=status,
                created_at=ago(n),
                published_at=ago(n),
                answered_at=ago(n // 3) if n % 5 else None,
                queued_at=ago(n * 4),
            )
            for n in range(120)
        )
    seen, asked = [], {"show": tab}
    for _ in range(3):
        page = moderator.get(DESK, asked)
        seen += queue(moderator, **asked)
        more = page.context["next_url"]
        asked = {"show": tab, "after": more.partition("after=")[2].replace("%3D", "=")}
    assert more == ""
    assert len(seen) == len(set(seen)) == 120


def test_more_of_it_comes_without_a_page(moderator, pct_109):
    with tenancy.enter(pct_109):
        Idea.objects.bulk_create(
            Idea(title=f"Idea {n}", body="x", created_at=ago(200 - n)) for n in range(60)
        )
    more = moderator.get(DESK).context["next_url"]
    part = moderator.get(more, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert part.count('name="line"') == 10


def test_to_answer_the_late_come_first_then_the_wanted(commander, pct_109):
    for title, days, up in [("Wanted", 1, 9), ("Late", 8, 0), ("Late and wanted", 9, 3), ("New", 1, 0)]:
        idea = an_idea(pct_109, title=title)
        with tenancy.enter(pct_109):
            Idea.objects.filter(pk=idea.pk).update(queued_at=ago(24 * days), up=up)
    assert queue(commander, show="unanswered") == ["Late and wanted", "Late", "Wanted", "New"]


def test_one_statement_whatever_waits(pct_109, one_of_each):
    with tenancy.enter(pct_109), CaptureQueriesContext(connection) as few:
        waiting.entries()
    with tenancy.enter(pct_109):
        board = Idea.objects.filter(status="spoken").first()
        Idea.objects.bulk_create(Idea(title="x", body="x", created_at=ago(1)) for _ in range(1000))
        Comment.objects.bulk_create(Comment(idea=board, body="x", created_at=ago(1)) for _ in range(1000))
        with CaptureQueriesContext(connection) as many:
            assert len(waiting.entries()) == 50
    assert len(few) == len(many) == 1


def test_the_desk_asks_no_more_at_two_thousand_than_at_ten(moderator, pct_109, one_of_each):
    def queries():
        moderator.get(DESK)
        with CaptureQueriesContext(connection) as captured:
            moderator.get(DESK)
        return len(captured)

    board = an_idea(pct_109, title="A board's")
    a_comment(board)
    few = queries()
    with tenancy.enter(pct_109):
        Idea.objects.bulk_create(Idea(title=f"Idea {n}", body="x", created_at=ago(0)) for n in range(1000))
        Comment.objects.bulk_create(Comment(idea=board, body="x", created_at=ago(0)) for n in range(1000))
    assert queries() == few
