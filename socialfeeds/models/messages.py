"""What a command says: drafts, approvals, the outbox of deliveries, slots and broadcasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from uuid import uuid4

import pgtrigger
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from precincts.history import tracked
from precincts.models import User
from precincts.tenancy import AppendOnly, TenantForeignKey, TenantModel
from socialfeeds.models.accounts import Account, AccountStatus, token_holds
from socialfeeds.models.rules import Certificate, Pause
from socialfeeds.networks import network_named

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TEXT_LENGTH = 5000


class Status(models.TextChoices):
    """The life of a message. What becomes of it on each account is its deliveries'."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for approval")
    RELEASED = "released", _("Released")
    EXPIRED = "expired", _("Not approved in time")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Released means: it goes out at its time, if it is still allowed then. Nothing leads back from it but taking
# back what has not been claimed.
STATUS_MOVES: dict[str, set[str]] = {
    Status.DRAFT: {Status.SUBMITTED, Status.RELEASED, Status.WITHDRAWN},
    Status.SUBMITTED: {Status.DRAFT, Status.RELEASED, Status.EXPIRED, Status.WITHDRAWN},
    Status.RELEASED: {Status.DRAFT, Status.WITHDRAWN},
    Status.EXPIRED: {Status.DRAFT, Status.WITHDRAWN},
    Status.WITHDRAWN: {Status.DRAFT},
}


class Approval(models.TextChoices):
    """Whose approval a submitted message waits for."""

    COMMAND = "command", _("the command's")
    CITY = "city", _("headquarters'")


class Broadcast(models.Model):
    """A message that headquarters offers to many commands, or has them run. Each gets an Offer."""

    text = models.TextField(max_length=TEXT_LENGTH)
    link = models.URLField(max_length=500, blank=True)
    must_run = models.BooleanField(default=False)
    # For which networks; empty means all that a command has.
    networks = models.JSONField(default=list, blank=True)
    # When a must-run goes out, and until when an offer can be taken.
    scheduled_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    # Whom it is for. Who of them has no offer yet is still to get one (broadcasting.py).
    commands = models.ManyToManyField("precincts.Command", related_name="+")
    # Withdrawn: from then on nothing of it leaves.
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("created_by")),
                name="broadcast_second_person",
            ),
        ]


@tracked(
    *("text", "variants", "link", "track_link", "author", "source_url", "status", "version", "waits_for"),
    *("scheduled_at", "approved_by", "approved_at"),
)
class Message(TenantModel):
    """Something that a command says, once, on one account or several."""

    text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    # In other words on some network: {"x": "…"}.
    variants = models.JSONField(default=dict, blank=True)
    link = models.URLField(max_length=500, blank=True)
    # Whether the link carries which message brought somebody (utm_…).
    track_link = models.BooleanField(default=False)
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # What it announces; the board's page, usually.
    source_url = models.URLField(blank=True)
    # What somebody said that this answers.
    answers = TenantForeignKey(
        "socialfeeds.Mention", on_delete=models.PROTECT, null=True, related_name="answers"
    )
    broadcast = models.ForeignKey(Broadcast, on_delete=models.PROTECT, null=True, related_name="messages")

    status = models.CharField(max_length=10, choices=Status, default=Status.RELEASED)
    # Counts the edits: who decides on an older one is told what changed.
    version = models.PositiveIntegerField(default=1)
    waits_for = models.CharField(max_length=8, choices=Approval, blank=True)
    # What the guardrails found in the text as it was submitted: socialfeeds.guardrails.Finding as JSON.
    findings = models.JSONField(default=list, blank=True)
    # The guardrails that were in force then.
    guardrails = models.PositiveIntegerField(null=True)
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    # When it is to go out, in UTC; empty means at once. The zone is the one that it was meant in.
    scheduled_at = models.DateTimeField(null=True)
    time_zone = models.CharField(max_length=40, blank=True)
    # After a pause: what was due meanwhile waits for a person here.
    missed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["command", "status", "-changed_at"], name="message_by_status"),
            models.Index(fields=["command", "scheduled_at"], name="message_calendar"),
            models.Index(fields=["scheduled_at"], name="message_to_expire", condition=Q(status="submitted")),
        ]

    def move(self, status: Status) -> None:
        """Go to another status, where the table of moves allows it."""
        if status not in STATUS_MOVES[self.status]:
            raise ValueError(f"A message cannot go from {self.status} to {status}.")
        self.status = status

    def text_for(self, network: str) -> str:
        """Its words on a network."""
        return self.variants.get(network) or self.text


