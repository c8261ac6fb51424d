"""Where an idea came from, when it was not raised on the board: something that was said on a network."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from ideas.models.board import Idea
from precincts.tenancy import TenantForeignKey, TenantModel
from socialfeeds.models import Mention


class IdeaSource(TenantModel):
    """The mention that became an idea, and whether its author was told in a reply when it was acted on."""

    idea = TenantForeignKey(Idea, on_delete=models.CASCADE, related_name="sources")
    mention = TenantForeignKey(Mention, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    # Once for good: told, or tried in vain. `untold` says why the network let nobody reply, in words.
    told_at = models.DateTimeField(null=True)
    untold = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["command", "mention"], name="source_of_one_idea")]
        indexes = [models.Index(fields=["command", "idea"], name="source_of_idea")]
