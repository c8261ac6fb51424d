"""What was said to the 109th Precinct, for tests of the inbox: on the fake network, heard as ever."""

from __future__ import annotations

import pytest

from precincts import tenancy
from socialfeeds import listening
from socialfeeds.models import Mention, Thread
from tests.socialfeeds.fake_network import a_post

INBOX = "/pct-109/desk/inbox/"


class Inbox:
    """The inbox of an account, and what can be said to it."""

    def __init__(self, fake, account):
        self.fake, self.account, self.command = fake, account, account.command
        self.number = 0

    def say(self, text, **fields):
        """Somebody says something, and it is heard. Its mention."""
        self.number += 1
        self.fake.posts.append(a_post(self.number, text, **fields))
        self.hear()
        with tenancy.enter(self.command):
            return Mention.objects.select_related("thread").get(external_id=f"p{self.number}")

    def hear(self):
        listening.fetch(command_id=self.command.pk, account_id=self.account.pk)

    def thread(self, mention=None):
        with tenancy.enter(self.command):
            rows = Thread.objects.select_related("assigned_to", "referred_to")
            return rows.get(pk=mention.thread_id) if mention else rows.get()


@pytest.fixture
def heard(fake, account):
    return Inbox(fake, account)
