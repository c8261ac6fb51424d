"""A real Bluesky of a test process's own: @atproto/dev-env from npm, on loopback, in this run's PostgreSQL.

    bluesky.account("pct109")                   # its handle is pct109.test, its password pct109-word
    bluesky.post("maria", "Good morning")       # as anybody; gives its uri and cid
    bluesky.call("maria", "app.bsky...", {...}) # anything else, as anybody
    bluesky.settle()                            # once what was written is to be found by everybody

What npm brings stands in tests/bluesky/node_modules; the first test that needs it has it installed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from engage import bootstrap
from tests.waiting import eventually

FOLDER = Path(__file__).resolve().parent / "bluesky"
SECONDS = 60


class BlueskyServer:
    """The server as a process, and what people do there as methods."""

    def __init__(self, home: Path):
        self.home = home
        self.url = ""
        self.process: subprocess.Popen[str] | None = None
        self.people: dict[str, dict] = {}

    def start(self) -> None:
        with bootstrap.turn():
            bootstrap.install_bluesky(self.home / "npm.log", "A Bluesky for the tests")
        environment = {
            **os.environ,
            "PATH": bootstrap.node_path(),
            "TMPDIR": str(self.home),
            "LOG_ENABLED": "1",
            "LOG_LEVEL": "error",
            "LOG_DESTINATION": "2",
        }
        with (self.home / "bluesky.log").open("wb") as log:
            self.process = subprocess.Popen(
                ["node", "server.mjs", os.environ["DATABASE_OWNER_URL"], "bluesky"],
                cwd=FOLDER,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"Bluesky did not start:\n{(self.home / 'bluesky.log').read_text()}")
        self.url = json.loads(line)["pds"]

    def stop(self) -> None:
        if self.process:
            self.process.stdin.close()
            self.process.wait(30)
            self.process.stdout.close()

    def account(self, name: str) -> dict:
        """An account with its DID and tokens; made when it is first asked for."""
        if name not in self.people:
            said = {"handle": f"{name}.test", "email": f"{name}@example.org", "password": f"{name}-word"}
            self.people[name] = self._asked("com.atproto.server.createAccount", said)
        return self.people[name]

    def call(self, name: str, method: str, said: dict | None = None, **params: object) -> dict:
        """One call as somebody: a procedure with `said`, else a query."""
        return self._asked(method, said, self.account(name)["accessJwt"], **params)

    def post(self, name: str, text: str, **fields: object) -> dict:
        record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": _now(), **fields}
        return self.write(name, "app.bsky.feed.post", record)

    def write(self, name: str, collection: str, record: dict) -> dict:
        said = {"repo": self.account(name)["did"], "collection": collection, "record": record}
        return self.call(name, "com.atproto.repo.createRecord", said)

    def settle(self, uri: str) -> dict:
        """The post as everybody sees it, once that is so."""
        return eventually(lambda: self._seen(uri))

    def _seen(self, uri: str) -> dict | None:
        found = self.call("onlooker", "app.bsky.feed.getPosts", uris=[uri])["posts"]
        return found[0] if found else None

    def _asked(self, method: str, said: dict | None, token: str = "", **params: object) -> dict:
        response = requests.request(
            "GET" if said is None else "POST",
            f"{self.url}/xrpc/{method}",
            json=said,
            params=params,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=SECONDS,
        )
        assert response.ok, f"{method}: {response.status_code} {response.text}"
        return response.json() if response.content else {}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.fixture(scope="session")
def bluesky(tmp_path_factory):
    """The running Bluesky of this test process. Accounts stay over tests: take names of your own."""
    if not shutil.which("node", path=bootstrap.node_path()):
        pytest.fail("There is no node: make test brings one.")
    server = BlueskyServer(tmp_path_factory.mktemp("bluesky"))
    try:
        server.start()
        yield server
    finally:
        server.stop()
