"""What the worker runs. The database knows what is due; a task only says "look now"."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from precincts import tenancy
from precincts.models import Command
from socialfeeds import (
    alarm_letters,
    alarms,
    forgetting,
    handing,
    listening,
    measuring,
    publishing,
    refreshing,
    releasing,
    reminding,
    surging,
)
from socialfeeds.models import Delivery, Hiding, Thread

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
def sweep_words() -> None:
    for command_id, watched_id in listening.due_words():
        search_words.delay(command_id, watched_id)


@shared_task(expires=STALE)
def search_words(command_id: int, watched_id: int) -> None:
    listening.search(command_id=command_id, watched_id=watched_id)


@shared_task(expires=STALE)
def sweep_numbers() -> None:
    for command_id, account_id in measuring.due():
        count_day.delay(command_id, account_id)


@shared_task(expires=STALE)
def count_day(command_id: int, account_id: int) -> None:
    measuring.measure(command_id=command_id, account_id=account_id)


@shared_task(expires=STALE)
def sweep_referred() -> None:
    for command_id, thread_id in handing.due():
        hand_over.delay(command_id, thread_id)


@shared_task(expires=STALE)
def hand_over(command_id: int, thread_id: int) -> None:
    handing.hand_over(command_id=command_id, thread_id=thread_id)


def hand_over_soon(thread: Thread) -> None:
    """Once this is committed; where the broker is away, at the next sweep."""
    command_id, thread_id = tenancy.current_command_id(), thread.pk

    def enqueue() -> None:
        hand_over.delay(command_id, thread_id)

    transaction.on_commit(enqueue, robust=True)


@shared_task(expires=STALE)
def sweep_hidings() -> None:
    # Its verbs enqueue what they begin, so it knows this module already.
    from socialfeeds import hiding

    for command_id, hiding_id in hiding.due():
        carry_out_hiding.delay(command_id, hiding_id)


@shared_task(expires=STALE)
def carry_out_hiding(command_id: int, hiding_id: int) -> None:
    from socialfeeds import hiding

    hiding.carry_out(command_id=command_id, hiding_id=hiding_id)


def hide_soon(hiding: Hiding) -> None:
    """Once this is committed; where the broker is away, at the next sweep."""
    command_id, hiding_id = tenancy.current_command_id(), hiding.pk

    def enqueue() -> None:
        carry_out_hiding.delay(command_id, hiding_id)

    transaction.on_commit(enqueue, robust=True)


def send_soon(delivery: Delivery) -> None:
    """Once this is committed, without waiting for a sweep.

    As delay_on_commit, but robust: where the broker is away the message is safe all the same, and a later
    sweep sends it.
    """
    command_id, delivery_id = tenancy.current_command_id(), delivery.pk

    def enqueue() -> None:
        send_delivery.delay(command_id, delivery_id)

    transaction.on_commit(enqueue, robust=True)


@shared_task(expires=STALE)
def sweep_certificates() -> None:
    reminding.remind(timezone.now())


@shared_task(expires=STALE)
def sweep_surges() -> None:
    for command_id in surging.due():
        look_for_surge.delay(command_id)


@shared_task(expires=STALE)
def look_for_surge(command_id: int) -> None:
    surging.look(command_id=command_id)


@shared_task(expires=STALE)
def sweep_tokens() -> None:
    """Tokens that end soon."""
    for command_id, account_id in refreshing.due():
        refresh_tokens.delay(command_id, account_id)


@shared_task(expires=STALE)
def refresh_tokens(command_id: int, account_id: int) -> None:
    refreshing.refresh(command_id=command_id, account_id=account_id)


@shared_task(expires=STALE)
def sweep_alarms() -> None:
    """What should ring rings, and its people are told."""
    alarms.reconcile()
    alarm_letters.write()
    for command_id, letter_id in alarm_letters.due():
        send_alarm_letter.delay(command_id, letter_id)


@shared_task(expires=STALE)
def send_alarm_letter(command_id: int, letter_id: int) -> None:
    alarm_letters.send(command_id=command_id, letter_id=letter_id)


# --- what is written ---------------------------------------------------------------------------------------


@shared_task(expires=STALE)
def expire_messages() -> None:
    for command_id in releasing.due_to_expire():
        with tenancy.enter(command_id):
            releasing.expire()


@shared_task
def forget_stray_pictures() -> None:
    for command in Command.objects.all():
        with tenancy.enter(command):
            forgetting.forget_stray_pictures()
