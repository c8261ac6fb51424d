"""What Mastodon's servers really do, pinned: what each answer proves, how they are asked, what is read."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from socialfeeds.models import Account, NetworkApp
from socialfeeds.networks import mastodon_calls, network_named
from socialfeeds.networks.base import Cannot, Dead, MayBeSent, NotSent, Outgoing, Picture
from tests.socialfeeds.canned import Canned

M = network_named("mastodon")
KEY = "0123456789abcdef0123456789abcdef"
PICTURE = Picture(b"\xff\xd8 bytes", "image/jpeg", "A new stop sign", 4, 3)
INSTANCE = {
    "domain": "m.example",
    "configuration": {
        "statuses": {"max_characters": 5000, "max_media_attachments": 6, "characters_reserved_per_url": 23},
        "media_attachments": {
            "image_size_limit": 8_000_000,
            "description_limit": 900,
            "supported_mime_types": ["image/png", "video/mp4"],
        },
    },
}


@pytest.fixture
def canned(settings):
    server = Canned()
    settings.MASTODON_TO_LOOPBACK = True
    settings.MASTODON_TIMEOUT_SECONDS = 1
    yield server
    server.stop()


@pytest.fixture
def account(canned):
    account = Account(network="mastodon", handle="pct109@m.example", external_id="77", command_id=1)
    account.server, account.credentials = canned.url, {"access_token": "a-token"}
    return account


def refused(account, **fields):
    with pytest.raises(Exception) as caught:
        M.post(account, Outgoing("Hello.", KEY, **fields))
    return caught.value


def form(asked):
    return {name: values[0] for name, values in parse_qs(asked[3].decode()).items()}


def query(asked):
    return {name: values[0] for name, values in parse_qs(urlsplit(asked[1]).query).items()}


def status(number, text="<p>Words</p>", *, author="9", minutes=0, **more):
    moment = datetime(2026, 11, 20, 12, tzinfo=UTC) + timedelta(minutes=minutes or number)
    who = {"id": author, "acct": f"name{author}@o.example", "username": f"name{author}", "display_name": "N"}
    return {"id": str(number), "content": text, "account": who, "created_at": moment.isoformat()} | {
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "mentions": [],
        **more,
    }


class TestPosting:
    def test_it_asks_with_the_key_of_the_delivery_and_never_schedules(self, account, canned):
        canned.will_say(body={"id": "5"})
        assert M.post(account, Outgoing("Hello.", KEY)).external_id == "5"
        method, path, headers, _ = canned.asked[0]
        assert (method, path) == ("POST", "/api/v1/statuses")
        assert headers["Authorization"] == "Bearer a-token"
        assert headers["Idempotency-Key"] == KEY
        sent = form(canned.asked[0])
        assert (sent["status"], sent["visibility"]) == ("Hello.", "public")
        assert "scheduled_at" not in sent

    def test_a_picture_goes_up_with_its_words_and_is_not_waited_for(self, account, canned):
        canned.will_say(202, {"id": "901", "url": None})
        problem = refused(account, pictures=(PICTURE,))
        assert isinstance(problem, NotSent)
        assert (problem.permanent, problem.retry_at) == (False, None)
        assert canned.asked[0][1] == "/api/v2/media"
        assert b"A new stop sign" in canned.asked[0][3]
        # At the next attempt it is asked for, and not sent once more.
        canned.will_say(200, {"id": "901", "url": "https://m.example/901.jpg"})
        canned.will_say(body={"id": "5"})
        M.post(account, Outgoing("Hello.", KEY, (PICTURE,)))
        assert canned.asked[1][:2] == ("GET", "/api/v1/media/901")
        assert form(canned.asked[2])["media_ids[]"] == "901"

    @pytest.mark.parametrize(("status", "body"), [(500, {}), (200, {}), (200, b"")])
    def test_a_picture_that_may_be_there_is_no_post_that_may_be_there(self, account, canned, status, body):
        canned.will_say(status, body)
        problem = refused(account, pictures=(PICTURE,))
        assert isinstance(problem, NotSent)
        assert not problem.permanent

    def test_an_answer_names_whom_it_answers(self, account, canned):
        canned.will_say(body=status(3))
        canned.will_say(body={"id": "5"})
        M.post(account, Outgoing("Yes.", KEY, reply_to="3"))
        assert canned.asked[0][1] == "/api/v1/statuses/3"
        sent = form(canned.asked[1])
        assert (sent["status"], sent["in_reply_to_id"]) == ("@name9@o.example Yes.", "3")

    @pytest.mark.parametrize(("text", "author"), [("@name9 Yes.", "9"), ("Yes.", "77"), ("x" * 495, "9")])
    def test_but_not_twice_nor_ourselves_nor_where_there_is_no_room(self, account, canned, text, author):
        canned.will_say(body=status(3, author=author))
        canned.will_say(body={"id": "5"})
        M.post(account, Outgoing(text, KEY, reply_to="3"))
        assert form(canned.asked[1])["status"] == text

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            *((200, body) for body in ({}, [], None, b"", b"<html>", b"\xff", {"id": None})),
            *((status, {"error": "Oh"}) for status in (500, 502, 503, 504, 408, 301)),
        ],
    )
    def test_what_proves_nothing(self, account, canned, status, body):
        canned.will_say(status, body, Location=f"{canned.url}/elsewhere")
        assert isinstance(refused(account), MayBeSent)
        assert len(canned.asked) == 1

    @pytest.mark.parametrize("reset", ["2026-13-45", "soon", ""])
    def test_a_header_that_the_library_cannot_read_does_not_undo_a_post(self, account, canned, reset):
        canned.will_say(body={"id": "5"}, X_RateLimit_Reset=reset, X_RateLimit_Remaining="x", Deprecation="y")
        assert M.post(account, Outgoing("Hello.", KEY)).external_id == "5"

    def test_nor_does_an_answer_that_the_library_does_not_expect(self, account, canned):
        canned.will_say(body={"id": "5", "account": [1], "created_at": {"a": 1}, "mentions": "x"})
        assert M.post(account, Outgoing("Hello.", KEY)).raw["mentions"] == "x"

    @pytest.mark.parametrize("kind", ["time", "seconds"])
    def test_a_limit_is_proof_and_says_until_when(self, account, canned, kind):
        reset = timezone.now().replace(microsecond=0) + timedelta(minutes=4)
        told = reset.isoformat().replace("+00:00", "Z") if kind == "time" else str(int(reset.timestamp()))
        canned.will_say(429, {"error": "Too many requests"}, X_RateLimit_Reset=told)
        problem = refused(account)
        assert isinstance(problem, NotSent)
        assert (problem.permanent, problem.retry_at) == (False, reset)

    @pytest.mark.parametrize("reset", ["", "soon", "9" * 40, "2026-99-01"])
    def test_a_senseless_reset_neither_hammers_nor_stops_for_ever(self, account, canned, reset):
        canned.will_say(429, {}, X_RateLimit_Reset=reset)
        rest = refused(account).retry_at - timezone.now()
        assert timedelta() < rest <= timedelta(hours=25)

    def test_refusals(self, account, canned):
        canned.will_say(401, {"error": "The access token was revoked"})
        assert isinstance(refused(account), Dead)
        canned.will_say(422, {"error": "Validation failed: Text character limit of 500 exceeded"})
        problem = refused(account)
        assert problem.permanent
        assert "limit of 500 exceeded" in str(problem)
        canned.will_say(422, {"error": "Cannot attach files that have not finished processing."})
        assert not refused(account).permanent
        canned.will_say(403, b"")
        assert refused(account).permanent


class TestTheLine:
    def test_a_refused_connection_is_proof_and_a_silent_one_is_not(self, account, settings):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            account.server = f"http://127.0.0.1:{listener.getsockname()[1]}"
            settings.MASTODON_TIMEOUT_SECONDS = 0.2
            assert isinstance(refused(account), MayBeSent)
        assert isinstance(refused(account), NotSent)

    def test_no_server_leads_into_our_own_network(self, account, canned, settings):
        """Not even one that was connected when its name still meant something else."""
        settings.MASTODON_TO_LOOPBACK = False
        for server in (canned.url, "https://10.0.0.1", "https://169.254.169.254"):
            account.server = server
            assert isinstance(refused(account), NotSent)
        assert canned.asked == []

    def test_a_token_that_is_a_files_name_is_a_token(self, account, canned):
        """The library would read that file, and send its first line to whoever chose the token."""
        account.credentials = {"access_token": "/etc/hostname"}
        canned.will_say(body={"id": "5"})
        M.post(account, Outgoing("Hello.", KEY))
        assert canned.asked[0][2]["Authorization"] == "Bearer /etc/hostname"

    def test_an_endless_answer_is_not_read(self, account, canned, monkeypatch):
        monkeypatch.setattr(mastodon_calls, "MOST_READ", 50)
        canned.will_say(body={"id": "5", "more": "x" * 100})
        assert isinstance(refused(account), MayBeSent)


class TestReading:
    def test_finding_compares_what_people_see(self, account, canned):
        seen = (
            '<p><span class="h-card"><a href="https://o.example/@name9" class="u-url mention">@<span>name9'
            '</span></a></span> See <a href="https://nyc.gov/a?b=1&amp;c=2"><span class="invisible">https://'
            "</span>nyc.gov/a?b=1&amp;c=2</a> &lt;3</p>"
        )
        canned.will_say(body=[status(9, "<p>Other</p>", author="77"), status(8, seen, author="77")])
        canned.will_say(body=[status(1, author="77")])
        since = datetime(2026, 11, 20, 12, 5, tzinfo=UTC)
        text = "@name9@o.example See https://nyc.gov/a?b=1&c=2 <3"
        found = [one.external_id for one in M.find(account, Outgoing(text, KEY), since)]
        assert found == ["8"]
        assert query(canned.asked[1])["max_id"] == "8"

    def test_an_answer_is_found_with_the_name_that_was_put_in_front(self, account, canned):
        ours = status(8, "<p>@name9 Yes.</p>", author="77", in_reply_to_id="3")
        other = status(7, "<p>@name9 Yes.</p>", author="77", in_reply_to_id="2")
        canned.will_say(body=[ours, other])
        canned.will_say(body=[])
        since = datetime(2026, 11, 20, 12, tzinfo=UTC)
        (found,) = M.find(account, Outgoing("Yes.", KEY, reply_to="3"), since)
        assert found.external_id == "8"

    def test_hearing_goes_up_from_the_cursor_page_by_page(self, account, canned):
        def told(numbers):
            return [
                {"id": str(n), "type": "mention", "status": status(n)} for n in sorted(numbers, reverse=True)
            ]

        canned.will_say(body=told(range(11, 51)))
        canned.will_say(body=told(range(51, 54)))
        heard = M.hear(account, cursor="10", since=timezone.now(), most=100)
        assert [one.external_id for one in heard.posts] == [str(n) for n in range(11, 54)]
        assert (heard.cursor, heard.more) == ("53", False)
        assert query(canned.asked[0])["min_id"] == "10"
        assert query(canned.asked[1])["min_id"] == "50"
        assert query(canned.asked[0])["types[]"] == "mention"

    def test_at_first_it_takes_the_newest_back_to_a_time(self, account, canned):
        page = [
            {"id": str(n), "type": "mention", "status": status(n), "created_at": status(n)["created_at"]}
            for n in (9, 8, 1)
        ]
        canned.will_say(body=page)
        since = datetime(2026, 11, 20, 12, 5, tzinfo=UTC)
        heard = M.hear(account, cursor="", since=since, most=100)
        assert [one.external_id for one in heard.posts] == ["8", "9"]
        assert heard.cursor == "9"

    def test_a_thread_is_named_by_its_first_post(self, account, canned):
        replies = [
            {
                "id": str(n),
                "type": "mention",
                "status": status(n, in_reply_to_id="6", in_reply_to_account_id="77"),
            }
            for n in (9, 8)
        ]
        canned.will_say(body=[*replies, {"id": "7", "type": "mention", "status": None}])
        canned.will_say(body={"ancestors": [status(2), status(5)], "descendants": []})
        heard = M.hear(account, cursor="1", since=timezone.now(), most=100)
        assert [(one.kind, one.conversation_id, one.parent_id) for one in heard.posts] == [
            ("reply", "2", "6"),
            ("reply", "2", "6"),
        ]
        assert canned.asked[1][1] == "/api/v1/statuses/6/context"
        assert len(canned.asked) == 2

    def test_a_post_is_told_whole(self, account, canned):
        content = (
            '<p><a href="https://o.example/@b" class="u-url mention">@<span>b</span></a> two<br>lines\x00</p>'
            '<p><a href="https://m.example/tags/x" class="mention hashtag" rel="tag">#<span>x</span></a> '
            '<a href="https://evil.example/">bank.example</a></p>'
        )
        mentions = [{"url": "https://o.example/@b", "acct": "b@o.example"}]
        one = status(8, content, mentions=mentions, spoiler_text="Noise", url="https://o.example/@name9/8")
        canned.will_say(body=[{"id": "8", "type": "mention", "status": one}])
        (heard,) = M.hear(account, cursor="1", since=timezone.now(), most=100).posts
        assert heard.text == ("Noise\n\n@b@o.example two\nlines\n\n#x bank.example (https://evil.example/)")
        assert (heard.author_handle, heard.author_id) == ("name9@o.example", "9")
        assert heard.url == "https://o.example/@name9/8"

    def test_a_tag_is_watched_on_its_timeline_and_words_by_the_servers_search(self, account, canned):
        canned.will_say(body=[status(8), status(7, author="77")])
        heard = M.search(account, words="#Kissena", cursor="5", since=timezone.now(), most=50)
        assert urlsplit(canned.asked[0][1]).path == "/api/v1/timelines/tag/Kissena"
        assert ([one.external_id for one in heard.posts], heard.cursor) == (["8"], "8")
        assert heard.posts[0].kind == "watched"
        canned.will_say(body={"statuses": [status(9), status(8)]})
        heard = M.search(account, words="Kissena Boulevard", cursor="7", since=timezone.now(), most=1)
        asked = query(canned.asked[1])
        assert (asked["q"], asked["type"], asked["min_id"]) == ("Kissena Boulevard", "statuses", "7")
        assert ([one.external_id for one in heard.posts], heard.more) == (["8"], True)

    @pytest.mark.parametrize("code", [403, 404])
    def test_a_server_without_search_says_so(self, account, canned, code):
        canned.will_say(code, {"error": "Not found"})
        with pytest.raises(Cannot, match="hashtag"):
            M.search(account, words="Kissena Boulevard", cursor="7", since=timezone.now(), most=1)

    def test_counting_asks_one_by_one_where_the_server_is_older(self, account, canned):
        counted = {"favourites_count": 4, "replies_count": 2, "reblogs_count": 1}
        canned.will_say(body={"id": "77", "followers_count": 900})
        canned.will_say(404, {"error": "Not found"})
        canned.will_say(body=status(8, **counted))
        canned.will_say(404, {"error": "Not found"})
        counts = M.counts(account, ["8", "9"])
        assert counts.followers == 900
        assert {name: vars(one) for name, one in counts.posts.items()} == {
            "8": {"reach": None, "reactions": 4, "replies": 2, "shares": 1}
        }

    def test_what_is_gone_already_is_no_error_and_hiding_is_not_to_be_had(self, account, canned):
        canned.will_say(404, {"error": "Record not found"})
        assert M.delete(account, "../8") == {"error": "Record not found"}
        assert canned.asked[0][:2] == ("DELETE", "/api/v1/statuses/..%2F8")
        with pytest.raises(Cannot):
            M.hide(account, "8", hidden=True)


class TestConnecting:
    BACK = "https://engage.example/connect/mastodon/back/"

    def test_an_app_is_registered_once_for_a_server_and_again_where_we_moved(self, db, canned):
        made = {"client_id": "c1", "client_secret": "very-secret"}
        canned.will_say(body=INSTANCE)
        canned.will_say(body=made)
        asked = M.ask(redirect_to=self.BACK, state="s3", server=f" {canned.url}/ ")
        assert asked.remember == {"server": canned.url}
        assert asked.url.startswith(f"{canned.url}/oauth/authorize?client_id=c1")
        assert "state=s3" in asked.url
        app = NetworkApp.objects.get()
        assert b"very-secret" not in bytes(app.sealed_secret)
        for redirect, answers in ((self.BACK, []), ("https://moved.example/back/", [made])):
            for body in [INSTANCE, *answers]:
                canned.will_say(body=body)
            M.ask(redirect_to=redirect, state="s", server=canned.url)
        assert [asked[1] for asked in canned.asked].count("/api/v1/apps") == 2
        assert NetworkApp.objects.count() == 1

    def test_a_code_becomes_an_account_with_its_servers_limits(self, db, canned):
        for body in (INSTANCE, {"client_id": "c1", "client_secret": "x"}):
            canned.will_say(body=body)
        remembered = M.ask(redirect_to=self.BACK, state="s", server=canned.url).remember
        canned.will_say(body={"access_token": "t0ken"})
        canned.will_say(body=INSTANCE)
        canned.will_say(body={"id": "77", "username": "pct109", "display_name": "109th"})
        (found,) = M.connections(given={"code": "c0de", **remembered}, redirect_to=self.BACK)
        assert (found.external_id, found.handle, found.name) == ("77", "pct109@m.example", "109th")
        assert (found.server, found.credentials) == (canned.url, {"access_token": "t0ken"})
        assert found.limits == {
            "characters": 5000,
            "link": 23,
            "pictures": 6,
            "picture_bytes": 8_000_000,
            "alt": 900,
            "types": ["image/png"],
        }
        assert form(canned.asked[2])["code"] == "c0de"
        assert canned.asked[4][2]["Authorization"] == "Bearer t0ken"
        account = Account(handle=found.handle, server=found.server, limits=found.limits, command_id=1)
        assert M.limit(account) == 5000
        assert M.profile_of(account) == f"{canned.url}/@pct109"
        assert M.url_of(account, "8", "a@o.example") == f"{canned.url}/@a@o.example/8"

    @pytest.mark.parametrize("body", [b"<html>", [], {"title": "A blog"}])
    def test_what_is_no_mastodon_server_is_said(self, canned, body):
        canned.will_say(404 if body == [] else 200, body)
        with pytest.raises((Cannot, MayBeSent)):
            M.ask(redirect_to=self.BACK, state="s", server=canned.url)

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "   ",
            "https://",
            "nonsense",
            "http://open.example",
            "10.0.0.1",
            "user:pw@127.0.0.1",
            "a b.example",
            "ftp://m.example",
            "https://127.0.0.1",
            "https://[::1]",
            "x" * 300,
            "\ud800",
        ],
    )
    def test_a_senseless_or_private_server_is_refused_with_words(self, settings, typed, monkeypatch):
        def look_up(host, port, type=0):
            if host in {"open.example", "m.example"}:
                return [(0, 0, 0, "", ("93.184.216.34", port))]
            if host.replace(".", "").isdigit() or ":" in host:
                return [(0, 0, 0, "", (host, port))]
            raise socket.gaierror("unknown")

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        settings.MASTODON_TO_LOOPBACK = False
        with pytest.raises(Cannot) as caught:
            M.ask(redirect_to=self.BACK, state="s", server=typed)
        assert 0 < len(str(caught.value)) < 200

    @pytest.mark.parametrize(
        "typed", ["M.example", "https://m.example/", "@pct109@m.example", "https://m.example/@pct109"]
    )
    def test_a_server_is_meant_by_any_of_its_names(self, monkeypatch, typed):
        from socialfeeds.networks import mastodon_apps

        monkeypatch.setattr(
            socket, "getaddrinfo", lambda _host, port, **_: [(0, 0, 0, "", ("93.184.216.34", port))]
        )
        assert mastodon_apps.server_named(typed) == "https://m.example"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("a" * 500, 500),
        ("See https://www.nyc.gov/a/very/long/address/that/goes/on/and/on?a=b", 4 + 23),
        ("警察https://nyc.gov/a", 2 + 23),
        ("nyc.gov/311", 11),
        ("@maria@other.example thanks", len("@maria thanks")),
        ("a@b.example", 11),
        ("\U0001f468‍\U0001f469‍\U0001f467‍\U0001f466", 1),
        ("é", 1),
        ("a\n\nb", 4),
    ],
)
def test_the_length_as_mastodon_counts_it(text, length):
    assert M.length(text) == length


def test_a_text_is_cut_so_that_its_link_fits():
    for text in ("word " * 300, "警" * 900, "x" * 600, "short"):
        fitted = M.fit(text, "https://nyc.gov/a")
        assert M.length(fitted) <= M.limit()
        assert fitted.endswith(" https://nyc.gov/a")
    assert json.dumps(fitted) == '"short https://nyc.gov/a"'
