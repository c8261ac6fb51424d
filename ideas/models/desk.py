"""What a desk keeps beside the ideas: who looks at what, labels, notes, replies, trust and redactions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ideas.models.board import BODY_LENGTH, Comment, Idea
from ideas.models.conduct import Rule
from precincts.models import Participant
from precincts.tenancy import TenantForeignKey, TenantModel
from socialfeeds import crypto


class Claim(TenantModel):
    """Somebody looks at an item of the queue. It lapses by itself; it binds nobody, versions do."""

    kind = models.CharField(max_length=10)
    item = models.BigIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["command", "kind", "item"], name="claim_once")]


class Label(TenantModel):
    """A word by which a desk sorts its ideas. Residents do not see it."""

    name = models.CharField(_("label"), max_length=40)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["command", "name"], name="label_once")]

    def __str__(self) -> str:
        return self.name


class IdeaLabel(TenantModel):
    idea = TenantForeignKey(Idea, on_delete=models.CASCADE, related_name="labels")
    label = TenantForeignKey(Label, on_delete=models.CASCADE, related_name="ideas")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["command", "idea", "label"], name="idea_label_once")]


class Note(TenantModel):
    """An internal note on an idea, for the desk only."""

    idea = TenantForeignKey(Idea, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("note"), max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["command", "idea"], name="note_of_idea")]


class SavedReply(TenantModel):
    """An answer that is given often, with placeholders for what differs."""

    name = models.CharField(_("name"), max_length=60)
    text = models.TextField(_("text"), max_length=BODY_LENGTH)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["command", "name"], name="saved_reply_once")]

    def __str__(self) -> str:
        return self.name


class Trust(TenantModel):
    """A participant whose ideas go on the board without waiting. It can be taken back."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="+")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(auto_now_add=True)
    # The approval that it was given with: who takes that back, takes back both.
    decision = TenantForeignKey("ideas.Decision", on_delete=models.CASCADE, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["command", "participant"], name="trust_once", condition=Q(revoked_at__isnull=True)
            )
        ]


class Redaction(TenantModel):
    """A piece taken out of a public text: the text has a marked gap, and the piece lies here, sealed."""

    idea = TenantForeignKey(Idea, on_delete=models.CASCADE, related_name="redactions")
    comment = TenantForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="redactions")
    field = models.CharField(max_length=10)
    # What stands in the text instead.
    gap = models.CharField(max_length=60)
    sealed_piece = models.BinaryField()
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    redacted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    redacted_at = models.DateTimeField(auto_now_add=True)
    # Put back into the text, and why. The piece stays sealed here all the same.
    restored_at = models.DateTimeField(null=True)
    restored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    restored_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["redacted_at", "pk"]
        indexes = [models.Index(fields=["command", "idea"], name="redaction_of_idea")]

    @property
    def piece(self) -> str:
        return crypto.unseal(self.sealed_piece)

    @piece.setter
    def piece(self, value: str) -> None:
        self.sealed_piece = crypto.seal(value)


class Fingerprint(TenantModel):
    """A few keyed digests of what somebody wrote, by which the same text is known again for some weeks."""

    idea = TenantForeignKey(Idea, on_delete=models.CASCADE, related_name="fingerprints")
    comment = TenantForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="fingerprints")
    digest = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index("command", "digest", models.F("created_at").desc(), name="fingerprint_newest_alike"),
            models.Index(fields=["command", "created_at"], name="fingerprint_oldest"),
            models.Index(fields=["command", "idea"], name="fingerprint_of_idea"),
        ]


class Measure(models.TextChoices):
    REVIEW = "review", _("Reviewed")
    HEAR = "hear", _("Heard")
    ACT = "act", _("Acted on")
    APPEAL = "appeal", _("Appeal decided")


class ServiceGoal(models.Model):
    """How soon headquarters wants something done, city-wide. What takes longer is late."""

    measure = models.CharField(max_length=8, choices=Measure, unique=True)
    hours = models.PositiveIntegerField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(hours__gt=0), name="service_goal_takes_time")]
