"""Posting on X with pictures and as a reply, finding it again, deleting and hiding; what each costs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from socialfeeds.networks.base import Dead, Duplicate, MayBeSent, NotSent, Outgoing, Picture
from tests.socialfeeds.on_x import X, a_picture, an_x_account, error_of, say


@pytest.fixture
def account(x, settings):
    settings.X_UPLOAD_SECONDS = 2
    return an_x_account(x)


def find(account, text, **fields):
    return [post.external_id for post in X.find(account, Outgoing(text, "key", **fields), long_ago())]


def long_ago():
    return timezone.now() - timedelta(hours=1)


def test_pictures_stand_there_in_their_order_with_their_words(x, account):
    pictures = tuple(a_picture(f"Picture {number}", kind=kind) for number, kind in enumerate(KINDS))
    posted = say(account, "Before and after: https://nyc.gov/lamps", pictures=pictures)
    (post,) = x.posts("demo_pct109")
    assert (post["id"], post["text"]) == (posted.external_id, "Before and after: https://nyc.gov/lamps")
    assert [(one["alt"], one["type"]) for one in post["pictures"]] == [
        (f"Picture {number}", f"image/{kind.lower()}") for number, kind in enumerate(KINDS)
    ]
    assert posted.raw["data"]["id"] == post["id"]
    # X puts a link to the pictures behind the text: it is known again all the same.
    assert find(account, "Before and after: https://nyc.gov/lamps", pictures=pictures) == [post["id"]]


KINDS = ["JPEG", "PNG", "WEBP", "GIF"]


def test_a_picture_alone_needs_no_text_and_a_big_one_goes_in_pieces(x, account):
    big = a_picture(size=(1300, 1300), kind="PNG")
    noise = big.data + bytes(4_500_000 - len(big.data))
    say(account, "", pictures=(Picture(noise, "image/png", "", 1300, 1300),))
    (post,) = x.posts("demo_pct109")
    assert (post["text"], post["pictures"][0]["bytes"], post["pictures"][0]["alt"]) == ("", 4_500_000, "")


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        *[
            (path, "500")
            for path in ("upload/initialize", "upload/*/append", "upload/*/finalize", "metadata")
        ],
        *[("upload/*/append", fault) for fault in ("500-posted", "cut-posted", "timeout")],
        ("upload/initialize", "200-errors"),
    ],
)
def test_a_picture_that_failed_is_proof_that_nothing_was_posted(x, account, path, fault):
    x.fault(fault, path=f"/2/media/{path}")
    error = error_of(say, account, pictures=(a_picture(),))
    assert isinstance(error, NotSent)
    assert not error.permanent
    assert x.posts("demo_pct109") == []
    say(account, pictures=(a_picture(),))
    assert len(x.posts("demo_pct109")) == 1


def test_what_x_refuses_of_a_picture_is_said_in_its_words(x, account):
    broken = Picture(b"This is no picture.", "image/png", "", 1, 1)
    error = error_of(say, account, pictures=(broken,))
    assert (type(error), error.permanent) == (NotSent, True)
    assert "could not be read" in str(error)
    assert error.raw["status"] == 400
    for wrong in [(a_picture(),) * 5, (Picture(bytes(5_000_001), "image/png", "", 1, 1),)]:
        error = error_of(say, account, pictures=wrong)
        assert (type(error), error.permanent) == (NotSent, True)
    x.fault("401", path="/2/media/*")
    assert type(error_of(say, account, pictures=(a_picture(),))) is Dead
    x.fault("429", path="/2/media/*", seconds=60)
    assert error_of(say, account, pictures=(a_picture(),)).retry_at > timezone.now()
    assert x.posts("demo_pct109") == []


def test_once_the_pictures_are_there_the_post_is_as_uncertain_as_ever(x, account):
    x.fault("cut-posted", path="/2/tweets")
    error = error_of(say, account, "With a picture", pictures=(a_picture(),))
    assert type(error) is MayBeSent
    assert find(account, "With a picture", pictures=(a_picture(),)) == [x.posts("demo_pct109")[0]["id"]]


def test_a_reply_goes_to_whom_it_answers_and_is_known_again(x, account):
    asked = x.post("maria", "@demo_pct109 who plows 45th Avenue?")
    answer = say(account, "Sanitation does.", reply_to=asked["id"], root=asked["id"])
    post = x.posts("demo_pct109")[0]
    assert (post["reply_to"], post["text"]) == (asked["id"], "@maria Sanitation does.")
    # A thread: our own post goes on.
    more = say(account, "By night.", reply_to=answer.external_id, root=asked["id"])
    assert find(account, "Sanitation does.", reply_to=asked["id"]) == [answer.external_id]
    assert find(account, "By night.", reply_to=answer.external_id) == [more.external_id]
    assert find(account, "Sanitation does.", reply_to=more.external_id) == []


def test_who_did_not_mention_us_cannot_be_answered(x, account):
    stranger = x.post("maria", "The lamp on Main St is out.")
    assert X.why_no_answer(account, kind="watched", posted_at=timezone.now())
    for kind in ("mention", "reply"):
        assert X.why_no_answer(account, kind=kind, posted_at=timezone.now()) == ""
    error = error_of(say, account, "We fixed it.", reply_to=stranger["id"])
    assert (type(error), error.permanent) == (NotSent, True)
    assert "have not been mentioned" in str(error)


def test_a_duplicate_carries_what_x_said(x, account):
    say(account, "Hello.")
    error = error_of(say, account, "Hello.")
    assert type(error) is Duplicate
    assert "duplicate content" in error.raw["detail"]


def test_deleting_what_is_gone_already_is_no_error(x, account):
    posted = say(account)
    assert X.delete(account, posted.external_id) == {"data": {"deleted": True}}
    assert x.posts("demo_pct109") == []
    assert X.delete(account, posted.external_id)["status"] == 404
    theirs = x.post("maria", "Hello")
    assert error_of(X.delete, account, theirs["id"]).permanent


def test_a_reply_to_our_post_is_hidden_and_shown_again(x, account):
    ours = say(account, "Who plows?")
    reply = x.post("maria", "@demo_pct109 nobody", reply_to=ours.external_id)
    for hidden in (True, False):
        assert X.hide(account, reply["id"], hidden=hidden) == {"data": {"hidden": hidden}}
        assert x.posts("maria")[0]["hidden"] is hidden
    elsewhere = x.post("maria", "@demo_pct109 hello")
    error = error_of(X.hide, account, elsewhere["id"], hidden=True)
    assert (type(error), error.permanent) == (NotSent, True)


@pytest.mark.parametrize(
    ("text", "parts", "micros"),
    [
        ("The lamp is fixed.", 1, 15_000),
        ("See https://nyc.gov/311", 1, 200_000),
        ("See nyc.gov/311 or nyc.gov", 1, 200_000),
        ("At 5.30 p.m. on Main St. No plows", 1, 15_000),
        ("Main St.No plows", 1, 200_000),  # X takes it for a Norwegian address
        ("Write to someone@example.org", 1, 15_000),
        ("Long, with nyc.gov once", 3, 230_000),
        ("nyc.gov nyc.gov/a nyc.gov/b nyc.gov/c", 2, 400_000),
        ("警察nyc.gov", 1, 200_000),
    ],
)
def test_a_link_makes_a_post_dear_as_x_finds_links(text, parts, micros):
    assert X.micros(text, parts) == micros


def test_what_is_full_for_all_is_not_even_asked(x, account):
    x.limits(post={"user": 1})
    say(account, "One.")
    x.limits(post={"user": 100})
    error = error_of(say, account, "Two.")
    assert isinstance(error, NotSent)
    assert error.retry_at > timezone.now() + timedelta(minutes=10)
    assert len(x.posts("demo_pct109")) == 1
