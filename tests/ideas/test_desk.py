"""The desk: what waits, what may be done with it, by whom, and a decision that is kept."""

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ideas import submitting
from ideas.models import Comment, Idea, Rule, Status, StatusCount
from precincts import tenancy
from tests.ideas.desk import ANSWER, DESK, address, decide, decisions, now, queue, set_status
from tests.ideas.factory import a_waiting_idea, an_idea, many_ideas, vote
from tests.together import at_once

pytestmark = pytest.mark.django_db

# The queue


def test_what_waits_urgent_first_then_oldest(moderator, pct_109):
    for hours, title, body in [
        (1, "New", "A lamp is dark."),
        (9, "Old", "A lamp is dark."),
        (5, "Urgent", "A man has a gun."),
        (3, "Middle", "A lamp is dark."),
    ]:
        idea = a_waiting_idea(pct_109, title=title, body=body)
        with tenancy.enter(pct_109):
            Idea.objects.filter(pk=idea.pk).update(
                created_at=timezone.now() - timezone.timedelta(hours=hours)
            )
    board = an_idea(pct_109, title="On the board")
    with tenancy.enter(pct_109):
        for hours, body in [(7, "A kind word."), (2, "Somebody is bleeding.")]:
            comment = submitting.comment(idea=board, body=body, participant=None)
            written = timezone.now() - timezone.timedelta(hours=hours)
            Comment.objects.filter(pk=comment.pk).update(created_at=written)
        Comment.objects.create(idea=board, body="Shown", status="shown", created_at=timezone.now())
    under = "Under “On the board”"
    assert queue(moderator, show="waiting") == ["Urgent", under, "Old", under, "Middle", "New"]
    page = moderator.get(DESK).content.decode()
    assert page.count("reads like an emergency</span>") == 2
    assert "data-item-title>Urgent</h2>" in page  # the first one is open


def test_the_other_tabs(commander, pct_109):
    popular, other = an_idea(pct_109, title="Popular"), an_idea(pct_109, title="Other")
    vote(popular)
    vote(popular)
    vote(other, -1)
    for status in Status.values:
        set_status(an_idea(pct_109, title=f"Is {status}"), status, answered_at=timezone.now())
    set_status(
        an_idea(pct_109, title="Was acted long ago"),
        "acted",
        answered_at=timezone.now() - timezone.timedelta(9),
    )
    set_status(an_idea(pct_109, title="Never answered"), "screened")
    assert queue(commander, show="unanswered") == ["Popular", "Is spoken", "Other"]
    assert queue(commander, show="open") == ["Is acting", "Is heard"]
    assert queue(commander, show="closed") == [
        "Is screened",
        "Is merged",
        "Is referred",
        "Is cannot",
        "Is acted",
        "Was acted long ago",
        "Never answered",
    ]
    page = commander.get(DESK).content.decode()
    counts = [int(n) for n in re.findall(r"<b>(\d+)</b>", page.split('"queue__tabs"')[1].split("</div>")[0])]
    assert counts == [1, 3, 2, 7]


@pytest.mark.parametrize("tab", ["nonsense", "", "Waiting", "\u202e", "x" * 5000])
def test_a_tab_that_there_is_not_is_where_one_is_needed(commander, moderator, pct_109, tab):
    an_idea(pct_109, title="To answer")
    assert queue(commander, show=tab) == ["To answer"]
    assert queue(moderator, show=tab) == []
    assert "Nothing waits" in moderator.get(DESK).content.decode()
    a_waiting_idea(pct_109, title="To review")
    assert queue(commander, show=tab) == queue(moderator, show=tab) == ["To review"]


def test_nothing_of_another_command_is_on_the_desk(moderator, pct_109, pct_110):
    theirs = a_waiting_idea(pct_110, title="Theirs")
    with tenancy.enter(pct_110):
        comment = Comment.objects.create(idea=theirs, body="x", created_at=timezone.now())
    assert queue(moderator) == []
    for path in (
        address(theirs),
        f"{address(theirs)}decisions/",
        f"{DESK}comments/{comment.pk}/",
        f"{DESK}comments/{comment.pk}/decisions/",
    ):
        method = moderator.post if path.endswith("decisions/") else moderator.get
        assert method(path, {"action": "approve"}).status_code == 404, path
    assert moderator.get("/pct-110/desk/").status_code == 403
    assert now(theirs).status == "waiting"


@pytest.mark.parametrize("pk", [0, 10**9, 10**30])
def test_an_item_that_is_nowhere(moderator, pct_109, pk):
    assert moderator.get(f"{DESK}ideas/{pk}/").status_code == 404
    assert moderator.get(f"{DESK}comments/{pk}/").status_code == 404


