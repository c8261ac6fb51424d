"""What X really does, pinned: what each answer proves, what is counted, what is read."""

from __future__ import annotations

import json
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from socialfeeds.models import Account
from socialfeeds.networks import network_named
from socialfeeds.networks.base import Dead, Duplicate, MayBeSent, NotSent, Outgoing, same_words

X = network_named("x")
EMOJI_FAMILY = "\U0001f468‍\U0001f469‍\U0001f467‍\U0001f466"


@pytest.fixture
def account():
    account = Account(network="x", handle="demo_pct109", external_id="77", command_id=1)
    account.credentials = {"access_token": "a-token-of-somebody"}
    return account


def problem(status, title, detail="", **more):
    return {"title": title, "detail": detail or title, "type": "about:blank", "status": status, **more}


def refused(account, text="Hello."):
    """The error that posting gives."""
    with pytest.raises(Exception) as caught:
        X.post(account, Outgoing(text, "key"))
    return caught.value


class TestPosting:
    def test_it_asks_as_x_wants_to_be_asked(self, account, canned):
        canned.will_say(201, {"data": {"id": "123", "text": "Hello."}})
        assert X.post(account, Outgoing("Hello.", "key")).external_id == "123"
        method, path, headers, body = canned.asked[0]
        assert (method, path) == ("POST", "/2/tweets")
        assert headers["Authorization"] == "Bearer a-token-of-somebody"
        assert json.loads(body) == {"text": "Hello."}

    @pytest.mark.parametrize(
        "body",
        [
            {"errors": [{"title": "Service Unavailable", "detail": "Not now."}]},
            {"data": {}},
            {"data": {"id": ""}},
            {"data": {"id": None}},
            {"data": []},
            {},
            [],
            None,
            b"",
            b"<html>",
            b"\xff\xfe",
        ],
    )
    def test_a_200_without_an_id_proves_nothing(self, account, canned, body):
        canned.will_say(200, body)
        assert isinstance(refused(account), MayBeSent)

    def test_a_post_that_came_with_errors_beside_it_stands(self, account, canned):
        canned.will_say(201, {"data": {"id": "123"}, "errors": [{"title": "Some field"}]})
        assert X.post(account, Outgoing("Hello.", "key")).external_id == "123"

    @pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 301, 307])
    def test_an_error_of_theirs_proves_nothing(self, account, canned, status):
        canned.will_say(status, problem(status, "Oh"), Location=f"{canned.url}/elsewhere")
        assert isinstance(refused(account), MayBeSent)
        assert len(canned.asked) == 1

    @pytest.mark.parametrize(
        "body",
        [
            problem(429, "Too Many Requests"),
            {"errors": [{"code": 88, "message": "Rate limit exceeded"}]},
            b"",
            [],
            None,
        ],
    )
    def test_both_bodies_of_a_429_are_proof(self, account, canned, body):
        reset = timezone.now().replace(microsecond=0) + timedelta(minutes=7)
        canned.will_say(429, body, x_rate_limit_remaining="0", x_rate_limit_reset=str(int(reset.timestamp())))
        error = refused(account)
        assert isinstance(error, NotSent)
        assert (error.permanent, error.retry_at) == (False, reset)

    def test_the_limit_of_the_day_counts_when_it_is_the_one_used_up(self, account, canned):
        soon, late = int(time.time()) + 60, int(time.time()) + 3600 * 5
        canned.will_say(
            429,
            problem(429, "Too Many Requests"),
            x_rate_limit_remaining="12",
            x_rate_limit_reset=str(soon),
            x_app_limit_24hour_remaining="0",
            x_app_limit_24hour_reset=str(late),
        )
        assert refused(account).retry_at == datetime.fromtimestamp(late, UTC)

    @pytest.mark.parametrize("reset", ["", "soon", "-1", "9" * 30])
    def test_a_429_that_does_not_say_when_rests_a_quarter_of_an_hour(self, account, canned, reset):
        canned.will_say(429, problem(429, "Too Many Requests"), x_rate_limit_reset=reset)
        rest = refused(account).retry_at - timezone.now()
        assert timedelta(minutes=14) < rest <= timedelta(minutes=15)

    @pytest.mark.parametrize(("reset", "least", "most"), [(1, 0, 2), (9_999_999_999, 24 * 3600, 25 * 3600)])
    def test_a_senseless_reset_neither_hammers_nor_stops_for_ever(self, account, canned, reset, least, most):
        canned.will_say(429, problem(429, "Too Many Requests"), x_rate_limit_reset=str(reset))
        rest = (refused(account).retry_at - timezone.now()).total_seconds()
        assert least < rest <= most

    @pytest.mark.parametrize("noun", ["Tweet", "Post"])
    def test_a_duplicate_is_a_question_and_no_failure(self, account, canned, noun):
        detail = f"You are not allowed to create a {noun} with duplicate content."
        canned.will_say(403, problem(403, "Forbidden", detail))
        assert isinstance(refused(account), Duplicate)

    def test_a_refused_token_is_dead(self, account, canned):
        canned.will_say(401, problem(401, "Unauthorized"))
        assert isinstance(refused(account), Dead)

    @pytest.mark.parametrize("status", [400, 402, 403, 404, 413])
    def test_a_refusal_is_for_good_and_in_their_words(self, account, canned, status):
        canned.will_say(status, problem(status, "No", "Your Tweet text is too long."))
        error = refused(account)
        assert isinstance(error, NotSent)
        assert error.permanent
        assert "Your Tweet text is too long." in str(error)

    @pytest.mark.parametrize(
        "body", [b"", [], {"errors": "x"}, {"errors": [1, {"code": 3}]}, {"errors": None}]
    )
    def test_a_refusal_in_any_shape_is_still_a_refusal(self, account, canned, body):
        canned.will_say(403, body)
        error = refused(account)
        assert isinstance(error, NotSent)
        assert error.permanent


