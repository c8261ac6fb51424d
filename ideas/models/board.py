"""The board: ideas, and what residents do with them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import cast

from django.conf import settings
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Expression, F, Q
from django.db.models.functions import Abs, Greatest, Log, Now, Sign
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ideas import triggers
from ideas.models.conduct import Rule
from ideas.models.topics import Topic
from precincts.models import Command, Participant
from precincts.tenancy import TenantForeignKey, TenantModel

TITLE_LENGTH = 120
BODY_LENGTH = 5000
COMMENT_LENGTH = 2000
NO_GAPS = models.Value([], models.JSONField())


class Status(models.TextChoices):
    WAITING = "waiting", _("Waiting for review")
    SPOKEN = "spoken", _("Spoken")
    HEARD = "heard", _("Heard")
    ACTING = "acting", _("Acting")
    ACTED = "acted", _("Acted")
    CANNOT = "cannot", _("Cannot act")
    REFERRED = "referred", _("Referred")
    MERGED = "merged", _("Merged")
    # Handed to another command before anybody had reviewed it: not public here. It waits there.
    MOVED = "moved", _("Moved")
    SCREENED = "screened", _("Screened")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Action(models.TextChoices):
    """What moves an idea. The first seven are a desk's decisions; the rest have verbs of their own."""

    APPROVE = "approve", _("Approve")
    SCREEN = "screen", _("Screen under a rule")
    HEAR = "hear", _("Answer: heard")
    ACT = "act", _("Answer: acting")
    DONE = "done", _("Answer: acted")
    CANNOT = "cannot", _("Answer: cannot act")
    REFER = "refer", _("Refer")
    MERGE = "merge", _("Merge")
    SPLIT = "split", _("Split off again")
    MOVE = "move", _("Move to another command")
    EDIT = "edit", _("Edit the answer")
    WITHDRAW = "withdraw", _("Withdraw")
    REOPEN = "reopen", _("Bring back: not fixed")
    RESTORE = "restore", _("Restore after an appeal")
    REDACT = "redact", _("Redact a piece")
    UNREDACT = "unredact", _("Put a redacted piece back")
    UPHOLD = "uphold", _("Uphold after an appeal")


# What a desk chooses from, likeliest first.
DECISIONS = [
    Action.APPROVE,
    Action.HEAR,
    Action.ACT,
    Action.DONE,
    Action.CANNOT,
    Action.REFER,
    Action.SCREEN,
]
DECISION_CHOICES = [(action.value, action.label) for action in DECISIONS]

# What stands on the board's list, and what the author can still be answered on.
LISTED = [Status.SPOKEN, Status.HEARD, Status.ACTING, Status.ACTED, Status.CANNOT, Status.REFERRED]
OPEN = [Status.SPOKEN, Status.HEARD, Status.ACTING]
PUBLIC = [*LISTED, Status.MERGED]

# Which action leads where, and from where. Nothing else moves an idea. An empty target is where the idea
# stood before, which the verb knows.
MOVES: dict[Action, tuple[list[Status], Status | None]] = {
    Action.APPROVE: ([Status.WAITING], Status.SPOKEN),
    Action.SCREEN: ([Status.WAITING, *LISTED], Status.SCREENED),
    Action.HEAR: ([Status.SPOKEN, Status.HEARD, Status.CANNOT], Status.HEARD),
    Action.ACT: ([*OPEN, Status.CANNOT], Status.ACTING),
    Action.DONE: ([*OPEN, Status.CANNOT, Status.ACTED], Status.ACTED),
    Action.CANNOT: ([*OPEN, Status.CANNOT], Status.CANNOT),
    Action.REFER: ([Status.WAITING, *OPEN], Status.REFERRED),
    Action.MERGE: ([Status.WAITING, *OPEN], Status.MERGED),
    Action.SPLIT: ([Status.MERGED], None),
    Action.MOVE: ([Status.WAITING, *OPEN], None),
    Action.EDIT: ([Status.HEARD, Status.ACTING, Status.ACTED, Status.CANNOT, Status.REFERRED], None),
    # What was acted on stays: others read what was done, and its author's part in it is over.
    Action.WITHDRAW: (
        [Status.WAITING, *(status for status in LISTED if status != Status.ACTED)],
        Status.WITHDRAWN,
    ),
    Action.REOPEN: ([Status.ACTED], Status.ACTING),
    Action.RESTORE: ([Status.SCREENED], None),
    Action.REDACT: ([Status.WAITING, *PUBLIC, Status.SCREENED], None),
    Action.UNREDACT: ([Status.WAITING, *PUBLIC, Status.SCREENED], None),
    Action.UPHOLD: ([Status.SCREENED], None),
}

