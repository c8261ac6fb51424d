"""The list of a board: four orders, filters, words, and pages that miss nothing and repeat nothing."""

import base64
import json
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ideas import finding
from ideas.models import Comment, Idea, Photo, Status, Topic, Vote
from precincts import tenancy
from precincts.models import Command, Participant
from tests.conftest import owner
from tests.ideas.factory import a_waiting_idea, an_idea, many_ideas, vote

pytestmark = pytest.mark.django_db
BOARD = "/pct-109/ideas/"
SORTS = ["trending", "newest", "votes", "near"]
NEAR = {"lat": "40.76", "lon": "-73.83"}


def get(client, **asked):
    response = client.get(BOARD, asked)
    assert response.status_code == 200
    return response.content.decode()


def shown(page):
    """The ids of the ideas on a page, in their order."""
    return [int(pk) for pk in re.findall(r'<article class="idea" id="idea-(\d+)"', page)]


def titles(client, **asked):
    page = get(client, **asked)
    return [text.strip() for text in re.findall(r'<h3 class="idea__title"[^>]*>\s*<a[^>]*>([^<]*)</a>', page)]


def next_of(page):
    found = re.search(r'href="\?([^"]+)"[^>]*rel="next"', page)
    return found and found[1].replace("&amp;", "&")


def all_pages(client, between=lambda: None, **asked):
    """Every page's ids; `between` happens before each next page is asked for."""
    page = get(client, **asked)
    pages = [shown(page)]
    while following := next_of(page):
        between()
        page = client.get(f"{BOARD}?{following}").content.decode()
        pages.append(shown(page))
        assert len(pages) < 20
    return pages


def flat(pages):
    return [pk for page in pages for pk in page]


