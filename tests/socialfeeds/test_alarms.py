"""Alarms ring once for what stands in the rows, are told once by e-mail, and end when it is put right."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from precincts import tenancy
from socialfeeds import alarm_letters, alarms, connecting
from socialfeeds.models import Account, Alarm, AlarmKind, AlarmLetter, Certificate, Delivery, Message, State
from tests.mail_server import mail_server
from tests.socialfeeds.granting import a_connection
from tests.socialfeeds.voice import an_account
from tests.together import at_once

__all__ = ["mail_server"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mail(settings, mail_server):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail_server.port
    return mail_server


@pytest.fixture
def people(make_user, pct_109, pct_110):
    make_user("commander@example.org", role="commander", command=pct_109)
    make_user("editor@example.org", role="editor", command=pct_109)
    make_user("moderator@example.org", role="moderator", command=pct_109)
    make_user("elsewhere@example.org", role="commander", command=pct_110)
    make_user("administrator@example.org", role="administrator")
    make_user("reviewer@example.org", role="reviewer")


def ringing(command):
    with tenancy.enter(command):
        return {(one.kind, one.key): one for one in Alarm.objects.open()}


def sweep():
    """As the worker does it."""
    alarms.reconcile()
    alarm_letters.write()
    for command_id, letter_id in alarm_letters.due():
        alarm_letters.send(command_id=command_id, letter_id=letter_id)


def time_passes(command):
    with tenancy.enter(command):
        AlarmLetter.objects.exclude(due_at=None).update(due_at=timezone.now())


def test_a_dead_account_is_told_at_once_to_those_who_can_help_and_once(mail, people, pct_109, pct_110):
    with tenancy.enter(pct_109):
        account = an_account()
        Account.objects.all().die("The token is refused.")
    sweep()
    sweep()
    told = sorted(message["To"] for message in mail.messages)
    assert told == ["administrator@example.org", "commander@example.org", "editor@example.org"]
    said = mail.messages[0]
    assert "must be connected again" in said["Subject"] and pct_109.short_name in said["Subject"]
    assert f"{django_settings.BASE_URL}/pct-109/desk/alarms/" in said.get_content()
    assert list(ringing(pct_109)) == [(AlarmKind.DEAD_ACCOUNT, str(account.pk))]
    assert ringing(pct_110) == {}

    connecting.take(
        command=pct_109, network="x", connection=a_connection(external_id="demo_pct109", handle="demo_pct109")
    )
    sweep()
    assert ringing(pct_109) == {} and len(mail.messages) == 3

    # It dies again: that is another alarm.
    with tenancy.enter(pct_109):
        Account.objects.all().die("The token is refused.")
    sweep()
    assert len(mail.messages) == 6
    # Given up on purpose it rings no more.
    with tenancy.enter(pct_109):
        connecting.disconnect(account=account, by=alarms.readers(pct_109.pk)[0])
    sweep()
    assert ringing(pct_109) == {}


def test_a_mail_server_that_is_away_is_tried_again_and_an_unanswered_letter_is_not(mail, people, pct_109):
    with tenancy.enter(pct_109):
        alarms.raise_alarm(kind=AlarmKind.SURGE, words="Many speak to us.")
    mail.refuse = {"MAIL": "421 come back later"}
    sweep()
    assert mail.messages == []
    mail.refuse = {}
    time_passes(pct_109)
    sweep()
    assert len(mail.messages) == 3
    with tenancy.enter(pct_109):
        assert AlarmLetter.objects.filter(sent_at__isnull=False, tries=1).count() == 3

    with tenancy.enter(pct_109):
        alarms.close(kind=AlarmKind.SURGE)
        alarms.raise_alarm(kind=AlarmKind.SURGE, words="And again.")
    mail.refuse = {"cut": "yes"}
    sweep()
    time_passes(pct_109)
    sweep()
    assert len(mail.messages) == 6
    with tenancy.enter(pct_109):
        assert AlarmLetter.objects.exclude(error="").filter(sent_at=None, due_at=None).count() == 3


def test_of_many_at_once_one_rings_and_the_first_to_acknowledge_counts(pct_109, make_user):
    first, second = make_user("a@example.org"), make_user("b@example.org")

    def ring():
        with tenancy.enter(pct_109):
            return alarms.raise_alarm(kind=AlarmKind.SURGE, key="k", words="Many speak to us.").pk

    assert len(set(at_once(*[ring] * 4))) == 1
    with tenancy.enter(pct_109):
        alarm = Alarm.objects.get()
        assert alarms.acknowledge(alarm=alarm, by=first)
        assert not alarms.acknowledge(alarm=alarm, by=second)
        alarms.close(kind=AlarmKind.SURGE, key="k")
        alarm.refresh_from_db()
        assert alarm.acknowledged_by == first and alarm.closed_at


def test_what_waits_for_people_rings_until_it_is_decided(pct_109, people):
    now = timezone.now()
    with tenancy.enter(pct_109):
        account = an_account()
        deliveries = [
            Delivery.objects.create(
                message=Message.objects.create(text="x"),
                account=account,
                state=State.UNKNOWN,
                needs_person=True,
            )
            for _ in range(2)
        ]
        missed = Message.objects.create(text="missed", missed_at=now)
        late = Delivery.objects.create(
            message=Message.objects.create(text="late"), account=account, due_at=now - timedelta(minutes=61)
        )
        expired = Message.objects.create(text="expired", status="expired")
    Certificate.objects.filter(user__email="editor@example.org").update(expires_at=now + timedelta(days=3))
    Certificate.objects.filter(user__email="moderator@example.org").update(expires_at=now + timedelta(days=3))
    alarms.reconcile()
    rings = ringing(pct_109)
    assert {kind for kind, _key in rings} == {"needs_person", "missed", "expired", "certificate"}
    assert rings["needs_person", str(account.pk)].words.startswith("2 messages")
    assert rings["missed", f"late:{account.pk}"].words.startswith("One message")
    (certificate,) = [one for (kind, _key), one in rings.items() if kind == "certificate"]
    assert "editor@example.org" in certificate.words  # a moderator publishes nothing

    with tenancy.enter(pct_109):
        Delivery.objects.filter(pk=deliveries[0].pk).update(needs_person=False)
        Message.objects.filter(pk=missed.pk).update(missed_at=None)
        Delivery.objects.filter(pk=late.pk).update(state="failed")
        Message.objects.filter(pk=expired.pk).update(status="withdrawn")
    Certificate.objects.filter(user__email="editor@example.org").update(expires_at=now + timedelta(days=300))
    alarms.reconcile()
    rings = ringing(pct_109)
    assert [one.words for one in rings.values()] == [
        "One message on demo_pct109 waits for a person’s decision."
    ]
    assert alarm_letters.due() == []
