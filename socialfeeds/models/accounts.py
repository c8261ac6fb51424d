"""A command's accounts on the networks, what they cost, and how they stand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Self

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


class Network(models.TextChoices):
    X = "x", "X"
    FACEBOOK = "facebook", "Facebook"
    BLUESKY = "bluesky", "Bluesky"
    MASTODON = "mastodon", "Mastodon"


class AccountStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    DEAD = "dead", _("Needs to be connected again")


def token_holds(prefix: str = "") -> Q:
    """An access token that is not over. What finds one that is waits until it has been refreshed."""
    return Q(**{f"{prefix}token_expires_at": None}) | Q(**{f"{prefix}token_expires_at__gt": timezone.now()})


class AccountQuerySet(models.QuerySet["Account"]):
    def due_to_listen(self) -> Self:
        """Those whose mentions may be asked for now. A paused account says nothing, but still hears."""
        rested = Q(mentions_resting_until=None) | Q(mentions_resting_until__lte=timezone.now())
        return self.exclude(status=AccountStatus.DEAD).filter(rested, token_holds()).order_by("pk")

    def connected(self) -> Self:
        return self.filter(disconnected_at=None)

    def die(self, words: str) -> None:
        """Their tokens are worth nothing any more. What waits for them is kept."""
        self.exclude(status=AccountStatus.DEAD).update(
            status=AccountStatus.DEAD,
            trouble=words[:300],
            troubled_at=timezone.now(),
            refreshing_until=None,
        )


@tracked("network", "handle", "server", "status", "connected_by", "disconnected_at", made=True)
class Account(TenantModel):
    """A command's account on a network. Its credentials are kept encrypted and are never shown."""

    network = models.CharField(max_length=10, choices=Network)
    handle = models.CharField(max_length=120)
    name = models.CharField(max_length=120, blank=True)
    # The Mastodon instance or the Bluesky PDS, as an address; empty where the network has one server.
    server = models.CharField(max_length=200, blank=True)
    external_id = models.CharField(max_length=200)
    sealed_credentials = models.BinaryField()
    # When the access token ends, where it does. It is refreshed before, under this row's lock.
    token_expires_at = models.DateTimeField(null=True)
    # The lease of whoever asks for a new token at this moment, or when one may be asked for again.
    refreshing_until = models.DateTimeField(null=True)
    # What the server says of itself: {"characters": 500}.
    limits = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=8, choices=AccountStatus, default=AccountStatus.ACTIVE)
    # Why it is not active, in words for people, and since when.
    trouble = models.CharField(max_length=300, blank=True)
    troubled_at = models.DateTimeField(null=True)
    connected_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # Given up by us: its credentials are gone, and what it said is kept.
    disconnected_at = models.DateTimeField(null=True)
    # Where the next fetch goes on. The network's business: opaque here.
    mentions_cursor = models.TextField(blank=True)
    mentions_fetched_at = models.DateTimeField(null=True)
    # Until when the network asked us to be quiet: it counts posts and reads apart.
    resting_until = models.DateTimeField(null=True)
    mentions_resting_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["command", "network", "server", "external_id"], name="account_once"
            ),
        ]

    def __str__(self) -> str:
        return self.handle if self.network == Network.FACEBOOK else f"@{self.handle}"

    @property
    def url(self) -> str:
        """Where it can be read."""
        return network_named(self.network).profile_of(self)

    @property
    def is_resting(self) -> bool:
        return self.resting_until is not None and self.resting_until > timezone.now()

    @property
    def credentials(self) -> dict[str, str]:
        """What opens it: a flat object whose names are the network's business."""
        opened: dict[str, str] = json.loads(crypto.unseal(self.sealed_credentials))
        return opened

    @credentials.setter
    def credentials(self, value: Mapping[str, str]) -> None:
        self.sealed_credentials = crypto.seal(json.dumps(dict(value)))


