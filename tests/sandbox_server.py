"""A sandbox network of a test run's own: the real server, on a free loopback port, with its own file.

A test that takes the fixture `sandbox` may say:

    sandbox.reset()
    sandbox.account("demo_pct109")                      # its token is sandbox-demo_pct109
    sandbox.post("maria", "@demo_pct109 good morning")  # as anybody, without limits
    sandbox.fault("timeout-posted", seconds=30)         # the next post lands, its answer does not come
    sandbox.posts("demo_pct109")                        # what really stands there, newest first
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60


class SandboxServer:
    """The sandbox as a process, and its control surface as methods."""

    app = "socialfeeds.sandbox.wsgi"

    def __init__(self, home: Path):
        self.db = home / "sandbox.sqlite3"
        self.log = home / "sandbox.log"
        self.url = ""
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once it answers. The port is bound here and handed over, so nobody else can take it."""
        with socket.create_server(("127.0.0.1", 0), backlog=128) as listener, self.log.open("ab") as log:
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gunicorn", self.app),
                    *("--bind", f"fd://{listener.fileno()}"),
                    *("--workers", "2", "--worker-class", "gthread", "--threads", "16"),
                    *("--graceful-timeout", "1", "--no-control-socket"),
                ],
                cwd=ROOT,
                env={**os.environ, "SANDBOX_DB": str(self.db)},
                pass_fds=[listener.fileno()],
                stdout=log,
                stderr=log,
            )
        # The call waits in the port's queue until a worker takes it; it fails at once if there is no server.
        try:
            requests.get(f"{self.url}/sandbox/healthz", timeout=READY_SECONDS).raise_for_status()
        except requests.RequestException as error:
            self.stop()
            raise RuntimeError(f"The sandbox did not start:\n{self.log.read_text()}") from error

    def stop(self) -> None:
        """End it; what was posted stays in its file."""
        if self.process:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    def control(self, method: str, path: str, json: object = None) -> dict:
        """A call of the control surface, which must succeed."""
        response = requests.request(method, f"{self.url}/sandbox/{path}", json=json, timeout=30)
        assert response.ok, response.text
        return response.json()

    def reset(self) -> None:
        """No accounts, no posts, no faults, X's own limits. Calls that are held go on."""
        self.control("POST", "reset", {})

    def account(self, handle: str, *, name: str = "", token: str = "", secret: str = "") -> dict:
        """An account with a token, `sandbox-<handle>` unless another is given; for OAuth 1.0a, its secret."""
        fields = {"handle": handle, "name": name or handle, "token": token or f"sandbox-{handle}"}
        if secret:
            fields["secret"] = secret
        return self.control("POST", "accounts", fields)

    def post(self, handle: str, text: str, **fields: str) -> dict:
        """Post as anybody. `reply_to`, `created_at` and `name` may be given."""
        return self.control("POST", "posts", {"handle": handle, "text": text, **fields})

    def posts(self, handle: str = "") -> list[dict]:
        """What stands there, newest first, the texts as they were written."""
        return self.control("GET", f"posts?handle={handle}")["posts"]

    def fault(self, kind: str, count: int = 1, **fields: object) -> dict:
        """Let the next calls go wrong. `handle`, `path`, `method` and `seconds` may be given."""
        return self.control("POST", "faults", {"kind": kind, "count": count, **fields})

    def faults(self) -> list[dict]:
        """The faults that have still to happen."""
        return self.control("GET", "faults")["faults"]

    def clear_faults(self) -> None:
        """Forget the faults, and let go of every call that is held."""
        self.control("DELETE", "faults")

    def tokens(self, do: str = "", handle: str = "", **fields: object) -> dict:
        """`do` issue, expire or revoke an account's tokens; `seconds` is how long new ones live."""
        given = {"do": do, "handle": handle, **fields}
        return self.control("POST", "tokens", {name: value for name, value in given.items() if value})

    def numbers(self, *, id: str = "", handle: str = "", **counts: int) -> None:
        """What people did with a post, or who follows an account."""
        who = {"id": id} if id else {"handle": handle}
        self.control("POST", "numbers", {**who, **counts})

    def naming(self, words: str) -> None:
        """`post` names everything as specification 2.167 of X does, `tweet` as before."""
        self.control("POST", "naming", {"words": words})

    def limits(self, **buckets: dict) -> dict:
        """sandbox.limits(post={"user": 3}); without arguments, what is in force."""
        return self.control("POST" if buckets else "GET", "limits", buckets or None)["limits"]


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory):
    """The running sandbox network of this test process. Call `.reset()` before counting on its state."""
    server = SandboxServer(tmp_path_factory.mktemp("sandbox"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def fresh_sandbox(sandbox):
    """The same, emptied for this test."""
    sandbox.reset()
    return sandbox


class FacebookOn:
    """Facebook's part of the sandbox: its Pages, and what stands on them."""

    def __init__(self, sandbox: SandboxServer):
        self.sandbox = sandbox
        self.url = f"{sandbox.url}/facebook"

    def page(self, username: str, **fields: object) -> dict:
        """A Page whose token is sandbox-<username>. `name`, `manager` and `followers` may be given."""
        fields = {"token": f"sandbox-{username}", **fields}
        return self.sandbox.control("POST", "facebook/pages", {"username": username, **fields})

    def write(self, author: str, text: str, **fields: str) -> dict:
        """As anybody: on a `page` (`where="tag"`: elsewhere, with it tagged), or `under` something."""
        return self.sandbox.control("POST", "facebook/posts", {"author": author, "text": text, **fields})

    def posts(self, page: str) -> list[dict]:
        """What stands on a Page, comments too, newest first."""
        return self.sandbox.control("GET", f"facebook/posts?page={page}")["posts"]

    def change_password(self, manager: str = "Pat Manager") -> int:
        """All tokens that came by way of this person die."""
        return self.sandbox.control("POST", "facebook/dead", {"manager": manager})["tokens"]


class MastodonOn:
    """Mastodon's part of the sandbox: its accounts, and what they posted."""

    def __init__(self, sandbox: SandboxServer):
        self.sandbox = sandbox
        self.url = f"{sandbox.url}/mastodon"

    def account(self, acct: str, **fields: object) -> dict:
        """An account whose token is sandbox-<acct>. `name` and `followers` may be given."""
        fields = {"token": f"sandbox-{acct}", **fields}
        return self.sandbox.control("POST", "mastodon/accounts", {"acct": acct, **fields})

    def write(self, acct: str, text: str, **fields: str) -> dict:
        """As anybody. `reply_to`, `name` and `created_at` may be given."""
        return self.sandbox.control("POST", "mastodon/statuses", {"acct": acct, "text": text, **fields})

    def posts(self, acct: str) -> list[dict]:
        """What an account posted, newest first."""
        return self.sandbox.control("GET", f"mastodon/statuses?acct={acct}")["statuses"]

    def revoke(self, acct: str) -> int:
        """All tokens of an account die."""
        return self.sandbox.control("POST", "mastodon/dead", {"acct": acct})["tokens"]

    def switch(self, **switches: int) -> dict:
        """mastodon.switch(keys=0): what this server does otherwise than others."""
        return self.sandbox.control("POST", "mastodon/switches", switches)