@pytest.fixture
def sixty(pct_109):
    """Sixty ideas with votes, places and equal values among them, by id."""
    ideas = many_ideas(pct_109, 60)
    people = [Participant.objects.create() for _ in range(6)]
    now = timezone.now()
    with tenancy.enter(pct_109):
        for n, idea in enumerate(ideas):
            Idea.objects.filter(pk=idea.pk).update(
                latitude=40.76 + (n % 10) / 1000, longitude=-73.83, published_at=now - timedelta(hours=n // 3)
            )
        Vote.objects.bulk_create(
            Vote(idea=idea, participant=person, value=1 if n % 2 else -1)
            for n, idea in enumerate(ideas)
            for person in people[: n % 5]
        )
        return {idea.pk: idea for idea in Idea.objects.all()}


# Orders and pages


@pytest.mark.parametrize("sort", SORTS)
def test_every_idea_once_and_in_order(client, sixty, sort):
    pages = all_pages(client, sort=sort, **NEAR)
    assert [len(page) for page in pages] == [20, 20, 20]
    ideas = [sixty[pk] for pk in flat(pages)]
    key = {
        "trending": lambda idea: (-idea.rank, -idea.pk),
        "newest": lambda idea: (-idea.published_at.timestamp(), -idea.pk),
        "votes": lambda idea: (-idea.score, -idea.pk),
        "near": lambda idea: (round(idea.latitude, 6), idea.pk),
    }[sort]
    assert ideas == sorted(sixty.values(), key=key)


@pytest.mark.parametrize("sort", SORTS)
def test_what_is_raised_meanwhile_neither_pushes_out_nor_repeats(client, pct_109, sixty, sort):
    def raise_another():
        idea = an_idea(pct_109, title="New", latitude=40.7601, longitude=-73.83)
        vote(idea)

    seen = flat(all_pages(client, raise_another, sort=sort, **NEAR))
    assert len(seen) == len(set(seen))
    assert set(seen) >= set(sixty)


@pytest.mark.parametrize("sort", SORTS)
def test_votes_meanwhile_move_only_what_was_voted_on(client, pct_109, sixty, sort):
    """One that climbs over where the reader is may be missed. All others come once, in every order."""
    moved = []

    def vote_for_one():
        idea = sixty[sorted(sixty)[len(moved) * 7]]
        moved.append(idea.pk)
        for _ in range(4):
            vote(idea)

    seen = flat(all_pages(client, vote_for_one, sort=sort, **NEAR))
    assert len(moved) == 2
    still = [pk for pk in seen if pk not in moved]
    assert sorted(still) == sorted(set(sixty) - set(moved))
    if sort in ("newest", "near"):
        assert sorted(seen) == sorted(sixty)


@pytest.mark.parametrize("sort", SORTS)
def test_what_leaves_the_board_meanwhile_takes_no_other_along(client, pct_109, sixty, sort):
    first = shown(get(client, sort=sort, **NEAR))

    def screen_the_last():
        with tenancy.enter(pct_109):
            Idea.objects.filter(pk=first[-1]).update(status="screened")

    seen = flat(all_pages(client, screen_the_last, sort=sort, **NEAR))
    assert sorted(seen) == sorted(sixty)


def test_exactly_one_page_has_no_next(client, pct_109):
    many_ideas(pct_109, 20)
    assert next_of(get(client)) is None
    many_ideas(pct_109, 1)
    page = get(client)
    assert next_of(page)
    assert shown(client.get(f"{BOARD}?{next_of(page)}").content.decode())


def test_the_next_page_asks_for_the_same(client, pct_109):
    lamps = Topic.objects.get(slug="lighting")
    many_ideas(pct_109, 45, topic=lamps)
    many_ideas(pct_109, 5)
    pages = all_pages(client, sort="votes", topic="lighting", status="spoken", q="every night")
    assert [len(page) for page in pages] == [20, 20, 5]


def test_near_without_a_place_is_newest_and_says_so(client, sixty):
    page = get(client, sort="near")
    assert shown(page) == shown(get(client, sort="newest"))
    assert "the newest come first" in page
    assert len(flat(all_pages(client, sort="near"))) == 60


def test_near_leaves_out_what_has_no_place(client, pct_109):
    an_idea(pct_109, title="Nowhere")
    an_idea(pct_109, title="Far", latitude=40.80, longitude=-73.83)
    an_idea(pct_109, title="Near", latitude=40.7601, longitude=-73.83)
    assert titles(client, sort="near", **NEAR) == ["Near", "Far"]


@pytest.mark.parametrize(
    ("lat", "lon"), [("x", "y"), ("nan", "nan"), ("inf", "0"), ("0", "0"), ("40.76", ""), ("9" * 400, "1")]
)
def test_a_place_that_is_none_is_no_place(client, sixty, lat, lon):
    assert shown(get(client, sort="near", lat=lat, lon=lon)) == shown(get(client, sort="newest"))


def test_an_order_that_there_is_not_is_trending(client, sixty):
    for sort in ("", "best", "rank", "-pk", "Trending"):
        assert shown(get(client, sort=sort)) == shown(get(client))


def test_the_part_for_the_script_is_the_next_cards_alone(client, sixty):
    following = next_of(get(client))
    part = client.get(f"{BOARD}?{following}", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert len(shown(part)) == 20
    assert next_of(part)
    whole = client.get(f"{BOARD}?{following}").content.decode()
    assert "<html" in whole
    assert shown(whole) == shown(part)


# Cursors that are none


def coded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!!",
        "é",
        "====",
        "A" * 3000,
        coded([]),
        coded({}),
        coded("trending"),
        coded(["trending"]),
        coded(["trending", 1.0]),
        coded(["trending", 1.0, "1"]),
        coded(["trending", 1.0, 1.5]),
        coded(["trending", 1.0, True]),
        coded(["trending", True, 1]),
        coded(["trending", 1.0, 0]),
        coded(["trending", 1.0, -1]),
        coded(["trending", 1.0, 2**63]),
        coded(["trending", "1", 1]),
        coded(["trending", None, 1]),
        coded(["trending", 1e16, 1]),
        coded(["trending", float("inf"), 1]),
        coded(["trending", float("nan"), 1]),
        coded(["newest", "2026-01-01T00:00:00+00:00", 1]),
        coded(["votes", 1, 1]),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        base64.urlsafe_b64encode(b"9" * 5000).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
    ids=lambda cursor: cursor[:20],
)
def test_a_cursor_that_is_not_of_this_list_leads_to_its_top(client, sixty, cursor):
    response = client.get(BOARD, {"cursor": cursor})
    assert response.status_code == 302
    assert response.url == BOARD
    assert "Here is the list from its top" in client.get(response.url).content.decode()


@pytest.mark.parametrize(
    "moment",
    ["2026-01-01", "2026-01-01T00:00:00", "yesterday", 5, None, "", "0001-01-01T00:00:00+14:00x", "infinity"],
)
def test_a_moment_that_is_none(client, sixty, moment):
    response = client.get(BOARD, {"sort": "newest", "cursor": coded(["newest", moment, 1])})
    assert response.status_code == 302


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_time(client, sixty, moment):
    assert client.get(BOARD, {"sort": "newest", "cursor": coded(["newest", moment, 1])}).status_code == 200


@pytest.mark.parametrize("score", [10**14, -(10**14), 2**31, 1.5])
def test_a_score_beyond_any(client, sixty, score):
    assert client.get(BOARD, {"sort": "votes", "cursor": coded(["votes", score, 1])}).status_code == 200


def test_another_boards_cursor_shows_only_this_boards_ideas(client, sixty, pct_110):
    many_ideas(pct_110, 30)
    theirs = client.get("/pct-110/ideas/").content.decode()
    response = client.get(f"{BOARD}?{next_of(theirs)}")
    assert response.status_code == 200
    assert set(shown(response.content.decode())) <= set(sixty)


def test_a_nul_in_the_address_is_refused(client, pct_109):
    for asked in ({"cursor": "\x00"}, {"q": "a\x00"}, {"topic": "\x00"}, {"\x00": "x"}):
        assert client.get(BOARD, asked).status_code == 400


# Filters


def test_by_status_and_stage(client, pct_109):
    for status in Status.values:
        idea = an_idea(pct_109, title=status)
        with tenancy.enter(pct_109):
            Idea.objects.filter(pk=idea.pk).update(status=status)
    listed = {"spoken", "heard", "acting", "acted", "cannot", "referred"}
    assert set(titles(client)) == listed
    assert set(titles(client, status="spoken")) == listed  # the promise: all who spoke
    assert set(titles(client, status="heard")) == {"heard", "acting", "acted", "cannot"}
    assert set(titles(client, status="acted")) == {"acted"}
    assert set(titles(client, status="referred")) == {"referred"}
    assert set(titles(client, status="acting, referred")) == {"acting", "referred"}
    for hidden in ("waiting", "screened", "merged", "withdrawn", "nonsense", ",", "waiting,screened", "'"):
        assert set(titles(client, status=hidden)) == listed, hidden


def test_the_promise_counts_what_its_links_open(client, pct_109):
    for status, number in {
        "spoken": 4,
        "heard": 3,
        "acting": 2,
        "acted": 1,
        "referred": 1,
        "waiting": 5,
    }.items():
        with tenancy.enter(pct_109):
            Idea.objects.filter(pk__in=[idea.pk for idea in many_ideas(pct_109, number)]).update(
                status=status
            )
    for path in (BOARD, "/pct-109/"):
        page = client.get(path).content.decode()
        found = re.findall(r'<a href="([^"]+status=(\w+)[^"]*)">.*?<b>(\d+)</b>', page, re.S)
        assert [(stage, int(count)) for _url, stage, count in found] == [
            ("spoken", 11),
            ("heard", 6),
            ("acted", 1),
        ]
        for url, _stage, count in found:
            assert len(shown(client.get(url.replace("&amp;", "&")).content.decode())) == int(count)


def test_by_topic(client, pct_109):
    an_idea(pct_109, title="Dark", topic=Topic.objects.get(slug="lighting"))
    an_idea(pct_109, title="Other")
    assert titles(client, topic="lighting") == ["Dark"]
    assert titles(client, topic="no-such") == []
    assert titles(client, topic="x" * 500) == []
    assert "Nothing found" in get(client, topic="no-such")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("lamp", {"Street lamps are dark"}),
        ("LAMPS dark", {"Street lamps are dark"}),
        ("racing", {"Cars race at night"}),
        ("lamp or cars", {"Street lamps are dark", "Cars race at night"}),
        ("cars -night", set()),
        ('"lamps are dark"', {"Street lamps are dark"}),
        ("路灯", {"主街的路灯坏了"}),
        ("路灯坏了", {"主街的路灯坏了"}),
        ("가로등", {"가로등이 꺼져 있어요"}),
        ("مصباح", {"مصباح الشارع مكسور"}),
        ("treet lam", {"Street lamps are dark"}),
        ("100%", {"100% of_them \\ broken"}),
        ("of_them", {"100% of_them \\ broken"}),
        ("%", {"100% of_them \\ broken"}),
        ("_", {"100% of_them \\ broken"}),
        ("\\", {"100% of_them \\ broken"}),
        ("🚦", {"🚦 missing"}),
        ("kissena", {"Cars race at night"}),
        ("zzz", set()),
        ("the", {"Street lamps are dark", "100% of_them \\ broken"}),
    ],
)
def test_by_words(client, pct_109, words, found):
    an_idea(pct_109, title="Street lamps are dark", body="Since the storm.")
    an_idea(pct_109, title="Cars race at night", body="Each weekend.", place="Kissena Blvd")
    an_idea(pct_109, title="主街的路灯坏了", body="三个星期了。")
    an_idea(pct_109, title="가로등이 꺼져 있어요", body="몇 주째.")
    an_idea(pct_109, title="مصباح الشارع مكسور", body="منذ أسابيع")
    an_idea(pct_109, title="100% of_them \\ broken", body="All.")
    an_idea(pct_109, title="🚦 missing", body="All.")
    assert set(titles(client, q=words)) == found


