"""What commands say and hear on networks. Every table belongs to a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from precincts.history import tracked
from precincts.models import User
from precincts.tenancy import TenantForeignKey, TenantModel
from socialfeeds import crypto
from socialfeeds.networks import network_named

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Network(models.TextChoices):
    X = "x", "X"


class AccountStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    DEAD = "dead", _("Needs to be connected again")


class AccountQuerySet(models.QuerySet["Account"]):
    def due_to_listen(self) -> Self:
        """Those whose mentions may be asked for now. A paused account says nothing, but still hears."""
        rested = Q(mentions_resting_until=None) | Q(mentions_resting_until__lte=timezone.now())
        return self.exclude(status=AccountStatus.DEAD).filter(rested).order_by("pk")


@tracked("network", "handle", "status", made=True)
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
    # Until when the network asked us to be quiet: it counts posts and reads apart.
    resting_until = models.DateTimeField(null=True)
    mentions_resting_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command", "network", "handle"], name="account_once"),
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"

    @property
    def url(self) -> str:
        """Where it can be read."""
        return network_named(self.network).profile_of(self.handle)

    @property
    def is_resting(self) -> bool:
        return self.resting_until is not None and self.resting_until > timezone.now()

    @property
    def token(self) -> str:
        return crypto.unseal(self.sealed_token)

    @token.setter
    def token(self, value: str) -> None:
        self.sealed_token = crypto.seal(value)


@tracked("text", "author", "source_url")
class Message(TenantModel):
    """Something that a command says, once, on one account or several."""

    text = models.TextField(max_length=5000)
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
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


# Every move that a delivery can make. Nothing leads from `unknown` to another call but a person's word.
MOVES: dict[str, set[str]] = {
    State.READY: {State.SENDING, State.SENT},
    State.SENDING: {State.READY, State.SENT, State.FAILED, State.UNKNOWN},
    State.UNKNOWN: {State.READY, State.SENT},
    State.FAILED: {State.READY, State.SENT},
    # Only where two deliveries had the same words, and the post turned out to be the other's.
    State.SENT: {State.UNKNOWN},
}


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self) -> Self:
        """What can be worked on now. A claim asks this again, so a pause also stops what is queued."""
        now = timezone.now()
        rested = Q(account__resting_until=None) | Q(account__resting_until__lte=now)
        to_send = rested & Q(
            state=State.READY, account__status=AccountStatus.ACTIVE, command__publishing_paused=False
        )
        # Looking for a post is reading: no pause forbids it.
        to_look_for = Q(state__in=[State.SENDING, State.UNKNOWN]) & ~Q(account__status=AccountStatus.DEAD)
        return self.filter(to_send | to_look_for, due_at__lte=now).order_by("due_at", "pk")

    def for_desk(self) -> Self:
        """What waits for a person first, then the newest."""
        related = self.select_related("command", "message__author", "account", "decided_by")
        return related.order_by("-needs_person", "-pk")


# What a person decided about it; its own steps are its own.
@tracked(
    *("message", "account", "state", "error", "needs_person", "decided_by", "decided_at"),
    changed=pgtrigger.AnyChange("decided_at"),
)
class Delivery(TenantModel):
    """One message to one account: the outbox. Its row, and not the broker, says what is still to do."""

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    account = TenantForeignKey(Account, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=8, choices=State, default=State.READY)
    # Counts the calls. Who comes back with an older number has been overtaken.
    attempt = models.PositiveIntegerField(default=0)
    # How often in a row the step at hand came to nothing; the wait grows with it.
    tries = models.PositiveSmallIntegerField(default=0)
    # When to take it up: at once, a time to try or look again, the end of a sender's lease. Empty: never.
    due_at = models.DateTimeField(null=True, default=timezone.now)
    # Since when the account's timeline may hold the message. Empty: it certainly does not.
    asked_at = models.DateTimeField(null=True)
    external_id = models.CharField(max_length=60, blank=True)
    error = models.CharField(max_length=300, blank=True)
    needs_person = models.BooleanField(default=False)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command", "message", "account"], name="delivery_once"),
            # One post is the proof of one delivery.
            models.UniqueConstraint(
                fields=["command", "account", "external_id"],
                name="delivery_post_once",
                condition=~Q(external_id=""),
            ),
            # Sent is what the network gave an id for, or what a person says was sent.
            models.CheckConstraint(
                condition=~Q(state="sent") | ~Q(external_id="") | Q(decided_by__isnull=False),
                name="delivery_sent_has_external_id",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="delivery_due",
                condition=Q(state__in=["ready", "sending", "unknown"], due_at__isnull=False),
            ),
            models.Index(fields=["command", "-needs_person", "-id"], name="delivery_for_desk"),
        ]

    def move(self, state: State) -> None:
        """Go to another state, where the table of moves allows it."""
        if state not in MOVES[self.state]:
            raise ValueError(f"A delivery cannot go from {self.state} to {state}.")
        self.state = state
        self.needs_person = False

    @property
    def waits_for(self) -> StrOrPromise:
        """Why it is still here, beyond what happened to it. Nothing where it goes on by itself."""
        if self.state != State.READY:
            return ""
        if self.account.status == AccountStatus.DEAD:
            return _("It waits until the account is connected again.")
        if self.account.status == AccountStatus.PAUSED:
            return _("It waits because the account is paused.")
        if self.command.publishing_paused:
            return _("It waits because everything of this command is paused.")
        return ""

    @property
    def url(self) -> str:
        """Where the post can be read, once there is one."""
        if not self.external_id:
            return ""
        return network_named(self.account.network).url_of(self.account.handle, self.external_id)


class MentionQuerySet(models.QuerySet["Mention"]):
    def for_desk(self) -> Self:
        """Newest first, with what their links need."""
        return self.select_related("account")


class Mention(TenantModel):
    """Something said to a command's account. Kept once, in the order of the network."""

    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="mentions")
    external_id = models.CharField(max_length=60)
    author_handle = models.CharField(max_length=60)
    text = models.TextField()
    posted_at = models.DateTimeField()
    fetched_at = models.DateTimeField(auto_now_add=True)

    objects = MentionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command", "account", "external_id"], name="mention_once")
        ]
        indexes = [models.Index(fields=["command", "-posted_at"], name="mention_newest")]
        ordering = ["-posted_at", "-pk"]

    @property
    def url(self) -> str:
        """Where it can be read."""
        return network_named(self.account.network).url_of(self.author_handle, self.external_id)
