"""PostgreSQL and Redis out of wheels: they come up, keep their data, and come back after anything."""

import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from tests.engage.launching import bare_environment, gone, python
from tests.waiting import eventually

START = "from engage import embedded; from pathlib import Path; import os, json\n"
ASK = """
import psycopg2
def ask(url, query):
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall() if cursor.description else None
"""
ENSURE = START + ASK + "embedded.ensure()\n"
HOLD = (
    START
    + """
services = embedded.start(embedded.home_from_environment(), durable=False)
print("up", json.dumps(services.environment()), flush=True)
input()
"""
)


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def held(home, launch):
    """A process that holds running servers, and their addresses."""
    program = launch(sys.executable, "-c", HOLD, env=bare_environment(ENGAGE_HOME=home))
    program.addresses = json.loads(program.until(r"up (\{.*\})").group(1))
    return program


def test_the_logins_have_the_rights_that_production_asks_for(home):
    said = python(
        ENSURE
        + """
columns = "rolname, rolsuper, rolbypassrls, rolinherit, rolcreaterole, rolcreatedb"
rights = f"SELECT {columns} FROM pg_roles WHERE rolname = current_user"
print(json.dumps([ask(os.environ[name], rights)[0] for name in ("DATABASE_URL", "DATABASE_OWNER_URL")]))
""",
        ENGAGE_HOME=home,
    )
    assert said.startswith("["), said
    assert json.loads(said) == [
        ["engage_app", False, False, False, False, False],
        ["engage_owner", False, False, True, True, True],
    ]


def test_a_second_start_keeps_the_data_and_the_keys(home):
    first = python(
        ENSURE
        + "ask(os.environ['DATABASE_OWNER_URL'], 'CREATE TABLE kept AS SELECT 109 AS number')\n"
        + "print(os.environ['ENGAGE_SECRET_KEY'], os.environ['ENGAGE_TOKEN_KEYS'])",
        ENGAGE_HOME=home,
    )
    second = python(
        ENSURE
        + "print(os.environ['ENGAGE_SECRET_KEY'], os.environ['ENGAGE_TOKEN_KEYS'])\n"
        + "print(ask(os.environ['DATABASE_OWNER_URL'], 'SELECT number FROM kept'))",
        ENGAGE_HOME=home,
    )
    assert second == first + "[(109,)]\n"
    assert (home / "keys.json").stat().st_mode & 0o077 == 0


def test_only_what_has_no_address_is_started(home):
    said = python(
        START
        + "embedded.ensure(); print(sorted(p.name for p in embedded.home_from_environment().iterdir()))",
        ENGAGE_HOME=home,
        DATABASE_URL="postgresql://somebody@db.example/engage",
    )
    assert "'redis'" in said
    assert "'postgres'" not in said


def test_a_half_made_cluster_is_made_anew(home):
    (home / "postgres.new" / "base").mkdir(parents=True)
    (home / "postgres.new" / "PG_VERSION").write_text("18\n")
    said = python(ENSURE + "print(ask(os.environ['DATABASE_URL'], 'SELECT 1'))", ENGAGE_HOME=home)
    assert said == "[(1,)]\n"
    assert not (home / "postgres.new").exists()


def test_a_cluster_of_another_version_is_named(home):
    (home / "postgres").mkdir(parents=True)
    (home / "postgres" / "PG_VERSION").write_text("16\n")
    said = python(START + "embedded.ensure()", ENGAGE_HOME=home)
    assert "was made by PostgreSQL 16, not 18" in said.splitlines()[-1]


@pytest.mark.parametrize("name", ["long/" * 30, 'it\'s a, "folder" 100%'], ids=["too long", "odd letters"])
def test_any_folder_will_do(tmp_path, name):
    said = python(ENSURE + "print(ask(os.environ['DATABASE_URL'], 'SELECT 1'))", ENGAGE_HOME=tmp_path / name)
    assert said == "[(1,)]\n"


def test_a_second_start_of_the_same_home_is_refused_in_one_line(home, held):
    said = python(START + "embedded.start(embedded.home_from_environment())", ENGAGE_HOME=home)
    assert "Engage is already running from this folder" in said.splitlines()[-1]
    assert "PORT=8010 ENGAGE_HOME=.engage-2 make run" in said.splitlines()[-1]


def test_a_command_joins_the_running_servers_and_leaves_them_running(home, held):
    said = python(ENSURE + "print(json.dumps({n: os.environ[n] for n in embedded.NAMES}))", ENGAGE_HOME=home)
    assert json.loads(said).items() <= held.addresses.items()
    assert python(ASK + f"print(ask({held.addresses['DATABASE_URL']!r}, 'SELECT 1'))") == "[(1,)]\n"


def test_two_test_runs_get_servers_of_their_own(home, launch):
    code = START + "embedded.ensure_for_tests(); print('up', os.environ['DATABASE_URL'], flush=True); input()"
    runs = [launch(sys.executable, "-c", code, env=bare_environment(ENGAGE_HOME=home)) for _ in range(2)]
    assert len({run.until(r"up (\S+)").group(1) for run in runs}) == 2


def test_a_killed_process_leaves_no_server_and_the_next_start_is_well(home, held):
    servers = held.descendants()
    assert {server.name() for server in servers} >= {"postgres", "redis-server"}
    held.end(signal.SIGKILL)
    said = python(ENSURE + "print(ask(os.environ['DATABASE_URL'], 'SELECT 1'))", ENGAGE_HOME=home)
    assert said == "[(1,)]\n"
    eventually(lambda: gone(servers))


def test_leftovers_are_ended_by_their_record_and_nobody_else_is(home):
    """Where the kernel does not end a killed launcher's children, the next start does."""
    left, other = (subprocess.Popen(["cat"], stdin=subprocess.PIPE, start_new_session=True) for _ in "12")
    record = (
        START
        + "from engage.processes import _remember, end_leftovers\nhome = Path(os.environ['ENGAGE_HOME'])\n"
    )
    python(
        record
        + f"_remember({left.pid}, home / 'web.pid'); _remember({other.pid}, home / 'beat.pid')\n"
        + "record = home / 'beat.pid'; known = json.loads(record.read_text())\n"
        + "record.write_text(json.dumps(known | {'created': known['created'] - 1000}))  # a reused number\n",
        ENGAGE_HOME=home,
    )
    said = python(record + "print(end_leftovers(home), list(home.glob('*.pid')))", ENGAGE_HOME=home)
    assert said == "['web'] []\n"
    assert left.wait(10) == -signal.SIGTERM
    assert other.poll() is None
    other.kill()
    for process in (left, other):
        process.communicate()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 20 MB, where this login may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(folder)]
    if (
        os.geteuid() != 0
        or not shutil.which("mount")
        or subprocess.run(mount, check=False, capture_output=True).returncode
    ):
        pytest.skip("needs root, who may mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_one_line_and_the_next_start_recovers(small_disk):
    said = python(START + "embedded.ensure()", ENGAGE_HOME=small_disk / "home")
    assert "The disk is full: " in said.splitlines()[-1]
    subprocess.run(["mount", "-o", "remount,size=300m", str(small_disk)], check=True)
    said = python(
        ENSURE + "print(ask(os.environ['DATABASE_URL'], 'SELECT 1'))", ENGAGE_HOME=small_disk / "home"
    )
    assert said == "[(1,)]\n"
