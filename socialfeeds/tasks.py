"""What the worker runs. The database knows what is due; a task only says "look now"."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction

from precincts import tenancy
from socialfeeds import broadcasting, listening, publishing
from socialfeeds.models import Broadcast, Delivery

# A worker that was busy for so long drops what piled up: the next sweep finds what is still to do.
STALE = 300


@shared_task(expires=STALE)
def sweep_deliveries() -> None:
    for command_id, delivery_id in publishing.due():
        send_delivery.delay(command_id, delivery_id)


@shared_task(expires=STALE)
def send_delivery(command_id: int, delivery_id: int) -> None:
    publishing.deliver(command_id=command_id, delivery_id=delivery_id)


@shared_task(expires=STALE)
def sweep_mentions() -> None:
    for command_id, account_id in listening.due():
        fetch_mentions.delay(command_id, account_id)


@shared_task(expires=STALE)
def fetch_mentions(command_id: int, account_id: int) -> None:
    listening.fetch(command_id=command_id, account_id=account_id)


@shared_task(expires=STALE)
def sweep_broadcasts() -> None:
    for broadcast_id in sorted({broadcast_id for broadcast_id, _command in broadcasting.due()}):
        spread_broadcast.delay(broadcast_id)


@shared_task(expires=STALE)
def spread_broadcast(broadcast_id: int) -> None:
    broadcasting.spread(broadcast_id=broadcast_id)


def send_soon(delivery: Delivery) -> None:
    """Once this is committed, without waiting for a sweep.

    As delay_on_commit, but robust: where the broker is away the message is safe all the same, and a later
    sweep sends it.
    """
    command_id, delivery_id = tenancy.current_command_id(), delivery.pk

    def enqueue() -> None:
        send_delivery.delay(command_id, delivery_id)

    transaction.on_commit(enqueue, robust=True)


def spread_soon(broadcast: Broadcast) -> None:
    """The same for a broadcast: to its commands, without waiting for a sweep."""
    pk = broadcast.pk
    transaction.on_commit(lambda: spread_broadcast.delay(pk), robust=True)
