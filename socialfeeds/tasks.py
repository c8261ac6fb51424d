"""What the worker runs. The database knows what is due; a task only says "look now"."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction

from precincts import tenancy
from precincts.models import Command
from socialfeeds import forgetting, listening, publishing, telling
from socialfeeds.models import Delivery

# A worker that was busy for so long drops what piled up: the next sweep finds what is still to do.
STALE = 300


@shared_task(expires=STALE)
def sweep_deliveries() -> None:
    for command_id, delivery_id in publishing.due():
        send_delivery.delay(command_id, delivery_id)


@shared_task(expires=STALE)
def send_delivery(command_id: int, delivery_id: int) -> None:
    if following := publishing.deliver(command_id=command_id, delivery_id=delivery_id):
        send_delivery.delay(command_id, following)


@shared_task(expires=STALE)
def sweep_mentions() -> None:
    for command_id, account_id in listening.due():
        fetch_mentions.delay(command_id, account_id)


@shared_task(expires=STALE)
def fetch_mentions(command_id: int, account_id: int) -> None:
    listening.fetch(command_id=command_id, account_id=account_id)


@shared_task(expires=STALE)
def sweep_stuck() -> None:
    for command_id in telling.due():
        tell_of_stuck.delay(command_id)


@shared_task(expires=STALE)
def tell_of_stuck(command_id: int) -> None:
    telling.tell(command_id=command_id)


@shared_task
def forget_stray_pictures() -> None:
    for command in Command.objects.all():
        with tenancy.enter(command):
            forgetting.forget_stray_pictures()


def send_soon(delivery: Delivery) -> None:
    """Once this is committed, without waiting for a sweep.

    As delay_on_commit, but robust: where the broker is away the message is safe all the same, and a later
    sweep sends it.
    """
    command_id, delivery_id = tenancy.current_command_id(), delivery.pk

    def enqueue() -> None:
        send_delivery.delay(command_id, delivery_id)

    transaction.on_commit(enqueue, robust=True)
