"""Rows for tests, written the way the program writes them."""

from __future__ import annotations

from django.utils import timezone

from ideas import moderating, submitting, voting
from ideas.models import Action, Idea
from precincts import tenancy
from precincts.models import Participant


def an_idea(command, *, title="Cars race at night", body="Every night after eleven on this block.", **fields):
    """An idea on the board of a command."""
    with tenancy.enter(command):
        idea = submitting.submit(
            participant=fields.pop("participant", None), title=title, body=body, **fields
        )
        moderating.decide(idea=idea, asked=moderating.Asked(action=Action.APPROVE, by=None))
        return Idea.objects.get(pk=idea.pk)


def an_acted_idea(command, *, answer="It is mended.", **fields):
    """An idea that the command has acted on."""
    idea = an_idea(command, **fields)
    with tenancy.enter(command):
        asked = moderating.Asked(action=Action.DONE, by=None, answer=answer)
        moderating.decide(idea=idea, asked=asked)
        return Idea.objects.get(pk=idea.pk)


def a_waiting_idea(command, *, title="Cars race at night", body="Every night after eleven.", **fields):
    with tenancy.enter(command):
        return submitting.submit(
            participant=fields.pop("participant", None), title=title, body=body, **fields
        )


def many_ideas(command, number, **fields):
    """Ideas on the board, quickly."""
    now = timezone.now()
    with tenancy.enter(command):
        return Idea.objects.bulk_create(
            [
                Idea(
                    title=f"Idea {n}",
                    body="On this block, every night.",
                    status="spoken",
                    created_at=now,
                    published_at=now - timezone.timedelta(hours=n),
                    **fields,
                )
                for n in range(number)
            ]
        )


def vote(idea, value=1, participant=None):
    participant = participant or Participant.objects.create()
    with tenancy.enter(idea.command_id):
        return voting.cast(idea=idea, participant=participant, value=value)