@pytest.mark.parametrize(
    "words",
    [
        "!!! & | ( :*",
        "'",
        '"',
        '"unclosed',
        "' OR 1=1 --",
        "-",
        "--",
        "a:*b & c <-> d",
        "\\",
        "()",
        "or",
        "or or or",
        "-or",
        "\u202e",
        "\ufeff",
        "x" * 10_000,
        "🚦" * 10_000,
        "a " * 5_000,
        "%s %(x)s {0}",
        "<script>alert(1)</script>",
    ],
    ids=lambda words: words[:10],
)
@pytest.mark.parametrize("sort", ["trending", "near"])
def test_no_words_break_the_search(client, sixty, words, sort):
    page = get(client, q=words, sort=sort, **NEAR)
    assert "<script>alert" not in page
    assert len(page) < 400_000


def test_only_the_entered_commands_ideas_are_listed(client, pct_109, pct_110):
    an_idea(pct_110, title="Theirs")
    a_waiting_idea(pct_109, title="Waits")
    assert titles(client) == []
    assert "Nothing found" in get(client)
    assert client.get("/pct-999/ideas/").status_code == 404


def test_the_front_door_shows_five_and_the_board_says_how_many_were_screened(client, pct_109):
    many_ideas(pct_109, 8)
    with tenancy.enter(pct_109):
        Idea.objects.filter(pk__in=[idea.pk for idea in many_ideas(pct_109, 2)]).update(status="screened")
    page = client.get("/pct-109/").content.decode()
    assert len(shown(page)) == 5
    assert "2 issues were screened under a rule." in page


