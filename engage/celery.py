"""The Celery application: tasks live in each app's tasks.py, the calendar of sweeps stands in settings."""

import os

from celery import Celery

from engage import heartbeats  # noqa: F401 (the worker and beat say that they live)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engage.settings")

app = Celery("engage")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
