"""The walls between commands: roles, grants, row-level security and composite keys, in PostgreSQL.

`lay()` runs after every migrate, on the owner's connection, and can run again at any time. Who may do
what is read from the models, so a new tenant table cannot be forgotten.

    runtime login   NOINHERIT, owns nothing; shared tables only; may SET ROLE to the two below
    engage_command  tenant tables where command_id = engage.command; shared tables to read
    engage_city     everything to read
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connections, models, transaction
from psycopg2 import sql

from precincts.history import is_event
from precincts.tenancy import (
    CITY_ROLE,
    COMMAND_ROLE,
    AppendOnly,
    TenantForeignKey,
    TenantModel,
    tenant_models,
)

# What is written while a command is entered, though it belongs to no command.
SHARED_WRITES = {"precincts.Participant": "INSERT, UPDATE", "ideas.Notice": "INSERT"}

# All walls of one database are laid by one process at a time; roles are the whole cluster's.
_LOCK = 0x656E6761

Statement = sql.Composed


def lay(using: str = "owner") -> None:
    """Lay every wall anew. Idempotent, and all at once: a running Engage never sees it half done.

    `using` must own the tables and be able to create roles.
    """
    login = connections["default"].settings_dict["USER"]
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _lay_roles(cursor, login)
        for statement in _grants(cursor, login):
            cursor.execute(statement)
        for model in tenant_models():
            _lay_policies(cursor, model)
            _lay_keys(cursor, model)


def _lay_roles(cursor: Any, login: str) -> None:
    for role in (COMMAND_ROLE, CITY_ROLE):
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if not cursor.fetchone():
            cursor.execute(_sql("CREATE ROLE {} NOLOGIN NOINHERIT", role))
    cursor.execute("SELECT rolinherit FROM pg_roles WHERE rolname = %s", [login])
    if (row := cursor.fetchone()) and row[0]:
        cursor.execute(_sql("ALTER ROLE {} NOINHERIT", login))
    for role in (COMMAND_ROLE, CITY_ROLE):
        cursor.execute(
            "SELECT pg_has_role(%s, %s, 'MEMBER'), pg_has_role(%s, %s, 'USAGE')", [login, role] * 2
        )
        member, inherits = cursor.fetchone()
        if not member:
            cursor.execute(_sql("GRANT {} TO {}", role, login))
        elif inherits and _server_version(cursor) >= 160000:
            # Since PostgreSQL 16 a membership remembers whether it inherits.
            cursor.execute(_sql("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE", role, login))


def _grants(cursor: Any, login: str) -> Iterator[Statement]:
    """Who may touch which table. Everything is taken back first, so a dropped grant is really gone."""
    everyone = sql.SQL(", ").join(map(sql.Identifier, (login, COMMAND_ROLE, CITY_ROLE)))
    cursor.execute("SELECT current_database(), current_schema()")
    database, schema = (sql.Identifier(name) for name in cursor.fetchone())
    yield sql.SQL("REVOKE CREATE ON SCHEMA {} FROM PUBLIC").format(schema)
    yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, everyone)
    yield sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, everyone)
    yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}").format(schema, everyone)
    yield sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA {} TO {}").format(schema, everyone)
    yield sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(schema, sql.Identifier(CITY_ROLE))
    # So that a start can say which migrations are still to come.
    yield _sql("GRANT SELECT ON {} TO {}", "django_migrations", login)
    for model in _managed_models():
        yield from _table_grants(model, login)


def _table_grants(model: type[models.Model], login: str) -> Iterator[Statement]:
    table = model._meta.db_table
    # What stood before is added to and read; nobody changes it.
    added_only = is_event(model) or issubclass(model, AppendOnly)
    verbs = "GRANT SELECT, INSERT ON" if added_only else "GRANT SELECT, INSERT, UPDATE, DELETE ON"
    if issubclass(model, TenantModel):
        yield _sql(verbs + " {} TO {}", table, COMMAND_ROLE)
        return
    yield _sql(verbs + " {} TO {}", table, login)
    yield _sql("GRANT SELECT ON {} TO {}", table, COMMAND_ROLE)
    if more := SHARED_WRITES.get(model._meta.label):
        yield sql.SQL("GRANT {} ON {} TO {}").format(
            sql.SQL(more), sql.Identifier(table), sql.Identifier(COMMAND_ROLE)
        )


def _lay_policies(cursor: Any, model: type[TenantModel]) -> None:
    table = model._meta.db_table
    # A scalar subquery is evaluated once for the statement, so the policy becomes an index condition.
    here = sql.SQL("command_id = (SELECT current_setting('engage.command')::int)")
    cursor.execute(_sql("ALTER TABLE {} ENABLE ROW LEVEL SECURITY", table))
    cursor.execute(_sql("ALTER TABLE {} FORCE ROW LEVEL SECURITY", table))
    cursor.execute(_sql("DROP POLICY IF EXISTS engage_command ON {}", table))
    cursor.execute(
        sql.SQL("CREATE POLICY engage_command ON {} TO {} USING ({}) WITH CHECK ({})").format(
            sql.Identifier(table), sql.Identifier(COMMAND_ROLE), here, here
        )
    )
    cursor.execute(_sql("DROP POLICY IF EXISTS engage_city ON {}", table))
    cursor.execute(_sql("CREATE POLICY engage_city ON {} FOR SELECT TO {} USING (true)", table, CITY_ROLE))


def _lay_keys(cursor: Any, model: type[TenantModel]) -> None:
    """(command_id, x_id) must exist on the other side: a pointer into another command is refused."""
    for field in tenant_keys(model):
        target = field.remote_field.model
        _lay_target(cursor, target._meta.db_table)
        name = f"{model._meta.db_table}_{field.column}_same_command"[:63]
        cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [name])
        if not cursor.fetchone():
            cursor.execute(
                _sql(
                    "ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY (command_id, {})"
                    " REFERENCES {} (command_id, id) DEFERRABLE INITIALLY DEFERRED",
                    model._meta.db_table,
                    name,
                    field.column,
                    target._meta.db_table,
                )
            )


def _lay_target(cursor: Any, table: str) -> None:
    name = f"{table}_command_id_id"[:63]
    cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [name])
    if not cursor.fetchone():
        cursor.execute(_sql("ALTER TABLE {} ADD CONSTRAINT {} UNIQUE (command_id, id)", table, name))


def tenant_keys(model: type[TenantModel]) -> list[TenantForeignKey]:
    """The keys to lay. A history outlives what it points at, and has none."""
    if is_event(model):
        return []
    return [field for field in model._meta.local_fields if isinstance(field, TenantForeignKey)]


def _managed_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]


def _server_version(cursor: Any) -> int:
    cursor.execute("SELECT current_setting('server_version_num')::int")
    return cursor.fetchone()[0]


def _sql(template: str, *names: str) -> Statement:
    return sql.SQL(template).format(*map(sql.Identifier, names))
