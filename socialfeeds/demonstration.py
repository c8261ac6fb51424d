"""The demonstration's accounts and posts on the sandbox network, by its control surface.

The sandbox forgets when its file goes and Engage's database does not, or the other way round. So each side
is asked what it has, and gets what is missing.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from precincts import tenancy
from precincts.models import Command
from socialfeeds import connecting, demo_writing
from socialfeeds.models import Account, Network
from socialfeeds.networks.base import NetworkError

TIMELINE = Path(__file__).resolve().parent / "data" / "demo_timeline.json"
SECONDS = 10


class SandboxAway(Exception):
    """The sandbox does not answer as it should. The text says where it was looked for."""


def handle_of(slug: str) -> str:
    return f"demo_{slug.replace('-', '')}"


def token_of(handle: str) -> str:
    return f"sandbox-{handle}"


def fill(commands: Iterable[Command]) -> tuple[int, int]:
    """Give each command its account, and the sandbox its timeline. Says how many of each were new."""
    commands = list(commands)
    try:
        with _Sandbox() as sandbox:
            new_accounts = sum(_connect(sandbox, command) for command in commands)
            _offer(sandbox, commands)
            new_posts = _write_timeline(sandbox, {command.slug for command in commands})
    except (OSError, HTTPException, ValueError, KeyError, NetworkError) as error:
        raise SandboxAway(
            _("The sandbox network does not answer at %(url)s (%(why)s).")
            % {"url": settings.X_API_URL, "why": str(error) or type(error).__name__}
        ) from error
    demo_writing.load()
    return new_accounts, new_posts


class _Sandbox:
    """The control surface."""

    def __enter__(self) -> _Sandbox:
        url = urlsplit(settings.X_API_URL)
        if url.scheme != "http" or not _is_this_machine(url.hostname or ""):
            raise ValueError(_("the demonstration speaks to this machine only"))
        self.connection = HTTPConnection(url.hostname or "", url.port or 80, timeout=SECONDS)
        self.accounts = {each["handle"]: each for each in self.call("GET", "accounts")["accounts"]}
        return self

    def __exit__(self, *error: object) -> None:
        self.connection.close()

    def call(self, method: str, what: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        self.connection.request(
            method,
            f"/sandbox/{what}",
            json.dumps(body) if body else None,
            # Each call opens its own: on a slow machine the sandbox gives up an idle one in between.
            {"Content-Type": "application/json", "Connection": "close"},
        )
        response = self.connection.getresponse()
        answer = response.read()
        if response.status >= 400:
            raise ValueError(f"{method} {what}: {response.status} {answer[:200].decode(errors='replace')}")
        found: dict[str, Any] = json.loads(answer)
        return found


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _connect(sandbox: _Sandbox, command: Command) -> bool:
    """Whether the account was new, on either side."""
    handle = handle_of(command.slug)
    there = sandbox.accounts.get(handle)
    if there is None or there["token"] != token_of(handle):
        there = sandbox.call(
            "POST", "accounts", {"handle": handle, "name": command.name, "token": token_of(handle)}
        )
    with tenancy.enter(command):
        if Account.objects.filter(network=Network.X, handle=handle, external_id=there["id"]).exists():
            return False
    connecting.connect(command=command, network=Network.X, handle=handle, token=token_of(handle))
    return True


def _offer(sandbox: _Sandbox, commands: Iterable[Command]) -> None:
    """A Page and a Mastodon account for each, to be connected in the browser: each has its own person."""
    pages = {each["username"] for each in sandbox.call("GET", "facebook/pages")["pages"]}
    accounts = {each["acct"] for each in sandbox.call("GET", "mastodon/accounts")["accounts"]}
    for command in commands:
        handle = handle_of(command.slug)
        if handle not in pages:
            manager = _("Editor of %(command)s") % {"command": command.name}
            fields = {"username": handle, "name": command.name, "manager": manager}
            sandbox.call("POST", "facebook/pages", fields)
        if handle not in accounts:
            sandbox.call("POST", "mastodon/accounts", {"acct": handle, "name": command.name})


def _write_timeline(sandbox: _Sandbox, slugs: set[str]) -> int:
    """Post what is not there yet, in the order of time."""
    timeline = json.loads(TIMELINE.read_text(encoding="utf-8"))
    there = {(post["handle"], post["text"]) for post in sandbox.call("GET", "posts")["posts"]}
    now, new = timezone.now(), 0
    for item in sorted(timeline, key=lambda item: -item["days_ago"]):
        handle = handle_of(item["command"]) if item["author"] == "command" else item["author"]
        if item["command"] in slugs and (handle, item["text"]) not in there:
            moment = now - timedelta(days=item["days_ago"])
            sandbox.call(
                "POST", "posts", {"handle": handle, "text": item["text"], "created_at": moment.isoformat()}
            )
            new += 1
    return new
