"""Where a request came from is never kept: only a keyed hash that lives a day, for the rate limits."""

import logging
from datetime import UTC, datetime

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client, RequestFactory

from precincts import sources, tenancy
from tests.ideas.factory import an_idea

ADDRESS = "203.0.113.77"
PROXY = "198.51.100.5"


def source(**meta):
    return sources.source_of(RequestFactory().get("/", **meta))


def test_a_source_is_the_same_all_day_and_another_for_another_address():
    assert source(REMOTE_ADDR=ADDRESS) == source(REMOTE_ADDR=ADDRESS)
    assert source(REMOTE_ADDR=ADDRESS) != source(REMOTE_ADDR=PROXY)
    assert ADDRESS not in source(REMOTE_ADDR=ADDRESS)
    assert len(source(REMOTE_ADDR=ADDRESS)) == 32


@pytest.mark.parametrize("address", ["", "2001:db8::1", "unknown", "not an address", "203.0.113.77:1234"])
def test_any_address_has_a_source(address):
    assert len(source(REMOTE_ADDR=address)) == 32


def test_tomorrow_it_is_another(monkeypatch):
    days = [datetime(2026, 5, 4, 23, 59, 59, tzinfo=UTC), datetime(2026, 5, 5, 0, 0, 0, tzinfo=UTC)]

    class Clock:
        @staticmethod
        def now(_zone):
            return days.pop(0)

    monkeypatch.setattr(sources, "datetime", Clock)
    assert source(REMOTE_ADDR=ADDRESS) != source(REMOTE_ADDR=ADDRESS)


def test_without_the_key_it_cannot_be_made_again(settings):
    before = source(REMOTE_ADDR=ADDRESS)
    settings.SECRET_KEY = "another secret"
    assert source(REMOTE_ADDR=ADDRESS) != before


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "1.1.1.1", PROXY),  # nobody is trusted: the header is what anybody may write
        (1, ADDRESS, ADDRESS),
        (1, f"1.1.1.1, {ADDRESS}", ADDRESS),  # what the sender wrote stands further left
        (2, f"1.1.1.1, {ADDRESS}, 10.0.0.1", ADDRESS),
        (2, ADDRESS, PROXY),  # fewer hops than proxies: somebody went around them
        (1, "", PROXY),
        (1, " , ,", PROXY),
        (1, f"1.1.1.1,,{ADDRESS} ", ADDRESS),
    ],
)
def test_behind_proxies_the_one_that_they_saw(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=forwarded)
    assert sources.address_of(request) == expected


def test_one_cannot_dodge_a_limit_by_a_header(client, pct_109, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"vote": "1/hour"}
    path = f"/pct-109/ideas/{an_idea(pct_109).pk}/vote/"
    assert client.post(path, {"value": 1}).status_code == 302
    assert client.post(path, {"value": 0}, headers={"X-Forwarded-For": "9.9.9.9"}).status_code == 429
    settings.TRUSTED_PROXIES = 1
    for mine in ("1.1.1.1", "2.2.2.2"):
        answer = client.post(path, {"value": 0}, headers={"X-Forwarded-For": f"{mine}, {ADDRESS}"})
        assert answer.status_code == (302 if mine == "1.1.1.1" else 429)


def everything_in_redis():
    store = redis.Redis.from_url(django_settings.REDIS_URL)
    try:
        for key in store.scan_iter():
            yield key
            if store.type(key) == b"string":
                yield store.get(key)
    finally:
        store.close()


def everything_in_the_database():
    """As headquarters reads it: every row of every table, as text."""
    with tenancy.citywide(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            yield from (row for (row,) in cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_the_address_is_nowhere_after_all_that_a_resident_does(pct_109, make_user, caplog, capfd):
    """Not in the database, not in Redis, not in the logs; nor the address of a proxy's header."""
    caplog.set_level(logging.DEBUG)
    make_user("n@example.org")
    idea = an_idea(pct_109)
    client = Client(REMOTE_ADDR=ADDRESS, headers={"X-Forwarded-For": "192.0.2.9"})
    body = "The lamp at the corner has been dark for weeks."
    client.get("/")
    client.get("/find/", {"q": "11354"})
    client.get("/api/v1/locate/", {"zip": "11354"})
    client.post("/pct-109/ideas/new/review/", {"body": body})
    client.post("/pct-109/ideas/new/", {"body": body})
    client.post(f"/pct-109/ideas/{idea.pk}/vote/", {"value": 1})
    client.post(f"/pct-109/ideas/{idea.pk}/comments/", {"body": body})
    client.post("/pct-109/weigh-in/", {"idea": idea.pk, "value": 1})
    client.get("/pct-109/ideas/999999/")
    client.post("/accounts/login/", {"login": "n@example.org", "password": "wrong"})
    client.post("/accounts/login/", {"login": "n@example.org", "password": "engage-tests"})
    client.post("/accounts/logout/")
    client.post("/accounts/login/code/", {"email": "n@example.org"})
    client.post("/accounts/signup/", {"email": "new@example.org", "password1": "a long password"})
    client.post("/accounts/password/reset/", {"email": "n@example.org"})

    kept = list(everything_in_redis())
    assert any(b"vote" in item for item in kept if item)  # the limits were counted, so the scan sees them
    rows = list(everything_in_the_database())
    for word in (body, "n@example.org", "109th Precinct"):  # so the scan sees what there is
        assert any(word in row for row in rows), word
    output = capfd.readouterr()
    said = [caplog.text, output.out, output.err]
    for address in (ADDRESS, "192.0.2.9"):
        assert not [item for item in kept if item and address.encode() in item]
        assert not [row for row in rows if address in row]
        assert not [text for text in said if address in text]