def test_what_its_author_withdrew_is_not_on_the_desk(moderator, pct_109):
    idea = an_idea(pct_109)
    set_status(idea, "withdrawn")
    assert moderator.get(address(idea)).status_code == 404
    assert decide(moderator, idea, "screen", rule=1).status_code == 404


def test_what_looks_private_is_marked(moderator, pct_109):
    idea = a_waiting_idea(pct_109, body="Call 718-555-0142 <b>now</b>.\nPlease.")
    page = moderator.get(address(idea)).content.decode()
    assert ">718-555-0142</mark>" in page
    assert "&lt;b&gt;now&lt;/b&gt;.<br>Please." in page
    assert "This looks like a phone number." in page
    assert "may hold personal data" in page


def test_issues_like_it_are_named(moderator, pct_109):
    an_idea(pct_109, title="Dark lamp at Main Street")
    idea = a_waiting_idea(pct_109, title="Dark lamp Main Street", body="Dark lamp at Main Street.")
    page = moderator.get(address(idea)).content.decode()
    assert "Like it, and open:" in page
    assert ">Dark lamp at Main Street</a>" in page


# Deciding


def test_approving_puts_it_on_the_board(moderator, pct_109):
    idea = a_waiting_idea(pct_109, title="Dark lamp")
    response = decide(moderator, idea, "approve")
    assert response.url == f"{DESK}?show=waiting"
    assert "Done." in moderator.get(response.url).content.decode()
    row = now(idea)
    assert (row.status, row.version) == ("spoken", 2)
    assert timezone.now() - row.published_at < timezone.timedelta(minutes=1)
    assert "Dark lamp" in Client().get("/pct-109/ideas/").content.decode()
    [kept] = decisions(idea)
    assert (kept.action, kept.from_status, kept.to_status) == ("approve", "waiting", "spoken")
    assert (kept.decided_by, kept.rule, kept.reason, kept.answer) == (moderator.user, None, "", "")
    assert timezone.now() - kept.decided_at < timezone.timedelta(minutes=1)


def test_screening_takes_a_rule_and_keeps_why(moderator, pct_109):
    idea = a_waiting_idea(pct_109, title="Bad words")
    response = decide(moderator, idea, "screen", reason="It threatens <somebody>.")
    assert response.status_code == 422
    page = response.content.decode()
    assert "Choose the rule that this breaks" in page
    assert "It threatens &lt;somebody&gt;." in page
    assert now(idea).status == "waiting"
    assert not decisions(idea)
    assert decide(moderator, idea, "screen", rule="4", reason="It threatens somebody.").status_code == 302
    [kept] = decisions(idea)
    assert (kept.rule, kept.reason, kept.decided_by) == (
        Rule.objects.get(number=4),
        "It threatens somebody.",
        moderator.user,
    )
    row = now(idea)
    assert (row.status, row.title, row.published_at) == ("screened", "Bad words", None)


@pytest.mark.parametrize("rule", ["99", "x", "-1", "", "1.5", "\x00", "9" * 400])
def test_a_rule_that_there_is_not(moderator, pct_109, rule):
    idea = a_waiting_idea(pct_109)
    assert decide(moderator, idea, "screen", rule=rule, reason="Because.").status_code == 422
    assert now(idea).status == "waiting"


def test_an_answer_goes_along_the_line(commander, pct_109):
    idea = an_idea(pct_109)
    for version, (action, status) in enumerate(
        [("hear", "heard"), ("act", "acting"), ("done", "acted")], start=2
    ):
        assert decide(commander, idea, action, version, answer=f"Answer {version}").status_code == 302
        row = now(idea)
        assert (row.status, row.version, row.answer) == (status, version + 1, f"Answer {version}")
    assert [kept.answer for kept in decisions(idea)] == ["", "Answer 2", "Answer 3", "Answer 4"]
    assert [kept.decided_by for kept in decisions(idea)][1:] == [commander.user] * 3
    assert "Answer 4" in Client().get(f"/pct-109/ideas/{idea.pk}/").content.decode()


def test_acting_without_new_words_keeps_the_answer_that_stands(commander, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "hear", answer=ANSWER)
    assert decide(commander, now(idea), "act").status_code == 302
    assert (now(idea).answer, now(idea).status) == (ANSWER, "acting")


@pytest.mark.parametrize("action", ["hear", "done", "refer"])
@pytest.mark.parametrize("answer", ["", "   \r\n "])
def test_an_answer_has_words(commander, pct_109, action, answer):
    idea = an_idea(pct_109)
    response = decide(commander, idea, action, answer=answer, referred_to="DOT")
    assert response.status_code == 422
    assert "Write the answer that residents will read" in response.content.decode()
    assert now(idea).status == "spoken"


