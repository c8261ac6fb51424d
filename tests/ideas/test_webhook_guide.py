"""docs/webhooks.md: what it says of signatures, events and waits is what happens."""

import re
import time
from pathlib import Path

import pytest

from ideas import calling, webhooks

GUIDE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()


@pytest.fixture
def is_from_engage():
    names = {}
    exec(re.search(r"```python\n(.*?)```", GUIDE, re.S)[1], names)
    return names["is_from_engage"]


def call(secret, body=b'{"type": "idea.heard"}', seconds_ago=0):
    stamp = int(time.time()) - seconds_ago
    return {
        "webhook-id": "id",
        "webhook-timestamp": str(stamp),
        "webhook-signature": webhooks.signature(secret, "id", stamp, body),
    }, body


def test_the_sample_takes_what_is_ours_and_nothing_else(is_from_engage):
    secret, other = webhooks.new_secret(), webhooks.new_secret()
    assert is_from_engage(secret, *call(secret))
    assert not is_from_engage(other, *call(secret))
    assert not is_from_engage(secret, call(secret)[0], b"{}")
    assert not is_from_engage(secret, *call(secret, seconds_ago=301))
    headers, body = call(other)
    headers["webhook-signature"] += " " + call(secret)[0]["webhook-signature"]
    assert is_from_engage(secret, headers, body)


def test_the_signature_is_the_schemes_own():
    """The example of the Standard Webhooks specification's libraries."""
    signed = webhooks.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_it_names_every_event_and_every_wait():
    for event in webhooks.ALL_EVENTS:
        assert f"`{event}`" in GUIDE or f"`{event.removeprefix('idea.')}`" in GUIDE, event
    said = [wait.total_seconds() for wait in calling.WAITS]
    assert said == [5, 300, 1800, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24))]
    assert "5 seconds, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours" in GUIDE
