"""What was said to a command: mentions, their threads, and what was done about them."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from precincts.history import tracked
from precincts.models import Command, User
from precincts.tenancy import TenantForeignKey, TenantModel
from socialfeeds.models.accounts import Account
from socialfeeds.networks import network_named


class MentionKind(models.TextChoices):
    MENTION = "mention", _("Mention")
    REPLY = "reply", _("Reply")
    COMMENT = "comment", _("Comment")
    TAG = "tag", _("Tag")
    WATCHED = "watched", _("Watched words")


class ThreadStatus(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    REFERRED = "referred", _("Referred")


class ThreadQuerySet(models.QuerySet["Thread"]):
    def waiting(self) -> Self:
        """Those that wait for the desk, the longest waiting first."""
        return self.filter(status=ThreadStatus.OPEN, waiting_since__isnull=False).order_by(
            "waiting_since", "pk"
        )


@tracked("status", "assigned_to", "topic", "referred_to")
class Thread(TenantModel):
    """A conversation on a network that the command is part of: the piece of work in the inbox."""

    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="threads")
    # The network's name of the conversation; of the post where it has none.
    conversation_id = models.CharField(max_length=200)
    status = models.CharField(max_length=8, choices=ThreadStatus, default=ThreadStatus.OPEN)
    # Counts what people did: who decides on an older one is told what changed.
    version = models.PositiveIntegerField(default=1)
    assigned_to = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    # Suggestions, until a person sets them.
    topic = models.CharField(max_length=60, blank=True)
    place = models.CharField(max_length=200, blank=True)
    suggested_command = models.ForeignKey(Command, on_delete=models.SET_NULL, null=True, related_name="+")
    referred_to = models.ForeignKey(Command, on_delete=models.SET_NULL, null=True, related_name="+")
    # When the other command had its copy. Empty on a referred thread: still to do.
    handed_at = models.DateTimeField(null=True)
    # The newest of what they said, and since when they have no answer. Empty: nobody waits.
    last_at = models.DateTimeField(default=timezone.now)
    waiting_since = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command", "account", "conversation_id"], name="thread_once")
        ]
        indexes = [
            models.Index(fields=["command", "-last_at"], name="thread_newest"),
            models.Index(
                fields=["command", "waiting_since"],
                name="thread_waiting",
                condition=Q(status="open", waiting_since__isnull=False),
            ),
            models.Index(
                fields=["id"], name="thread_to_hand_over", condition=Q(status="referred", handed_at=None)
            ),
        ]


class MentionQuerySet(models.QuerySet["Mention"]):
    def for_desk(self) -> Self:
        """Newest first, with what their links need."""
        return self.select_related("account")


class Mention(TenantModel):
    """Something said to a command's account. Kept once, in the order of the network."""

    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="mentions")
    thread = TenantForeignKey(Thread, on_delete=models.CASCADE, null=True, related_name="mentions")
    external_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=MentionKind, default=MentionKind.MENTION)
    author_id = models.CharField(max_length=200, blank=True)
    author_handle = models.CharField(max_length=120)
    author_name = models.CharField(max_length=200, blank=True)
    parent_id = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    address = models.CharField(max_length=500, blank=True)
    posted_at = models.DateTimeField()
    fetched_at = models.DateTimeField(auto_now_add=True)
    # As the network has it now: edited or gone there; hidden there by us. What stood is in the record.
    edited_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)

    objects = MentionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command", "account", "external_id"], name="mention_once")
        ]
        indexes = [
            models.Index(fields=["command", "-posted_at"], name="mention_newest"),
            models.Index(fields=["command", "account", "author_id"], name="mention_of_author"),
            models.Index(fields=["command", "thread", "posted_at"], name="mention_of_thread"),
        ]
        ordering = ["-posted_at", "-pk"]

    @property
    def url(self) -> str:
        """Where it can be read."""
        if self.address:
            return self.address
        return network_named(self.account.network).url_of(self.account, self.external_id, self.author_handle)


class ThreadNote(TenantModel):
    """What somebody at the desk wrote beside a thread, for the desk alone."""

    thread = TenantForeignKey(Thread, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField(max_length=2000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]


@tracked("words", "account", made=True)
class WatchedWords(TenantModel):
    """What a command listens for beyond its name: a hashtag, a place, a street."""

    account = TenantForeignKey(Account, on_delete=models.CASCADE, related_name="watched")
    words = models.CharField(max_length=100)
    cursor = models.TextField(blank=True)
    fetched_at = models.DateTimeField(null=True)
    resting_until = models.DateTimeField(null=True)
    # Why it does not run: the network has no search, or refused the words.
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["command", "account", "words"], name="watched_once")]


class HidingState(models.TextChoices):
    """asked → hidden → shown again, or asked → refused. `doing` is a call under way."""

    ASKED = "asked", _("Waiting for a second person")
    REFUSED = "refused", _("Not hidden")
    HIDING = "hiding", _("Being hidden")
    HIDDEN = "hidden", _("Hidden")
    SHOWING = "showing", _("Being shown again")
    SHOWN = "shown", _("Shown again")
    FAILED = "failed", _("The network refused")


@tracked("state", "asked_by", "decided_by", "undone_by", "reason", made=True)
class Hiding(TenantModel):
    """A public reply that is hidden, or asked to be: under which rule, by which two people, what it said."""

    mention = TenantForeignKey(Mention, on_delete=models.PROTECT, related_name="hidings")
    state = models.CharField(max_length=8, choices=HidingState, default=HidingState.ASKED)
    # The published rule, as it stood: its edition, number and title.
    edition = models.PositiveIntegerField()
    rule = models.PositiveSmallIntegerField()
    rule_title = models.CharField(max_length=200)
    reason = models.TextField(max_length=1000, blank=True)
    # What it said when somebody asked, with its author and time: the snapshot.
    snapshot = models.JSONField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["command", "mention"],
                name="hiding_open_once",
                condition=Q(state__in=["asked", "hiding", "hidden", "showing"]),
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="hiding_two_people"
            ),
        ]
