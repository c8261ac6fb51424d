"""Fixtures that every test may use. The databases are made in services.py."""

from __future__ import annotations

import os

import psycopg2
import pytest
from django.core.cache import cache
from django.test import TransactionTestCase
from psycopg2 import sql

from tests.socialfeeds.voice import certify
from tests.waiting import eventually

# What load_city and migrate put there, and no test may take away.
REFERENCE = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "precincts_command",
    "precincts_outline",
    "precincts_zipshare",
    "ideas_topic",
    "ideas_edition",
    "ideas_rule",
    "ideas_agency",
    "ideas_route",
    "ideas_servicegoal",
    "socialfeeds_guardrailedition",
    "socialfeeds_guardrail",
    "socialfeeds_course",
    "socialfeeds_lesson",
    "socialfeeds_scenario",
    "socialfeeds_question",
}


def pytest_configure() -> None:
    """Pages of the test client name their static files plainly; the running stack has them collected."""
    from django.conf import settings

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    # Nor do they read the folder that is collected at this moment. WhiteNoise warns where there is none.
    settings.STATIC_ROOT = settings.ENGAGE_HOME / "nothing-collected"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    # A password's hash is slow on purpose, and nothing here tests that.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The database of this process stands already."""


@pytest.fixture(autouse=True)
def _empty_cache():
    yield
    cache.clear()


def owner() -> psycopg2.extensions.connection:
    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    connection.autocommit = True
    return connection


# What the roster points at cannot be truncated beside it, empty as it is.
POINTED_AT = ["precincts_user"]
RESET = """
    UPDATE precincts_command SET who_may_submit = 'anybody', who_may_vote = 'anybody',
        who_may_comment = 'anybody';
    DELETE FROM ideas_rule WHERE edition_id IN (SELECT id FROM ideas_edition WHERE number > 1);
    DELETE FROM ideas_edition WHERE number > 1;
    UPDATE ideas_edition SET published_by_id = NULL;
    UPDATE ideas_servicegoal SET set_by_id = NULL, hours = CASE measure
        WHEN 'review' THEN 24 WHEN 'hear' THEN 168 WHEN 'act' THEN 720 ELSE 336 END;
    DELETE FROM socialfeeds_guardrail WHERE edition_id IN
        (SELECT id FROM socialfeeds_guardrailedition WHERE number > 1);
    DELETE FROM socialfeeds_guardrailedition WHERE number > 1;
    UPDATE socialfeeds_guardrailedition SET published_by_id = NULL;
    DELETE FROM socialfeeds_scenario WHERE lesson_id IN
        (SELECT l.id FROM socialfeeds_lesson l JOIN socialfeeds_course c ON c.id = l.course_id
         WHERE c.number > 1);
    DELETE FROM socialfeeds_lesson WHERE course_id IN (SELECT id FROM socialfeeds_course WHERE number > 1);
    DELETE FROM socialfeeds_question WHERE course_id IN (SELECT id FROM socialfeeds_course WHERE number > 1);
    DELETE FROM socialfeeds_course WHERE number > 1;
    TRUNCATE precincts_commandevent, ideas_editionevent, ideas_ruleevent, ideas_servicegoalevent;
"""


def empty_database(self: object = None) -> None:
    """After a test that commits: its rows go, the city's roster stays. The runtime login may not."""
    connection = owner()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        kept = REFERENCE.union(POINTED_AT)
        tables = [sql.Identifier(name) for (name,) in cursor.fetchall() if name not in kept]
        all_of_them = sql.SQL(", ").join(tables)
        # A page that was just left may still say goodbye to the web server. So nothing is held while another
        # table is waited for: neither can stand in the other's way.
        truncate = sql.SQL(
            "BEGIN; LOCK TABLE {} IN ACCESS EXCLUSIVE MODE NOWAIT; TRUNCATE {} RESTART IDENTITY; COMMIT"
        ).format(all_of_them, all_of_them)
        eventually(lambda: _done(cursor, truncate))
        cursor.execute(RESET)
        for name in POINTED_AT:
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
    connection.close()


def _done(cursor, statement):
    """Whether it could be done now; else nothing is held any more."""
    try:
        cursor.execute(statement)
    except psycopg2.errors.LockNotAvailable:
        cursor.execute("ROLLBACK")
        return False
    return True


TransactionTestCase._fixture_teardown = empty_database


@pytest.fixture
def pct_109(db):
    from precincts.models import Command

    return Command.objects.get(slug="pct-109")


@pytest.fixture
def pct_110(db):
    from precincts.models import Command

    return Command.objects.get(slug="pct-110")


@pytest.fixture
def make_user(db):
    """make_user("a@example.org", role="moderator", command=pct_109): somebody with a verified address."""
    from allauth.account.models import EmailAddress

    from precincts.models import Membership, User

    def make(email="somebody@example.org", *, role=None, command=None, password="engage-tests"):
        user = User.objects.create_user(email, password)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        if role:
            Membership.objects.create(user=user, role=role, command=command)
            certify(user)
        return user

    return make
