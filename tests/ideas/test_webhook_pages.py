"""A commander sets up webhooks: add, choose, see the secret once, rotate, pause, look, send again, remove."""

import re

import pytest

from ideas import webhooks
from ideas.models import Call, CallState, Webhook
from precincts import tenancy
from tests.ideas.factory import an_idea

pytestmark = pytest.mark.django_db
PAGE = "/pct-109/desk/webhooks/"
URL = "http://127.0.0.1:9/hook"


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.WEBHOOKS_TO_LOOPBACK = True


def rows(model=Webhook):
    with tenancy.citywide():
        return list(model.objects.order_by("pk"))


def secret_in(response):
    found = re.search(r"<textarea[^>]*>(whsec_[^<]+)</textarea>", response.content.decode())
    return found and found[1]


@pytest.fixture
def hook(commander, pct_109):
    with tenancy.enter(pct_109):
        return webhooks.add(url=URL, events=[], by=commander.user)[0]


def test_a_new_one_shows_its_secret_once(commander):
    answered = commander.post(PAGE, {"url": URL, "events": ["idea.heard"]})
    (webhook,) = rows()
    assert secret_in(answered) == webhook.secret
    assert webhook.events == ["idea.heard"]
    for address in (PAGE, f"{PAGE}{webhook.pk}/"):
        page = commander.get(address).content.decode()
        assert URL in page
        assert "whsec_" not in page


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "https://10.0.0.1/",
        "http://example.org/",
        "https://" + "a" * 1_000_000,
        "\x00",
        "مرحبا",
    ],
)
def test_a_bad_address_is_answered_beside_the_field_and_stays_there(commander, settings, url):
    settings.WEBHOOKS_TO_LOOPBACK = False
    answered = commander.post(PAGE, {"url": url, "events": ["idea.heard"]})
    page = answered.content.decode()
    assert answered.status_code == 422
    assert 'id="id_url_error"' in page or "id_url" in page.split("errors")[1]
    assert re.search(r'value="idea.heard"[^>]*checked', page)
    assert not rows()


def test_one_address_is_told_once(commander, hook):
    answered = commander.post(PAGE, {"url": URL})
    assert answered.status_code == 422
    assert "told already" in answered.content.decode()


def test_an_event_that_there_is_not(commander, hook):
    answered = commander.post(f"{PAGE}{hook.pk}/", {"events": ["idea.exploded"]})
    assert answered.status_code == 422


def test_a_new_secret_is_shown_once_and_the_old_one_signs_on_for_a_day(commander, hook):
    new = secret_in(commander.post(f"{PAGE}{hook.pk}/secret/"))
    (webhook,) = rows()
    assert webhook.secrets == [new, hook.secret]


def test_pause_go_on_and_remove(commander, hook):
    commander.post(f"{PAGE}{hook.pk}/pause/")
    assert not rows()[0].active
    assert "Paused" in commander.get(f"{PAGE}{hook.pk}/").content.decode()
    commander.post(f"{PAGE}{hook.pk}/pause/", {"go_on": "1"})
    assert rows()[0].active
    commander.post(f"{PAGE}{hook.pk}/remove/")
    assert not rows()


def test_what_was_sent_is_seen_and_sent_again_with_the_same_id(commander, hook, pct_109):
    an_idea(pct_109)
    (call,) = rows(Call)
    with tenancy.enter(pct_109):
        Call.objects.update(
            state=CallState.FAILED, status_code=503, error="It took too long to answer.", tries=10
        )
    page = commander.get(f"{PAGE}{hook.pk}/").content.decode()
    assert "idea.created" in page
    assert "503" in page
    assert "It took too long to answer." in page
    commander.post(f"/pct-109/desk/calls/{call.pk}/again/")
    (again,) = rows(Call)
    assert (again.state, again.tries, again.event_id) == (CallState.READY, 0, call.event_id)


def test_the_pages_ask_as_much_however_much_was_sent(commander, hook, pct_109):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for _ in range(2):
        for _ in range(5):
            an_idea(pct_109)
        with CaptureQueriesContext(connection) as asked:
            commander.get(f"{PAGE}{hook.pk}/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
