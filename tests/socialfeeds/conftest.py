"""Fixtures of the social feeds' tests."""

import pytest

from tests.bluesky_server import bluesky
from tests.sandbox_server import FacebookOn, MastodonOn, fresh_sandbox, sandbox
from tests.socialfeeds.canned import Canned
from tests.socialfeeds.granting import granting
from tests.socialfeeds.outbox import Outbox
from tests.worker import start_worker

__all__ = ["bluesky", "fresh_sandbox", "granting", "sandbox", "start_worker"]


@pytest.fixture
def x(fresh_sandbox, settings):
    """The sandbox as X, empty: Engage asks it and nothing else."""
    settings.X_API_URL = settings.X_WEB_URL = fresh_sandbox.url
    settings.X_TIMEOUT_SECONDS = 1
    yield fresh_sandbox
    fresh_sandbox.clear_faults()


@pytest.fixture
def outbox(x, transactional_db, pct_109):
    """The 109th Precinct's outbox, with @demo_pct109 connected."""
    return Outbox(x, pct_109)


@pytest.fixture
def canned(settings):
    """A server in X's place that gives the answers that the test lays down."""
    server = Canned()
    settings.X_API_URL = server.url
    settings.X_TIMEOUT_SECONDS = 1
    yield server
    server.stop()


@pytest.fixture
def facebook(fresh_sandbox, settings):
    """The sandbox as Facebook, empty."""
    found = FacebookOn(fresh_sandbox)
    settings.FACEBOOK_API_URL = settings.FACEBOOK_WEB_URL = found.url
    settings.FACEBOOK_APP_ID, settings.FACEBOOK_APP_SECRET = "1000000000001", "the-sandbox-has-no-secrets"
    yield found
    fresh_sandbox.clear_faults()


@pytest.fixture
def mastodon(fresh_sandbox, settings):
    """The sandbox as a Mastodon server, empty."""
    settings.MASTODON_TO_LOOPBACK = True
    yield MastodonOn(fresh_sandbox)
    fresh_sandbox.clear_faults()