class Attachment(TenantModel):
    """A picture of a message: decoded and written anew, without metadata, named so that nobody guesses."""

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    key = models.UUIDField(default=uuid4, editable=False)
    alt = models.CharField(max_length=1000, blank=True)
    mime = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField(help_text="bytes")
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["place", "pk"]
        constraints = [models.UniqueConstraint(fields=["command", "key"], name="attachment_key_once")]

    @property
    def path(self) -> str:
        """Where its file stands in the media storage."""
        return f"messages/{self.key}"


class Did(models.TextChoices):
    """What somebody did with a message."""

    SUBMITTED = "submitted", _("Sent for approval")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned to its author")
    OVERRODE = "overrode", _("Overrode a guardrail")
    RELEASED = "released", _("Released")
    EXPIRED = "expired", _("Ran out of time")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    TAKEN_BACK = "taken_back", _("Taken back")
    DELETED = "deleted", _("Deleted from the network")
    MOVED = "moved", _("Moved to another time")
    RESUMED = "resumed", _("Decided after a pause")


class MessageStep(AppendOnly, TenantModel):
    """One step in the life of a message: who, when, why. Added to, never changed."""

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="steps")
    did = models.CharField(max_length=10, choices=Did)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField()
    # Of an override: the guardrail, by its number; and why.
    guardrail = models.PositiveSmallIntegerField(null=True)
    reason = models.TextField(max_length=1000, blank=True)

    class Meta:
        ordering = ["pk"]


class State(models.TextChoices):
    """held → ready → sending → sent | failed | unknown. See publishing.py."""

    HELD = "held", _("Not released")
    READY = "ready", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")
    UNKNOWN = "unknown", _("Being looked for")


# Every move that a delivery can make. Nothing leads from `unknown` to another call but a person's word.
MOVES: dict[str, set[str]] = {
    State.HELD: {State.READY},
    State.READY: {State.SENDING, State.SENT, State.HELD},
    State.SENDING: {State.READY, State.SENT, State.FAILED, State.UNKNOWN},
    State.UNKNOWN: {State.READY, State.SENT},
    State.FAILED: {State.READY, State.SENT},
    # Only where two deliveries had the same words, and the post turned out to be the other's.
    State.SENT: {State.UNKNOWN},
}


def _allowed() -> Q:
    """Released by somebody who may speak, to an account that works and is not resting, and no pause."""
    now = timezone.now()
    rested = Q(account__resting_until=None) | Q(account__resting_until__lte=now)
    paused = Exists(Pause.objects.covering(OuterRef("command_id"), OuterRef("command__parent_id")))
    may_speak = Exists(Certificate.objects.valid_at(now).filter(user=OuterRef("message__author_id")))
    works = Q(account__status=AccountStatus.ACTIVE, message__status=Status.RELEASED)
    # What headquarters has withdrawn goes out nowhere.
    works &= Q(message__broadcast__ended_at=None)
    return rested & token_holds("account__") & works & ~Q(paused) & Q(may_speak)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self) -> Self:
        """What can be worked on now. A claim asks this again, so a pause also stops what is queued."""
        to_send = Q(state=State.READY) & _allowed()
        # Looking for a post is reading: no pause forbids it.
        to_look_for = Q(state__in=[State.SENDING, State.UNKNOWN]) & ~Q(account__status=AccountStatus.DEAD)
        to_look_for &= token_holds("account__")
        return self.filter(to_send | to_look_for, due_at__lte=timezone.now()).order_by("due_at", "pk")

    def allowed(self) -> Self:
        """What nothing forbids to send at this moment."""
        return self.filter(_allowed())

    def for_desk(self) -> Self:
        """What waits for a person first, then the newest."""
        related = self.select_related("command", "message__author", "account", "decided_by")
        return related.exclude(state=State.HELD).order_by("-needs_person", "-pk")


