"""What commands say and hear on networks. Every table belongs to a command."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from precincts.tenancy import TenantForeignKey, TenantModel
from socialfeeds import crypto


class Network(models.TextChoices):
    X = "x", "X"


class AccountStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    DEAD = "dead", _("Needs to be connected again")


class Account(TenantModel):
    """A command's account on a network. Its token is kept encrypted and is never shown."""

    network = models.CharField(max_length=10, choices=Network)
    handle = models.CharField(max_length=60)
    external_id = models.CharField(max_length=60)
    sealed_token = models.BinaryField()
    status = models.CharField(max_length=8, choices=AccountStatus, default=AccountStatus.ACTIVE)
    # The newest mention that was kept: the next fetch asks for what came since.
    mentions_cursor = models.CharField(max_length=40, blank=True)
    mentions_fetched_at = models.DateTimeField(null=True)
    # Until when the network asked us to be quiet.
    resting_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command", "network", "handle"], name="account_once"),
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"

    @property
    def token(self) -> str:
        return crypto.unseal(self.sealed_token)

    @token.setter
    def token(self, value: str) -> None:
        self.sealed_token = crypto.seal(value)


class Message(TenantModel):
    """Something that a command says, once, on one account or several."""

    text = models.TextField(max_length=5000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # What it announces; the board's page, usually.
    source_url = models.URLField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)


class State(models.TextChoices):
    """ready → sending → sent | failed | unknown. See publishing.py."""

    READY = "ready", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")
    UNKNOWN = "unknown", _("Being looked for")


class Delivery(TenantModel):
    """One message to one account: the outbox. Its row, and not the broker, says what is still to do."""

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    account = TenantForeignKey(Account, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=8, choices=State, default=State.READY)
    attempt = models.PositiveSmallIntegerField(default=0)
    # When to look at it: a time to try again, or the end of a sender's lease.
    due_at = models.DateTimeField()
    # When the network was first asked: from there on its timeline may hold the message.
    asked_at = models.DateTimeField(null=True)
    external_id = models.CharField(max_length=60, blank=True)
    error = models.CharField(max_length=300, blank=True)
    needs_person = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command", "message", "account"], name="delivery_once"),
            models.CheckConstraint(
                condition=~Q(state="sent") | ~Q(external_id=""), name="delivery_sent_has_external_id"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="delivery_due",
                condition=Q(state__in=["ready", "sending", "unknown"], needs_person=False),
            )
        ]


class Mention(TenantModel):
    """Something said to a command's account. Kept once, in the order of the network."""

    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="mentions")
    external_id = models.CharField(max_length=60)
    author_handle = models.CharField(max_length=60)
    text = models.TextField()
    posted_at = models.DateTimeField()
    fetched_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command", "account", "external_id"], name="mention_once")
        ]
        indexes = [models.Index(fields=["command", "-posted_at"], name="mention_newest")]
        ordering = ["-posted_at", "-pk"]
