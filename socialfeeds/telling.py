"""People are told of what does not leave by itself: what is late, and what waits for their decision.

The network may be down, a pause forgotten, every worker dead. Whatever the reason is, a message that should
have left an hour ago raises an alarm, and so does each one that a person has to decide on. An alarm is over
by itself once the message has gone its way.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from precincts import tenancy
from socialfeeds.models import Alarm, AlarmKind, Delivery, State, Status

LATE = timedelta(hours=1)
# The kinds that are raised here, each with the beginning of its keys. Others raise the same kinds too.
OURS = {AlarmKind.MISSED: "late:", AlarmKind.NEEDS_PERSON: "delivery:"}


def due() -> list[int]:
    """The commands with something to tell of, or with an alarm that may be over."""
    with tenancy.citywide():
        found = [_late(), _asked(), *(_open(kind) for kind in OURS)]
        return sorted({command for rows in found for command in rows.values_list("command_id", flat=True)})


def tell(*, command_id: int) -> None:
    """Raise the alarms of a command, once each, and close those that are over."""
    with tenancy.enter(command_id):
        late = _late().select_related("command", "message", "account")
        alarms = [_alarm(AlarmKind.MISSED, row.message_id, row, _words_of_late(row)) for row in late]
        asked = _asked().select_related("message", "account")
        alarms += [_alarm(AlarmKind.NEEDS_PERSON, row.pk, row, _words_of_asked(row)) for row in asked]
        # One is raised at a time for each key: the others change nothing.
        Alarm.objects.bulk_create(alarms, ignore_conflicts=True)
        for kind in OURS:
            _close(kind, (alarm.key for alarm in alarms if alarm.kind == kind))


def _late() -> QuerySet[Delivery]:
    since = timezone.now() - LATE
    rows = Delivery.objects.filter(state=State.READY, message__status=Status.RELEASED, due_at__lte=since)
    return rows.order_by("pk")


def _asked() -> QuerySet[Delivery]:
    return Delivery.objects.filter(needs_person=True).order_by("pk")


def _open(kind: AlarmKind) -> QuerySet[Alarm]:
    return Alarm.objects.filter(kind=kind, closed_at=None, key__startswith=OURS[kind]).order_by("pk")


def _alarm(kind: AlarmKind, number: int, row: Delivery, words: str) -> Alarm:
    about = {"message": row.message_id, "delivery": row.pk, "account": row.account_id}
    return Alarm(kind=kind, key=f"{OURS[kind]}{number}", words=words[:300], about=about)


def _words_of_late(row: Delivery) -> str:
    told = {"text": _beginning(row), "account": row.account, "why": row.waits_for or row.error}
    return _("This should have left an hour ago, and has not: “%(text)s” (%(account)s). %(why)s") % told


def _words_of_asked(row: Delivery) -> str:
    told = {"text": _beginning(row), "account": row.account, "why": row.error}
    return _("Somebody must decide on this message: “%(text)s” (%(account)s). %(why)s") % told


def _beginning(row: Delivery) -> str:
    return Truncator(row.text or row.message.text).chars(80)


def _close(kind: AlarmKind, still: Iterable[str]) -> None:
    _open(kind).exclude(key__in=list(still)).update(closed_at=timezone.now())
