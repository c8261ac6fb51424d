"""Without Redis, boards are slower and not broken; /healthz says what is away."""

import pytest

from tests.ideas.factory import an_idea

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_redis(settings):
    """An address where nothing listens."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": settings.REDIS_URL}}


def test_a_resident_still_reads_submits_and_votes(no_redis, client, pct_109):
    idea = an_idea(pct_109)
    for page in ("/", "/find/?q=11354", "/pct-109/", "/pct-109/ideas/", idea.get_absolute_url()):
        assert client.get(page).status_code == 200, page
    vote = client.post(
        f"{idea.get_absolute_url()}vote/", {"value": "1"}, headers={"Accept": "application/json"}
    )
    assert vote.json()["score"] == 1
    sent = client.post("/pct-109/ideas/new/", {"body": "The lamp at the corner has been out since Monday."})
    assert sent.status_code == 302


def test_one_can_still_sign_in_and_stay_so(no_redis, client, make_user):
    make_user("neighbor@example.org", password="engage-tests")
    answer = client.post("/accounts/login/", {"login": "neighbor@example.org", "password": "engage-tests"})
    assert answer.status_code == 302
    assert "neighbor@example.org" in client.get("/").content.decode()


def test_healthz_says_so(no_redis, client):
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["redis"] != "ok"
    assert answer.json()["database"] == "ok"
