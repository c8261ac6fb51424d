"""Engage: every police command's own front door."""

from engage.celery import app as celery_app

__all__ = ["celery_app"]
