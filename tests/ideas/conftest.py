"""Fixtures of the boards' tests."""

from functools import cache

import pytest
from django.test import Client


@pytest.fixture
def staff(pct_109, make_user):
    """Browsers signed in, by role."""

    def of(role):
        client = Client()
        at = None if role in ("reviewer", "administrator", "records_officer") else pct_109
        client.user = make_user(f"{role}@example.org", role=role, command=at)
        client.force_login(client.user)
        return client

    return cache(of)


@pytest.fixture
def moderator(staff):
    return staff("moderator")


@pytest.fixture
def commander(staff):
    return staff("commander")
