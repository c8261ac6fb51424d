"""What a command's words cost, counted by day, and the cap that headquarters sets for a calendar month (UTC).

Posts may use all of it; reads stop a little before, so that listening never takes what is needed for saying.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import F, Sum
from django.utils import timezone

from precincts import tenancy
from precincts.models import Command, User
from socialfeeds.models import Account, Budget, Delivery, SpendingDay, Spent, State
from socialfeeds.networks import network_named

DOLLAR = 1_000_000
# Millionths of a dollar for one object that is read; a network that is not named takes nothing.
READ_MICROS = {"x": 5_000}
# Of the cap, what reads leave for posts.
RESERVE = 0.1
# From this part of the cap on, people are told.
NEARLY = 0.8


@dataclass(frozen=True)
class Month:
    """How a command stands in this calendar month, in millionths of a dollar."""

    spent: int
    cap: int

    @property
    def left(self) -> int:
        return max(self.cap - self.spent, 0)

    @property
    def part(self) -> int:
        """Spent of the cap, in hundredths; never more than all of it."""
        return min(100, round(100 * self.spent / self.cap)) if self.cap else 100 if self.spent else 0

    @property
    def nearly(self) -> bool:
        return self.spent > 0 and self.spent >= NEARLY * self.cap

    @property
    def spent_usd(self) -> Decimal:
        return Decimal(self.spent) / DOLLAR

    @property
    def left_usd(self) -> Decimal:
        return Decimal(self.left) / DOLLAR

    @property
    def cap_usd(self) -> Decimal:
        return Decimal(self.cap) / DOLLAR


# --- counting: inside a tenancy ---------------------------------------------------------------------------


def charge(*, account: Account, kind: str, number: int, micros: int) -> None:
    """Add to what an account cost today."""
    if number <= 0:
        return
    day = timezone.now().date()
    row, _new = SpendingDay.objects.get_or_create(account=account, day=day, kind=kind)
    added = {"number": F("number") + number, "micros": F("micros") + micros}
    SpendingDay.objects.filter(pk=row.pk).update(**added)


def charge_post(account: Account, text: str) -> None:
    """A post was sent."""
    kind = Spent.LINK if "://" in text else Spent.POST
    charge(account=account, kind=kind, number=1, micros=network_named(account.network).micros(text))


def charge_reads(account: Account, reads: int) -> None:
    """So many objects were read, kept or not."""
    micros = reads * READ_MICROS.get(account.network, 0)
    charge(account=account, kind=Spent.READ, number=reads, micros=micros)


def month() -> Month:
    """The entered command's."""
    spent = SpendingDay.objects.filter(day__gte=first_day()).aggregate(all=Sum("micros"))["all"] or 0
    budget = Budget.objects.first()
    return Month(spent, _micros(budget.month_usd) if budget else default_cap())


def left() -> int:
    return month().left


def over(micros: int, *, but: int = 0) -> bool:
    """Whether so much more would be over the cap. What is on its way counts too, `but` one delivery."""
    if not micros:
        return False
    on_its_way = Delivery.objects.filter(state=State.SENDING).select_related("account")
    if but is not None:
        on_its_way = on_its_way.exclude(pk=but)
    others = sum(network_named(row.account.network).micros(row.text) for row in on_its_way)
    return micros + others > left()


def may_read(account: Account) -> bool:
    """Whether the network may be asked for what costs, with enough left for posts."""
    if not READ_MICROS.get(account.network):
        return True
    now = month()
    return now.spent < (1 - RESERVE) * now.cap


# --- budgets ---------------------------------------------------------------------------------------------


def default_cap() -> int:
    return _micros(settings.MONTHLY_BUDGET)


def set_cap(*, command: Command, month_usd: Decimal, by: User) -> None:
    """Called outside of any tenancy: headquarters enters the command to write."""
    with tenancy.enter(command):
        Budget.objects.update_or_create(command=command, defaults={"month_usd": month_usd, "set_by": by})


def months() -> dict[int, Month]:
    """Every command's that spent something or has a cap of its own, by its id. Called citywide."""
    rows = SpendingDay.objects.filter(day__gte=first_day()).values("command").annotate(all=Sum("micros"))
    spent = {row["command"]: row["all"] for row in rows}
    caps = {budget.command_id: _micros(budget.month_usd) for budget in Budget.objects.all()}
    known: Iterable[Any] = spent.keys() | caps.keys()
    return {pk: Month(spent.get(pk, 0), caps.get(pk, default_cap())) for pk in known}


def first_day() -> date:
    return timezone.now().date().replace(day=1)


def _micros(dollars: Decimal) -> int:
    return int(dollars * DOLLAR)
