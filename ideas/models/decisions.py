"""Decisions on what residents sent, and what can be said against them."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ideas.models.board import Action, Comment, Idea
from ideas.models.conduct import Rule
from precincts.models import Participant
from precincts.tenancy import TenantForeignKey, TenantModel


class Decision(TenantModel):
    """One move of an idea, or of a comment under it: who, when, why, and what the public was told.

    Kept as it was made. Added later are only where it was announced, that it was undone, and that those who
    should know were told.
    """

    idea = TenantForeignKey(Idea, on_delete=models.CASCADE, related_name="decisions")
    # Set where the comment was decided on, and not the idea itself.
    comment = TenantForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="decisions")
    action = models.CharField(max_length=10, choices=Action)
    from_status = models.CharField(max_length=10)
    to_status = models.CharField(max_length=10)
    # The version of the idea, or of the comment, that it made.
    version = models.PositiveIntegerField(default=0)
    # Empty where the program itself moved it: an import, say.
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True, help_text="To the author, when screened.")
    answer = models.TextField(blank=True, help_text="To the public.")
    # The columns that it changed, as they stood before: what an undo puts back.
    before = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    # The decision whose answer served this idea too: one answer can serve several at once.
    along_with = TenantForeignKey("self", on_delete=models.PROTECT, null=True, related_name="others")
    # Where the announcement of this decision can be followed; a message of socialfeeds.
    message_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # When notices to its author, followers and voters were written. Empty: to do, once no undo can come.
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["command", "idea", "decided_at"], name="decision_of_idea"),
            models.Index(
                fields=["command", "decided_at"], name="decision_untold", condition=Q(told_at__isnull=True)
            ),
            models.Index(
                fields=["command", "rule"], name="decision_under_rule", condition=Q(rule__isnull=False)
            ),
            models.Index(
                fields=["command", "along_with"],
                name="decision_along",
                condition=Q(along_with__isnull=False),
            ),
        ]
        ordering = ["decided_at", "pk"]


class Outcome(models.TextChoices):
    OPEN = "open", _("Waits for headquarters")
    UPHELD = "upheld", _("Upheld")
    OVERTURNED = "overturned", _("Overturned")


class Appeal(TenantModel):
    """An author's word against a screening. Headquarters decides, and never who screened."""

    decision = TenantForeignKey(Decision, on_delete=models.CASCADE, related_name="appeals")
    idea = TenantForeignKey(Idea, on_delete=models.CASCADE, related_name="appeals")
    comment = TenantForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="appeals")
    participant = models.ForeignKey(Participant, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(_("why it should be shown"), max_length=2000)
    created_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    # When the command's desk took note of the outcome; until then it waits in its queue.
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command", "decision"], name="appeal_once"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.OPEN, decided_at__isnull=True)
                | (~Q(outcome=Outcome.OPEN) & Q(decided_at__isnull=False)),
                name="appeal_decided_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["command", "created_at"], name="appeal_open", condition=Q(outcome="open")),
            models.Index(
                fields=["command", "decided_at"],
                name="appeal_unseen",
                condition=Q(decided_at__isnull=False, seen_at__isnull=True),
            ),
        ]


class Verdict(TenantModel):
    """A resident's answer to "Is it fixed?", on one `done` decision."""

    idea = TenantForeignKey(Idea, on_delete=models.CASCADE, related_name="verdicts")
    decision = TenantForeignKey(Decision, on_delete=models.CASCADE, related_name="verdicts")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="+")
    fixed = models.BooleanField()
    text = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command", "decision", "participant"], name="verdict_once")
        ]
        indexes = [models.Index(fields=["command", "idea"], name="verdict_of_idea")]


class Report(TenantModel):
    """A reader's word that something public breaks a rule."""

    idea = TenantForeignKey(Idea, on_delete=models.CASCADE, related_name="reports")
    comment = TenantForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="reports")
    participant = models.ForeignKey(Participant, on_delete=models.SET_NULL, null=True, related_name="+")
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    handled_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # Why it was kept, where somebody said so.
    handled_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["command", "idea", "comment", "participant"],
                name="report_once",
                nulls_distinct=False,
                condition=Q(handled_at__isnull=True, participant__isnull=False),
            )
        ]
        indexes = [
            models.Index(
                fields=["command", "idea", "created_at"],
                name="report_open",
                condition=Q(handled_at__isnull=True),
            )
        ]
