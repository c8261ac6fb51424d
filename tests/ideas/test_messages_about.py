"""From the board to the networks: an answer with its photos, and a message of one's own about an issue."""

from __future__ import annotations

import pytest
from django.test import Client

from ideas.models import Decision, Idea
from precincts import tenancy
from socialfeeds.models import Message, Status
from tests.ideas.factory import an_idea
from tests.socialfeeds import writing
from tests.socialfeeds.test_pictures import a_file, an_image
from tests.socialfeeds.voice import an_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def idea(pct_109, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    writing.use_stand_in(monkeypatch)
    with tenancy.enter(pct_109):
        an_account()
    return an_idea(pct_109)


@pytest.fixture
def commander(make_user, pct_109):
    client = Client()
    client.force_login(make_user("commander@example.org", role="commander", command=pct_109))
    return client


def answer(client, idea, **fields):
    data = {"action": "done", "answer": "The lamp is **fixed**.", "announce": "on", "step": "send", **fields}
    return client.post(f"/pct-109/desk/ideas/{idea.pk}/answer/", data, follow=True)


def messages_of(command):
    with tenancy.enter(command):
        return list(Message.objects.prefetch_related("attachments", "deliveries").order_by("pk"))


def test_an_acted_issue_is_announced_with_its_photo(idea, commander, pct_109):
    photo = {"photo": a_file(an_image()), "photo_alt": "The lamp, alight"}
    response = answer(commander, idea, show_photos="on", **photo)
    assert "on its way" in response.content.decode()
    [message] = messages_of(pct_109)
    assert message.status == Status.RELEASED
    assert [one.alt for one in message.attachments.all()] == ["The lamp, alight"]


def test_a_guardrail_keeps_the_announcement_and_says_how(idea, commander, pct_109):
    html = answer(commander, idea, announcement="The suspect is gone.").content.decode()
    assert "Why Named suspects is a guardrail." in html
    assert "The suspect is gone." in html
    assert messages_of(pct_109) == []
    html = answer(commander, idea, announcement="The protest is over.").content.decode()
    assert "waits for headquarters" in html
    with tenancy.enter(pct_109):
        assert Decision.objects.get(idea=idea, action="done").message_id == Message.objects.get().pk
    [message] = messages_of(pct_109)
    assert (message.status, message.waits_for) == (Status.SUBMITTED, "city")


def test_a_warning_leaves_the_announcement_as_a_draft(idea, commander, pct_109):
    html = answer(commander, idea, announcement="We promise more.").content.decode()
    assert "it is a draft" in html
    assert messages_of(pct_109)[0].status == Status.DRAFT


def test_a_message_about_an_issue_begins_with_what_was_done(idea, commander, pct_109):
    photo = {"photo": a_file(an_image()), "photo_alt": "The lamp, alight"}
    answer(commander, idea, announce="", **photo)
    page = commander.get(f"/pct-109/desk/ideas/{idea.pk}/").content.decode()
    assert f"/pct-109/desk/ideas/{idea.pk}/say/" in page
    response = commander.post(f"/pct-109/desk/ideas/{idea.pk}/say/", follow=True)
    html = response.content.decode()
    assert "The lamp is fixed." in html
    assert "The lamp, alight" in html
    [message] = messages_of(pct_109)
    assert response.redirect_chain[-1][0] == f"/pct-109/desk/voice/{message.pk}/edit/"
    assert message.link.endswith(f"/pct-109/ideas/{idea.pk}/")
    assert [one.state for one in message.deliveries.all()] == ["held"]


def test_nothing_is_said_of_what_nobody_reviewed(idea, commander, pct_109):
    with tenancy.enter(pct_109):
        Idea.objects.filter(pk=idea.pk).update(status="waiting")
    assert commander.post(f"/pct-109/desk/ideas/{idea.pk}/say/").status_code == 404
