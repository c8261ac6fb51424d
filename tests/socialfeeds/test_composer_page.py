"""The composer's page: what is typed is kept whatever is pressed, and every answer is clear."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from precincts import tenancy
from socialfeeds import releasing
from socialfeeds.models import Account, Slot, Status
from tests.socialfeeds import writing
from tests.socialfeeds.voice import an_account
from tests.socialfeeds.writing import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(pct_109, monkeypatch):
    writing.use_stand_in(monkeypatch)
    desk = Desk(pct_109)
    with tenancy.enter(pct_109):
        desk.account = an_account().pk
    return desk


def page_of(response):
    return response.content.decode()


def sent(desk, step="save", at="new/", **fields):
    """What the form sends."""
    fields.setdefault("accounts", [desk.account])
    fields.setdefault("when", "now")
    return desk.editor.post(f"{desk.at}{at}", {"step": step, **fields})


def test_what_is_typed_is_a_draft_that_opens_again(desk):
    response = sent(
        desk, text="The lamp\r\nis fixed.", link="example.org/lamp", track_link="on", words_x="Fixed!"
    )
    message = desk.message()
    assert response.url == f"{desk.at}{message.pk}/edit/"
    assert (message.status, message.text, message.link) == (
        Status.DRAFT,
        "The lamp\nis fixed.",
        "https://example.org/lamp",
    )
    assert (message.variants, message.author.email) == ({"x": "Fixed!"}, "editor@example.org")
    html = page_of(desk.editor.get(response.url))
    assert "Fixed!" in html
    assert f"utm_campaign=pct-109-{message.pk}" in html
    assert re.search(r"\d+ of 280", html)


def test_a_message_is_released_from_the_page_and_can_be_read(desk):
    response = desk.editor.post(
        f"{desk.at}new/",
        {"step": "release", "text": "Hello.", "when": "now", "accounts": [desk.account]},
        follow=True,
    )
    html = page_of(response)
    assert "It is on its way." in html
    assert "Waiting to be sent" in html
    assert desk.message().status == Status.RELEASED


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": "a" * 5001}, "This has 5,001 letters"),
        ({"text": "a\x00b"}, "cannot be sent"),
        ({"text": "a\uffffb"}, "cannot be sent"),
        ({"text": "", "accounts": []}, "Nothing is written yet"),
        ({"text": "Hello.", "link": "not an address"}, "Write the address as"),
        ({"text": "Hello.", "when": "at"}, "Choose a day"),
        ({"text": "Hello.", "when": "at", "day": "2020-01-01", "time": "10:00"}, "past"),
        ({"text": "Hello.", "when": "at", "day": "2027-03-14", "time": "02:30"}, "does not exist"),
        ({"text": "Hello.", "when": "at", "day": "2027-11-07", "time": "01:30"}, "comes twice"),
        ({"text": "Hello.", "when": "at", "day": "soon", "time": "late"}, "Write the day as"),
        ({"text": "Hello.", "when": "slot"}, "valid choice"),
        ({"text": "Hello.", "accounts": ["999"]}, "999"),
        ({"text": "A suspect was seen."}, "Why Named suspects is a guardrail"),
        ({"text": "We promise."}, "say why it is right all the same"),
        ({"text": "The protest."}, "Headquarters has to approve"),
        ({"text": "Hello.", "accounts": []}, "Choose at least one account"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_there(desk, fields, words):
    response = sent(desk, "release", **fields)
    html = page_of(response)
    assert response.status_code == 422
    assert words in html
    assert fields["text"] in html
    if fields["text"] and "letters" not in words and "cannot" not in words:
        assert (desk.message().text, desk.message().status) == (fields["text"], Status.DRAFT)


def test_a_draft_stays_what_it_was_where_the_new_words_cannot_be_kept(desk):
    message = desk.draft("Kept.")
    response = sent(desk, at=f"{message.pk}/edit/", text="b" * 6000, link="https://example.org/new")
    assert response.status_code == 422
    assert "b" * 6000 in page_of(response)
    assert (desk.message().text, desk.message().link) == ("Kept.", "https://example.org/new")


def test_both_of_the_hours_that_come_twice_can_be_chosen(desk):
    moments = []
    for which in ("first", "second"):
        sent(desk, text="Hello.", when="at", day="2027-11-07", time="01:30", which=which)
        moments.append(desk.message().scheduled_at)
    assert moments[1] - moments[0] == timedelta(hours=1)
    html = page_of(desk.editor.get(f"{desk.at}{desk.message().pk}/edit/"))
    assert 'value="2027-11-07"' in html
    assert 'value="01:30"' in html


def test_the_next_free_slot_is_taken_once(desk):
    with tenancy.enter(desk.command):
        Slot.objects.create(weekday=0, time="09:00")
    sent(desk, text="First.", when="slot")
    first = desk.message()
    sent(desk, text="Second.", when="slot")
    assert desk.message().scheduled_at - first.scheduled_at >= timedelta(days=6)
    # Kept by itself while one types, none is taken.
    sent(desk, "autosave", text="Third.", when="slot")
    assert desk.message().scheduled_at is None


def test_it_is_kept_while_one_types_and_the_page_goes_on_as_that_draft(desk):
    response = sent(desk, "autosave", text="Hel")
    message = desk.message()
    assert response["HX-Replace-Url"] == f"{desk.at}{message.pk}/edit/"
    fragment = page_of(response)
    assert "<html" not in fragment
    assert f'name="draft" value="{message.pk}"' in fragment
    seen = re.search(r'name="seen" value="([^"]+)"', fragment)[1]
    sent(desk, "autosave", at="new/", text="Hello", draft=message.pk, seen=seen)
    # Released with what the page saw before it was kept once more by itself: it is the same person's.
    response = sent(desk, "release", at=f"{message.pk}/edit/", text="Hello.", seen=seen)
    assert response.status_code == 302
    assert desk.count() == 1
    assert (desk.message().text, desk.message().status) == ("Hello.", Status.RELEASED)


def test_the_preview_counts_as_the_network_does_and_keeps_nothing(desk):
    desk.do(releasing.release, desk.draft("The lamp is fixed."), "editor")
    response = desk.editor.post(
        f"{desk.at}preview/",
        {
            "text": "The lamp is fixed.",
            "accounts": [desk.account],
            "link": "https://example.org/" + "a" * 300,
        },
    )
    html = page_of(response)
    assert "42 of 280" in html
    assert "You said this already" in html
    assert "Costs $0.20" in html
    html = page_of(
        desk.editor.post(f"{desk.at}preview/", {"text": "A suspect. " * 60, "accounts": [desk.account]})
    )
    assert "A thread of 3 posts" in html
    assert "Named suspects" in html
    assert "(3/3)" in html
    assert desk.count() == 1


def test_an_account_that_is_dead_or_gone_is_said_before(desk):
    with tenancy.enter(desk.command):
        Account.objects.update(status="dead")
    html = page_of(desk.editor.post(f"{desk.at}preview/", {"text": "Hi.", "accounts": [desk.account]}))
    assert "has to be connected again" in html


def test_without_an_account_one_still_writes_a_draft(pct_110):
    desk = Desk(pct_110)
    assert "no account" in page_of(desk.editor.get(f"{desk.at}new/"))
    desk.editor.post(f"{desk.at}new/", {"text": "For later.", "when": "now"})
    assert desk.message().text == "For later."


def test_each_tab_lists_what_belongs_there_with_a_number_of_queries_that_stays(desk):
    def asked(tab):
        with CaptureQueriesContext(connection) as queries:
            desk.moderator.get(f"{desk.at}?tab={tab}")
        return len(queries)

    def fill(count):
        for _ in range(count):
            desk.draft("A draft.")
            desk.do(releasing.submit, desk.draft("Waits."), "editor")
            later = desk.draft("Later.", scheduled_at=timezone.now() + timedelta(days=1))
            desk.do(releasing.release, later, "editor")

    fill(1)
    tabs = {"drafts": "A draft.", "waiting": "Waits.", "scheduled": "Later."}
    for tab, text in tabs.items():
        html = page_of(desk.moderator.get(f"{desk.at}?tab={tab}"))
        assert [text in html for text in tabs.values()].count(True) == 1
        assert text in html
    before = {tab: asked(tab) for tab in tabs}
    fill(6)
    assert {tab: asked(tab) for tab in tabs} == before
    assert max(before.values()) < 20
