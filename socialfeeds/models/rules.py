"""What binds everybody who writes: guardrails, training, pauses. The whole city's, and no tenant's."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from precincts.history import tracked
from precincts.models import Command, User


class Effect(models.TextChoices):
    """What happens to a message in which a guardrail finds something."""

    BLOCK = "block", _("Block")
    APPROVAL = "approval", _("Needs headquarters' approval")
    WARN = "warn", _("Warn")
    HINT = "hint", _("Hint")


class GuardrailEdition(models.Model):
    """One edition of the guardrails. The one with the highest number that is published is in force."""

    number = models.PositiveIntegerField(unique=True)
    note = models.TextField(max_length=1000, blank=True, help_text="What changed, and why.")
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(default=timezone.now)


class Guardrail(models.Model):
    """One rule of an edition. `key` names what looks for it in guardrails.py, and stays over editions."""

    edition = models.ForeignKey(GuardrailEdition, on_delete=models.CASCADE, related_name="guardrails")
    number = models.PositiveSmallIntegerField()
    key = models.SlugField(max_length=40)
    title = models.CharField(max_length=120)
    # Why, and what to do instead: what the writer reads.
    explanation = models.TextField(max_length=1000)
    example = models.CharField(max_length=300, blank=True, help_text="What not to write.")
    better = models.CharField(max_length=300, blank=True, help_text="How to say it instead.")
    effect = models.CharField(max_length=8, choices=Effect)
    # More words and phrases that it looks for, and ones that it passes over; beside the built-in ones.
    words = models.JSONField(default=list, blank=True)
    passes = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="guardrail_number_once"),
            models.UniqueConstraint(fields=["edition", "key"], name="guardrail_key_once"),
        ]


class Course(models.Model):
    """One edition of the course. The newest that is published is what one learns from now."""

    number = models.PositiveIntegerField(unique=True)
    note = models.TextField(max_length=1000, blank=True)
    # How many questions an attempt draws from the bank, how many must be right, and how long it counts.
    questions_asked = models.PositiveSmallIntegerField(default=10)
    questions_right = models.PositiveSmallIntegerField(default=8)
    lasts_days = models.PositiveSmallIntegerField(default=365)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # Empty: being written.
    published_at = models.DateTimeField(null=True)


class Lesson(models.Model):
    """A page of the course. `body` is Markdown."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="lessons")
    place = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    body = models.TextField(max_length=20_000)

    class Meta:
        ordering = ["place", "pk"]


class Scenario(models.Model):
    """A message of a lesson: post it or not, and why."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="scenarios")
    place = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=1000)
    may_post = models.BooleanField()
    why = models.TextField(max_length=1000)

    class Meta:
        ordering = ["place", "pk"]


class Question(models.Model):
    """A question of the bank, with its choices: [{"text": "…", "right": true}]."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="questions")
    place = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=1000)
    choices = models.JSONField()
    why = models.TextField(max_length=1000)

    class Meta:
        ordering = ["place", "pk"]


class Attempt(models.Model):
    """One try at the quiz: which questions, in which order, what was answered."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="attempts")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="attempts")
    # [{"question": 7, "choices": [2, 0, 1], "chosen": 0}]: `choices` is the order that was shown.
    asked = models.JSONField()
    right = models.PositiveSmallIntegerField(null=True)
    begun_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    passed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], name="attempt_open_once", condition=Q(ended_at=None)),
        ]


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def valid_at(self, moment: datetime) -> Self:
        return self.filter(issued_at__lte=moment, expires_at__gt=moment, revoked_at=None)


@tracked("user", "expires_at", "revoked_at", "revoked_by", "reason")
class Certificate(models.Model):
    """That somebody has passed the course. Without a valid one nothing of theirs leaves."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="certificates")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, null=True, related_name="certificates")
    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, null=True, related_name="certificate")
    issued_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    # The last of training.NOTICE, in days before the end, at which its holder got a letter.
    reminded = models.PositiveSmallIntegerField(null=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "-expires_at"], name="certificate_of_user")]


class PauseQuerySet(models.QuerySet["Pause"]):
    def covering(self, command: Any, parent: Any) -> Self:
        """Those in force at a command (an id, or an expression of one) with that parent."""
        return self.filter(lifted_at=None).filter(Q(place=None) | Q(place=command) | Q(place=parent))


@tracked("place", "begun_by", "lifted_at", "lifted_by", made=True)
class Pause(models.Model):
    """Nothing leaves: in the city (no place), in a patrol borough and its parts, or at one command."""

    place = models.ForeignKey(Command, on_delete=models.CASCADE, null=True, related_name="pauses")
    reason = models.CharField(max_length=300, blank=True)
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    begun_at = models.DateTimeField(db_default=Now())
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place"], name="pause_once", condition=Q(lifted_at=None), nulls_distinct=False
            ),
        ]
