"""What Facebook really does, pinned: what each answer proves, how it is asked, and what is read."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import socket
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from socialfeeds.models import Account
from socialfeeds.networks import facebook, network_named
from socialfeeds.networks.base import Cannot, Dead, Duplicate, MayBeSent, NotSent, Outgoing, Picture
from tests.socialfeeds.canned import Canned

FB = network_named("facebook")
TOKEN = "a-page-token"
PICTURE = Picture(b"\xff\xd8 bytes", "image/jpeg", "A new stop sign", 4, 3)


@pytest.fixture
def account():
    account = Account(network="facebook", handle="demo109", external_id="77", command_id=1)
    account.credentials = {"access_token": TOKEN}
    return account


@pytest.fixture
def canned(settings):
    server = Canned()
    settings.FACEBOOK_API_URL = server.url
    settings.FACEBOOK_WEB_URL = "https://www.facebook.com"
    settings.FACEBOOK_APP_ID, settings.FACEBOOK_APP_SECRET = "12", "app-secret"
    settings.FACEBOOK_TIMEOUT_SECONDS = 1
    yield server
    server.stop()


def error(code, message="No.", **more):
    return {"error": {"message": message, "type": "OAuthException", "code": code, **more}}


def refused(account, **fields):
    with pytest.raises(Exception) as caught:
        FB.post(account, Outgoing("Hello.", "key", **fields))
    return caught.value


def form(asked):
    return {name: values[0] for name, values in parse_qs(asked[3].decode()).items()}


def query(asked):
    return {name: values[0] for name, values in parse_qs(urlsplit(asked[1]).query).items()}


class TestPosting:
    def test_it_asks_as_facebook_wants_to_be_asked(self, account, canned):
        canned.will_say(body={"id": "77_5"})
        assert FB.post(account, Outgoing("Hello.", "key")).external_id == "77_5"
        method, path, headers, _ = canned.asked[0]
        assert (method, path) == ("POST", "/v26.0/77/feed")
        assert headers["Authorization"] == f"Bearer {TOKEN}"
        proof = hmac.new(b"app-secret", TOKEN.encode(), hashlib.sha256).hexdigest()
        assert form(canned.asked[0]) == {"message": "Hello.", "appsecret_proof": proof}

    def test_pictures_go_up_unseen_with_their_words_and_are_then_attached(self, account, canned):
        for body in ({"id": "901"}, {"id": "902"}, {"id": "77_5"}):
            canned.will_say(body=body)
        FB.post(account, Outgoing("Hello.", "key", (PICTURE, PICTURE)))
        upload = canned.asked[0]
        assert upload[1] == "/v26.0/77/photos"
        for name, value in (("published", b"false"), ("alt_text_custom", b"A new stop sign")):
            assert re.search(rb'name="%s"\r\n\r\n%s\r\n' % (name.encode(), value), upload[3])
        assert PICTURE.data in upload[3]
        attached = form(canned.asked[2])
        assert json.loads(attached["attached_media[0]"]) == {"media_fbid": "901"}
        assert json.loads(attached["attached_media[1]"]) == {"media_fbid": "902"}

    @pytest.mark.parametrize(("status", "body"), [(500, error(2)), (200, {}), (400, error(506))])
    def test_a_picture_that_may_be_there_is_no_post_that_may_be_there(self, account, canned, status, body):
        canned.will_say(status, body)
        problem = refused(account, pictures=(PICTURE,))
        assert isinstance(problem, NotSent)
        assert not problem.permanent

    def test_an_answer_is_a_comment_and_takes_one_picture(self, account, canned):
        canned.will_say(body={"id": "901"})
        canned.will_say(body={"id": "5_6"})
        assert FB.post(account, Outgoing("Yes.", "k", (PICTURE,), reply_to="77_5")).external_id == "5_6"
        assert canned.asked[1][1] == "/v26.0/77_5/comments"
        assert form(canned.asked[1])["attachment_id"] == "901"
        assert isinstance(refused(account, pictures=(PICTURE, PICTURE), reply_to="77_5"), Cannot)

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            *((200, body) for body in ({}, [], None, b"", b"<html>", b"\xff", {"id": ""}, {"id": 5})),
            *((status, error(2)) for status in (500, 503, 400, 200)),
            (500, error(1)),
            (400, error(1, is_transient=True)),
            (400, error(999, is_transient=True)),
            (500, b""),
            (502, b"<html>"),
            (408, {}),
            (302, {}),
        ],
    )
    def test_what_proves_nothing(self, account, canned, status, body):
        """Code 2 with a 500 can have posted: seven times in one report, by those who tried again."""
        canned.will_say(status, body, Location="/elsewhere")
        assert isinstance(refused(account), MayBeSent)
        assert len(canned.asked) == 1

    @pytest.mark.parametrize("code", [4, 17, 32, 613, 80001])
    def test_a_throttle_is_proof_and_says_until_when(self, account, canned, code):
        usage = {"77": [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 42}]}
        canned.will_say(400, error(code), X_Business_Use_Case_Usage=json.dumps(usage))
        problem = refused(account)
        assert isinstance(problem, NotSent)
        assert not problem.permanent
        assert timedelta(minutes=41) < problem.retry_at - timezone.now() <= timedelta(minutes=42)

    @pytest.mark.parametrize(
        "usage",
        ["", "soon", "[]", '{"7": 1}', '{"7": [1, {"estimated_time_to_regain_access": -4}]}'],
    )
    def test_a_throttle_that_does_not_say_when_rests_a_quarter_of_an_hour(self, account, canned, usage):
        canned.will_say(400, error(32), X_Business_Use_Case_Usage=usage)
        rest = refused(account).retry_at - timezone.now()
        assert timedelta(minutes=14) < rest <= timedelta(minutes=15)

    @pytest.mark.parametrize("code", [506, 368])
    def test_a_duplicate_is_a_question_and_no_failure(self, account, canned, code):
        canned.will_say(400, error(code, "Duplicate status message"))
        assert isinstance(refused(account), Duplicate)

    @pytest.mark.parametrize(("code", "subcode"), [(190, 460), (190, 492), (102, None)])
    def test_a_refused_token_is_dead(self, account, canned, code, subcode):
        """A changed password, a lost role."""
        canned.will_say(400, error(code, error_subcode=subcode))
        assert isinstance(refused(account), Dead)

    def test_a_refusal_is_for_good_in_words_for_people_and_with_its_raw_answer(self, account, canned):
        body = error(100, "(#100) Invalid parameter", error_user_msg="This post is too long.")
        canned.will_say(400, body)
        problem = refused(account)
        assert isinstance(problem, NotSent)
        assert problem.permanent
        assert "This post is too long." in str(problem)
        assert problem.raw == body

    def test_a_refused_connection_is_proof_and_a_cut_one_is_not(self, account, canned, settings):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            settings.FACEBOOK_API_URL = f"http://127.0.0.1:{listener.getsockname()[1]}"
            settings.FACEBOOK_TIMEOUT_SECONDS = 0.2
            assert isinstance(refused(account), MayBeSent)
        assert isinstance(refused(account), NotSent)

    def test_without_an_app_nothing_is_asked(self, account, canned, settings):
        settings.FACEBOOK_APP_SECRET = ""
        assert isinstance(refused(account), Cannot)
        assert canned.asked == []


class TestDeletingAndHiding:
    def test_what_is_gone_already_is_no_error(self, account, canned):
        canned.will_say(body={"success": True})
        assert FB.delete(account, "77_5") == {"success": True}
        canned.will_say(400, error(100, error_subcode=33))
        assert FB.delete(account, "77_5")["error"]["code"] == 100
        assert canned.asked[0][:2] == ("DELETE", canned.asked[1][1])

    def test_a_comment_is_hidden_and_shown(self, account, canned):
        for hidden in (True, False):
            canned.will_say(body={"success": True})
            FB.hide(account, "5_6", hidden=hidden)
        assert [form(asked)["is_hidden"] for asked in canned.asked] == ["true", "false"]
        assert canned.asked[0][1] == "/v26.0/5_6"


def post(name, at, *, author="77", message="Words", **more):
    moment = datetime(2026, 11, 20, 12, tzinfo=UTC) + timedelta(minutes=at)
    told = moment.strftime("%Y-%m-%dT%H:%M:%S+0000")
    return {"id": name, "from": {"id": author, "name": f"Name {author}"}, "message": message} | {
        "created_time": told,
        "updated_time": told,
        **more,
    }


class TestReading:
    def test_finding_looks_at_the_pages_own_posts_with_the_same_words(self, account, canned):
        page = [
            post("77_9", 9, author="5", message="Hello."),
            post("77_8", 8, message="Other."),
            post("77_7", 7, message="Hello."),
        ]
        paging = {"cursors": {"after": "abc"}, "next": "https://elsewhere.example/?access_token=x"}
        canned.will_say(body={"data": page, "paging": paging})
        canned.will_say(body={"data": [post("77_6", 6, message=" Hello. ")]})
        since = datetime(2026, 11, 20, tzinfo=UTC)
        found = [one.external_id for one in FB.find(account, Outgoing("Hello.", "key"), since)]
        assert found == ["77_7", "77_6"]
        assert query(canned.asked[0])["since"] == str(int(since.timestamp()))
        assert query(canned.asked[1])["after"] == "abc"

    def test_finding_an_answer_reads_the_comments_of_what_was_answered(self, account, canned):
        canned.will_say(body={"data": [post("5_6", 1, message="Yes.")]})
        (found,) = FB.find(account, Outgoing("Yes.", "k", reply_to="77_5"), timezone.now())
        assert found.external_id == "5_6"
        assert urlsplit(canned.asked[0][1]).path == "/v26.0/77_5/comments"

    def test_hearing_brings_tags_visits_and_comments_oldest_first_and_not_our_own(self, account, canned):
        canned.will_say(body={"data": [post("8_3", 30, author="8"), post("8_2", 2, author="8")]})
        wall = [post("77_2", 20, author="9"), post("77_1", 1, updated_time="2026-11-20T13:00:00+0000")]
        canned.will_say(body={"data": wall})
        canned.will_say(body={"data": []})
        comments = [
            post("1_1", 5, author="9"),
            post("1_2", 10),
            post("1_3", 15, author="9", parent={"id": "1_2", "from": {"id": "77"}}),
            {**post("1_4", 16), "from": None},
        ]
        canned.will_say(body={"data": comments})
        heard = FB.hear(account, cursor="", since=datetime(2026, 11, 20, 12, tzinfo=UTC), most=100)
        assert [(one.external_id, one.kind, one.conversation_id, one.parent_id) for one in heard.posts] == [
            ("8_2", "tag", "8_2", ""),
            ("1_1", "comment", "77_1", "77_1"),
            ("1_3", "reply", "77_1", "1_2"),
            ("1_4", "comment", "77_1", "77_1"),
            ("77_2", "mention", "77_2", ""),
            ("8_3", "tag", "8_3", ""),
        ]
        assert (heard.posts[0].author_id, heard.posts[0].author_name) == ("8", "Name 8")
        assert not heard.more

    def test_hearing_goes_on_where_it_stopped_and_loses_nothing_of_the_same_second(self, account, canned):
        tags = [post(f"8_{n}", n // 3, author="8") for n in range(9)]
        cursor, told = "", []
        for _ in range(4):
            canned.will_say(body={"data": tags[::-1]})
            canned.will_say(body={"data": []})
            heard = FB.hear(account, cursor=cursor, since=datetime(2026, 11, 20, tzinfo=UTC), most=4)
            told += [one.external_id for one in heard.posts]
            cursor = heard.cursor
        assert list(dict.fromkeys(told)) == [one["id"] for one in tags]
        assert not heard.more

    def test_counting_halves_around_one_that_is_gone(self, account, canned):
        counted = {
            "reactions": {"summary": {"total_count": 7}},
            "comments": {"summary": {"total_count": 3}},
            "shares": {"count": 2},
        }
        canned.will_say(body={"id": "77", "followers_count": 900})
        canned.will_say(400, error(803, "Some of the aliases you requested do not exist: b"))
        canned.will_say(body={"a": counted})
        canned.will_say(400, error(803))
        counts = FB.counts(account, ["a", "b"])
        assert counts.followers == 900
        assert list(counts.posts) == ["a"]
        assert vars(counts.posts["a"]) == {"reach": None, "reactions": 7, "replies": 3, "shares": 2}

    def test_there_is_no_search(self, account):
        with pytest.raises(Cannot):
            FB.search(account, words="noise", cursor="", since=timezone.now(), most=10)


class TestConnecting:
    def test_the_dialog_is_asked_with_a_state(self, canned):
        asked = FB.ask(redirect_to="https://engage.example/connect/facebook/back/", state="s3")
        url = urlsplit(asked.url)
        assert asked.url.startswith("https://www.facebook.com/v26.0/dialog/oauth?")
        found = {name: values[0] for name, values in parse_qs(url.query).items()}
        assert (found["client_id"], found["state"], found["response_type"]) == ("12", "s3", "code")
        assert found["redirect_uri"] == "https://engage.example/connect/facebook/back/"
        assert "pages_manage_posts" in found["scope"]

    def test_a_code_becomes_the_pages_tokens_by_way_of_a_long_lived_one(self, canned):
        canned.will_say(body={"access_token": "short"})
        canned.will_say(body={"access_token": "long"})
        pages = [
            {
                "id": "77",
                "name": "109th",
                "username": "pct109",
                "access_token": "p",
                "tasks": ["CREATE_CONTENT"],
            },
            {"id": "78", "name": "Only to look at", "access_token": "q", "tasks": ["ANALYZE"]},
        ]
        canned.will_say(body={"data": pages})
        (found,) = FB.connections(given={"code": "c0de"}, redirect_to="https://engage.example/back")
        assert (found.external_id, found.handle, found.name) == ("77", "pct109", "109th")
        assert (found.credentials, found.expires_at) == ({"access_token": "p"}, None)
        assert form(canned.asked[0])["code"] == "c0de"
        assert form(canned.asked[1])["fb_exchange_token"] == "short"
        assert canned.asked[2][2]["Authorization"] == "Bearer long"
        # A secret stands in no address.
        assert not any("secret" in asked[1] and "app-secret" in asked[1] for asked in canned.asked)

    def test_no_page_and_no_grant_are_said(self, canned):
        with pytest.raises(NotSent, match="did not grant"):
            FB.connections(given={"error": "access_denied"})
        for body in ({"access_token": "short"}, {"access_token": "long"}, {"data": []}):
            canned.will_say(body=body)
        with pytest.raises(NotSent, match="names no Page"):
            FB.connections(given={"code": "c"}, redirect_to="https://engage.example/back")


class TestWebhooks:
    BODY = json.dumps(
        {
            "object": "page",
            "entry": [
                {
                    "id": "77",
                    "time": 1,
                    "changes": [
                        {
                            "field": "feed",
                            "value": {
                                "item": "comment",
                                "verb": "add",
                                "comment_id": "5_6",
                                "post_id": "77_5",
                                "parent_id": "77_5",
                                "from": {"id": "9", "name": "Maria"},
                                "message": "Thanks\x00",
                                "created_time": 1_790_000_000,
                            },
                        },
                        {"field": "feed", "value": {"item": "reaction", "verb": "add", "post_id": "77_5"}},
                    ],
                },
                {"id": "78", "changes": [{"field": "mention", "value": {"post_id": "8_1"}}]},
            ],
        }
    ).encode()

    def test_only_what_facebook_signed_is_believed(self, settings):
        settings.FACEBOOK_APP_SECRET = "app-secret"
        good = "sha256=" + hmac.new(b"app-secret", self.BODY, hashlib.sha256).hexdigest()
        assert facebook.verify(self.BODY, good)
        for bad in ("", good[:-1], good.upper(), "sha1=aa", "sha256=\ud800"):
            assert not facebook.verify(self.BODY, bad)
        assert not facebook.verify(self.BODY + b" ", good)
        settings.FACEBOOK_APP_SECRET = ""
        assert not facebook.verify(self.BODY, "sha256=" + hmac.new(b"", self.BODY, "sha256").hexdigest())

    def test_news_is_read_by_page(self):
        news = facebook.parse(self.BODY)
        assert set(news) == {"77", "78"}
        assert news["78"] == []
        (heard,) = news["77"]
        assert (heard.external_id, heard.conversation_id, heard.kind) == ("5_6", "77_5", "comment")
        assert (heard.author_id, heard.text) == ("9", "Thanks")

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b'{"object": "user"}', b'{"object": "page", "entry": [1, {"changes": 3}]}']
    )
    def test_what_is_no_news_is_left_out(self, body):
        assert facebook.parse(body) == {}


def test_its_counting():
    assert FB.limit() == 63_206
    assert FB.length("警察 \U0001f468") == 4
    assert FB.fit("Short", "https://nyc.gov/a") == "Short https://nyc.gov/a"
    fitted = FB.fit("word " * 20_000, "https://nyc.gov/a")
    assert FB.length(fitted) <= 63_206
    assert fitted.endswith("word… https://nyc.gov/a")
    assert FB.micros("Anything https://nyc.gov/") == 0
