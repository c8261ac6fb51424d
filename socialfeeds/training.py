"""The course: trying the quiz, the certificate that it gives, and who is due.

    training.valid_certificate(user)                the one that counts now, or None
    attempt = training.begin(user=user)             the open attempt, or a new one
    training.answer(attempt=attempt, chosen={…})    ends it; passed, it gives a certificate
    training.due(now, standing=…)                   who may write, by how their certificate stands
    training.ending(now)                            certificates that end soon, for letters and alarms

Nothing here is a tenant's. That nothing leaves without a certificate is held where deliveries are claimed.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from precincts.access import AT_COMMAND, AT_HEADQUARTERS, Permission
from precincts.models import User
from socialfeeds.models import Attempt, Certificate, Course, Question

# Whose words go out under the command's name, or to many commands.
WRITES = {Permission.PUBLISH, Permission.ANSWER, Permission.BROADCAST}
WRITERS = [role for role, granted in (AT_COMMAND | AT_HEADQUARTERS).items() if granted & WRITES]
# Days before the end at which somebody is told.
NOTICE = (30, 7)
SOON = timedelta(days=NOTICE[0])


class NoCourse(Exception):
    """Nothing is published that one could learn from."""


class Unanswered(Exception):
    """Some questions have no answer yet: their places, from 1. What was answered is kept."""

    def __init__(self, places: list[int]) -> None:
        super().__init__(_("Answer every question."))
        self.places = places


class Standing(StrEnum):
    NONE = "none"
    VALID = "valid"
    ENDING = "ending"
    EXPIRED = "expired"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        return str(LABELS[self])


LABELS = {
    Standing.NONE: gettext_lazy("no certificate"),
    Standing.VALID: gettext_lazy("valid"),
    Standing.ENDING: gettext_lazy("ends within 30 days"),
    Standing.EXPIRED: gettext_lazy("expired"),
    Standing.REVOKED: gettext_lazy("revoked"),
}


def course_now() -> Course | None:
    """The newest that is published."""
    return Course.objects.exclude(published_at=None).order_by("-number").first()


def valid_certificate(user: User, at: datetime | None = None) -> Certificate | None:
    """The certificate that lasts longest of those that count at a moment."""
    return (
        Certificate.objects.valid_at(at or timezone.now()).filter(user=user).order_by("-expires_at").first()
    )


# --- the quiz --------------------------------------------------------------------------------------------


def open_attempt(user: User) -> Attempt | None:
    return Attempt.objects.filter(user=user, ended_at=None).select_related("course").first()


def begin(*, user: User) -> Attempt:
    """The attempt that is open, whichever page began it; else one of questions drawn anew."""
    course = course_now()
    if course is None:
        raise NoCourse(_("There is no course yet."))
    if attempt := open_attempt(user):
        return attempt
    try:
        with transaction.atomic():
            return Attempt.objects.create(user=user, course=course, asked=_drawn(course))
    except IntegrityError:  # begun twice at once
        return Attempt.objects.get(user=user, ended_at=None)


def _drawn(course: Course) -> list[dict[str, Any]]:
    bank = list(course.questions.all())
    chance = random.SystemRandom()
    asked = chance.sample(bank, min(course.questions_asked, len(bank)))
    return [
        {
            "question": question.pk,
            "choices": chance.sample(range(len(question.choices)), len(question.choices)),
            "chosen": None,
        }
        for question in asked
    ]


def answer(*, attempt: Attempt, chosen: Mapping[int, int]) -> Attempt:
    """End an attempt. `chosen` is, by the question's id, the choice's place in the bank.

    Sent twice it is ended once: what came first counts. Raises Unanswered, with what was answered kept.
    """
    with transaction.atomic():
        attempt = Attempt.objects.select_for_update().select_related("course").get(pk=attempt.pk)
        if attempt.ended_at:
            return attempt
        for line in attempt.asked:
            if (choice := chosen.get(line["question"])) in line["choices"]:
                line["chosen"] = choice
        missing = [place for place, line in enumerate(attempt.asked, start=1) if line["chosen"] is None]
        if not missing:
            _end(attempt)
        attempt.save()
    if missing:
        raise Unanswered(missing)
    return attempt


def _end(attempt: Attempt) -> None:
    attempt.ended_at = timezone.now()
    attempt.right = sum(asked.is_right for asked in questions_of(attempt))
    attempt.passed = attempt.right >= min(attempt.course.questions_right, len(attempt.asked))
    if attempt.passed:
        Certificate.objects.create(
            user_id=attempt.user_id,
            course=attempt.course,
            attempt=attempt,
            issued_at=attempt.ended_at,
            expires_at=attempt.ended_at + timedelta(days=attempt.course.lasts_days),
        )


@dataclass(frozen=True)
class Asked:
    """A question of an attempt, its choices as (place in the bank, text) in the order that was shown."""

    place: int
    question: Question
    choices: list[tuple[int, str]]
    chosen: int | None

    @property
    def right(self) -> int:
        return next(place for place, choice in enumerate(self.question.choices) if choice["right"])

    @property
    def is_right(self) -> bool:
        return self.chosen == self.right


def questions_of(attempt: Attempt) -> list[Asked]:
    found = Question.objects.in_bulk([line["question"] for line in attempt.asked])
    return [
        Asked(
            place=place,
            question=(question := found[line["question"]]),
            choices=[(choice, question.choices[choice]["text"]) for choice in line["choices"]],
            chosen=line["chosen"],
        )
        for place, line in enumerate(attempt.asked, start=1)
    ]


# --- who is due ------------------------------------------------------------------------------------------


def people(now: datetime) -> QuerySet[User]:
    """Everybody who may write: `until` when their certificates count, `revoked` when one last was."""
    counts = Q(certificates__revoked_at=None, certificates__issued_at__lte=now)
    return (
        User.objects.filter(is_active=True, memberships__role__in=WRITERS)
        .annotate(
            until=Max("certificates__expires_at", filter=counts), revoked=Max("certificates__revoked_at")
        )
        .order_by("email")
    )


def due(now: datetime, *, standing: Standing | None = None) -> QuerySet[User]:
    """Those of people() whose certificate stands so."""
    found = people(now)
    over = Q(until=None) | Q(until__lte=now)
    narrowed = {
        Standing.NONE: Q(until=None, revoked=None),
        Standing.VALID: Q(until__gt=now + SOON),
        Standing.ENDING: Q(until__gt=now, until__lte=now + SOON),
        Standing.EXPIRED: Q(until__lte=now, revoked=None),
        Standing.REVOKED: over & Q(revoked__isnull=False),
    }
    return found.filter(narrowed[standing]) if standing else found


def standing_of(until: datetime | None, revoked: datetime | None, now: datetime) -> Standing:
    """How a certificate stands, from the two that people() brings."""
    if until and until > now:
        return Standing.ENDING if until <= now + SOON else Standing.VALID
    if revoked:
        return Standing.REVOKED
    return Standing.EXPIRED if until else Standing.NONE


def ending(now: datetime) -> list[tuple[Certificate, int]]:
    """(certificate, 30 or 7) of those that end within so many days, while no other lasts longer.

    A certificate is in the list as long as it counts. Who is to be told once keeps that: `reminded` is the
    last number of days at which its holder got a letter.
    """
    soon = Certificate.objects.valid_at(now).filter(expires_at__lte=now + SOON, user__is_active=True)
    soon = soon.filter(user__memberships__role__in=WRITERS).distinct()
    renewed = Certificate.objects.valid_at(now).filter(expires_at__gt=now + SOON).values("user")
    found = soon.exclude(user__in=renewed).select_related("user").order_by("expires_at")
    longest = {certificate.user_id: certificate for certificate in found}
    return [
        (certificate, min(days for days in NOTICE if certificate.expires_at <= now + timedelta(days=days)))
        for certificate in longest.values()
    ]


def revoke(*, certificate: Certificate, by: User, reason: str) -> Certificate:
    """It counts no more, from this moment. Twice is as good as once."""
    with transaction.atomic():
        found = Certificate.objects.select_for_update().get(pk=certificate.pk)
        if found.revoked_at is None:
            found.revoked_at, found.revoked_by, found.reason = timezone.now(), by, reason
            found.save(update_fields=["revoked_at", "revoked_by", "reason"])
    return found
