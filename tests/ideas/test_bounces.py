"""A bounce stops it: told by the mail server at once, or by the provider later."""

import json
from base64 import b64encode

import pytest
from anymail.signals import AnymailTrackingEvent, tracking
from django.test import Client

from ideas.models import Contact
from ideas.receivers import stop_writing
from tests.ideas.factory import an_idea
from tests.ideas.mailbox import ADDRESS, a_notice, a_reader, contact_of, work

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/bounces/"
SECRET = "engage:a-long-secret"


@pytest.fixture
def provider(settings):
    settings.EMAIL_PROVIDER = "postmark"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "x", "WEBHOOK_SECRET": SECRET}


def report(what, secret=SECRET, **fields):
    headers = {"HTTP_AUTHORIZATION": f"Basic {b64encode(secret.encode()).decode()}"} if secret else {}
    body = {"RecordType": what, "MessageID": "1", "Email": ADDRESS} | fields
    return Client(enforce_csrf_checks=True).post(
        URL, json.dumps(body), content_type="application/json", **headers
    )


def test_a_bounce_stops_it_and_the_page_says_how_to_mend(provider, pct_109):
    client = Client()
    client.post("/following/add/", {"kind": "command", "command": "pct-109"})
    from tests.ideas.notices import participant_of

    person = a_reader(participant=participant_of(client))
    answer = report("Bounce", Type="HardBounce", TypeCode=1, ID=1, BouncedAt="2026-11-20T08:00:00Z")
    assert answer.status_code == 200
    assert contact_of(person).bounced_at
    a_notice(person, an_idea(pct_109))
    assert work() == []
    assert "came back" in client.get("/following/").content.decode()
    assert "came back" in client.get("/notices/").content.decode()


def test_a_complaint_stops_it_too(provider):
    person = a_reader()
    report("SpamComplaint", Type="SpamComplaint", ID=1, BouncedAt="2026-11-20T08:00:00Z")
    assert contact_of(person).stopped_at


@pytest.mark.parametrize("what", ["deferred", "delivered", "opened", "sent"])
def test_what_is_no_bounce_stops_nothing(what):
    person = a_reader()
    tracking.send(sender=None, event=AnymailTrackingEvent(event_type=what, recipient=ADDRESS), esp_name="x")
    assert contact_of(person).works


def test_every_reader_at_that_address_is_meant_and_nobody_else():
    one, two, other = a_reader(), a_reader("Neighbor@Example.org"), a_reader("other@example.org")
    event = AnymailTrackingEvent(event_type="bounced", recipient=ADDRESS)
    stop_writing(sender=None, event=event)
    assert [contact_of(each).works for each in (one, two, other)] == [False, False, True]


@pytest.mark.parametrize("secret", ["", "engage:wrong", "wrong"])
def test_without_the_secret_nothing_is_believed(provider, secret):
    person = a_reader()
    assert report("Bounce", secret, Type="HardBounce", ID=1).status_code == 400
    assert contact_of(person).works


def test_without_a_provider_or_a_secret_there_is_no_such_address(settings):
    assert report("Bounce").status_code == 404
    settings.EMAIL_PROVIDER, settings.ANYMAIL = "postmark", {"WEBHOOK_SECRET": ""}
    assert report("Bounce").status_code == 404


@pytest.mark.parametrize("provider_name", ["brevo", "mailersend", "mailgun", "mailjet", "postmark"])
def test_each_provider_has_a_webhook_that_refuses_strangers(settings, provider_name):
    settings.EMAIL_PROVIDER = provider_name
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_API_KEY": "x", "MAILERSEND_SIGNING_SECRET": "x"}
    assert report("Bounce", "").status_code == 400


def test_a_secret_key_that_was_changed_still_finds_the_address(settings):
    person = a_reader()
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a new one"
    stop_writing(sender=None, event=AnymailTrackingEvent(event_type="bounced", recipient=ADDRESS))
    assert contact_of(person).bounced_at
    assert Contact.objects.count() == 1
