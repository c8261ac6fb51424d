"""Somebody who follows things and was told of some: what the pages of notices have to show."""

from __future__ import annotations

from datetime import timedelta

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from engage import mail
from ideas.models import Contact, Decision, Idea, Topic
from ideas.notices import contacts, following, telling
from precincts import tenancy
from precincts.models import Participant


def build(resident, command) -> dict[str, object]:
    """What addresses name, by the words of the visits."""
    mine = Participant.objects.get_or_create(user=resident)[0]
    with tenancy.enter(command):
        first = Idea.objects.listed().first()
        Decision.objects.update(decided_at=timezone.now() - timedelta(hours=1))
    following.follow_idea(participant=mine, idea=first)
    following.follow_command(participant=mine, command=command)
    following.follow_topic(participant=mine, topic=Topic.objects.first(), command=None)
    following.follow_place(participant=mine, latitude=40.76, longitude=-73.83, radius_m=1000)
    for command_id, decision_id in telling.due():
        telling.tell(command_id=command_id, decision_id=decision_id)
    asked = {"cadence": "daily", "language": "en-us", "time_zone": "America/New_York"}
    waits = contacts.ask(participant=mine, email="someone@example.org", **asked)
    other = Participant.objects.create()
    confirmed = contacts.ask(participant=other, email="other@example.org", **asked)
    Contact.objects.filter(pk=confirmed.pk).update(confirmed_at=timezone.now())
    letter = EmailMultiAlternatives("What is new", "A long line. " * 40, to=["someone@example.org"])
    letter.attach_alternative("<p>A long line.</p>", "text/html")
    mail.OutboxBackend().send_messages([letter])
    return {
        "confirm": contacts.token(waits, contacts.CONFIRM),
        "stop": contacts.token(confirmed, contacts.STOP),
        "letter": mail.names()[0],
    }
