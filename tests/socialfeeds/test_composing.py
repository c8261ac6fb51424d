"""What can be said, and how an announcement is made to fit."""

from __future__ import annotations

import pytest

from precincts import tenancy
from socialfeeds import composing
from socialfeeds.composing import CannotSay, announcement
from socialfeeds.models import Account, Delivery, Message
from socialfeeds.networks import network_named
from tests.socialfeeds.voice import certify

X = network_named("x")
URL = "https://engage.nyc.gov/pct-109/ideas/5/"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


@pytest.fixture
def here(pct_109):
    with tenancy.enter(pct_109):
        yield pct_109


@pytest.fixture
def author(make_user):
    user = make_user()
    certify(user)
    return user


@pytest.fixture
def account(author, here):
    return make_account("demo_pct109")


def make_account(handle, **fields):
    account = Account(network="x", handle=handle, external_id=handle, **fields)
    account.credentials = {"access_token": "a-token"}
    account.save()
    return account


def refusal(text):
    with pytest.raises(CannotSay) as caught:
        composing.compose(text=text)
    assert not Message.objects.exists()
    return str(caught.value)


def test_a_message_has_a_delivery_for_each_active_account(author, pct_109):
    with tenancy.enter(pct_109):
        for handle, status in [("one", "active"), ("two", "active"), ("three", "paused"), ("four", "dead")]:
            make_account(handle, status=status)
        message = composing.compose(text=" Hello.\r\nGood day. ", source_url=URL, author=author)
        deliveries = message.deliveries.order_by("account__handle")
        assert [one.account.handle for one in deliveries] == ["one", "two"]
        assert {one.state for one in deliveries} == {"ready"}
    assert (message.text, message.source_url, message.author) == ("Hello.\nGood day.", URL, author)


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b\u200d", "\ufeff", "\u00a0"])
def test_nothing_is_not_said(account, text):
    assert "empty" in refusal(text)


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d of a sign", "a\uffffb"])
def test_what_cannot_be_sent_is_refused_at_once(account, text):
    assert "cannot be sent" in refusal(text)


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("a" * 281, "1 character too"),
        ("警" * 150, "20 characters too"),
        ("a" * 270 + " " + URL, "14 characters"),
    ],
)
def test_too_long_says_by_how_much(account, text, over):
    assert over in refusal(text)


@pytest.mark.parametrize(
    "text", ["a" * 280, "警" * 140, "a" * 256 + " " + URL, FAMILY * 140, "e\u0301" * 280]
)
def test_what_just_fits_is_taken(account, author, text):
    assert composing.compose(text=text, author=author).deliveries.count() == 1


def test_a_new_emoji_is_a_character_like_any_other(account, author):
    assert composing.compose(text="\U0001fae9", author=author).text == "\U0001fae9"


def test_nobody_speaks_without_a_certificate(pct_109, make_user):
    newcomer = make_user("new@example.org")
    with tenancy.enter(pct_109):
        make_account("demo_pct109")
        assert "an author" in refusal("Hello.")
        with pytest.raises(CannotSay) as caught:
            composing.compose(text="Hello.", author=newcomer)
    assert "Take the course" in str(caught.value)


def test_without_an_account_it_says_what_to_do(here):
    assert "no account" in refusal("Hello.")
    make_account("demo_pct109", status="dead")
    assert "Connect one again" in refusal("Hello.")


def test_a_message_that_is_rolled_back_is_not_sent(account, author, django_capture_on_commit_callbacks):
    from django.db import transaction

    with django_capture_on_commit_callbacks() as callbacks:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            composing.compose(text="Hello.", author=author)
            raise ZeroDivisionError
        assert not Delivery.objects.exists()
    assert callbacks == []


def test_each_delivery_is_handed_to_the_worker_once_committed(
    account, author, django_capture_on_commit_callbacks, monkeypatch
):
    from socialfeeds import tasks

    enqueued = []
    monkeypatch.setattr(tasks.send_delivery, "delay", lambda *args: enqueued.append(args))
    with django_capture_on_commit_callbacks() as callbacks:
        delivery = composing.compose(text="Hello.", author=author).deliveries.get()
        assert enqueued == []
    for callback in callbacks:
        callback()
    assert enqueued == [(delivery.command_id, delivery.pk)]


def test_a_short_announcement_stays_as_it_is():
    assert announcement(" The lamp is fixed. ", URL) == f"The lamp is fixed. {URL}"
    assert announcement("", URL) == URL


@pytest.mark.parametrize(
    "text",
    [
        "The lamp at Main St is fixed, and " * 20,
        "word, " * 200,
        "See https://www.nyc.gov/a/long/address/indeed and " * 20,
        f"{FAMILY} family " * 60,
        "Zoë’s café\n\n" * 60,
        "one\ttwo\n" * 100,
    ],
)
def test_a_long_announcement_is_cut_at_a_word(text):
    made = announcement(text, URL)
    kept = made.removesuffix(f"… {URL}")
    assert made == f"{kept}… {URL}"
    assert X.limit() - 60 < X.length(made) <= X.limit()
    assert text.startswith(kept)
    rest = text[len(kept) :]
    assert not (kept[-1].isalnum() and rest[0].isalnum())


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("警" * 300, "警"),
        ("a" * 500, "a"),
        (FAMILY * 300, FAMILY),
        ("\U0001f1fa\U0001f1f8" * 300, "\U0001f1fa\U0001f1f8"),
        ("q\u0323\u0307" * 400, "q\u0323\u0307"),
    ],
)
def test_writing_without_spaces_is_cut_between_signs(text, sign):
    made = announcement(text, URL)
    kept = made.removesuffix(f"… {URL}")
    assert X.limit() - 4 < X.length(made) <= X.limit()
    assert kept == sign * (len(kept) // len(sign))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/pct-109/ideas/5/", "http://localhost/pct-109/ideas/12345/"]
)
def test_an_address_that_x_does_not_shorten_is_counted_in_full(url):
    made = announcement("The lamp at Main St is fixed, and " * 20, url)
    assert made.endswith(f"… {url}")
    assert X.length(made) <= X.limit()


def test_an_announcement_of_anything_can_be_composed(account, author):
    for text in ("a" * 5000, "word " * 1000, "\x00half \ud83d" * 100, FAMILY * 500):
        assert composing.compose(text=announcement(text, URL), author=author).text.endswith(URL)