def test_referring_names_who_takes_it_on(moderator, pct_109):
    idea = a_waiting_idea(pct_109)
    response = decide(moderator, idea, "refer", answer="It is theirs.")
    assert response.status_code == 422
    assert "Name the command or the agency" in response.content.decode()
    assert "It is theirs." in response.content.decode()
    response = decide(
        moderator, idea, "refer", answer="It is theirs.", referred_to="DOT", referred_url="example.org/lamps"
    )
    assert response.status_code == 302
    row = now(idea)
    assert (row.status, row.referred_to, row.referred_url) == ("referred", "DOT", "https://example.org/lamps")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://example.org",
        "data:text/html,x",
        "https://example.org/" + "x" * 200,
        "x y",
    ],
)
def test_a_link_that_leads_nowhere_good_is_refused(moderator, pct_109, url):
    idea = a_waiting_idea(pct_109)
    response = decide(moderator, idea, "refer", answer="Theirs.", referred_to="DOT", referred_url=url)
    assert response.status_code == 422
    assert "Theirs." in response.content.decode()
    assert now(idea).status == "waiting"


@pytest.mark.parametrize("field", ["answer", "reason", "announcement", "referred_to"])
@pytest.mark.parametrize("text", ["x" * 6000, "Null \x00"])
def test_too_much_text_comes_back(commander, pct_109, field, text):
    idea = an_idea(pct_109)
    action = {"reason": "screen", "referred_to": "refer"}.get(field, "hear")
    response = decide(
        commander, idea, action, **{"answer": ANSWER, "rule": 1, "referred_to": "DOT"} | {field: text}
    )
    assert response.status_code == 422
    assert text in response.content.decode()
    assert now(idea).status == "spoken"


def test_an_action_that_there_is_not_loses_no_word(commander, pct_109):
    idea = an_idea(pct_109)
    for action in ("", "nonsense", "withdraw", "APPROVE"):
        response = decide(commander, idea, action, answer=ANSWER)
        assert response.status_code == 422
        assert "Choose what to do with it." in response.content.decode()
        assert ANSWER in response.content.decode()
    assert now(idea).status == "spoken"


MOVES = {
    "waiting": {"approve", "screen", "refer"},
    "spoken": {"hear", "act", "done", "refer", "screen"},
    "heard": {"hear", "act", "done", "refer", "screen"},
    "acting": {"act", "done", "refer", "screen"},
    "acted": {"done", "screen"},
    "referred": {"screen"},
    "merged": set(),
    "screened": set(),
}


@pytest.mark.parametrize("status", MOVES)
def test_what_may_follow_what(commander, pct_109, status):
    """What the page offers is what is taken, and nothing else."""
    for action in ("approve", "screen", "hear", "act", "done", "refer"):
        idea = an_idea(pct_109)
        set_status(idea, status)
        page = commander.get(address(idea)).content.decode()
        assert (f'value="{action}"' in page) is (action in MOVES[status]), action
        response = decide(commander, idea, action, rule=1, answer=ANSWER, referred_to="DOT")
        assert response.status_code == (302 if action in MOVES[status] else 409), action
        assert (now(idea).status != status or len(decisions(idea)) == 2) is (action in MOVES[status])


def test_the_counts_of_a_board_follow_the_decisions(commander, pct_109):
    ideas = [a_waiting_idea(pct_109) for _ in range(4)]
    for idea in ideas[:3]:
        decide(commander, idea, "approve")
    decide(commander, ideas[3], "screen", rule=1)
    decide(commander, now(ideas[0]), "hear", answer=ANSWER)
    decide(commander, now(ideas[1]), "done", answer=ANSWER)
    with tenancy.enter(pct_109):
        counted = {row.status: row.n for row in StatusCount.objects.exclude(n=0)}
    assert counted == {"spoken": 1, "heard": 1, "acted": 1, "screened": 1}


# Who may


ALLOWED = {
    "commander": {"approve", "screen", "refer", "hear", "act", "done"},
    "moderator": {"approve", "screen", "refer"},
    "editor": set(),
    "reviewer": set(),
    "administrator": set(),
    "records_officer": set(),
}


@pytest.mark.parametrize("role", ALLOWED)
def test_each_role_decides_what_is_its_own(staff, pct_109, role):
    client = staff(role)
    for action in ("approve", "screen", "refer", "hear", "act", "done"):
        idea = a_waiting_idea(pct_109) if action == "approve" else an_idea(pct_109)
        response = client.get(address(idea))
        assert response.status_code == 200
        may = action in ALLOWED[role]
        assert (f'value="{action}"' in response.content.decode()) is may, action
        response = decide(client, idea, action, rule=1, answer=ANSWER, referred_to="DOT")
        assert response.status_code == (302 if may else 403), action
        assert (len(decisions(idea)) > (0 if action == "approve" else 1)) is may


