"""The storm: blows to everything that runs, faults of the network, and the few things that people do."""

from __future__ import annotations

import argparse
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import redis
from django.conf import settings
from django.db import Error, close_old_connections, connection
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from engage import embedded
from engage.processes import stop as stop_process
from precincts import tenancy
from socialfeeds import alarms, publishing, tasks
from socialfeeds.models import Account, AccountStatus, Alarm, Delivery, State
from tests.chaos.world import World

TICK = 1.0
# Never set: the storm has a beat of its own, and waits for nothing.
CLOCK = threading.Event()
# How many calls are held by a fault of this kind, in seconds: the callers wait for one.
HELD = {"timeout": 3, "timeout-posted": 3, "slow": 1.5}


def rage(world: World, options: argparse.Namespace) -> None:
    """Until every message has left, or waits for a person who was told; then people decide, in the calm."""
    began = time.monotonic()
    ends = began + options.minutes * 60
    next_blow = began + options.blows
    while time.monotonic() < ends and not _settled(world):
        if time.monotonic() > next_blow and _rages(world, began, options):
            _blow(world)
            next_blow = time.monotonic() + options.blows * world.dice.uniform(0.5, 1.5)
        if _rages(world, began, options):
            _trouble(world)
        _tick(world, options)
    for fault in world.sandbox.faults():
        world.hits[fault["kind"]] -= 1
    world.sandbox.clear_faults()
    _tell(world)
    while time.monotonic() < ends and not _settled(world, all_sent=True):
        _decide(world)
        _tick(world, options)
    world.seconds = time.monotonic() - began


def _rages(world: World, began: float, options: argparse.Namespace) -> bool:
    """For a while after everything became due, and until so many blows were dealt. The rest is calm."""
    return time.monotonic() - began < options.rages and world.dealt < options.most_blows


def _tick(world: World, options: argparse.Namespace) -> None:
    """What beat and people do, and time that passes faster than it does."""
    _in_spite_of_it(lambda: _hurry(world, options.hurry))
    _in_spite_of_it(lambda: _reconnect(world))
    _in_spite_of_it(_sweep)
    for worker in list(world.workers):
        if worker.process.poll() is not None:
            world.workers.remove(worker)
            world.start_worker()
    CLOCK.wait(TICK)


def _sweep() -> None:
    if redis.from_url(settings.REDIS_URL).llen("celery") < 20:
        tasks.sweep_deliveries.delay()


def _in_spite_of_it(act: Callable[[], object]) -> object:
    """Whatever is away at this moment is there again at the next tick."""
    close_old_connections()
    try:
        return act()
    except (Error, redis.RedisError, OperationalError):
        connection.close()
        return None


# --- blows ------------------------------------------------------------------------------------------------


def _blow(world: World) -> None:
    """The next of the round; each round has all of them, in an order of its own."""
    if not world.deck:
        world.deck = list(BLOWS)
        world.dice.shuffle(world.deck)
    name = world.deck.pop()
    BLOWS[name](world)
    world.dealt += 1
    world.blows[name] = world.blows.get(name, 0) + 1


def _kill(world: World) -> None:
    world.dice.choice(world.workers).kill()


def _kill_children(world: World) -> None:
    worker = world.dice.choice(world.workers)
    if worker.process.poll() is None:
        worker.kill_children()


def _empty_redis(world: World) -> None:
    redis.from_url(settings.REDIS_URL).flushall()


def _restart_postgres(how: signal.Signals) -> None:
    running = embedded._running
    assert running and running.postgres
    connection.close()
    stop_process(running.postgres, how=how, patience=20)
    embedded._start_postgres(running, durable=True)


BLOWS: dict[str, Callable[[World], None]] = {
    "worker killed (SIGKILL)": _kill,
    "a worker’s children killed (SIGKILL)": _kill_children,
    "Redis emptied (FLUSHALL)": _empty_redis,
    "PostgreSQL restarted in order": lambda _: _restart_postgres(signal.SIGINT),
    "PostgreSQL restarted as by a crash": lambda _: _restart_postgres(signal.SIGQUIT),
}


def _trouble(world: World) -> None:
    """The next calls of some accounts go wrong, each in its own way; one in four while it is only looking."""
    waiting = {fault["handle"] for fault in world.sandbox.faults()}
    for handle, kind in world.faults.items():
        if kind == "none" or handle in waiting or world.dice.random() > 0.4:
            continue
        method = "POST" if kind.endswith("-posted") or world.dice.random() < 0.75 else ""
        seconds = HELD.get(kind, 2)
        world.sandbox.fault(kind, handle=handle, seconds=seconds, **({"method": method} if method else {}))
        world.hits[kind] += 1


# --- time, and people ------------------------------------------------------------------------------------


def _hurry(world: World, times: int) -> None:
    """Waits of what is not being sent become shorter; whoever sends keeps the lease."""
    sooner = timedelta(seconds=TICK * times)
    for command in world.commands:
        with tenancy.enter(command):
            now = timezone.now()
            rows = Delivery.objects.filter(due_at__gt=now, attempt__gt=0)
            rows.exclude(state=State.SENDING).update(due_at=F("due_at") - sooner)
            resting = Account.objects.filter(resting_until__gt=now)
            resting.update(resting_until=F("resting_until") - sooner)


def _reconnect(world: World) -> None:
    """Whoever is told of a dead account connects it again."""
    for command in world.commands:
        with tenancy.enter(command):
            dead = Account.objects.filter(status=AccountStatus.DEAD)
            dead.update(status=AccountStatus.ACTIVE, trouble="", troubled_at=None)


def _tell(world: World) -> None:
    """What beat does once a minute: alarms for what waits for a person."""
    alarms.reconcile()
    for command in world.commands:
        with tenancy.enter(command):
            told = {alarm.about["account"] for alarm in Alarm.objects.open().filter(kind="needs_person")}
            asked = list(Delivery.objects.filter(needs_person=True))
        world.untold |= {row.pk for row in asked if row.account_id not in told}
        world.blows["asked a person"] = world.blows.get("asked a person", 0) + len(asked)


def _decide(world: World) -> None:
    """A person looks at the network, and says what is there."""
    for command in world.commands:
        with tenancy.enter(command):
            asked = list(Delivery.objects.filter(needs_person=True).select_related("account"))
        for row in asked:
            there = [one for one in world.sandbox.posts(row.account.handle) if one["text"] == row.text]
            with tenancy.enter(command):
                try:
                    if there:
                        publishing.mark_sent(delivery=row, by=world.officer, address=there[0]["id"])
                    else:
                        publishing.send_again(delivery=row, by=world.officer)
                except publishing.Settled:
                    pass


def _settled(world: World, *, all_sent: bool = False) -> bool:
    return bool(_in_spite_of_it(lambda: _is_settled(world, all_sent)))


def _is_settled(world: World, all_sent: bool) -> bool:
    """Whether nothing goes on by itself any more: sent, asked about, or behind a part that is asked about."""
    for command in world.commands:
        with tenancy.enter(command):
            open_ = Delivery.objects.exclude(state=State.SENT)
            if not all_sent:
                open_ = open_.filter(needs_person=False)
                behind = open_.filter(state=State.READY, due_at=None)
                open_ = open_.exclude(pk__in=[row.pk for row in behind if _is_behind(row)])
            if open_.exists():
                return False
    return True


def _is_behind(row: Delivery) -> bool:
    before = Delivery.objects.filter(message=row.message_id, account=row.account_id, part__lt=row.part)
    return before.filter(needs_person=True).exists()