# Trending: the size of the net vote on a log scale, plus time. Ten times the votes outweigh a week.
# It depends on the row alone, so the passing of time changes no row.
RANK_SECONDS = 7 * 24 * 3600
RANK_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class SecondsSince(models.Func):
    """Seconds between a timestamp and a fixed one. Immutable, unlike extract(epoch from timestamptz)."""

    template = "extract(epoch from %(expressions)s)"
    arg_joiner = " - "
    output_field = models.FloatField()


def _rank() -> Expression:
    net = F("up") - F("down")
    size = Log(models.Value(10), Greatest(Abs(net), models.Value(1)))
    age = SecondsSince(F("published_at"), models.Value(RANK_EPOCH, output_field=models.DateTimeField()))
    return cast(Expression, Sign(net) * size + age / models.Value(float(RANK_SECONDS)))


class IdeaQuerySet(models.QuerySet["Idea"]):
    def listed(self) -> IdeaQuerySet:
        return self.filter(status__in=LISTED)

    def public(self) -> IdeaQuerySet:
        return self.filter(status__in=PUBLIC)

    def waiting(self) -> IdeaQuerySet:
        return self.filter(status=Status.WAITING)


class Precision(models.TextChoices):
    """How well we know where an idea is."""

    NONE = "none", _("no place given")
    ADDRESS = "address", _("an address in words")
    POINT = "point", _("a point on the map")
    AREA = "area", _("somewhere in this area")


class Idea(TenantModel):
    """An issue that a resident raised, and what the command last answered."""

    participant = models.ForeignKey(Participant, on_delete=models.SET_NULL, null=True, related_name="+")
    title = models.CharField(_("title"), max_length=TITLE_LENGTH)
    body = models.TextField(_("what is the matter"), max_length=BODY_LENGTH)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    place = models.CharField(_("place"), max_length=200, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    precision = models.CharField(max_length=8, choices=Precision, default=Precision.NONE)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    # Counts every decision; one made on an older version is refused.
    version = models.PositiveIntegerField(default=1)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    # The public sees that an answer is not the first one.
    answer_edited_at = models.DateTimeField(null=True)
    acted_on = models.DateField(null=True)
    referred_to = models.CharField(max_length=120, blank=True)
    referred_url = models.URLField(blank=True)
    agency = models.ForeignKey("ideas.Agency", on_delete=models.PROTECT, null=True, related_name="+")
    merged_into = TenantForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    # Where it lives on, or came from, when one command handed it to another. Another command's row: no key.
    moved_to = models.ForeignKey(Command, on_delete=models.PROTECT, null=True, related_name="+")
    moved_to_idea = models.BigIntegerField(null=True)
    moved_from = models.ForeignKey(Command, on_delete=models.PROTECT, null=True, related_name="+")
    moved_from_idea = models.BigIntegerField(null=True)
    # What software thinks somebody should look at: [{"kind", "field", "start", "end"}], see flagging.py.
    flags = models.JSONField(default=list, blank=True)
    # The weight of the heaviest flag; the desk looks at the heaviest first.
    risk = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Where something was redacted: [{"field", "start", "end", "redaction"}], see redacting.py.
    gaps = models.JSONField(default=list, db_default=NO_GAPS, blank=True)
    # Since when the command owes it the next step: the clock of the service goals.
    queued_at = models.DateTimeField(default=timezone.now, db_default=Now())
    # Set when enough residents said that it is not fixed; the next decision clears it.
    reopened_at = models.DateTimeField(null=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    due_on = models.DateField(null=True)
    external_id = models.CharField(max_length=80, blank=True)
    # The form's own key, so that a double click raises one issue.
    submission_key = models.UUIDField(null=True, editable=False)

    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    # Kept by the database: see triggers.py.
    up = models.PositiveIntegerField(default=0, db_default=0)
    down = models.PositiveIntegerField(default=0, db_default=0)
    comment_count = models.PositiveIntegerField(default=0, db_default=0)
    score = models.GeneratedField(
        expression=F("up") - F("down"), output_field=models.IntegerField(), db_persist=True
    )
    rank = models.GeneratedField(expression=_rank(), output_field=models.FloatField(), db_persist=True)
    search = models.GeneratedField(
        expression=SearchVector("title", config="english", weight="A")
        + SearchVector("body", "place", config="english", weight="B"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = IdeaQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["command", "external_id"], condition=~Q(external_id=""), name="idea_external_id_once"
            ),
            models.UniqueConstraint(fields=["command", "submission_key"], name="idea_submitted_once"),
            models.CheckConstraint(
                condition=~Q(status__in=LISTED) | Q(published_at__isnull=False),
                name="idea_listed_is_published",
            ),
        ]
        indexes = [
            models.Index(
                "command",
                F("rank").desc(),
                F("id").desc(),
                name="idea_trending",
                condition=Q(status__in=LISTED),
            ),
            models.Index(
                "command",
                F("published_at").desc(),
                F("id").desc(),
                name="idea_newest",
                condition=Q(status__in=LISTED),
            ),
            models.Index(
                "command",
                F("score").desc(),
                F("id").desc(),
                name="idea_votes",
                condition=Q(status__in=LISTED),
            ),
            models.Index(fields=["command", "status", "created_at"], name="idea_by_status"),
            models.Index(
                "command",
                F("risk").desc(),
                F("created_at"),
                F("id"),
                name="idea_waiting",
                condition=Q(status=Status.WAITING),
            ),
            models.Index(
                fields=["command", "queued_at"], name="idea_unanswered", condition=Q(status=Status.SPOKEN)
            ),
            models.Index(
                fields=["command", "reopened_at"],
                name="idea_reopened",
                condition=Q(reopened_at__isnull=False),
            ),
            models.Index(
                fields=["command", "merged_into"], name="idea_merged", condition=Q(merged_into__isnull=False)
            ),
            models.Index(fields=["command", "latitude"], name="idea_near", condition=Q(status__in=LISTED)),
            models.Index(fields=["external_id"], name="idea_external_id", condition=~Q(external_id="")),
        ]
        triggers = triggers.STATUS_COUNTERS

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("idea", args=[self.command.slug, self.pk])

    @property
    def is_public(self) -> bool:
        return self.status in PUBLIC

    @property
    def is_open(self) -> bool:
        """Can still be voted and commented on."""
        return self.status in LISTED and self.moved_to_id is None

    @property
    def cover(self) -> Photo | None:
        """Its first photo. Prefetch photos where there are several ideas."""
        return next(iter(self.photos.all()), None)

    def allows(self, action: Action) -> bool:
        return self.status in MOVES[action][0]


class Vote(TenantModel):
    """One participant's vote. No row is no vote."""

    idea = TenantForeignKey(Idea, on_delete=models.CASCADE, related_name="votes")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="+")
    value = models.SmallIntegerField()
    # Cast on an idea that was merged into this one; it goes back when that is split off again.
    came_from = TenantForeignKey(Idea, on_delete=models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command", "idea", "participant"], name="vote_once"),
            models.CheckConstraint(condition=Q(value__in=[1, -1]), name="vote_up_or_down"),
        ]
        triggers = triggers.VOTE_COUNTERS


class CommentStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting for review")
    SHOWN = "shown", _("Shown")
    SCREENED = "screened", _("Screened")


class Comment(TenantModel):
    """A comment, or a reply to one. No deeper."""

    idea = TenantForeignKey(Idea, on_delete=models.CASCADE, related_name="comments")
    parent = TenantForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies")
    participant = models.ForeignKey(Participant, on_delete=models.SET_NULL, null=True, related_name="+")
    # Set where the command itself speaks.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    body = models.TextField(_("comment"), max_length=COMMENT_LENGTH)
    status = models.CharField(max_length=8, choices=CommentStatus, default=CommentStatus.WAITING)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, db_default=1)
    flags = models.JSONField(default=list, blank=True)
    risk = models.PositiveSmallIntegerField(default=0, db_default=0)
    gaps = models.JSONField(default=list, db_default=NO_GAPS, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["command", "idea", "created_at"], name="comment_of_idea"),
            models.Index(
                "command",
                F("risk").desc(),
                F("created_at"),
                F("id"),
                name="comment_waiting",
                condition=Q(status="waiting"),
            ),
        ]
        triggers = triggers.COMMENT_COUNTERS

    @property
    def official(self) -> bool:
        return self.author_id is not None


