"""Where a command's machines want to hear what happens on its board."""

from __future__ import annotations

import uuid
from typing import Self

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
    # For a day after a rotation what is sent is signed with both, so that no receiver misses a call.
    sealed_old_secret = models.BinaryField(null=True)
    old_secret_until = models.DateTimeField(null=True)
    # Names like "idea.heard"; empty is all of them.
    events = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    active = models.BooleanField(default=True)
    # Set where the receiver itself said that it is gone, and not a person that it rests.
    gone_at = models.DateTimeField(null=True)
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

    @property
    def secrets(self) -> list[str]:
        """What signs a call now, the newest first."""
        sealed = [self.sealed_secret]
        if self.sealed_old_secret and self.old_secret_until and self.old_secret_until > timezone.now():
            sealed.append(self.sealed_old_secret)
        return [crypto.unseal(one) for one in sealed]


class CallState(models.TextChoices):
    READY = "ready", _("Waiting to be sent")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Given up")


class CallQuerySet(models.QuerySet["Call"]):
    def due(self) -> Self:
        """What can be sent now. A claim asks this again, so a pause also stops what is queued."""
        return self.filter(state=CallState.READY, due_at__lte=timezone.now(), webhook__active=True)


class Call(TenantModel):
    """One event to one webhook. Its receiver knows it by `event_id`, so a second delivery does no harm."""

    webhook = TenantForeignKey(Webhook, on_delete=models.CASCADE, related_name="calls")
    event_id = models.UUIDField(default=uuid.uuid4, editable=False)
    event = models.CharField(max_length=40)
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=CallState, default=CallState.READY)
    tries = models.PositiveSmallIntegerField(default=0)
    # When to take it up: at once, a time to try again, or the end of a sender's lease.
    due_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True)
    status_code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command", "webhook", "event_id"], name="call_once"),
        ]
        indexes = [
            models.Index(fields=["command", "due_at"], name="call_due", condition=Q(state="ready")),
        ]
