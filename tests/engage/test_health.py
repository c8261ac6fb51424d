"""/healthz says which part is down, quickly, and never more than that."""

import json
import socket
import time

import pytest
from celery import Celery
from celery.signals import heartbeat_sent, worker_ready
from django.db import connections

from engage import heartbeats
from engage.scheduler import HeartbeatScheduler

ALL_WELL = {"status": "ok", "database": "ok", "redis": "ok", "worker": "ok", "beat": "ok"}


@pytest.fixture
def all_well():
    heartbeats.mark(heartbeats.WORKER)
    heartbeats.mark(heartbeats.BEAT)


@pytest.fixture
def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def mute_port():
    """Takes connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def database_at(monkeypatch):
    """Points the web server at another database."""

    def point(port):
        settings = connections["default"].settings_dict
        monkeypatch.setitem(settings, "HOST", "127.0.0.1")
        monkeypatch.setitem(settings, "PORT", str(port))
        monkeypatch.setitem(settings, "OPTIONS", {})

    return point


def ask(client):
    response = client.get("/healthz")
    assert response.headers["Content-Type"] == "application/json"
    return response.status_code, json.loads(response.content)


def test_all_well(client, all_well):
    # No `db` fixture: pytest-django refuses every query on Django's own connections.
    assert ask(client) == (200, ALL_WELL)


@pytest.mark.parametrize(("silent", "speaking"), [("worker", "beat"), ("beat", "worker")])
def test_a_silent_worker_or_beat_is_named(client, silent, speaking):
    heartbeats.mark(speaking)
    assert ask(client) == (503, ALL_WELL | {"status": "down", silent: "down"})


def test_a_redis_that_is_away(client, all_well, settings, closed_port):
    settings.REDIS_URL = f"redis://:a-password@127.0.0.1:{closed_port}/0"
    status, parts = ask(client)
    assert status == 503
    assert parts == {
        "status": "down",
        "database": "ok",
        "redis": "down",
        "worker": "unknown",
        "beat": "unknown",
    }
    assert "a-password" not in json.dumps(parts)


def test_a_database_that_is_away(client, all_well, database_at, closed_port):
    database_at(closed_port)
    assert ask(client) == (503, ALL_WELL | {"status": "down", "database": "down"})


def test_servers_that_hang_are_down_within_seconds(client, settings, database_at, mute_port):
    database_at(mute_port)
    settings.REDIS_URL = f"redis://127.0.0.1:{mute_port}/0"
    began = time.monotonic()
    status, parts = ask(client)
    assert time.monotonic() - began < 4
    assert (status, parts["database"], parts["redis"]) == (503, "down", "down")


def test_it_sets_no_cookie_and_is_not_kept(client, all_well):
    response = client.get("/healthz")
    assert not response.cookies
    assert "no-store" in response.headers["Cache-Control"]


def test_it_only_answers_reading(client):
    assert client.post("/healthz").status_code == 405


@pytest.mark.services
@pytest.mark.parametrize("said", [heartbeat_sent, worker_ready])
def test_a_worker_says_that_it_lives_and_a_silence_is_noticed(said):
    assert heartbeats.heard(["worker"]) == {"worker": False}
    said.send(sender=None)
    assert heartbeats.heard(["worker"]) == {"worker": True}
    assert 0 < heartbeats._client().ttl("engage:heartbeat:worker") <= heartbeats.SILENCE_SECONDS


def test_beat_says_at_each_tick_that_it_lives_and_ticks_often(tmp_path):
    # Not the current app: that one takes the tasks of whatever test comes after.
    app = Celery("nothing-to-do", broker="memory://", set_as_current=False)
    scheduler = HeartbeatScheduler(app, schedule_filename=str(tmp_path / "schedule"), lazy=False)
    assert scheduler.tick() < heartbeats.SILENCE_SECONDS / 2
    assert heartbeats.heard(["beat"]) == {"beat": True}
    scheduler.close()


def test_a_containers_check_fails_on_silence_and_on_a_missing_redis(settings, closed_port):
    assert heartbeats.main("worker") == 1
    heartbeats.mark("worker")
    assert heartbeats.main("worker") == 0
    settings.REDIS_URL = f"redis://127.0.0.1:{closed_port}/0"
    assert heartbeats.main("worker") == 1


def test_a_heartbeat_that_finds_no_redis_ends_nobody(settings, closed_port):
    settings.REDIS_URL = f"redis://127.0.0.1:{closed_port}/0"
    heartbeats.mark("worker")
