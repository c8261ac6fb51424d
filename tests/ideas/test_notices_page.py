"""One's notices: a count in the header, a page newest first, grouped by issue, and what was read."""

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ideas.models import Action, Follow, Notice, Rule
from ideas.notices import inbox
from tests.ideas.desk import set_status
from tests.ideas.factory import an_idea
from tests.ideas.notices import participant_of, tell_everybody
from tests.ideas.test_telling import move, screen

pytestmark = pytest.mark.django_db
PAGE = "/notices/"


@pytest.fixture
def reader(pct_109):
    """A browser without an account that follows the 109th Precinct."""
    client = Client()
    client.post("/following/add/", {"kind": "command", "command": "pct-109"})
    client.participant = participant_of(client)
    return client


def page_of(client, **asked):
    return client.get(PAGE, asked).content.decode()


def header(client):
    return client.get("/notices/count/").content.decode()


def test_who_never_took_part_has_no_notices_and_no_count(pct_109):
    nobody = Client()
    assert "Nothing yet" in page_of(nobody)
    assert header(nobody).strip() == ""
    assert "data-notices" not in nobody.get("/pct-109/").content.decode()
    assert nobody.cookies.get("engage_participant") is None


def test_news_is_counted_in_the_header_of_every_page_and_stands_on_the_page(reader, pct_109):
    an_idea(pct_109, title="A dark corner")
    tell_everybody()
    assert '<span class="count">1</span>' in header(reader)
    assert '<span class="count">1</span>' in reader.get("/pct-109/").content.decode()
    page = page_of(reader)
    assert "A dark corner" in page
    assert "A new issue.</b> You follow this command." in page


def test_newest_first_and_together_what_is_about_one_issue(reader, pct_109):
    first, second = an_idea(pct_109, title="First"), an_idea(pct_109, title="Second")
    tell_everybody()
    move(first, Action.DONE)
    tell_everybody()
    page = page_of(reader)
    assert page.index("First") < page.index("Second")
    assert page.count(">First</a>") == 1
    assert page.index("The command acted.") < page.index("A new issue.")
    assert second.title in page


def test_the_author_reads_rule_and_reason_and_how_to_appeal(reader, pct_109):
    idea = an_idea(pct_109, participant=reader.participant, title="Names a person")
    screen(idea)
    tell_everybody()
    page = page_of(reader)
    rule = Rule.objects.in_force().first()
    assert "It was screened under a rule." in page
    assert rule.title in page
    assert "It names a person." in page
    assert "how to appeal" in page
    assert idea.get_absolute_url() in page


@pytest.mark.parametrize("status", ["screened", "withdrawn", "waiting"])
def test_what_left_the_board_since_shows_no_title_and_no_answer_to_others(reader, pct_109, status):
    idea = an_idea(pct_109, title="Something secret")
    move(idea, Action.DONE, answer="We did the secret thing.")
    tell_everybody()
    assert "Something secret" in page_of(reader)
    assert "We did the secret thing." in page_of(reader)
    set_status(idea, status)
    page = page_of(reader)
    assert "secret" not in page
    assert "not public any more" in page


def test_reading_takes_the_count_away_and_keeps_the_notices(reader, pct_109):
    one, two = an_idea(pct_109, title="One"), an_idea(pct_109, title="Two")
    tell_everybody()
    reader.post("/notices/read/", {"idea": one.pk})
    assert '<span class="count">1</span>' in header(reader)
    reader.post("/notices/read/")
    assert 'class="count"' not in header(reader)
    assert "One" in page_of(reader)
    assert "Two" in page_of(reader)
    assert "notice--unread" not in page_of(reader)
    assert two


def test_what_came_after_the_page_was_opened_is_not_read_unseen(reader, pct_109):
    idea = an_idea(pct_109)
    tell_everybody()
    seen = Notice.objects.latest("pk").pk
    move(idea, Action.DONE)
    tell_everybody()
    reader.post("/notices/read/", {"idea": idea.pk, "newest": seen})
    assert list(Notice.objects.filter(read_at=None).values_list("event", flat=True)) == ["done"]


@pytest.mark.parametrize("text", ["x", "-1", "9" * 40, "\x00", "٣"])
def test_nonsense_reads_nothing_it_does_not_name_and_breaks_nothing(reader, pct_109, text):
    an_idea(pct_109)
    tell_everybody()
    assert reader.post("/notices/read/", {"idea": text, "newest": text}).status_code == 302
    assert Notice.objects.filter(read_at=None).count() == 1
    assert reader.get(PAGE, {"cursor": text}).status_code == (400 if "\x00" in text else 302)


def test_anothers_notices_stay_unread(reader, pct_109):
    an_idea(pct_109)
    tell_everybody()
    other = Client()
    other.post("/following/add/", {"kind": "command", "command": "pct-110"})
    other.post("/notices/read/")
    assert Notice.objects.filter(read_at=None).count() == 1


def test_a_list_is_read_page_by_page_and_nothing_is_missed(reader, pct_109, monkeypatch):
    monkeypatch.setattr(inbox, "PAGE", 3)
    for number in range(7):
        an_idea(pct_109, title=f"Issue number {number}.")
    tell_everybody()
    seen, cursor = [], ""
    for _page in range(3):
        page = inbox.read_page(reader.participant, cursor)
        seen += [group.title for group in page.groups]
        cursor = page.next_cursor
    assert seen == [f"Issue number {number}." for number in reversed(range(7))]
    assert cursor == ""
    assert "Show more" in page_of(reader)
    with pytest.raises(signing.BadSignature):
        inbox.read_page(reader.participant, "nonsense")


def test_a_cursor_of_another_kind_leads_back_to_the_top(reader):
    forged = signing.dumps(["x", 1], salt=inbox.SALT)
    for cursor in ("x", forged, "x" * 100_000):
        assert reader.get(PAGE, {"cursor": cursor}).url == PAGE


def test_a_hundred_are_counted_no_further(reader, pct_109):
    Notice.objects.bulk_create(
        Notice(participant=reader.participant, command=pct_109, idea_id=n, event="hear", why="idea")
        for n in range(150)
    )
    assert '<span class="count">99+</span>' in header(reader)


def test_more_notices_cost_no_more_queries(reader, pct_109):
    def queries(path):
        with CaptureQueriesContext(connection) as seen:
            reader.get(path)
        return len(seen)

    move(an_idea(pct_109), Action.DONE)
    tell_everybody()
    few = {path: queries(path) for path in (PAGE, "/notices/count/")}
    for number in range(8):
        move(an_idea(pct_109, title=f"Issue {number}"), Action.DONE)
    tell_everybody()
    assert {path: queries(path) for path in few} == few
    assert few["/notices/count/"] <= 2


def test_the_count_writes_no_session(reader, pct_109):
    with CaptureQueriesContext(connection) as seen:
        answer = reader.get("/notices/count/")
    assert not [q["sql"] for q in seen if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert "Set-Cookie" not in answer.headers
    assert "no-store" in answer.headers["Cache-Control"]


def test_signing_in_brings_notices_along_once(reader, pct_109, make_user):
    from precincts.models import Participant

    mine = Participant.objects.create(user=make_user("resident@example.org"))
    Follow.objects.create(participant=mine, kind="command", command=pct_109)
    an_idea(pct_109, title="Told to both")
    tell_everybody()
    assert Notice.objects.count() == 2
    reader.post("/accounts/login/", {"login": "resident@example.org", "password": "engage-tests"})
    assert page_of(reader).count(">Told to both</a>") == 1
    assert list(Notice.objects.values_list("participant", flat=True)) == [mine.pk]
