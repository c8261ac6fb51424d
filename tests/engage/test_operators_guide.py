"""docs/operators.md and the code say the same."""

import re

import pytest

from tests.engage.launching import ROOT

GUIDE = (ROOT / "docs" / "operators.md").read_text()


def read(*paths):
    return "\n".join((ROOT / path).read_text() for path in paths)


def documented():
    table = GUIDE.partition("## Settings")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def test_every_setting_stands_in_the_table_and_every_row_is_a_setting():
    asks = r"\b(?:env|env_flag|env_list|secret|_needed)\((?:env, |\s*)\"([A-Z_]+)\""
    read_by_settings = set(re.findall(asks, read("engage/settings.py", "engage/sso.py")))
    elsewhere = {"WEB_CONCURRENCY", "ENGAGE_CHROMIUM"}
    assert documented() == read_by_settings | elsewhere
    for name in elsewhere:
        assert name in read("gunicorn.conf.py", "engage/bootstrap.py")


def explained():
    rows = GUIDE.partition("| It says |")[2].splitlines()
    return [
        line for row in rows if row.startswith("| `") for line in re.findall(r"`([^`]+)`", row.split("|")[1])
    ]


@pytest.mark.parametrize("line", explained())
def test_every_line_that_the_guide_explains_is_said_somewhere(line):
    said = read("engage/bootstrap.py", "engage/embedded.py", "engage/start.py", "engage/prepare.py")
    for part in line.split("…"):
        assert part.strip(", ") in said


def test_the_start_lines_of_production_are_those_that_compose_uses():
    compose = read("docker-compose.yml")
    for command in (
        '"celery", "-A", "engage", "worker"',
        '"celery", "-A", "engage", "beat"',
        '"-m", "engage.prepare"',
    ):
        assert command in compose
        assert command.replace('", "', " ").strip('"') in GUIDE
