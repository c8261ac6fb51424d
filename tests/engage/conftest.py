"""Fixtures for tests that start programs."""

import signal

import pytest

from tests.engage.launching import Program


@pytest.fixture
def launch():
    """launch(command, env=...): a Program that does not outlive the test."""
    launched = []

    def start(*command, **options):
        launched.append(Program(*command, **options))
        return launched[-1]

    yield start
    for program in launched:
        program.end(signal.SIGKILL)
