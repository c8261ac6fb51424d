"""Cursors are opaque, survive whatever happens, and move with the rows or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from precincts import tenancy
from socialfeeds import listening
from socialfeeds.models import Account, Mention, SpendingDay, WatchedWords
from socialfeeds.networks.base import MayBeSent, NotSent
from tests.socialfeeds.fake_network import a_post, account, fake

__all__ = ["account", "fake"]
pytestmark = pytest.mark.django_db(transaction=True)


def hear(account):
    listening.fetch(command_id=account.command_id, account_id=account.pk)


def rows(account, **wanted):
    with tenancy.enter(account.command_id):
        return list(Mention.objects.filter(**wanted).order_by("pk"))


def names(account):
    return [row.external_id for row in rows(account)]


def the_row(row):
    with tenancy.enter(row.command_id):
        return type(row)._default_manager.get(pk=row.pk)


def watch(account, words):
    with tenancy.enter(account.command_id):
        return WatchedWords.objects.create(account=account, words=words)


def search(watched):
    listening.search(command_id=watched.command_id, watched_id=watched.pk)


def test_where_there_is_more_it_goes_on_at_once_and_not_for_ever(account, fake, monkeypatch):
    fake.page, fake.posts = 3, [a_post(number) for number in range(10)]
    hear(account)
    assert names(account) == [f"p{number}" for number in range(10)]
    assert [call[1] for call in fake.calls] == ["", "3", "6", "9"]
    monkeypatch.setattr(listening, "ROUNDS", 2)
    fake.posts += [a_post(number) for number in range(10, 30)]
    hear(account)
    assert len(rows(account)) == 16
    hear(account)
    assert len(rows(account)) == 22


def test_two_workers_from_one_cursor_keep_everything_once(account, fake):
    fake.posts = [a_post(number) for number in range(4)]
    again = [True]

    def another_worker():
        if again and again.pop():
            hear(account)  # While the first waits for its answer, the second is done.

    fake.before = another_worker
    hear(account)
    assert names(account) == ["p0", "p1", "p2", "p3"]
    assert the_row(account).mentions_cursor == "4"
    with tenancy.enter(account.command_id):
        # What was read twice was paid for twice.
        assert SpendingDay.objects.get(kind="read").number == 8


def test_a_killed_worker_loses_and_doubles_nothing(account, fake, monkeypatch):
    def die(*args, **kwargs):
        raise KeyboardInterrupt

    fake.page, fake.posts = 2, [a_post(number) for number in range(6)]
    moves = Account.save
    with monkeypatch.context() as patched:
        patched.setattr(
            Account, "save", lambda self, **how: die() if self.mentions_cursor == "4" else moves(self, **how)
        )
        with pytest.raises(KeyboardInterrupt):
            hear(account)
    assert names(account) == ["p0", "p1"]
    hear(account)
    assert names(account) == [f"p{number}" for number in range(6)]


def test_a_network_that_gives_the_same_again_doubles_nothing(account, fake):
    fake.posts = [a_post(1), a_post(2), a_post(1), a_post(2)]
    fake.page = 3
    hear(account)
    assert names(account) == ["p1", "p2"]


def test_edited_and_gone_posts_are_noted_and_own_posts_left_out(account, fake):
    fake.posts = [a_post(1, "Dark lamp"), a_post(2, "ours", author="engage_109"), a_post(3, "more")]
    hear(account)
    assert names(account) == ["p1", "p3"]
    fake.edit(1, "Dark lamp at Main St")
    fake.gone = ("p3", "p99")
    hear(account)
    edited, gone = rows(account)
    assert edited.text == "Dark lamp at Main St" and timezone.now() > edited.edited_at
    assert gone.gone_at and gone.edited_at is None


def test_watched_words_are_searched_and_stand_beside_mentions(account, fake):
    both = a_post(7, "Racing on Kissena Blvd @engage_109", author="li")
    fake.found, fake.posts = [a_post(6, "Kissena Blvd again", author="amir"), both], [both]
    watched = watch(account, "kissena blvd")
    assert listening.due_words() == [(account.command_id, watched.pk)]
    search(watched)
    assert [(row.kind, row.external_id) for row in rows(account)] == [("watched", "p6"), ("watched", "p7")]
    assert not any(row.thread.waiting_since for row in rows_with_threads(account))
    assert listening.due_words() == []
    # What turns out to have been said to us is a mention, and waits.
    hear(account)
    assert [row.kind for row in rows(account)] == ["watched", "mention"]
    assert [bool(row.thread.waiting_since) for row in rows_with_threads(account)] == [False, True]


def rows_with_threads(account):
    with tenancy.enter(account.command_id):
        return list(Mention.objects.select_related("thread").order_by("pk"))


def test_words_that_cannot_be_searched_say_so_and_are_asked_no_more(account, fake):
    fake.found = None
    watched = watch(account, "kissena")
    search(watched)
    assert the_row(watched).trouble == "This network has no search."
    assert listening.due_words() == []


def test_trouble_on_the_way_rests_and_comes_back(account, fake):
    watched = watch(account, "kissena")
    fake.found, fake.posts = [a_post(1)], [a_post(2)]
    until = timezone.now() + timedelta(minutes=5)
    fake.fails = [NotSent("Too many.", retry_at=until), MayBeSent("No answer.")]
    search(watched)
    assert the_row(watched).resting_until == until and listening.due_words() == []
    hear(account)
    assert names(account) == []
    hear(account)
    assert names(account) == ["p2"]
