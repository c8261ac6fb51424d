"""What a test does with letters: who wants them, what was sent, and time that passes."""

from __future__ import annotations

import re
from datetime import timedelta

from django.core import mail
from django.utils import timezone

from ideas.models import Contact, Letter, Notice
from ideas.notices import contacts, digests, letters
from precincts.models import Participant

ADDRESS = "neighbor@example.org"


def a_reader(email=ADDRESS, *, cadence="at_once", time_zone="America/New_York", participant=None):
    """Somebody who confirmed an address a while ago."""
    participant = participant or Participant.objects.create()
    contact = contacts.ask(
        participant=participant, email=email, cadence=cadence, language="en-us", time_zone=time_zone
    )
    Letter.objects.filter(participant=participant).delete()
    contacts.confirm(contact)
    Contact.objects.filter(pk=contact.pk).update(confirmed_at=timezone.now() - timedelta(days=30))
    return participant


def contact_of(participant):
    return Contact.objects.filter(participant=participant).first()


def a_notice(participant, idea, **fields):
    fields = {"event": "hear", "why": "idea", "at_once": True} | fields
    return Notice.objects.create(
        participant=participant, command_id=idea.command_id, idea_id=idea.pk, **fields
    )


def digest_is_due(participant, after=timedelta(seconds=1)):
    Contact.objects.filter(participant=participant).update(digest_at=timezone.now() - after)


def wait_ends():
    """Whatever a letter waits for is over."""
    Letter.objects.filter(state__in=["ready", "sending"]).update(due_at=timezone.now() - timedelta(seconds=1))


def work():
    """As the sweeps do it. What was sent since, newest last."""
    before = len(mail.outbox)
    digests.write_at_once()
    digests.write_digests()
    for pk in letters.due():
        letters.send(pk)
    return mail.outbox[before:]


def states():
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


def link(message, to):
    """The path of the link in a message that leads to a page of ours."""
    return re.search(rf"https?://[^/\s]+(/{to}/\S+)", message.body)[1]
