"""A text in the posts of a thread: nothing lost, nothing parted that is one."""

from __future__ import annotations

import re

import pytest
import regex

from socialfeeds.networks import network_named
from socialfeeds.splitting import split

X = network_named("x")
URL = "https://engage.example/pct-109/ideas/5/?utm_source=x&utm_campaign=pct-109-12"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
FLAG = "\U0001f1fa\U0001f1f8"
ZOE = "Zoe\u0308 "
COUNTER = re.compile(r" \(\d+/(\d+)\)$")


def without_counters(parts):
    assert {int(COUNTER.search(part)[1]) for part in parts} == {len(parts)}
    return [COUNTER.sub("", part) for part in parts]


def graphemes(text):
    return len(regex.findall(r"\X", text))


def test_what_fits_stays_as_it_is():
    assert split(" Short. ", 280, X.length) == ["Short."]
    assert split("a" * 280, 280, X.length) == ["a" * 280]


@pytest.mark.parametrize(
    "text",
    [
        "The lamp at Main St is fixed, and the crossing is painted anew. " * 20,
        "word " * 1000,
        "no end of it, " * 90,
        f"Read {URL} and then " * 30,
        "警察は夜の通りを歩く。" * 60,
        "a" * 900,
        f"Hello {'b' * 700} and more. " * 3,
        FAMILY * 400,
        FLAG * 400,
        ZOE * 200,
        "One paragraph.\n\nAnother one, of its own.\n" * 20,
        "שלום לכולם, הפנס תוקן. " * 40,
    ],
)
@pytest.mark.parametrize(("limit", "length"), [(280, X.length), (300, graphemes), (60, len)])
def test_every_part_fits_and_nothing_is_lost(text, limit, length):
    if limit == 60 and URL in text:
        limit = 100
    parts = split(text, limit, length)
    assert len(parts) > 1
    assert all(length(part) <= limit for part in parts)
    said = without_counters(parts)
    assert "".join("".join(said).split()) == "".join(text.split())
    for sign in (FAMILY, FLAG, ZOE.strip(), URL):
        assert sum(part.count(sign) for part in said) == text.count(sign)


def test_it_is_cut_where_a_sentence_ends():
    text = "The first sentence is here. The second one goes on for a while longer. Then comes a third."
    assert split(text, 80, len) == [
        "The first sentence is here. The second one goes on for a while longer. (1/2)",
        "Then comes a third. (2/2)",
    ]


def test_but_not_where_that_would_leave_most_of_a_post_empty():
    text = "Short. " + "word " * 30
    assert len(split(text, 80, len)[0]) > 70


def test_an_address_that_no_post_can_hold_is_left_whole():
    address = "https://example.org/" + "long" * 100
    parts = split(f"Read this: {address} now.", 300, graphemes)
    assert any(address in part for part in parts)
    assert any(graphemes(part) > 300 for part in parts)


def test_more_than_nine_parts_make_room_for_their_numbers():
    parts = split("word " * 1000, 280, X.length)
    assert parts[0].endswith(f"(1/{len(parts)})")
    assert len(parts) > 9
    assert X.length(parts[10]) <= 280
