"""Enter the tenant, call a verb."""

from celery import shared_task

from ideas import photos
from precincts import tenancy
from precincts.models import Command


@shared_task
def forget_stray_photos() -> None:
    for command in Command.objects.all():
        with tenancy.enter(command):
            photos.forget_strays()
