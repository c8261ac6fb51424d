"""System checks: of the models that stand behind the walls, of who signs in, and of the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import connections, models
from django.db.utils import DatabaseError

from precincts.history import is_event
from precincts.tenancy import CITY_ROLE, COMMAND_ROLE, TenantForeignKey, TenantModel, tenant_models


def check_tenant_models(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Each tenant model keeps to what the walls need."""
    return [error for model in tenant_models() for error in _model_errors(model)]


def _model_errors(model: type[TenantModel]) -> Iterator[Error]:
    for field in model._meta.local_fields:
        if _points_at_tenant(field) and not isinstance(field, TenantForeignKey) and not is_event(model):
            yield Error(
                f"{field} points at a tenant table: use TenantForeignKey.", obj=model, id="walls.E001"
            )
        if field.unique and not field.primary_key:
            yield Error(f"{field} is unique across commands: use a constraint.", obj=model, id="walls.E002")
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and "command" not in constraint.fields:
            yield Error(f"{constraint.name} leaves out command.", obj=model, id="walls.E002")
    if model._meta.unique_together:
        yield Error("Use a UniqueConstraint that names command.", obj=model, id="walls.E002")
    if model._meta.local_many_to_many:
        yield Error("A many-to-many table has no command: write the table.", obj=model, id="walls.E003")


def _points_at_tenant(field: Any) -> bool:
    return isinstance(field.related_model, type) and issubclass(field.related_model, TenantModel)


def check_second_factor(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.SECOND_FACTOR == "waived" and not settings.ENGAGE_DEMO:
        return [
            Warning(
                "Whoever guesses a password of the staff works at their desk.",
                hint="Take ENGAGE_SECOND_FACTOR away: only the demonstration may waive a second factor.",
                id="people.W001",
            )
        ]
    return []


def check_walls(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Every tenant table has its wall, and the runtime login cannot step over one."""
    if "default" not in (databases or []):
        return []
    with connections["default"].cursor() as cursor:
        try:
            return [*_table_errors(cursor), *_login_errors(cursor)]
        except DatabaseError as error:
            return [Error(f"The walls cannot be looked at: {error}", id="walls.E010")]


def _table_errors(cursor: Any) -> Iterator[Error]:
    for model in tenant_models():
        table = model._meta.db_table
        cursor.execute(
            "SELECT relrowsecurity AND relforcerowsecurity,"
            " (SELECT count(*) FROM pg_policy WHERE polrelid = pg_class.oid),"
            " has_table_privilege(current_user, oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE'),"
            " pg_get_userbyid(relowner) = current_user"
            " FROM pg_class WHERE oid = to_regclass(%s)",
            [table],
        )
        row = cursor.fetchone()
        if row is None:
            continue  # not migrated yet; migrate lays the wall
        forced, policies, granted, owned = row
        if not forced or policies != 2:
            yield Error(f"{table} stands without its wall: run migrate.", id="walls.E011")
        if granted or owned:
            yield Error(f"The runtime login reaches {table} without entering a command.", id="walls.E012")


def _login_errors(cursor: Any) -> Iterator[Error]:
    cursor.execute(
        "SELECT rolname, rolsuper OR rolbypassrls,"
        " EXISTS (SELECT 1 FROM pg_roles g WHERE g.rolname IN %s AND pg_has_role(r.rolname, g.oid, 'USAGE'))"
        " FROM pg_roles r WHERE rolname = current_user",
        [(COMMAND_ROLE, CITY_ROLE)],
    )
    name, strong, inherits = cursor.fetchone()
    if strong:
        yield Error(f"The runtime login {name} is a superuser or has BYPASSRLS.", id="walls.E013")
    elif inherits:
        yield Error(f"The runtime login {name} inherits a tenant role: make it NOINHERIT.", id="walls.E013")
