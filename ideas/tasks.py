"""Enter the tenant, call a verb."""

from celery import shared_task

from ideas import calling, photos, seen, weekly
from ideas.notices import contacts, digests, letters, telling
from precincts import tenancy
from precincts.models import Command

# A worker that was busy for so long drops what piled up: the next sweep finds what is still to do.
STALE = 300


@shared_task
def forget_stray_photos() -> None:
    for command in Command.objects.all():
        with tenancy.enter(command):
            photos.forget_strays()


@shared_task
def forget_fingerprints() -> None:
    for command in Command.objects.all():
        with tenancy.enter(command):
            seen.forget_old()


@shared_task(expires=STALE)
def sweep_decisions() -> None:
    """What can no longer be undone is told."""
    for command_id, decision_id in telling.due():
        tell.delay(command_id, decision_id)


@shared_task(expires=STALE)
def tell(command_id: int, decision_id: int) -> None:
    telling.tell(command_id=command_id, decision_id=decision_id)


@shared_task(expires=STALE)
def sweep_calls() -> None:
    """What is due to webhooks goes out."""
    for command_id, call_id in calling.due():
        send_call.delay(command_id, call_id)


@shared_task(expires=STALE)
def send_call(command_id: int, call_id: int) -> None:
    calling.send(command_id=command_id, call_id=call_id)


@shared_task
def forget_old_calls() -> None:
    for command in Command.objects.all():
        with tenancy.enter(command):
            calling.forget_old()


@shared_task(expires=STALE)
def sweep_letters() -> None:
    """Notices become letters, and letters leave."""
    digests.write_at_once()
    digests.write_digests()
    for letter_id in letters.due():
        send_letter.delay(letter_id)


@shared_task(expires=STALE)
def send_letter(letter_id: int) -> None:
    letters.send(letter_id)


@shared_task
def forget_old_notices() -> None:
    contacts.forget()
    telling.gather_strays()


@shared_task(expires=STALE)
def write_weeklies() -> None:
    for command in filter(weekly.is_due, Command.objects.all()):
        with tenancy.enter(command):
            weekly.write_if_due(command)