class Photo(TenantModel):
    """A picture, decoded and written anew.

    Of an idea, or of the answer that a decision gave. Of neither it is a draft's, and is forgotten in a day.
    """

    idea = TenantForeignKey(Idea, on_delete=models.CASCADE, null=True, related_name="photos")
    decision = TenantForeignKey("ideas.Decision", on_delete=models.CASCADE, null=True, related_name="photos")
    participant = models.ForeignKey(Participant, on_delete=models.SET_NULL, null=True, related_name="+")
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    alt = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["command", "key"], name="photo_key_once")]
        indexes = [
            models.Index(fields=["command", "idea", "position"], name="photo_of_idea"),
            models.Index(
                fields=["command", "decision"], name="photo_of_answer", condition=Q(decision__isnull=False)
            ),
        ]
        ordering = ["position", "pk"]

    @property
    def url(self) -> str:
        return self._url("full")

    @property
    def thumbnail_url(self) -> str:
        return self._url("small")

    def _url(self, size: str) -> str:
        return reverse("photo", args=[self.command.slug, self.key, size])


class StatusCount(TenantModel):
    """How many of a command's ideas have each status. Kept by triggers on Idea; nobody else writes it."""

    status = models.CharField(max_length=10, choices=Status)
    # Not a positive field: its check would look at the difference that the trigger proposes to add.
    n = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["command", "status"], name="status_count_once")]
