"""Entering a command. PostgreSQL holds the walls (walls.py); this says inside which one we stand.

    with tenancy.enter(command):   # reads and writes this command's rows, and no others
        Idea.objects.all()
    with tenancy.citywide():       # reads every command's rows, writes none
        Idea.objects.count()

A tenancy is one transaction. Outside of it a tenant table answers "permission denied".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection, models, transaction

if TYPE_CHECKING:
    from precincts.models import Command

COMMAND_ROLE = "engage_command"
CITY_ROLE = "engage_city"


class OutsideTenancy(Exception):
    """A tenant row was touched, or made, where no command had been entered."""


@contextmanager
def enter(command: Command | int) -> Iterator[None]:
    """Stand inside one command: a transaction in which its rows, and only its, can be read and written."""
    command_id = command if isinstance(command, int) else command.pk
    with _standing(COMMAND_ROLE, str(command_id)):
        yield


@contextmanager
def citywide() -> Iterator[None]:
    """See every command's rows, and change none of them."""
    with _standing(CITY_ROLE, ""):
        yield


def current_command_id() -> int:
    """The id of the entered command. Raises OutsideTenancy where there is none."""
    role, command = _stack()[-1] if _stack() else ("", "")
    if role != COMMAND_ROLE:
        raise OutsideTenancy("Enter a command first: with tenancy.enter(command): ...")
    return int(command)


def entered_command_id() -> int | None:
    """The id of the entered command, or None."""
    role, command = _stack()[-1] if _stack() else ("", "")
    return int(command) if role == COMMAND_ROLE else None


@contextmanager
def _standing(role: str, command: str) -> Iterator[None]:
    stack = _stack()
    before = stack[-1] if stack else ("none", "")
    nested = connection.in_atomic_block
    with transaction.atomic():
        _set(role, command)
        stack.append((role, command))
        _to_settle().append([])
        try:
            yield
            _settle()
        finally:
            stack.pop()
            _to_settle().pop()
        # SET LOCAL ends with its transaction but outlives a released savepoint, so what stood before is put
        # back by hand. A rolled-back savepoint restores it itself, and an aborted transaction takes no
        # statement: hence not in `finally`.
        if nested and not connection.needs_rollback:
            _set(*before)


def before_leaving(settle: Callable[[list[Any]], None], item: Any) -> None:
    """Have settle([item, …]) called at the end of the entered tenancy, inside its transaction.

    For what takes a lock that everybody wants: it is the last one, and held for a moment. What was asked for
    in a savepoint that is rolled back is forgotten.
    """
    if not _stack():
        raise OutsideTenancy("Enter a command first: with tenancy.enter(command): ...")

    def stands() -> None:
        """Kept by Django among what is to do on commit for as long as its savepoint stands."""

    transaction.on_commit(stands)
    _to_settle()[-1].append((stands, settle, item))


def _settle() -> None:
    waiting = _to_settle()[-1]
    if not waiting or connection.needs_rollback:
        return
    standing = {entry[1] for entry in connection.run_on_commit}
    items: dict[Callable[[list[Any]], None], list[Any]] = {}
    for stands, settle, item in waiting:
        if stands in standing:
            items.setdefault(settle, []).append(item)
    for settle, given in items.items():
        settle(given)


def _set(role: str, command: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', %s, true), set_config('engage.command', %s, true)", [role, command]
        )


def _stack() -> list[tuple[str, str]]:
    """What this connection has entered, innermost last. It lives on the connection, as the role does."""
    wrapper: Any = connection
    if not hasattr(wrapper, "engage_tenancies"):
        wrapper.engage_tenancies = []
    return wrapper.engage_tenancies


def _to_settle() -> list[list[tuple[Callable[[], None], Callable[[list[Any]], None], Any]]]:
    """What before_leaving was asked for, by what was entered."""
    wrapper: Any = connection
    if not hasattr(wrapper, "engage_to_settle"):
        wrapper.engage_to_settle = []
    return wrapper.engage_to_settle


class TenantForeignKey(models.ForeignKey):
    """A foreign key from one tenant table to another.

    Its constraint is laid by walls.py and is composite, (command_id, x_id), so that no row can point
    into another command. Hence none of Django's own.
    """

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)


class TenantModel(models.Model):
    """Base of every table whose rows belong to one command."""

    command = models.ForeignKey(
        "precincts.Command",
        on_delete=models.PROTECT,
        editable=False,
        db_index=False,
        related_name="+",
        default=current_command_id,
    )

    class Meta:
        abstract = True


class AppendOnly(models.Model):
    """Rows that are added and read, and that nobody changes: the walls give no more."""

    class Meta:
        abstract = True


def tenant_models() -> list[type[TenantModel]]:
    """Every concrete model that lives behind the walls."""
    from django.apps import apps

    return [model for model in apps.get_models() if issubclass(model, TenantModel)]
