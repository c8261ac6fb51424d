"""Alarms: what people must know of, raised once, told once, and closed when it is put right.

What can be seen in the rows is not raised where it happens but by looking: `reconcile` holds what stands
against the alarms that stand, so that nothing is forgotten when a worker dies, and nothing rings for ever.
What cannot (a surge) is raised and closed by who sees it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from precincts import tenancy
from precincts.access import AT_COMMAND, Permission
from precincts.models import Membership, Role, User
from socialfeeds import spending
from socialfeeds.models import (
    Account,
    AccountStatus,
    Alarm,
    AlarmKind,
    Certificate,
    Delivery,
    Message,
    State,
    Status,
)

# A certificate that ends so soon is told of; and for so long after it has ended.
CERTIFICATE_ENDS = CERTIFICATE_ENDED = timedelta(days=14)
# What is late by so much is told of.
LATE = timedelta(hours=1)
# What was not approved in time is told of for so long. After that it is history.
EXPIRED_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Seen:
    """What should ring now."""

    command_id: int
    kind: str
    key: str
    words: str
    about: dict[str, Any] = field(default_factory=dict)


# --- one alarm: inside a tenancy ------------------------------------------------------------------------


def raise_alarm(*, kind: str, key: str = "", words: str, about: dict[str, Any] | None = None) -> Alarm:
    """Let it ring. At one moment there is one for each kind and key; what stands takes the newer words."""
    made = Alarm(kind=kind, key=key, words=words[:300], about=about or {})
    while True:
        # Of two at once one is made: the constraint says so.
        Alarm.objects.bulk_create([made], ignore_conflicts=True)
        if alarm := Alarm.objects.open().filter(kind=kind, key=key).first():
            break
    if (alarm.words, alarm.about) != (made.words, made.about):
        alarm.words, alarm.about = made.words, made.about
        alarm.save(update_fields=["words", "about"])
    return alarm


def close(*, kind: str, key: str = "") -> None:
    """It is put right."""
    Alarm.objects.open().filter(kind=kind, key=key).update(closed_at=timezone.now())


def acknowledge(*, alarm: Alarm, by: User) -> bool:
    """Somebody has seen it and takes care. False where somebody else was first."""
    rows = Alarm.objects.open().filter(pk=alarm.pk, acknowledged_at=None)
    return bool(rows.update(acknowledged_by=by, acknowledged_at=timezone.now()))


# --- looking: in the whole city -------------------------------------------------------------------------


def reconcile() -> None:
    """Raise what should ring and does not, close what rings and should not."""
    with tenancy.citywide():
        seen = {(one.command_id, one.kind, one.key): one for look in LOOKS for one in look()}
        standing: dict[Any, Alarm] = {
            (alarm.command_id, alarm.kind, alarm.key): alarm
            for alarm in Alarm.objects.open().exclude(kind=AlarmKind.SURGE)
        }
    work: dict[int, list[Callable[[], object]]] = defaultdict(list)
    for where, one in seen.items():
        alarm = standing.get(where)
        if alarm is None or (alarm.words, alarm.about) != (one.words[:300], one.about):
            work[one.command_id].append(_raising(one))
    for where in standing.keys() - seen.keys():
        work[where[0]].append(_closing(where[1], where[2]))
    for command_id, calls in work.items():
        with tenancy.enter(command_id):
            for call in calls:
                call()


def _raising(one: Seen) -> Callable[[], object]:
    return lambda: raise_alarm(kind=one.kind, key=one.key, words=one.words, about=one.about)


def _closing(kind: str, key: str) -> Callable[[], object]:
    return lambda: close(kind=kind, key=key)


def _dead_accounts() -> Iterator[Seen]:
    for account in Account.objects.connected().filter(status=AccountStatus.DEAD):
        words = _("%(account)s on %(network)s has to be connected again. What waits for it is kept.") % {
            "account": account,
            "network": account.get_network_display(),
        }
        about = {"account": account.pk}
        command_id: Any = account.command_id
        yield Seen(command_id, AlarmKind.DEAD_ACCOUNT, str(account.pk), words, about)


def _waiting_for_a_person() -> Iterator[Seen]:
    rows = Delivery.objects.filter(needs_person=True).order_by()
    found: Any = rows.values_list("command", "account", "account__handle").annotate(number=Count("pk"))
    for command_id, account_id, handle, number in found:
        words = ngettext(
            "One message on %(handle)s waits for a person’s decision.",
            "%(number)s messages on %(handle)s wait for a person’s decision.",
            number,
        ) % {"number": number, "handle": handle}
        yield Seen(command_id, AlarmKind.NEEDS_PERSON, str(account_id), words, {"account": account_id})


def _missed() -> Iterator[Seen]:
    rows = Message.objects.filter(status=Status.RELEASED, missed_at__isnull=False)
    for command_id, number in rows.order_by().values_list("command").annotate(number=Count("pk")):
        words = ngettext(
            "One message was not sent in time. Decide whether it still goes out.",
            "%(number)s messages were not sent in time. Decide whether they still go out.",
            number,
        ) % {"number": number}
        yield Seen(command_id, AlarmKind.MISSED, "", words)


def _late() -> Iterator[Seen]:
    """What nothing but the network, a pause or a death keeps here: an hour is long enough to say so."""
    since = timezone.now() - LATE
    rows = Delivery.objects.filter(state=State.READY, message__status=Status.RELEASED, due_at__lte=since)
    counted = rows.order_by().values_list("command", "account", "account__handle")
    for command_id, account_id, handle, number in counted.annotate(number=Count("pk")):
        words = ngettext(
            "One message on %(handle)s should have left an hour ago, and has not.",
            "%(number)s messages on %(handle)s should have left an hour ago, and have not.",
            number,
        ) % {"number": number, "handle": handle}
        yield Seen(command_id, AlarmKind.MISSED, f"late:{account_id}", words, {"account": account_id})


def _expired() -> Iterator[Seen]:
    since = timezone.now() - EXPIRED_FOR
    rows = Message.objects.filter(status=Status.EXPIRED, changed_at__gte=since)
    for command_id, number in rows.order_by().values_list("command").annotate(number=Count("pk")):
        words = ngettext(
            "One message was not approved in time, and did not go out.",
            "%(number)s messages were not approved in time, and did not go out.",
            number,
        ) % {"number": number}
        yield Seen(command_id, AlarmKind.EXPIRED, "", words)


def _budgets() -> Iterator[Seen]:
    for command_id, month in spending.months().items():
        if not month.nearly:
            continue
        words = _("This month’s budget for networks is nearly spent.")
        if month.spent >= month.cap:
            words = _("This month’s budget for networks is spent. What costs waits.")
        yield Seen(command_id, AlarmKind.BUDGET, f"{spending.first_day():%Y-%m}", words)


def _certificates() -> Iterator[Seen]:
    now = timezone.now()
    ending = Certificate.objects.filter(revoked_at=None).values_list("user").annotate(ends=Max("expires_at"))
    soon = dict(ending.filter(ends__lt=now + CERTIFICATE_ENDS, ends__gt=now - CERTIFICATE_ENDED))
    roles = [role for role, granted in AT_COMMAND.items() if Permission.PUBLISH in granted]
    people = Membership.objects.filter(user__in=soon, role__in=roles, command__isnull=False)
    for command_id, user_id, email in people.values_list("command", "user", "user__email").distinct():
        ends = soon[user_id]
        said = {"who": email, "day": date_format(timezone.localtime(ends), "N j, Y")}
        words = _("The certificate of %(who)s ends on %(day)s. Without one nothing of theirs leaves.") % said
        if ends <= now:
            words = _("The certificate of %(who)s ended on %(day)s. Nothing of theirs leaves.") % said
        yield Seen(command_id, AlarmKind.CERTIFICATE, str(user_id), words, {"user": user_id})


LOOKS = [_dead_accounts, _waiting_for_a_person, _missed, _late, _expired, _budgets, _certificates]


# --- whom they are for ------------------------------------------------------------------------------------


def readers(command_id: int) -> list[User]:
    """Those of the command who can do something about it, and headquarters' administrators."""
    able = {Permission.PUBLISH, Permission.CONNECT}
    roles = [role for role, granted in AT_COMMAND.items() if granted & able]
    here = Q(memberships__command=command_id, memberships__role__in=roles)
    city = Q(memberships__command=None, memberships__role=Role.ADMINISTRATOR)
    return list(User.objects.filter(here | city, is_active=True).distinct().order_by("pk"))
