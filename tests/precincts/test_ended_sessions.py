"""A session that was ended opens nothing, and breaks no page on which it is found dead."""

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from tests.ideas.factory import a_waiting_idea, an_idea

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def moderator(make_user, pct_109):
    return make_user("moderator@example.org", role="moderator", command=pct_109)


def signed_in(user):
    browser = Client()
    browser.force_login(user)
    assert browser.get("/pct-109/desk/").status_code == 200
    return browser


def test_every_one_ends_at_once_also_where_it_is_cached(moderator):
    browsers = [signed_in(moderator) for _ in range(3)]
    assert cache.get("django.contrib.sessions.cached_db" + browsers[0].session.session_key)
    moderator.end_sessions()
    for browser in browsers:
        assert browser.get("/pct-109/desk/").headers["Location"].startswith("/accounts/login/")
        assert browser.get("/api/v1/commands/pct-109/queue/").status_code == 401
    assert not Session.objects.exists()


def test_nobody_elses_ends(moderator, make_user, pct_109):
    other = signed_in(make_user("other@example.org", role="moderator", command=pct_109))
    moderator.end_sessions()
    assert other.get("/pct-109/desk/").status_code == 200


def test_signing_in_again_is_all_it_takes(moderator):
    moderator.end_sessions()
    browser = Client()
    browser.post("/accounts/login/", {"login": moderator.email, "password": "engage-tests"})
    assert browser.get("/pct-109/desk/").status_code == 200


def test_with_a_new_secret_key_people_stay_signed_in(moderator, settings):
    browser = signed_in(moderator)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert browser.get("/pct-109/desk/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert browser.get("/pct-109/desk/").status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/pct-109/", 200),
        ("/pct-109/ideas/", 200),
        ("/pct-109/ideas/{idea}/", 200),
        ("/pct-109/ideas/new/", 200),
        ("/pct-109/weigh-in/", 200),
        ("/pct-109/desk/", 302),
        ("/pct-109/desk/ideas/{waiting}/", 302),
        ("/pct-109/desk/settings/", 302),
        ("/headquarters/", 302),
        ("/api/v1/commands/pct-109/ideas/", 200),
        ("/api/v1/commands/pct-109/queue/", 401),
        ("/accounts/tokens/", 302),
        ("/accounts/second-step/", 302),
    ],
)
def test_a_page_that_finds_one_dead_takes_the_reader_for_nobody(moderator, pct_109, path, status):
    """To put it away is a write, which inside of a command would be refused."""
    browser = signed_in(moderator)
    path = path.format(idea=an_idea(pct_109).pk, waiting=a_waiting_idea(pct_109).pk)
    moderator.end_sessions()
    assert browser.get(path).status_code == status


def test_a_vote_with_a_dead_session_counts_as_a_neighbors(moderator, pct_109):
    browser, idea = signed_in(moderator), an_idea(pct_109)
    moderator.end_sessions()
    assert browser.post(f"/pct-109/ideas/{idea.pk}/vote/", {"value": 1}).status_code == 302
