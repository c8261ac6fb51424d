"""What became of it: every delivery against what really stands on the network."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass, field

from precincts import tenancy
from socialfeeds import verifying
from socialfeeds.models import Delivery, Kept, RecordEntry, State
from tests.chaos.world import FAULTS, World

COLUMNS = ("sent", "lost", "twice", "stuck", "asked")


@dataclass
class Counted:
    by_fault: dict[str, Counter[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    entries: int = 0

    @property
    def bad(self) -> bool:
        total = sum(self.by_fault.values(), Counter())
        return bool(self.problems or total["lost"] or total["twice"] or total["stuck"])


def count(world: World) -> Counted:
    counted = Counted({fault: Counter() for fault in FAULTS})
    there = {handle: world.sandbox.posts(handle) for handle in world.faults}
    seen = 0
    for command in world.commands:
        with tenancy.enter(command):
            rows = list(Delivery.objects.select_related("account").order_by("message", "account", "part"))
            said = Counter(
                RecordEntry.objects.filter(kind=Kept.SAID).order_by().values_list("about", flat=True)
            )
        before: dict[tuple[int, int], Delivery] = {}
        for row in rows:
            seen += 1
            posts = [post for post in there[row.account.handle] if post["text"] == row.text]
            tally = counted.by_fault[world.faults[row.account.handle]]
            _weigh(row, posts, tally, counted.problems)
            previous = before.get((row.message_id, row.account_id))
            if posts and previous and posts[0]["reply_to"] != previous.external_id:
                counted.problems.append(f"{row.text!r} does not continue the part before it.")
            if row.state == State.SENT and said[f"delivery:{row.pk}"] != 1:
                counted.problems.append(f"{row.text!r} is {said[f'delivery:{row.pk}']} times in the record.")
            before[row.message_id, row.account_id] = row
        try:
            counted.entries += verifying.check(command).number
        except verifying.Broken as words:
            counted.problems.append(str(words))
    if seen != world.deliveries:
        counted.problems.append(f"{world.deliveries} deliveries were made, and {seen} are there.")
    return counted


def _weigh(row: Delivery, posts: list[dict], tally: Counter[str], problems: list[str]) -> None:
    if len(posts) > 1:
        tally["twice"] += 1
        problems.append(f"twice: {row.text!r} of {row.account} ({row.attempt} attempts)")
    if row.state != State.SENT:
        tally["stuck"] += 1
        problems.append(f"stuck: {row.text!r} is {row.state}, due {row.due_at}: {row.error}")
    elif not posts:
        tally["lost"] += 1
        problems.append(f"lost: {row.text!r} of {row.account} ({row.external_id})")
    else:
        tally["sent"] += 1
        tally["asked"] += row.decided_at is not None


def drawn(counted: Counted, world: World, options: argparse.Namespace) -> str:
    accounts = Counter(world.faults.values())
    lines = [f"{'network':<16}{'accounts':>9}{'faults':>8}" + "".join(f"{name:>8}" for name in COLUMNS)]
    for fault, tally in counted.by_fault.items():
        if accounts[fault]:
            cells = "".join(f"{tally[name]:>8}" for name in COLUMNS)
            lines.append(f"{fault:<16}{accounts[fault]:>9}{world.hits[fault]:>8}{cells}")
    total = sum(counted.by_fault.values(), Counter())
    begun = f"{'all':<16}{len(world.faults):>9}{world.hits.total():>8}"
    lines.append(begun + "".join(f"{total[name]:>8}" for name in COLUMNS))
    lines += ["", *(f"{number:>5} × {name}" for name, number in sorted(world.blows.items()))]
    lines += [
        "",
        f"{options.messages} messages, {world.deliveries} deliveries, seed {options.seed},"
        f" {world.seconds:.0f} seconds, {counted.entries} entries in the record.",
        "“asked”: a person was told, looked, and decided. “stuck”: nobody was told.",
    ]
    lines += ["", *counted.problems[:50]] if counted.problems else []
    return "\n".join(lines)