# What a person decided about it; its own steps are its own.
@tracked(
    *("message", "account", "state", "error", "needs_person", "decided_by", "decided_at", "deleted_at"),
    changed=pgtrigger.AnyChange("decided_at", "deleted_at"),
)
class Delivery(TenantModel):
    """One part of one message to one account: the outbox. Its row, and not the broker, says what is to do."""

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    account = TenantForeignKey(Account, on_delete=models.PROTECT, related_name="deliveries")
    # Of a thread: 1, 2, …; a later part is due (`due_at`) once the one before is sent.
    part = models.PositiveSmallIntegerField(default=1)
    # Its words, as they are sent; written at the release.
    text = models.TextField(blank=True)
    # What a network with idempotent calls is asked with: the same at every attempt.
    key = models.UUIDField(default=uuid4, editable=False)
    state = models.CharField(max_length=8, choices=State, default=State.READY)
    # Counts the calls. Who comes back with an older number has been overtaken.
    attempt = models.PositiveIntegerField(default=0)
    # How often in a row the step at hand came to nothing; the wait grows with it.
    tries = models.PositiveSmallIntegerField(default=0)
    # When to take it up: at once, a time to try or look again, the end of a sender's lease. Empty: never.
    due_at = models.DateTimeField(null=True, default=timezone.now)
    # Since when the account's timeline may hold the message. Empty: it certainly does not.
    asked_at = models.DateTimeField(null=True)
    external_id = models.CharField(max_length=200, blank=True)
    error = models.CharField(max_length=300, blank=True)
    needs_person = models.BooleanField(default=False)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    # Taken back from the network; what it said is in the record.
    deleted_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command", "message", "account", "part"], name="delivery_once"),
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
        if self.part > 1 and self.due_at is None:
            return _("It waits for the part before it.")
        if self.account.status != AccountStatus.ACTIVE:
            dead = self.account.status == AccountStatus.DEAD
            again = _("It waits until the account is connected again.")
            return again if dead else _("It waits because the account is paused.")
        if Pause.objects.covering(self.command_id, self.command.parent_id).exists():
            return _("It waits because publishing is paused.")
        if not Certificate.objects.valid_at(timezone.now()).filter(user=self.message.author_id).exists():
            return _("It waits because its author has no valid certificate.")
        return ""

    @property
    def url(self) -> str:
        """Where the post can be read, once there is one."""
        if not self.external_id:
            return ""
        return network_named(self.account.network).url_of(self.account, self.external_id)


class Slot(TenantModel):
    """A time of the week (the command's own) at which the next message of the queue goes out."""

    # Monday is 0.
    weekday = models.PositiveSmallIntegerField()
    time = models.TimeField()

    class Meta:
        ordering = ["weekday", "time"]
        constraints = [
            models.UniqueConstraint(fields=["command", "weekday", "time"], name="slot_once"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="slot_weekday"),
        ]


class OfferStatus(models.TextChoices):
    OPEN = "open", _("Offered")
    ADOPTED = "adopted", _("Adopted")
    EDITED = "edited", _("Adopted with changes")
    DECLINED = "declined", _("Declined")
    RUN = "run", _("Run for headquarters")
    CLOSED = "closed", _("No longer offered")


@tracked("status", "decided_by", "decided_at")
class Offer(TenantModel):
    """A broadcast at one command."""

    broadcast = models.ForeignKey(Broadcast, on_delete=models.PROTECT, related_name="offers")
    status = models.CharField(max_length=8, choices=OfferStatus, default=OfferStatus.OPEN)
    message = TenantForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    # Why it was declined.
    reason = models.CharField(max_length=300, blank=True)
    # What could not be done, such as a must-run at a command without an account.
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["command", "broadcast"], name="offer_once")]
