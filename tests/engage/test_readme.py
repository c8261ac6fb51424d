"""The README's commands exist, and what the pages point at is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TARGETS = re.search(r"^TARGETS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands(document):
    blocks = re.findall(r"^```sh\n(.*?)^```", document.read_text(), re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines()]


def test_the_readme_has_its_two_commands():
    assert commands(ROOT / "README.md") == ["make run", "make test"]


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_every_make_command_is_a_target(document):
    for line in commands(document):
        make, target, *rest = line.split()
        assert make == "make"
        assert target in TARGETS, line
        for path in re.findall(r"tests/[\w/.]+", " ".join(rest)):
            assert (ROOT / path).exists(), line


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_every_link_inside_leads_somewhere(document):
    for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
        assert (document.parent / target).exists(), target
