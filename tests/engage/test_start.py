"""The launcher: everything comes up, says so, and goes down together, however it ends."""

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psutil
import pytest

from tests.engage.launching import bare_environment, free_ports, gone
from tests.waiting import eventually

LAUNCHER = (sys.executable, "-m", "engage.start")


@pytest.fixture(scope="module")
def prepared_home(tmp_path_factory):
    """A home whose database is made and migrated; each test begins with a copy."""
    home = tmp_path_factory.mktemp("start") / "home"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from engage import embedded, prepare; embedded.ensure(); exit(prepare.main())",
        ],
        env=bare_environment(ENGAGE_HOME=home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "4/6 Database: ready" in done.stdout
    return home


@pytest.fixture
def home(prepared_home, tmp_path):
    subprocess.run(["cp", "-a", prepared_home, tmp_path / "home"], check=True)
    return tmp_path / "home"


@pytest.fixture
def start(launch, home):
    """start(): a launcher on free ports."""

    def begin(command=LAUNCHER, **more):
        port = free_ports()
        program = launch(*command, env=bare_environment(ENGAGE_HOME=home, PORT=port, **more))
        program.url = f"http://127.0.0.1:{port}"
        return program

    return begin


def ready(program):
    program.until(rf"^Engage is ready: {program.url}$")
    return program


def health(program, query=""):
    try:
        with urllib.request.urlopen(f"{program.url}/healthz{query}", timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def child(program, words):
    """The direct child whose command line holds these words."""
    (found,) = [p for p in psutil.Process(program.process.pid).children() if words in " ".join(p.cmdline())]
    return found


def test_everything_is_well_and_discreet_when_it_says_ready_and_ctrl_c_stops_it_all(start, home):
    program = ready(start())
    well = {"status": "ok", "database": "ok", "redis": "ok", "worker": "ok", "beat": "ok"}
    assert health(program, "?lat=40.7") == (200, well)
    # The servers never see the login that may change tables.
    for words in ("gunicorn engage.wsgi", "celery -A engage worker", "celery -A engage beat"):
        environment = child(program, words).environ()
        assert "DATABASE_URL" in environment
        assert "DATABASE_OWNER_URL" not in environment
    # What is private is private.
    for path in (home / "keys.json", home / "run" / "services.json", home / "run" / "sockets"):
        assert path.stat().st_mode & 0o077 == 0
    everything = program.descendants()
    assert len(everything) > 10
    assert program.end(signal.SIGINT) == 0
    assert program.output.rstrip().endswith("Engage has stopped.")
    assert gone(everything)
    # Nobody's address is logged, and no query, which can hold a place.
    lines = [line for line in (home / "log" / "web.log").read_text().splitlines() if "/healthz" in line]
    assert lines
    assert all("40.7" not in line and "127.0.0.1" not in line for line in lines)


def test_the_demonstration_ends_with_its_sign_ins_and_a_timeline_to_read(start):
    program = ready(start(ENGAGE_DEMO="1"))
    program.until("^The sandbox network: ")
    sign_ins = program.output.partition("Engage is ready")[2]
    for who in ("resident", "moderator", "commander", "reviewer"):
        assert f"{who}@demo.example" in sign_ins
    assert "engage-demo" in sign_ins
    sandbox = sign_ins.rpartition("The sandbox network: ")[2].strip()
    for page in (f"{program.url}/pct-109/ideas/", f"{sandbox}/demo_pct109"):
        with urllib.request.urlopen(page, timeout=10) as answer:
            assert "109th Precinct" in answer.read().decode()
    everything = program.descendants()
    assert program.end() == 0
    assert gone(everything)


def test_a_second_start_keeps_the_data_and_takes_seconds(start, home):
    began = time.monotonic()
    program = ready(start())
    assert time.monotonic() - began < 30  # about 4 alone; other tests run beside this one
    assert "5/6 City: ready" in program.output
    keys = (home / "keys.json").read_text()
    assert program.end(signal.SIGTERM) == 0
    ready(start())
    assert (home / "keys.json").read_text() == keys


def test_a_killed_launcher_takes_everything_along_and_the_next_start_is_well(start):
    program = ready(start())
    everything = program.descendants()
    program.end(signal.SIGKILL)
    assert health(ready(start()))[0] == 200
    eventually(lambda: gone(everything))


def test_a_dead_worker_is_told_by_the_terminal_and_by_healthz_while_the_web_goes_on(start):
    program = ready(start())
    child(program, "celery -A engage worker").kill()
    program.until("^worker has ended; its last lines are above")
    eventually(
        lambda: (
            health(program)
            == (
                503,
                {**dict.fromkeys(("database", "redis", "beat"), "ok"), "status": "down", "worker": "down"},
            )
        )
    )
    assert program.process.poll() is None


def test_a_dead_web_server_ends_everything_and_says_so(start):
    program = ready(start())
    everything = program.descendants()
    child(program, "gunicorn engage.wsgi").kill()
    assert program.end(signum=None) == 1
    assert "web has ended; its last lines are above" in program.output
    eventually(lambda: gone(everything))


def test_it_ends_when_the_make_that_started_it_is_gone(start):
    program = start(command=("sh", "-c", f"{' '.join(LAUNCHER)} & wait"), MAKELEVEL=1)
    ready(program)
    everything = program.descendants()
    program.process.kill()
    eventually(lambda: gone(everything))


def test_a_server_that_does_not_start_shows_its_last_lines(start):
    program = start(WEB_CONCURRENCY="two")
    assert program.end(signum=None) == 1
    assert "invalid literal for int() with base 10: 'two'" in program.output
    assert "The web process has ended; its last lines are above" in program.output


def test_a_database_that_does_not_answer_is_one_line(start):
    port = free_ports()
    program = start(DATABASE_URL=f"postgresql://engage_app:a-password@127.0.0.1:{port}/engage")
    assert program.end(signum=None) == 1
    assert "The database does not answer: " in program.output
    assert "a-password" not in program.output
