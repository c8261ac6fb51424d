"""`make chaos` in small: nothing lost, nothing twice, nothing stuck without a person told."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.worker import ROOT

SMALL = [
    "--messages=40",
    "--accounts=8",
    "--commands=2",
    "--workers=2",
    "--over=5",
    "--blows=2",
    "--most-blows=5",
]


@pytest.mark.services
def test_in_a_small_storm_every_message_stands_once():
    # It has servers of its own: it restarts them.
    own = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "ENGAGE_TOKEN_KEYS", "ENGAGE_SECRET_KEY"}
    environment = {name: value for name, value in os.environ.items() if name not in own}
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", *SMALL, "--minutes=4"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "PostgreSQL restarted" in done.stdout
    assert "worker killed" in done.stdout
