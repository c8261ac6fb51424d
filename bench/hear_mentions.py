"""How fast mentions are taken in, beside the fastest thing PostgreSQL can do with the same rows.

    python bench/hear_mentions.py [how many, 100000]

A network that answers at once gives the mentions, page by page; everything beneath it is Engage's own:
cursors, threads, suggestions, walls, indexes. COPY puts the same rows into a temporary table without any
index. The rows belong to an account of their own and are taken out again.
"""

from __future__ import annotations

import io
import os
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engage.settings")

import django

django.setup()

from django.db import connection

from precincts import tenancy
from precincts.models import Command
from socialfeeds import listening, networks
from socialfeeds.models import Account, Mention, SpendingDay, Thread
from socialfeeds.networks.base import Heard, Post

ROUNDS = 3
HANDLE = "bench_hearing"
TEXTS = (
    "@engage the lamp at Main St & {n} Av is dark again",
    "Racing on Kissena Blvd every night, number {n} this month. When does somebody come?",
    "thanks for the answer about the parked cars, {n} of us noticed",
    "{n} Union Street: music until four. 警察 please",
)


class Timeline:
    """As many posts as wanted, three to a conversation."""

    def __init__(self, number: int) -> None:
        began = datetime(2026, 1, 1, tzinfo=UTC)
        self.posts = [
            Post(
                external_id=str(10**17 + n),
                author_handle=f"neighbor{n % 5000}",
                author_id=str(n % 5000),
                author_name=f"Neighbor {n % 5000}",
                text=TEXTS[n % len(TEXTS)].format(n=n),
                posted_at=began + timedelta(seconds=n),
                conversation_id=str(10**17 + n - n % 3),
            )
            for n in range(number)
        ]

    def hear(self, account: Any, *, cursor: str, since: datetime, most: int) -> Heard:
        start = int(cursor or 0)
        page = self.posts[start : start + most]
        end = start + len(page)
        return Heard(page, str(end), more=end < len(self.posts))


def copy(posts: list[Post]) -> float:
    """Seconds for a plain COPY."""
    lines = io.StringIO()
    for post in posts:
        columns = (post.external_id, post.author_id, post.author_handle, post.author_name, post.text)
        lines.write("\t".join([*columns, post.posted_at.isoformat(), post.conversation_id]) + "\n")
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_copy"
            " (a text, b text, c text, d text, e text, f timestamptz, g text)"
        )
        began = time.perf_counter()
        cursor.cursor.copy_expert("COPY bench_copy FROM STDIN", lines)
        seconds = time.perf_counter() - began
        cursor.execute("DROP TABLE bench_copy")
    return seconds


def hear(command: Command, account: Account, number: int) -> float:
    """Seconds until all of them stand in the inbox, fetch by fetch as the sweeps would do it."""
    began, cursor = time.perf_counter(), None
    while cursor != str(number):
        listening.fetch(command_id=command.pk, account_id=account.pk)
        with tenancy.enter(command):
            cursor = Account.objects.values_list("mentions_cursor", flat=True).get(pk=account.pk)
    return time.perf_counter() - began


def take_out(command: Command) -> None:
    with tenancy.enter(command):
        for rows in (Mention, Thread, SpendingDay):
            rows.objects.filter(account__handle=HANDLE).delete()  # type: ignore[attr-defined]
        Account.objects.filter(handle=HANDLE).delete()


def an_account(command: Command) -> Account:
    with tenancy.enter(command):
        account = Account(network="mastodon", handle=HANDLE, external_id=HANDLE)
        account.credentials = {}
        account.save()
    return account


def main() -> None:
    number = int(sys.argv[1]) if sys.argv[1:] else 100_000
    module: Any = ModuleType("bench_network")
    module.network = timeline = Timeline(number)
    sys.modules["bench_network"] = module
    networks.MODULES["mastodon"] = "bench_network"
    networks.network_named.cache_clear()
    command = Command.objects.get(slug="pct-109")
    copies, heard = [], []
    try:
        for round_number in range(ROUNDS):
            take_out(command)
            account = an_account(command)
            copies.append(copy(timeline.posts))
            heard.append(hear(command, account, number))
            print(
                f"round {round_number + 1}: {number:,} mentions, COPY {copies[-1]:.2f} s,"
                f" heard in {heard[-1]:.1f} s ({number / heard[-1]:,.0f} a second)"
            )
    finally:
        take_out(command)
    copied, seconds = statistics.median(copies), statistics.median(heard)
    print(
        f"median of {ROUNDS}: {seconds:.1f} s, {number / seconds:,.0f} mentions a second;"
        f" {seconds / copied:.0f} times a plain COPY"
    )


if __name__ == "__main__":
    main()
