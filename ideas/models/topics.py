"""What ideas are about, and which agency takes what is not a command's. Shared by all commands."""

from __future__ import annotations

from django.db import models


class Topic(models.Model):
    """What an idea is about; the same list for the whole city."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class Agency(models.Model):
    """An agency of the city that an idea can be referred to."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    # Where a resident goes on.
    url = models.URLField(blank=True)
    phone = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Route(models.Model):
    """One type of request in the city's 311 routing table: whose it is, and our topic for it.

    A type that several agencies share stands there once for each.
    """

    name = models.CharField(max_length=120)
    # What this agency takes of it, in the table's words: "With License Plate".
    about = models.CharField(max_length=300, blank=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="routes")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, related_name="routes")

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["name", "agency"], name="route_once_an_agency")]

    def __str__(self) -> str:
        return self.name
