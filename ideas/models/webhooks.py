"""Where a command's machines want to hear what happens on its board."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from precincts.tenancy import TenantForeignKey, TenantModel
from socialfeeds import crypto


class Webhook(TenantModel):
    """An address that is told of `idea.*` events, with the secret that signs what it is told."""

    url = models.URLField(_("address"), max_length=300)
    sealed_secret = models.BinaryField()
    # Names like "idea.heard"; empty is all of them.
    events = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    active = models.BooleanField(default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["command", "url"], name="webhook_once")]

    @property
    def secret(self) -> str:
        return crypto.unseal(self.sealed_secret)

    @secret.setter
    def secret(self, value: str) -> None:
        self.sealed_secret = crypto.seal(value)


class CallState(models.TextChoices):
    READY = "ready", _("Waiting to be sent")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Given up")


class Call(TenantModel):
    """One event to one webhook. Its receiver knows it by `event_id`, so a second delivery does no harm."""

    webhook = TenantForeignKey(Webhook, on_delete=models.CASCADE, related_name="calls")
    event_id = models.UUIDField(default=uuid.uuid4, editable=False)
    event = models.CharField(max_length=40)
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=CallState, default=CallState.READY)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    status_code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command", "webhook", "event_id"], name="call_once"),
        ]
        indexes = [
            models.Index(fields=["command", "due_at"], name="call_due", condition=Q(state="ready")),
        ]