@pytest.mark.parametrize("slug", ["psa-6", "td-4", "pb-bronx-south", "crime-stoppers"])
def test_every_kind_of_command_has_a_board(client, db, slug):
    command = Command.objects.get(slug=slug)
    an_idea(command, title="Ours")
    for path in (f"/{slug}/", f"/{slug}/ideas/", f"/{slug}/ideas/new/", f"/{slug}/weigh-in/"):
        response = client.get(path)
        assert response.status_code == 200
        assert command.name.encode() in response.content or "weigh-in" in path


# What it asks of the database


def queries_of(client, url):
    """Without what begins and ends a transaction: the test's own makes a savepoint of it."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    ends = ("SAVEPOINT", "RELEASE", "SELECT set_config('role', 'none'")
    return [query["sql"] for query in captured if not query["sql"].startswith(ends)]


def rich(command, number):
    """Ideas with all that a card shows."""
    topic, me = Topic.objects.first(), Participant.objects.create()
    ideas = many_ideas(command, number, topic=topic, latitude=40.76, longitude=-73.83)
    with tenancy.enter(command):
        Vote.objects.bulk_create(Vote(idea=idea, participant=me, value=1) for idea in ideas)
        for _ in range(2):
            Photo.objects.bulk_create(Photo(idea=idea, width=1, height=1) for idea in ideas)
        Comment.objects.bulk_create(
            Comment(idea=idea, body="x", status="shown", created_at=timezone.now()) for idea in ideas
        )


@pytest.mark.parametrize("who", ["nobody", "participant", "resident", "commander"])
@pytest.mark.parametrize("sort", SORTS)
def test_a_page_takes_ten_queries_at_most_however_many_ideas_there_are(pct_109, make_user, who, sort):
    client = Client()
    if who in ("resident", "commander"):
        client.force_login(make_user(role=who if who == "commander" else None, command=pct_109))
    if who != "nobody":
        client.post(f"{BOARD}{an_idea(pct_109).pk}/vote/", {"value": 1})
    url = f"{BOARD}?sort={sort}&lat=40.76&lon=-73.83&q=night&status=spoken"
    rich(pct_109, 5)
    few = queries_of(client, url)
    rich(pct_109, 55)
    many = queries_of(client, url)
    # Eight are the board's; one counts notices for the header, and one asks what the reader follows here.
    assert len(many) == len(few) <= (8 if who == "nobody" else 10), "\n".join(many)
    assert not [sql for sql in many if "COUNT(" in sql.upper()]


def test_the_front_door_takes_eleven_queries_at_most(pct_109, make_user):
    client = Client()
    client.force_login(make_user(role="commander", command=pct_109))
    client.get("/pct-109/")  # the record's figures are counted now, and for five minutes no more
    rich(pct_109, 5)
    few = queries_of(client, "/pct-109/")
    rich(pct_109, 55)
    many = queries_of(client, "/pct-109/")
    assert len(many) == len(few) <= 11, "\n".join(many)
    assert not [sql for sql in many if "COUNT(" in sql.upper()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("sort", "index"), [("trending", "trending"), ("newest", "newest"), ("votes", "votes")]
)
def test_a_page_is_read_from_an_index_in_its_order(pct_109, sort, index):
    """With enough rows that the planner knows of, and without sorting them."""
    now = datetime(2026, 6, 1, tzinfo=UTC)
    with tenancy.enter(pct_109):
        Idea.objects.bulk_create(
            Idea(
                title=f"Idea {n}",
                body="On this block.",
                status="spoken",
                created_at=now,
                published_at=now - timedelta(minutes=n),
            )
            for n in range(3000)
        )
    with closing(owner()) as connected, connected.cursor() as cursor:
        cursor.execute("ANALYZE ideas_idea")
    with tenancy.enter(pct_109):
        page = finding.board(finding.Asked(sort=finding.Sort(sort)))
        with CaptureQueriesContext(connection) as captured:
            finding.board(finding.Asked(sort=finding.Sort(sort), cursor=page.next_cursor))
        [sql] = [
            query["sql"] for query in captured if "ideas_idea" in query["sql"] and "LIMIT" in query["sql"]
        ]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"idea_{index}" in plan, plan
    assert "Sort" not in plan, plan
