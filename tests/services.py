"""Before Django's settings are read: a database and a Redis of this run's own.

A pytest plugin, loaded by `-p tests.services`. The first process of a run makes a template database
(migrated, with the city's roster loaded) unless the last run left the same one; each parallel process
gets a copy of it. PostgreSQL and Redis are those of DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL, or
embedded ones.
"""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from engage import embedded

ROOT = Path(__file__).resolve().parent.parent
# Runs on one server that must not share databases differ in this.
PREFIX = os.environ.get("ENGAGE_TEST_PREFIX", "engage_test")
TEMPLATE = f"{PREFIX}_template"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
# What decides what the template holds.
SOURCES = [
    "*/migrations/*.py",
    "*/models.py",
    "*/triggers.py",
    "*/data/*",
    "precincts/*.py",
    "precincts/management/commands/*.py",
]


def prepare() -> None:
    if WORKER == "main":
        embedded.ensure_for_tests()
        os.environ.setdefault("ENGAGE_TEST_DATABASE_URL", os.environ["DATABASE_URL"])
        os.environ.setdefault(
            "ENGAGE_TEST_OWNER_URL", os.environ.get("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])
        )
        os.environ.setdefault("ENGAGE_TEST_REDIS_URL", os.environ["REDIS_URL"])
        os.environ["ENGAGE_SECRET_KEY"] = "a secret of the tests"
        os.environ["ENGAGE_TOKEN_KEYS"] = base64.urlsafe_b64encode(
            b"a key for the tests, 32 bytes ok"
        ).decode()
        os.environ["ENGAGE_HOME"] = str(embedded.home_from_environment() / "test" / "home")
        os.environ["ENGAGE_DEMO"] = ""
        make_template()
        # As in the demonstration; tests/precincts/test_second_factor.py asks for it.
        os.environ["ENGAGE_SECOND_FACTOR"] = "waived"
    use_own_database()


def make_template() -> None:
    """The template, unless the last run's is as good: its comment says what it was made of."""
    made_of = _digest()
    with _server() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [TEMPLATE]
        )
        if cursor.fetchone() == (made_of,):
            return
        cursor.execute(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {TEMPLATE}")
    environment = os.environ | {
        "DATABASE_URL": with_name(os.environ["ENGAGE_TEST_DATABASE_URL"], TEMPLATE),
        "DATABASE_OWNER_URL": with_name(os.environ["ENGAGE_TEST_OWNER_URL"], TEMPLATE),
    }
    for command in (["migrate", "-v0"], ["load_city", "-v0"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
    with _server() as cursor:
        cursor.execute(f"COMMENT ON DATABASE {TEMPLATE} IS %s", [made_of])


def use_own_database() -> None:
    name = f"{PREFIX}_{WORKER}"
    with _server() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    os.environ["DATABASE_URL"] = with_name(os.environ["ENGAGE_TEST_DATABASE_URL"], name)
    os.environ["DATABASE_OWNER_URL"] = with_name(os.environ["ENGAGE_TEST_OWNER_URL"], name)
    number = int(WORKER.removeprefix("gw")) + 1 if WORKER.startswith("gw") else 0
    os.environ["REDIS_URL"] = _redis_url(os.environ["ENGAGE_TEST_REDIS_URL"], number % 9 + 1)


def with_name(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _redis_url(url: str, number: int) -> str:
    if url.startswith("unix:"):
        return urlunsplit(urlsplit(url)._replace(query=f"db={number}"))
    return urlunsplit(urlsplit(url)._replace(path=f"/{number}"))


def _digest() -> str:
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.read_bytes())
    return digest.hexdigest()


class _server:
    """A cursor on the server, outside any transaction, as the owner."""

    def __enter__(self):
        self.connection = psycopg2.connect(with_name(os.environ["ENGAGE_TEST_OWNER_URL"], "postgres"))
        self.connection.autocommit = True
        return self.connection.cursor()

    def __exit__(self, *error: object) -> None:
        self.connection.close()


prepare()