class TestTheLine:
    def test_a_refused_connection_is_proof(self, account, settings):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            settings.X_API_URL = f"http://127.0.0.1:{listener.getsockname()[1]}"
        error = refused(account)
        assert isinstance(error, NotSent)
        assert not error.permanent

    def test_a_name_that_is_not_found_is_proof(self, account, settings, monkeypatch):
        def not_found(*args, **kwargs):
            raise socket.gaierror(socket.EAI_NONAME, "not known")

        monkeypatch.setattr(socket, "getaddrinfo", not_found)
        settings.X_API_URL = "http://nowhere.invalid"
        assert isinstance(refused(account), NotSent)

    def test_a_connection_that_never_stood_is_proof(self, account, settings):
        settings.X_TIMEOUT_SECONDS = 0.2
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            address = listener.getsockname()
            # The queue is full: the next one to knock gets no answer at all.
            callers = [socket.socket() for _ in range(4)]
            for caller in callers:
                caller.setblocking(False)
                caller.connect_ex(address)
            settings.X_API_URL = f"http://127.0.0.1:{address[1]}"
            error = refused(account)
            for caller in callers:
                caller.close()
        assert isinstance(error, NotSent)

    def test_a_read_that_times_out_proves_nothing_and_does_not_take_long(self, account, settings):
        settings.X_TIMEOUT_SECONDS = 0.2
        with socket.create_server(("127.0.0.1", 0)) as listener:
            settings.X_API_URL = f"http://127.0.0.1:{listener.getsockname()[1]}"
            began = time.monotonic()
            error = refused(account)
        assert isinstance(error, MayBeSent)
        assert "in time" in str(error)
        assert time.monotonic() - began < 5

    def test_a_cut_connection_proves_nothing(self, x, account, settings):
        x.account("demo_pct109", token="a-token-of-somebody")
        x.fault("cut")
        assert isinstance(refused(account), MayBeSent)

    def test_a_missing_key_is_proof(self, account, canned, settings):
        from cryptography.fernet import Fernet

        settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
        error = refused(account)
        assert isinstance(error, NotSent)
        assert not error.permanent
        assert canned.asked == []


