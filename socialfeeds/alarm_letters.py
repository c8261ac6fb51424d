"""Alarms by e-mail: one letter to each who can do something about it, once.

A letter is claimed before it is handed over. Proof that it was not sent brings it back; no answer leaves it
as it is, for the alarm stands on the desk all the same.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from engage import mail
from precincts import tenancy
from socialfeeds import alarms
from socialfeeds.models import Alarm, AlarmLetter

log = logging.getLogger(__name__)

MOST_TRIES = 12
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)
SWEEP = 500


def write() -> None:
    """A letter to each reader of every alarm that nobody was told of."""
    with tenancy.citywide():
        untold = list(Alarm.objects.open().filter(told_at=None).values_list("command_id", "pk")[:SWEEP])
    for command_id, alarm_id in untold:
        with tenancy.enter(command_id):
            _write(command_id, alarm_id)


def _write(command_id: int, alarm_id: int) -> None:
    alarm = Alarm.objects.open().filter(pk=alarm_id, told_at=None).select_for_update(skip_locked=True).first()
    if alarm is None:
        return
    letters = [AlarmLetter(alarm=alarm, reader=reader) for reader in alarms.readers(command_id)]
    AlarmLetter.objects.bulk_create(letters, ignore_conflicts=True)
    alarm.told_at = timezone.now()
    alarm.save(update_fields=["told_at"])


def due() -> list[tuple[int, int]]:
    """(command, letter) of those that can leave now."""
    with tenancy.citywide():
        rows = AlarmLetter.objects.filter(due_at__lte=timezone.now()).order_by("due_at", "pk")
        return list(rows.values_list("command_id", "pk")[:SWEEP])


def send(*, command_id: int, letter_id: int) -> None:
    """Hand one over. Does nothing where it is not due, or somebody else has it."""
    if connection.in_atomic_block:
        raise RuntimeError("The claim must be committed before the call: send outside of any transaction.")
    with tenancy.enter(command_id):
        rows = AlarmLetter.objects.filter(pk=letter_id, due_at__lte=timezone.now())
        letter = rows.select_related("alarm__command", "reader").first()
        if letter is None:
            return
        # What can go wrong comes before the claim.
        message = _message(letter)
        if not rows.update(due_at=None) or letter.alarm.closed_at:
            return
    changes: dict[str, object] = {"sent_at": timezone.now(), "error": ""}
    try:
        mail.hand_over(message)
    except mail.NotSent as error:
        changes = _again(letter, error)
    except mail.MayBeSent as error:
        changes = {"error": str(error)[:300]}
        log.warning("Letter %s of an alarm may have been sent: %s", letter_id, error)
    with tenancy.enter(command_id):
        AlarmLetter.objects.filter(pk=letter_id).update(**changes)


def _again(letter: AlarmLetter, error: mail.NotSent) -> dict[str, object]:
    tries = letter.tries + 1
    changes: dict[str, object] = {"tries": tries, "error": str(error)[:300]}
    if not error.permanent and tries < MOST_TRIES:
        changes["due_at"] = timezone.now() + min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT)
    return changes


def _message(letter: AlarmLetter) -> EmailMessage:
    alarm, command = letter.alarm, letter.alarm.command
    page = settings.BASE_URL + reverse("desk_alarms", args=[command.slug])
    subject = _("%(what)s: %(command)s") % {
        "what": alarm.get_kind_display(),
        "command": command.short_name,
    }
    lines = [alarm.words, page, _("You get this because you can do something about it.")]
    return EmailMessage(subject, "\n\n".join(lines), to=[letter.reader.email])