class NetworkApp(models.Model):
    """Our registration at one server, made when the first account there is connected (Mastodon)."""

    network = models.CharField(max_length=10, choices=Network)
    server = models.CharField(max_length=200)
    client_id = models.CharField(max_length=200)
    sealed_secret = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "server"], name="network_app_once")]

    @property
    def secret(self) -> str:
        return crypto.unseal(self.sealed_secret)

    @secret.setter
    def secret(self, value: str) -> None:
        self.sealed_secret = crypto.seal(value)


class Spent(models.TextChoices):
    """What a network is paid for."""

    POST = "post", _("Posts")
    LINK = "link", _("Posts with a link")
    READ = "read", _("Reads")


class SpendingDay(TenantModel):
    """What one account cost on one day (UTC): how many, and millionths of a dollar."""

    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="spending")
    day = models.DateField()
    kind = models.CharField(max_length=4, choices=Spent)
    number = models.PositiveIntegerField(default=0)
    micros = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command", "account", "day", "kind"], name="spending_once"),
        ]
        indexes = [models.Index(fields=["command", "day"], name="spending_by_day")]


@tracked("month_usd", "set_by", made=True)
class Budget(TenantModel):
    """What headquarters lets a command spend in a calendar month. Without one: ENGAGE_MONTHLY_BUDGET."""

    month_usd = models.DecimalField(max_digits=8, decimal_places=2)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command"], name="budget_once"),
            models.CheckConstraint(condition=Q(month_usd__gte=0), name="budget_not_negative"),
        ]


class AccountDay(TenantModel):
    """How an account stood at the end of a day (the command's own): the history of its metrics.

    `followers` is how many there were; the rest is what was counted in all on its posts of the last thirty
    days. Empty: the network does not say.
    """

    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    followers = models.PositiveIntegerField(null=True)
    reach = models.PositiveBigIntegerField(null=True)
    reactions = models.PositiveBigIntegerField(null=True)
    replies = models.PositiveBigIntegerField(null=True)
    shares = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["command", "account", "day"], name="account_day_once")]


class AlarmKind(models.TextChoices):
    DEAD_ACCOUNT = "dead_account", _("An account must be connected again")
    NEEDS_PERSON = "needs_person", _("A message waits for a person's decision")
    MISSED = "missed", _("A message was not sent in time")
    EXPIRED = "expired", _("A message was not approved in time")
    CERTIFICATE = "certificate", _("A certificate ends")
    BUDGET = "budget", _("The budget is nearly spent")
    SURGE = "surge", _("A surge of mentions")


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def open(self) -> Self:
        return self.filter(closed_at=None).order_by("-pk")


@tracked(
    *("kind", "key", "acknowledged_by", "acknowledged_at", "closed_at"),
    changed=pgtrigger.AnyChange("acknowledged_at", "closed_at"),
)
class Alarm(TenantModel):
    """Something that people must know of. At one moment there is one for each kind and key.

    `about` is what the alarm is over, as the page of it needs it: {"account": 3} or {"mentions": [1, 2]}.
    """

    kind = models.CharField(max_length=12, choices=AlarmKind)
    key = models.CharField(max_length=60, blank=True)
    words = models.CharField(max_length=300)
    about = models.JSONField(default=dict, blank=True)
    raised_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    # Over: what it was about is put right.
    closed_at = models.DateTimeField(null=True)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["command", "kind", "key"], name="alarm_once", condition=Q(closed_at=None)
            ),
        ]
        indexes = [models.Index(fields=["command", "-id"], name="alarm_newest")]


class AlarmLetter(TenantModel):
    """An alarm on its way to one person. Claimed by emptying `due_at`: it leaves once at most."""

    alarm = TenantForeignKey(Alarm, on_delete=models.CASCADE, related_name="letters")
    reader = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    due_at = models.DateTimeField(null=True, default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command", "alarm", "reader"], name="alarm_letter_once"),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="alarm_letter_due", condition=Q(due_at__isnull=False)),
        ]
