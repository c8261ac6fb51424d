"""The small rules of the house, checked by machine."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 600
OURS = {".py", ".html", ".js", ".mjs", ".scss", ".css", ".md", ".toml", ".yml", ".sh"}


def tracked():
    """What is kept in the repository and still there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


try:
    FILES = tracked()
except (OSError, subprocess.CalledProcessError):  # an archive of the code, without its history
    FILES = [path for path in ROOT.rglob("*") if path.is_file() and not re.search(r"/(\.|node_m)", str(path))]

TEXTS = {path: path.read_text() for path in FILES if path.suffix in OURS}
TEMPLATES = {path: text for path, text in TEXTS.items() if path.suffix == ".html"}
STYLES = {path: text for path, text in TEXTS.items() if path.suffix in {".scss", ".css"}}
LOCKS = [path for path in FILES if path.name == "package-lock.json" or path.parent.name == "requirements"]


def found(pattern, texts):
    """Where a pattern stands: file:line, and what."""
    return [
        f"{path.relative_to(ROOT)}:{text[: match.start()].count(chr(10)) + 1}: {match.group().strip()}"
        for path, text in texts.items()
        for match in re.finditer(pattern, text)
    ]


def test_there_is_something_to_look_at():
    assert len(TEXTS) > 100
    assert len(TEMPLATES) > 20
    assert STYLES
    assert LOCKS


def test_no_file_is_too_long_to_read():
    long = {
        str(path.relative_to(ROOT)): lines
        for path, text in TEXTS.items()
        if (lines := text.count("\n")) > LONGEST and "migrations" not in path.parts
    }
    assert not long


def test_every_page_stands_in_the_frame_and_every_part_says_what_it_is():
    """A page extends another; a part begins with a comment."""
    alone = {"base.html", "500.html", "api_docs.html"}  # nothing may break the second; the third is Swagger's
    others = {"elements", "sandbox"}  # named by allauth; another program's
    begins = re.compile(r"\s*(?:\{% extends |(?:\{% load [^%]+%\}\s*)?\{% comment %\})")
    wrong = [
        str(path.relative_to(ROOT))
        for path, text in TEMPLATES.items()
        if path.name not in alone and not others & set(path.parts) and not begins.match(text)
    ]
    assert not wrong


@pytest.mark.parametrize(
    "pattern",
    [
        r"<[^>%]*\sstyle\s*=",
        r"<style\b",
        r"<script\b(?![^>]*\bsrc=)[^>]*>",
        r"<[a-z][^>]*\son[a-z]+\s*=",
        r"javascript:",
        r"hx-on[:\-]",
    ],
)
def test_templates_hold_no_style_and_no_script(pattern):
    """The strict policy would refuse them, without a word to anybody. Letters are read elsewhere."""
    pages = {path: text for path, text in TEMPLATES.items() if "mail" not in path.parts}
    assert not found(pattern, pages)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?:margin|padding|border)-(?:left|right)\b",
        r"border-(?:top|bottom)-(?:left|right)-radius",
        r"(?<![-\w$])(?:left|right)\s*:\s*[^;{]+;",
        r"text-align\s*:\s*(?:left|right)",
        r"(?:float|clear)\s*:\s*(?:left|right)",
    ],
)
def test_styles_know_no_left_and_no_right(pattern):
    """So that a page turns around for who writes from right to left."""
    assert not found(pattern, STYLES)


@pytest.mark.parametrize(
    "word",
    [
        r"https?://[^\"\s]*(?:registry|pypi|pythonhosted|npmjs|mirror|nexus|artifact)",
        r"--(?:extra-)?index-url",
        r'"resolved"',
        r"--find-links",
    ],
)
def test_lock_files_name_no_place_to_load_from(word):
    """Each place has its own; what is locked are versions and hashes."""
    assert not found(word, {path: path.read_text() for path in LOCKS})


def test_what_is_locked_has_its_hash():
    for path in LOCKS:
        text = path.read_text()
        if path.suffix == ".txt":
            assert text.count("--hash=sha256:") >= len(re.findall(r"^[\w.\[\]-]+==", text, re.M)) > 0
        elif path.suffix == ".json":
            assert text.count('"integrity": "sha512-') >= text.count('"version"') - 2


def test_no_test_waits_by_the_clock():
    """tests/waiting.py waits for a condition; nothing waits for a time."""
    tests = {
        path: text
        for path, text in TEXTS.items()
        if "tests" in path.parts and path.suffix == ".py" and path.name not in {"waiting.py", "test_house.py"}
    }
    assert not found(r"\bsleep\(|wait_for_timeout\(", tests)


def test_no_file_knows_the_machine_that_it_was_written_on():
    homes = "|".join(f"/{name}/" for name in ("work", "root", "home"))
    others = {path: text for path, text in TEXTS.items() if path.name not in {"Dockerfile", "test_house.py"}}
    assert not found(rf"(?<![\w.{{}}*$-])(?:{homes})\w+", others)
