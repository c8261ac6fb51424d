"""What was planned in one go: a file of messages, kept as it came until somebody says yes to it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from precincts.models import User
from precincts.tenancy import TenantModel


class Batch(TenantModel):
    """A file of messages (bulk.py): what it holds row by row, and what became of it."""

    name = models.CharField(max_length=120)
    # [{"line": 2, "cells": {"date": "…"}, "errors": {"date": "…"}}]; after the yes, what was left out.
    rows = models.JSONField()
    good = models.PositiveIntegerField()
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    # Empty: nobody said yes so far, and nothing was made of it.
    confirmed_at = models.DateTimeField(null=True)
    made = models.PositiveIntegerField(default=0)
