"""“You’ve spoken, we’ve acted”: the week's numbers as a draft, once, on Monday or by a button."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from ideas import photos, tasks, weekly
from ideas.models import Decision, Idea, Photo
from precincts import tenancy
from socialfeeds.models import Account, Message, Status
from socialfeeds.networks import network_named
from tests.ideas.factory import an_acted_idea, an_idea, vote
from tests.socialfeeds.plans import account, monday

pytestmark = pytest.mark.django_db
PAGE = "/pct-109/desk/voice/weekly/"


@pytest.fixture
def editor(client, make_user, pct_109):
    client.user = make_user(role="editor", command=pct_109)
    client.force_login(client.user)
    return client


@pytest.fixture
def last_week(pct_109, settings, tmp_path):
    """Of the last whole week: two raised, two acted on, one of them wanted more and with a photo."""
    settings.MEDIA_ROOT = tmp_path
    account(pct_109)
    lamp = an_acted_idea(pct_109, title="The lamp at Main Street is dark")
    an_acted_idea(pct_109, title="A hole in the road")
    vote(lamp)
    with tenancy.enter(pct_109):
        done = Decision.objects.get(idea=lamp, action="done")
        photo = Photo.objects.create(decision=done, width=4, height=3, alt="The lamp burns")
        default_storage.save(photos.path_of(photo, "full"), ContentFile(b"\xff\xd8picture"))
        then = timezone.now() - timedelta(days=7)
        Decision.objects.update(decided_at=then)
        Idea.objects.update(published_at=then)
    an_idea(pct_109, title="Raised this week")
    return lamp


@pytest.fixture
def it_is(monkeypatch):
    """it_is(monday, 12): what time it is, in UTC."""

    def set_to(day, hour):
        moment = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return set_to


def drafts(command):
    with tenancy.enter(command):
        return list(Message.objects.order_by("pk"))


def test_a_button_makes_the_week_a_draft(editor, pct_109, last_week, settings):
    page = editor.get(PAGE).content.decode()
    assert "Done: “The lamp at Main Street is dark”." in page
    assert drafts(pct_109) == []
    response = editor.post(PAGE)
    [message] = drafts(pct_109)
    assert response.url.endswith(f"#message-{message.pk}")
    assert (
        message.text == "Last week at the 109th Precinct: 2 issues raised, 2 answered, 2 acted on. "
        "Done: “The lamp at Main Street is dark”. You’ve spoken, we’ve acted."
    )
    assert message.link == f"{settings.BASE_URL}/pct-109/ideas/"
    assert (message.status, message.author_id) == ("draft", editor.user.pk)
    with tenancy.enter(pct_109):
        assert message.deliveries.count() == 1
        picture = message.attachments.get()
    assert (picture.alt, picture.mime, picture.width) == ("The lamp burns", "image/jpeg", 4)
    with default_storage.open(picture.path) as file:
        assert file.read() == b"\xff\xd8picture"
    assert "Last week at the 109th" in editor.get("/pct-109/desk/voice/calendar/").content.decode()
    editor.post(PAGE)
    assert len(drafts(pct_109)) == 1


def test_a_long_title_fits_the_tightest_network(editor, pct_109, last_week):
    with tenancy.enter(pct_109):
        Idea.objects.filter(pk=last_week.pk).update(title="The lamp " * 13)
    editor.post(PAGE)
    [message] = drafts(pct_109)
    x = network_named("x")
    assert x.length(f"{message.text} {message.link}") <= x.limit()
    assert "…" in message.text


def test_on_monday_morning_it_waits_among_the_drafts(pct_109, last_week, it_is):
    """From seven in New York, once; and not again where somebody threw it away."""
    day = monday(0)
    it_is(day - timedelta(days=1), 20)
    tasks.write_weeklies()
    it_is(day, 11)
    tasks.write_weeklies()
    assert drafts(pct_109) == []
    for hour in (12, 13, 20):
        it_is(day, hour)
        tasks.write_weeklies()
    [message] = drafts(pct_109)
    assert message.author_id is None
    with tenancy.enter(pct_109):
        Message.objects.update(status=Status.WITHDRAWN)
    tasks.write_weeklies()
    assert len(drafts(pct_109)) == 1


def test_thrown_away_it_can_be_made_anew_by_hand(editor, pct_109, last_week):
    editor.post(PAGE)
    with tenancy.enter(pct_109):
        Message.objects.update(status=Status.WITHDRAWN)
    editor.post(PAGE)
    assert [message.status for message in drafts(pct_109)] == ["withdrawn", "draft"]


def test_a_week_without_anything_has_no_message(editor, pct_109, it_is):
    account(pct_109)
    assert "there is nothing to say" in editor.get(PAGE).content.decode()
    refused = editor.post(PAGE)
    assert (refused.status_code, "Nothing was raised" in refused.content.decode()) == (422, True)
    it_is(monday(0), 15)
    tasks.write_weeklies()
    assert drafts(pct_109) == []


def test_without_an_account_it_says_so(editor, pct_109, last_week):
    with tenancy.enter(pct_109):
        Account.objects.update(status="dead")
    refused = editor.post(PAGE)
    assert (refused.status_code, "no working account" in refused.content.decode()) == (422, True)


def test_what_was_undone_or_screened_since_does_not_count(pct_109, last_week):
    with tenancy.enter(pct_109):
        Decision.objects.filter(idea=last_week).update(undone_at=timezone.now())
        Idea.objects.exclude(pk=last_week.pk).update(status="screened")
        week = weekly.week_before(pct_109)
    assert (week.spoken, week.heard, week.acted, week.top) == (1, 0, 0, None)


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_make_one(pct_109, last_week):
    def ask():
        with tenancy.enter(pct_109):
            weekly.write(command=pct_109)
        connection.close()

    threads = [Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(drafts(pct_109)) == 1
