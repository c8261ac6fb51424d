"""Notices become letters: at once, each day, or each week. A notice goes into one letter, and only ever one.

A digest's key names its reader and its day, so that there is one for each period whoever sweeps, and however
often. After a night in which nothing ran there is still one.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ideas.models import Cadence, Contact, Letter, Notice
from ideas.notices.clock import next_digest, zone

SWEEP = 1000


def write_at_once() -> int:
    """A letter for each reader who wants notices at once and has new ones. Says how many."""
    waiting = Notice.objects.filter(at_once=True).values_list("participant", flat=True).distinct()
    return sum(_at_once(participant) for participant in list(waiting[:SWEEP]))


def _at_once(participant: int) -> bool:
    with transaction.atomic():
        notices = Notice.objects.filter(participant=participant, at_once=True)
        contact = Contact.objects.select_for_update().filter(participant=participant).first()
        rows = list(notices.select_for_update().order_by("pk").values_list("pk", flat=True))
        if not rows:
            return False
        if contact is None or not contact.works or contact.cadence != Cadence.AT_ONCE:
            notices.filter(pk__in=rows).update(at_once=False)
            return False
        letter = Letter.objects.create(participant_id=participant, key=f"at_once:{participant}:{rows[-1]}")
        notices.filter(pk__in=rows).update(at_once=False, letter=letter)
        return True


def write_digests() -> int:
    """The digests that are due, each with what its reader has not read yet. Says how many letters."""
    due = Contact.objects.filter(digest_at__lte=timezone.now()).order_by("digest_at")
    return sum(_digest(pk) for pk in list(due.values_list("pk", flat=True)[:SWEEP]))


def _digest(pk: int) -> bool:
    now = timezone.now()
    with transaction.atomic():
        due = Contact.objects.filter(pk=pk, digest_at__lte=now)
        contact = due.select_for_update(skip_locked=True).first()
        if contact is None:
            return False
        asked_for = contact.digest_at
        weekly = contact.cadence == Cadence.WEEKLY
        contact.digest_at = next_digest(now, contact.time_zone, weekly=weekly) if contact.works else None
        contact.save(update_fields=["digest_at"])
        if not contact.works or asked_for is None:
            return False
        notices = Notice.objects.filter(participant=contact.participant_id, letter=None, read_at=None)
        notices = notices.filter(created_at__gt=contact.confirmed_at, created_at__lte=now)
        if not notices.exists():
            return False
        day = asked_for.astimezone(zone(contact.time_zone)).date()
        letter, new = Letter.objects.get_or_create(
            key=f"{contact.cadence}:{contact.participant_id}:{day}",
            defaults={"participant_id": contact.participant_id},
        )
        if new:
            notices.update(letter=letter)
        return new
