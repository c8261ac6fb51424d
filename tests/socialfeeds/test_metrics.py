"""Each account's day is counted once, in the command's own day, and the page draws the history."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from precincts import tenancy
from socialfeeds import measuring
from socialfeeds.models import Account, AccountDay, Delivery, Message, SpendingDay
from socialfeeds.networks.base import Counts, NotSent, PostCounts
from tests.socialfeeds.fake_network import account, fake

__all__ = ["account", "fake"]
pytestmark = pytest.mark.django_db(transaction=True)
