"""The code of conduct, in numbered editions. Shared by all commands."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse


class Edition(models.Model):
    """One published text of the code of conduct. An old one stays: decisions were made under it."""

    number = models.PositiveSmallIntegerField(unique=True)
    # What changed, in a sentence to residents.
    note = models.CharField(max_length=300, blank=True)
    # Empty while headquarters still writes it.
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return str(self.number)

    def get_absolute_url(self) -> str:
        return reverse("conduct_edition", args=[self.number])

    @classmethod
    def current(cls) -> Edition | None:
        """The one in force: the last that was published."""
        return cls.objects.filter(published_at__isnull=False).order_by("-number").first()


class RuleQuerySet(models.QuerySet["Rule"]):
    def in_force(self) -> RuleQuerySet:
        """The rules that something can be screened under today: one query, with the edition inside it."""
        published = Edition.objects.filter(published_at__isnull=False).order_by("-number")
        return self.filter(edition=models.Subquery(published.values("pk")[:1]))


class Rule(models.Model):
    """One numbered rule of an edition."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="rules")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=80)
    text = models.CharField(max_length=600)

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="rule_once_an_edition"),
            models.CheckConstraint(condition=Q(number__gt=0), name="rule_number_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    def get_absolute_url(self) -> str:
        """The rule as it stood when something was decided under it. Select the edition along with it."""
        return f"{self.edition.get_absolute_url()}#rule-{self.number}"
