"""What the storm rages on: commands, accounts, messages, and everything that runs to send them."""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from precincts import tenancy
from precincts.models import Command, User
from socialfeeds.models import Account, Attachment, Certificate, Delivery, Message
from tests.sandbox_server import SandboxServer
from tests.waiting import eventually
from tests.worker import READY_SECONDS, ROOT, Worker

# Each account has one trouble of its own, so that the table can tell what a trouble does.
FAULTS = [
    *("500-posted", "timeout-posted", "cut-posted", "slow", "429", "401", "cut", "none"),
    *("timeout", "500", "200-errors", "429-code88"),
]


class Sandbox(SandboxServer):
    app = "tests.chaos.lenient"


@dataclass
class World:
    home: Path
    dice: random.Random
    sandbox: Sandbox
    commands: list[Command]
    officer: User
    # By the account's handle.
    faults: dict[str, str]
    deliveries: int
    environment: dict[str, str]
    workers: list[Worker] = field(default_factory=list)
    blows: dict[str, int] = field(default_factory=dict)
    # How many calls went wrong, by the kind of fault.
    hits: Counter[str] = field(default_factory=Counter)
    dealt: int = 0
    # Those of this round that are still to come.
    deck: list[str] = field(default_factory=list)
    # Waited for a person who was not told.
    untold: set[int] = field(default_factory=set)
    started: int = 0
    seconds: float = 0

    def start_worker(self) -> Worker:
        """One more, which answers some time later."""
        self.started += 1
        worker = Worker(self.started, self.home / "log" / f"worker{self.started}.log", self.environment)
        self.workers.append(worker)
        return worker

    def stop(self) -> None:
        for worker in self.workers:
            worker.kill()
        self.sandbox.stop()


def make(home: Path, options: argparse.Namespace) -> World:
    dice = random.Random(options.seed)
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"], cwd=ROOT, check=True)
    sandbox = Sandbox(home)
    sandbox.start()
    settings.X_API_URL = settings.X_WEB_URL = sandbox.url
    plenty = {"user": 1_000_000, "app": 1_000_000}
    sandbox.limits(post=plenty, timeline=plenty, media=plenty)
    commands = [_command(number) for number in range(options.commands)]
    author, officer = (User.objects.create(email=f"{name}@example.org") for name in ("writer", "officer"))
    Certificate.objects.create(user=author, expires_at=timezone.now() + timedelta(days=1))
    faults: dict[str, str] = {}
    accounts: dict[int, list[Account]] = {command.pk: [] for command in commands}
    for number in range(options.accounts):
        command = commands[number % len(commands)]
        account = _account(sandbox, command, f"chaos{number}")
        accounts[command.pk].append(account)
        faults[account.handle] = FAULTS[number % len(FAULTS)]
    world = World(
        home=home,
        dice=dice,
        sandbox=sandbox,
        commands=commands,
        officer=officer,
        faults=faults,
        deliveries=0,
        environment={"X_API_URL": sandbox.url, "X_WEB_URL": sandbox.url},
    )
    for number in range(options.messages):
        command = commands[number % len(commands)]
        with tenancy.enter(command):
            world.deliveries += _message(dice, number, accounts[command.pk], author, options.over)
    for _ in range(options.workers):
        world.start_worker()
    for worker in world.workers:
        eventually(worker.answers, READY_SECONDS)
    return world


def _command(number: int) -> Command:
    name = f"Command {number}"
    return Command.objects.create(
        slug=f"chaos-{number}", kind="precinct", number=number, name=name, short_name=name, borough="Queens"
    )


def _account(sandbox: Sandbox, command: Command, handle: str) -> Account:
    known = sandbox.account(handle)
    account = Account(command=command, network="x", handle=handle, external_id=known["id"])
    account.credentials = {"access_token": f"sandbox-{handle}"}
    with tenancy.enter(command):
        account.save()
    return account


def _message(dice: random.Random, number: int, accounts: list[Account], author: User, over: float) -> int:
    """One message to an account, now and then to several, as a thread, or with a picture."""
    parts = dice.choice([1] * 8 + [2, 4])
    chosen = dice.sample(accounts, min(len(accounts), dice.choice([1] * 9 + [3])))
    message = Message.objects.create(text=f"Message {number}.", author=author)
    if dice.random() < 0.15:
        _picture(message)
    begins = timezone.now() + timedelta(seconds=dice.random() * over)
    rows = [
        Delivery(
            message=message,
            account=account,
            part=part,
            # No text begins another, so that nothing can be taken for something else by chance.
            text=f"Message {number}, part {part} of {parts}, and nothing else.",
            due_at=begins if part == 1 else None,
        )
        for account in chosen
        for part in range(1, parts + 1)
    ]
    Delivery.objects.bulk_create(rows)
    return len(rows)


def _picture(message: Message) -> None:
    data = BytesIO()
    Image.new("RGB", (80, 60), "navy").save(data, "JPEG")
    picture = Attachment.objects.create(
        message=message,
        alt="A blue square",
        mime="image/jpeg",
        width=80,
        height=60,
        size=len(data.getvalue()),
    )
    default_storage.save(picture.path, ContentFile(data.getvalue()))
