"""The record: everything said, heard, edited, deleted or hidden, chained by hash (record.py)."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from precincts.history import tracked
from precincts.models import User
from precincts.tenancy import AppendOnly, TenantForeignKey, TenantModel
from socialfeeds.models.accounts import Account


class Kept(models.TextChoices):
    """What an entry of the record tells."""

    SAID = "said", _("Said")
    HEARD = "heard", _("Heard")
    EDITED = "edited", _("Edited")
    GONE = "gone", _("Deleted by its author")
    DELETED = "deleted", _("Deleted by us")
    HIDDEN = "hidden", _("Hidden")
    SHOWN = "shown", _("Shown again")
    STEP = "step", _("A step of a message")
    REFUSED = "refused", _("Refused by the network")


class RecordEntry(AppendOnly, TenantModel):
    """One link of a command's chain. `hash` is over `previous` and the rest; nobody can change a row."""

    number = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=8, choices=Kept)
    account = TenantForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    # What it is about, as "delivery:12" or "mention:7".
    about = models.CharField(max_length=60)
    at = models.DateTimeField(default=timezone.now)
    # The text, who, and the network's raw answer.
    body = models.JSONField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["command", "number"], name="record_number_once")]
        indexes = [
            models.Index(fields=["command", "at"], name="record_by_time"),
            models.Index(fields=["command", "about"], name="record_about"),
        ]


class RecordHead(TenantModel):
    """Where a command's chain ends. Its row is the lock under which an entry is added."""

    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["command"], name="record_head_once")]


@tracked("name", "since", "until", "account", "lifted_at", "lifted_by", made=True)
class LegalHold(TenantModel):
    """Nothing of this time may be removed, whoever asks."""

    name = models.CharField(max_length=120)
    reason = models.TextField(max_length=1000, blank=True)
    account = TenantForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    placed_at = models.DateTimeField(default=timezone.now)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_because = models.TextField(max_length=1000, blank=True)
