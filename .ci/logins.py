"""Makes the logins and the database for a CI run, and prints their addresses as shell exports.

The first argument is the address of a login that may do so.
"""

from __future__ import annotations

import secrets
import shlex
import sys
from contextlib import closing
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql

OWNER, RUNTIME = "engage_ci_owner", "engage_ci_app"
RIGHTS = {OWNER: "CREATEROLE CREATEDB", RUNTIME: "NOINHERIT NOCREATEROLE NOCREATEDB"}


def main(admin: str) -> None:
    passwords = {name: secrets.token_hex(16) for name in RIGHTS}
    with closing(psycopg2.connect(admin)) as connection, closing(connection.cursor()) as cursor:
        connection.autocommit = True
        for name, rights in RIGHTS.items():
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
            statement = sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS {} PASSWORD {}")
            verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
            password = sql.Literal(passwords[name])
            cursor.execute(statement.format(verb, sql.Identifier(name), sql.SQL(rights), password))
        adopt_roles(connection.server_version, cursor)
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER])
        if not cursor.fetchone():
            cursor.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(OWNER)))
    place = urlsplit(admin).netloc.rpartition("@")[2]
    for variable, name in (("DATABASE_OWNER_URL", OWNER), ("DATABASE_URL", RUNTIME)):
        address = f"postgresql://{name}:{passwords[name]}@{place}/{OWNER}"
        print(f"export {variable}={shlex.quote(address)}")  # noqa: T201


def adopt_roles(version: int, cursor: psycopg2.extensions.cursor) -> None:
    """Since PostgreSQL 16 only a role's maker may grant it: an earlier run may have made these two."""
    cursor.execute("SELECT rolname FROM pg_roles WHERE rolname IN ('engage_command', 'engage_city')")
    if version >= 160000:
        for (role,) in cursor.fetchall():
            grant = sql.SQL("GRANT {} TO {} WITH ADMIN OPTION")
            cursor.execute(grant.format(sql.Identifier(role), sql.Identifier(OWNER)))


if __name__ == "__main__":
    main(sys.argv[1])
