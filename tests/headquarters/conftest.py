"""Fixtures of headquarters' tests."""

import pytest
from django.test import Client


@pytest.fixture
def administrator(make_user):
    """A browser of whoever may publish editions."""
    client = Client()
    client.user = make_user("administrator@example.org", role="administrator")
    client.force_login(client.user)
    return client
