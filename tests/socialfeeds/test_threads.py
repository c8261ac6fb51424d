"""What is said stands in threads, and a thread knows since when somebody waits for an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from precincts import tenancy
from precincts.models import Command, User
from socialfeeds import hints, listening, publishing, threads
from socialfeeds.models import Delivery, Mention, Message, Thread
from tests.socialfeeds.fake_network import NOON, a_post, account, fake
from tests.socialfeeds.voice import certify

__all__ = ["account", "fake"]
pytestmark = pytest.mark.django_db(transaction=True)


def hear(account):
    listening.fetch(command_id=account.command_id, account_id=account.pk)


def the_threads(account):
    with tenancy.enter(account.command_id):
        return list(Thread.objects.order_by("pk"))


def minutes(thread):
    """Since when somebody waits there, in minutes after noon."""
    return thread.waiting_since and (thread.waiting_since - NOON) / timedelta(minutes=1)


def a_writer():
    user, new = User.objects.get_or_create(email="writer@example.org")
    if new:
        certify(user)
    return user


def answer(account, name):
    """Say something in answer to a post, and let it leave."""
    author = a_writer()
    with tenancy.enter(account.command_id):
        message = Message.objects.create(
            text="We are on it.", answers=Mention.objects.get(external_id=name), author=author
        )
        delivery = Delivery.objects.create(message=message, account=account, text=message.text)
    publishing.deliver(command_id=account.command_id, delivery_id=delivery.pk)


def test_a_conversation_is_one_thread_and_waits_from_the_first_word(account, fake):
    fake.posts = [
        a_post(1, conversation_id="a"),
        a_post(2, author="li", conversation_id="b"),
        a_post(3, conversation_id="a", parent_id="p1"),
    ]
    hear(account)
    first, second = the_threads(account)
    assert (minutes(first), minutes(second)) == (1, 2)
    assert first.last_at == NOON + timedelta(minutes=3)


def test_our_answer_ends_the_wait_and_more_words_begin_it(account, fake):
    fake.posts = [a_post(1), a_post(2, author="li", conversation_id="talk-maria"), a_post(3)]
    hear(account)
    answer(account, "p3")
    assert fake.calls[-1] == ("post", "We are on it.", "p3")
    # Maria has her answer. Li, who spoke in between, has none.
    assert minutes(the_threads(account)[0]) == 2
    answer(account, "p2")
    (thread,) = the_threads(account)
    assert thread.waiting_since is None and thread.answered_at
    fake.posts.append(a_post(9))
    hear(account)
    assert minutes(the_threads(account)[0]) == 9


def test_an_answer_given_on_the_network_itself_counts(account, fake):
    ours = a_post(5, "Fixed.", author="engage_109", conversation_id="talk-maria")
    fake.posts = [a_post(1), ours, a_post(6, author="li")]
    hear(account)
    assert [minutes(one) for one in the_threads(account)] == [None, 6]


def test_what_is_done_or_gone_waits_no_more_until_they_speak_again(account, fake):
    fake.posts = [a_post(1), a_post(2), a_post(3, author="li")]
    hear(account)
    with tenancy.enter(account.command_id):
        Thread.objects.filter(conversation_id="talk-maria").update(status="done", waiting_since=None)
    fake.gone = ("p3",)
    fake.posts.append(a_post(8))
    hear(account)
    maria, li = the_threads(account)
    assert (maria.status, minutes(maria)) == ("open", 8)
    assert minutes(li) is None


def test_a_network_without_names_for_conversations_keeps_them_together(account, fake):
    fake.posts = [a_post(1, conversation_id="")]
    hear(account)
    answer(account, "p1")
    sent = f"sent-{len(fake.calls)}"
    fake.posts += [
        a_post(4, conversation_id="", parent_id=sent),
        a_post(5, conversation_id="", parent_id="p4"),
        a_post(6, author="li", conversation_id=""),
    ]
    hear(account)
    assert [one.conversation_id for one in the_threads(account)] == ["p1", "p6"]
    assert minutes(the_threads(account)[0]) == 4


def test_a_thread_is_given_what_its_words_suggest(account, fake, monkeypatch):
    monkeypatch.setattr(hints, "_topic_of", lambda text: "lighting" if "lamp" in text else "")
    fake.posts = [a_post(1, "The lamp at Main St & 45 Av is dark. Is that the 110th precinct’s?")]
    hear(account)
    (thread,) = the_threads(account)
    assert (thread.topic, thread.place) == ("lighting", "Main St & 45 Av")
    with tenancy.enter(account.command_id):
        assert thread.suggested_command == Command.objects.get(slug="pct-110")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("cars parked on the sidewalk by 133-20 kissena blvd every night", "133-20 kissena blvd"),
        ("Racing on Kissena Blvd at 45 Av", "Kissena Blvd at 45 Av"),
        ("the new lamp at the library on Main Street.", "Main Street"),
        ("Noise at Bowne Park, all night", "Bowne Park"),
        ("I love this street", ""),
        ("St", ""),
        ("", ""),
        ("Bayside Ave and nobody cares", "Bayside Ave"),
    ],
)
def test_a_place_is_found_as_it_was_written(text, place):
    assert hints.place_of(text) == place


def test_a_command_is_suggested_only_where_one_alone_is_meant(pct_109):
    def slug(text):
        found = hints.command_of(text)
        return Command.objects.get(pk=found).slug if found else ""

    assert slug("ask PSA 6 about that") == "psa-6"
    assert slug("109th precinct or 110th precinct?") == ""
    assert slug("it is in 11354") == "pct-109"
    assert slug("109 cars") == ""
    assert hints.suggest("the 109th precinct", here=pct_109.pk).command_id is None


def test_taking_in_costs_the_same_however_much_comes(account, fake, django_assert_max_num_queries):
    for size in (3, 60):
        posts = [a_post(f"{size}-{n}", minutes=n, author=f"a{n}") for n in range(size)]
        with tenancy.enter(account.command_id), django_assert_max_num_queries(9):
            threads.take_in(account, listening.Heard(posts, "1"))
