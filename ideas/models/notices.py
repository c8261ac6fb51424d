"""Who wants to hear of what, and what was told. Shared: one reader follows things in several commands.

No word that a resident wrote stands here: a notice names an idea, and its page is looked up when it is read.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ideas.models.topics import Topic
from precincts.models import Command, Participant
from socialfeeds import crypto


class Cadence(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")


class Contact(models.Model):
    """Where a participant wants notices sent. The address is sealed; its digest finds it again."""

    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="contact")
    sealed_email = models.BinaryField()
    # Keyed, so that a list of addresses cannot be tried against it.
    email_digest = models.CharField(max_length=64)
    confirmed_at = models.DateTimeField(null=True)
    cadence = models.CharField(_("how often"), max_length=8, choices=Cadence, default=Cadence.DAILY)
    language = models.CharField(max_length=10, default="en-us")
    time_zone = models.CharField(max_length=40, default="America/New_York")
    created_at = models.DateTimeField(auto_now_add=True)
    # One click on "unsubscribe", or a bounce: nothing is sent from then on.
    stopped_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    # When the next digest is due: eight in the morning, on the reader's clock. Empty: at once, or not at all.
    digest_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["email_digest"], name="contact_by_digest"),
            models.Index(
                fields=["digest_at"], name="contact_digest_due", condition=Q(digest_at__isnull=False)
            ),
        ]

    @property
    def email(self) -> str:
        return crypto.unseal(self.sealed_email)

    @property
    def works(self) -> bool:
        """Whether anything may be sent there."""
        return bool(self.confirmed_at) and not (self.stopped_at or self.bounced_at)


class FollowKind(models.TextChoices):
    IDEA = "idea", _("One issue")
    TOPIC = "topic", _("A topic")
    PLACE = "place", _("Around a place")
    COMMAND = "command", _("All of a command")


class Follow(models.Model):
    """What a participant wants to hear about. A topic is followed in one command, or in the whole city."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="follows")
    kind = models.CharField(max_length=8, choices=FollowKind)
    command = models.ForeignKey(Command, on_delete=models.CASCADE, null=True, related_name="+")
    # A row of that command's; no key leads from a shared table into a tenant's.
    idea_id = models.BigIntegerField(null=True)
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, null=True, related_name="+")
    # Rounded to some 100 m: enough for the circle, too little for a door.
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    radius_m = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "kind", "command", "idea_id", "topic", "latitude", "longitude"],
                name="follow_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind=FollowKind.IDEA, command__isnull=False, idea_id__isnull=False)
                | Q(kind=FollowKind.TOPIC, topic__isnull=False)
                | Q(
                    kind=FollowKind.PLACE,
                    latitude__isnull=False,
                    longitude__isnull=False,
                    radius_m__range=(500, 3000),
                )
                | Q(kind=FollowKind.COMMAND, command__isnull=False),
                name="follow_names_its_thing",
            ),
        ]
        indexes = [
            models.Index(fields=["command", "idea_id"], name="follow_of_idea", condition=Q(kind="idea")),
            models.Index(fields=["topic"], name="follow_of_topic", condition=Q(kind="topic")),
            models.Index(fields=["latitude"], name="follow_around", condition=Q(kind="place")),
            models.Index(fields=["command"], name="follow_of_command", condition=Q(kind="command")),
        ]


class LetterState(models.TextChoices):
    """ready → sending → sent | failed | unknown; or dropped, where nothing was left to say.

    What a dead sender left as `sending` is not sent again.
    """

    READY = "ready", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")
    UNKNOWN = "unknown", _("May have been sent")
    DROPPED = "dropped", _("No longer wanted")


class Letter(models.Model):
    """One e-mail to one reader: the outbox. Its key is unique, so that nothing is written twice."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="letters")
    key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=8, choices=LetterState, default=LetterState.READY)
    due_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="letter_due", condition=Q(state__in=["ready", "sending"]))
        ]


class Notice(models.Model):
    """Something that happened, told to one participant: once, whatever made it worth telling."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="notices")
    command = models.ForeignKey(Command, on_delete=models.CASCADE, related_name="+")
    idea_id = models.BigIntegerField()
    # The decision that it is about; the redaction's id where something was redacted.
    decision_id = models.BigIntegerField(null=True)
    # What happened and why this reader hears of it: see notices/words.py.
    event = models.CharField(max_length=16)
    why = models.CharField(max_length=10)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    # Its reader wants an e-mail at once: cleared when that is written, or no longer wanted.
    at_once = models.BooleanField(default=False, db_default=False)
    letter = models.ForeignKey(Letter, on_delete=models.SET_NULL, null=True, related_name="notices")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "command", "idea_id", "decision_id", "event"],
                name="notice_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index("participant", models.F("created_at").desc(), name="notice_newest"),
            models.Index(fields=["participant"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["participant"], name="notice_unsent", condition=Q(letter__isnull=True)),
            models.Index(fields=["participant"], name="notice_at_once", condition=Q(at_once=True)),
        ]
