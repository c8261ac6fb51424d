"""The demonstration's people write: once, and what somebody changed stays."""

import pytest

from precincts import tenancy
from socialfeeds import demo_writing, drafting
from socialfeeds.models import Message, Status
from tests.socialfeeds.voice import an_account

pytestmark = pytest.mark.django_db


def test_there_is_something_in_every_tab_and_a_second_load_adds_nothing(make_user, pct_109):
    assert demo_writing.load() == 0
    editor, _commander = (
        make_user(f"{role}@demo.example", role=role, command=pct_109) for role in ("editor", "commander")
    )
    with tenancy.enter(pct_109):
        an_account()
    assert demo_writing.load() == 7
    with tenancy.enter(pct_109):
        statuses = list(Message.objects.values_list("status", flat=True))
        changed = Message.objects.filter(status=Status.DRAFT).first()
        drafting.save(message=changed, by=editor, given={"link": "https://example.org/"})
    assert {status: statuses.count(status) for status in set(statuses)} == {
        Status.DRAFT: 2,
        Status.SUBMITTED: 2,
        Status.RELEASED: 3,
    }
    assert demo_writing.load() == 0