def test_nobody_leads_to_signing_in(pct_109):
    idea = a_waiting_idea(pct_109)
    assert Client().get(address(idea)).url == f"/accounts/login/?next={address(idea)}"
    assert decide(Client(), idea, "approve").status_code == 302
    assert now(idea).status == "waiting"


def test_a_decision_needs_the_forms_token(moderator, pct_109):
    idea = a_waiting_idea(pct_109)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(moderator.user)
    assert decide(strict, idea, "approve").status_code == 403
    assert now(idea).status == "waiting"


# Overtaken


def test_a_decision_on_what_has_changed_is_refused_with_what_was_typed(commander, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "hear", answer="The first answer.")
    response = decide(commander, idea, "act", answer="The second & <later> answer.", announce="on")
    page = response.content.decode()
    assert response.status_code == 409
    assert "Somebody decided on this in the meantime" in page
    assert "The second &amp; &lt;later&gt; answer." in page
    assert "The first answer." in page  # what changed
    assert now(idea).answer == "The first answer."
    # The page that came back can be sent: it carries the version that it shows.
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert decide(commander, idea, "act", version, answer="The second answer.").status_code == 302


def test_what_was_typed_stays_where_its_action_is_gone(commander, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "screen", rule=1)
    response = decide(commander, idea, "hear", answer="All my <words>.", announcement="And these.")
    assert response.status_code == 409
    assert "All my &lt;words&gt;." in response.content.decode()
    assert "And these." in response.content.decode()


@pytest.mark.parametrize("version", ["0", "99", "-1", str(10**30)])
def test_another_version_is_another_idea(moderator, pct_109, version):
    idea = a_waiting_idea(pct_109)
    assert decide(moderator, idea, "approve", version).status_code == 409
    assert now(idea).status == "waiting"


def test_a_version_that_is_none_decides_nothing(moderator, pct_109):
    idea = a_waiting_idea(pct_109)
    assert decide(moderator, idea, "approve", "x").status_code == 422
    assert now(idea).status == "waiting"


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_wins_and_the_other_is_told(staff, pct_109):
    clients = [staff("moderator"), staff("commander")]
    for first, second in [("approve", "screen"), ("approve", "approve"), ("screen", "screen")]:
        idea = a_waiting_idea(pct_109)
        answers = at_once(
            lambda idea=idea, first=first: decide(clients[0], idea, first, rule=1),
            lambda idea=idea, second=second: decide(clients[1], idea, second, rule=2),
        )
        assert sorted(answer.status_code for answer in answers) == [302, 409]
        [kept] = decisions(idea)
        winner = 0 if answers[0].status_code == 302 else 1
        assert kept.decided_by == clients[winner].user
        assert now(idea).version == 2
        [told] = [answer.content.decode() for answer in answers if answer.status_code == 409]
        assert "Somebody decided on this in the meantime" in told


# What it asks of the database, and how long it takes


def test_the_desk_takes_the_same_queries_however_much_waits(moderator, pct_109):
    def fill(number):
        board = an_idea(pct_109)
        with tenancy.enter(pct_109):
            Idea.objects.bulk_create(
                Idea(title=f"Idea {n}", body="Every night.", created_at=timezone.now()) for n in range(number)
            )
            Comment.objects.bulk_create(
                Comment(idea=board, body="x", created_at=timezone.now()) for _ in range(number)
            )

    def queries():
        moderator.get(DESK)
        with CaptureQueriesContext(connection) as captured:
            moderator.get(DESK)
        return len(captured)

    fill(5)
    few = queries()
    fill(60)
    assert queries() == few <= 33


def test_a_full_queue_goes_on_page_by_page(moderator, pct_109):
    """Nothing is out of reach: every one of many is on some page, once, oldest first."""
    body = "At 12 Oak Street, every night since May, at 10:30 and 11:45. " * 80
    with tenancy.enter(pct_109):
        Idea.objects.bulk_create(
            Idea(title=f"Idea {n}", body=body[:5000], created_at=timezone.now()) for n in range(120)
        )
    seen, address = [], f"{DESK}?show=waiting"
    while address:
        page = moderator.get(address).content.decode()
        lines = page.split("data-queue")[1].split("</ul>")[0]
        seen += re.findall(r"<b[^>]*>([^<]+)</b>", lines)
        more = re.search(r'id="queue-next"\s+href="([^"]+)"', page)
        address = html.unescape(more[1]) if more else ""
    assert seen == [f"Idea {n}" for n in range(120)]


def test_no_cache_keeps_the_desk(moderator, pct_109):
    many_ideas(pct_109, 1)
    assert "no-store" in moderator.get(DESK)["Cache-Control"]