class TestReading:
    def test_pages_are_followed_and_names_put_to_them(self, account, canned):
        canned.will_say(
            body={
                "data": [
                    {"id": "5", "text": "@a two", "author_id": "9", "created_at": "2026-11-02T08:00:00.5Z"}
                ],
                "includes": {"users": [{"id": "9", "username": "maria", "name": "Maria"}]},
                "meta": {"result_count": 1, "next_token": "more"},
            }
        )
        canned.will_say(body={"data": [{"id": "4", "text": "one", "author_id": "8"}], "meta": {}})
        posts = X.hear(account, cursor="3", since=timezone.now(), most=800).posts
        assert [(post.external_id, post.author_handle, post.text) for post in posts] == [
            ("4", "", "one"),
            ("5", "maria", "@a two"),
        ]
        assert posts[1].posted_at == datetime(2026, 11, 2, 8, 0, 0, 500000, UTC)
        first, second = canned.asked[0][1], canned.asked[1][1]
        assert first.startswith("/2/users/77/mentions?")
        assert "since_id=3" in first
        assert "max_results=100" in first
        assert "start_time" not in first
        assert "pagination_token=more" in second

    def test_without_a_cursor_it_asks_since_a_time_and_no_more_than_wanted(self, account, canned):
        page = [{"id": str(number), "text": "."} for number in range(100, 0, -1)]
        for _ in range(2):
            canned.will_say(body={"data": page, "meta": {"next_token": "more"}})
        since = datetime(2026, 11, 1, 12, tzinfo=UTC)
        assert len(X.hear(account, cursor="", since=since, most=102).posts) == 102
        assert "start_time=2026-11-01T12%3A00%3A00Z" in canned.asked[0][1]
        assert "max_results=5" in canned.asked[1][1]

    def test_no_posts_is_no_error(self, account, canned):
        canned.will_say(body={"meta": {"result_count": 0}})
        assert X.hear(account, cursor="3", since=timezone.now(), most=800).posts == []

    def test_a_200_with_errors_and_no_data_is_an_error(self, account, canned):
        canned.will_say(body={"errors": [{"title": "Gone", "detail": "This part could not be had."}]})
        with pytest.raises(MayBeSent, match="could not be had"):
            X.hear(account, cursor="3", since=timezone.now(), most=800)

    def test_texts_come_as_they_were_written(self, account, canned):
        canned.will_say(
            body={
                "data": [
                    {
                        "id": "5",
                        "text": "Fish &amp; chips &lt;3 https://t.co/abc",
                        "entities": {
                            "urls": [{"url": "https://t.co/abc", "expanded_url": "https://nyc.gov/a?b=1&c=2"}]
                        },
                    }
                ]
            }
        )
        (post,) = X.own_posts(account, timezone.now())
        assert post.text == "Fish & chips <3 https://nyc.gov/a?b=1&c=2"
        assert post.author_handle == "demo_pct109"

    @pytest.mark.parametrize("name", ["note_tweet", "note_post"])
    def test_a_long_post_is_read_whole_by_either_name(self, account, canned, name):
        canned.will_say(
            body={"data": [{"id": "5", "text": "The begin…", name: {"text": "The beginning and the end"}}]}
        )
        (post,) = X.own_posts(account, timezone.now())
        assert post.text == "The beginning and the end"

    def test_what_no_database_keeps_is_left_out(self, account, canned):
        canned.will_say(body=b'{"data": [{"id": "5", "text": "a\\u0000b\\ud83d c", "created_at": "never"}]}')
        (post,) = X.own_posts(account, timezone.now())
        assert post.text == "ab c"

    def test_the_time_is_in_the_id_where_it_is_not_told(self, account, canned):
        canned.will_say(body={"data": [{"id": str((1_700_000_000_000 - 1288834974657) << 22), "text": "a"}]})
        (post,) = X.own_posts(account, timezone.now())
        assert post.posted_at == datetime.fromtimestamp(1_700_000_000, UTC)

    def test_a_page_that_leads_nowhere_ends(self, account, canned):
        canned.will_say(body={"meta": {"next_token": "again"}})
        assert list(X.own_posts(account, timezone.now())) == []

    def test_whose_token_it_is(self, canned):
        canned.will_say(body={"data": {"id": "77", "username": "demo_pct109", "name": "109"}})
        assert X.connections(given={"access_token": "token"})[0].handle == "demo_pct109"
        canned.will_say(401, problem(401, "Unauthorized"))
        with pytest.raises(Dead):
            X.connections(given={"access_token": "token"})
        canned.will_say(body={"data": {}})
        with pytest.raises(NotSent):
            X.connections(given={"access_token": "token"})

    def test_where_things_can_be_read(self, account, settings):
        settings.X_WEB_URL = "https://x.com"
        assert X.profile_of(account) == "https://x.com/demo_pct109"
        assert X.url_of(account, "5") == "https://x.com/demo_pct109/status/5"
        assert X.url_of(account, "5", "maria") == "https://x.com/maria/status/5"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("a" * 280, 280),
        ("See https://www.nyc.gov/a/very/long/address/that/goes/on?and=on", 4 + 23),
        ("nyc.gov/311", 23),
        ("http://127.0.0.1:8000/pct-109/", 30),
        ("警察", 4),
        ("é", 1),
        ("é", 1),
        (EMOJI_FAMILY, 2),
        ("\U0001f1fa\U0001f1f8", 2),
        ("\U0001f44d\U0001f3fd ok", 5),
        ("a\n\nb", 4),
        ("“quoted”", 8),
        ("…", 2),
    ],
)
def test_the_length_as_x_counts_it(text, length):
    assert X.length(text) == length


def test_the_length_of_anything_is_found_quickly():
    began = time.monotonic()
    for text in ("a." * 50_000, "https://nyc.gov/" + "a." * 5_000, "word " * 20_000, "http://" * 5_000):
        assert X.length(text) > 280
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Fixed: https://nyc.gov/a", "Fixed: https://nyc.gov/a"),
        ("Fixed: nyc.gov/a now", "Fixed: http://nyc.gov/a now"),
        ("Fixed: https://nyc.gov/a", "Fixed: https://t.co/Ab12"),
        ("https://nyc.gov/a and https://nyc.gov/b!", "https://t.co/1 and https://t.co/2!"),
        ("Two\n\nlines ", "Two\n\nlines"),
        ("Café", "Café"),
        ("a.c (1+1)", "a.c (1+1)"),
    ],
)
def test_the_same_words_are_known_again(ours, theirs):
    assert same_words(ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Fixed: https://nyc.gov/a", "Fixed: https://nyc.gov/b"),
        ("Fixed: https://nyc.gov/a", "Broken: https://t.co/Ab12"),
        ("Fixed", "Fixed: https://t.co/Ab12"),
        ("abc", "a.c"),
        ("One more", "One"),
        ("One", "One more"),
    ],
)
def test_other_words_are_not_taken_for_ours(ours, theirs):
    assert not same_words(ours, theirs)
