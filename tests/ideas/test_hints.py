"""Hints at what a writer may not want on a public board: what is seen, what is not, and how long it takes."""

import time

import pytest

from ideas import hints
from ideas.hints import Kind


def found(text):
    return [(hint.kind, hint.text) for hint in hints.personal_data(text)]


@pytest.mark.parametrize(
    "number",
    ["718-555-0142", "(718) 555-0142", "718.555.0142", "+1 718 555 0142", "1-718-555-0142", "7185550142"],
)
def test_a_phone_number(number):
    assert found(f"Call me at {number}, please.") == [(Kind.PHONE, number)]


@pytest.mark.parametrize(
    "text",
    [
        "It happened 3 times, on 05/04/2026 at 10:30.",
        "Call 911 or 311.",
        "135-28 Roosevelt Av, 11354",
        "There are 1000 of them, 20000 even.",
        "Bus Q44 and Q20, $1,250,000 spent, case 2026-0142",
        "40.7593, -73.8301",
    ],
)
def test_other_numbers_are_none(text):
    assert found(text) == []


@pytest.mark.parametrize("address", ["joe@example.org", "joe.b+tag@mail.example.co.uk", "JOE_1@example.ORG"])
def test_an_email_address(address):
    assert found(f"Write to {address}.") == [(Kind.EMAIL, address)]


@pytest.mark.parametrize("text", ["We met @ the park", "@engage on X", "joe@ example.org", "a@b"])
def test_an_at_sign_alone_is_none(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "plate"),
    [
        ("A white van, ABC1234, each night.", "ABC1234"),
        ("A white van, ABC-1234.", "ABC-1234"),
        ("A white van, ABC 1234.", "ABC 1234"),
        ("with the plate K12 XYZ parks here", "K12 XYZ"),
        ("license plate number T78 44C", "number T78 44C"),
    ],
)
def test_a_plate(text, plate):
    assert found(text) == [(Kind.PLATE, plate)]


@pytest.mark.parametrize(
    "text", ["NYC 2026", "SINCE MAY 1999", "the plate fell off", "PSA 6 and TD 4", "FDNY 1234567", "abc1234"]
)
def test_other_letters_and_digits_are_none(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mr. Alvarez lives at 45-12 Main Street.", "Mr. Alvarez"),
        ("Mrs Johnson-Lee at 12 Oak Av.", "Mrs Johnson-Lee"),
        ("My neighbor Otto of 12 Oak Avenue is loud.", "Otto"),
        ("A man named Sam Okafor, 7 Elm Pl.", "Sam Okafor"),
        ("Jane Doe lives at 12 Main St, and her dog barks.", "Jane Doe"),
        ("It is Jane Q. Doe-Lee, who lives on the third floor of 12 Main St.", "Jane Q. Doe-Lee"),
    ],
)
def test_a_name_with_an_address(text, name):
    assert found(text) == [(Kind.NAME, name)]


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Alvarez was kind to us.",
        "The house at 45-12 Main Street is empty.",
        "Officer Reed of this precinct never answered.",
        "Jane Doe lives near the park.",
        "Golden Bakery at 41-17 Main Street leaves its trash out.",
        "Whoever lives at 12 Main St is loud.",
        "The corner of Main St and 39 Av.",
    ],
)
def test_one_of_them_alone_is_none(text):
    assert found(text) == []


def test_several_come_in_the_order_of_the_text_and_none_overlap():
    text = "joe@example.org, 718-555-0142, ABC-1234, joe@example.org"
    assert found(text) == [
        (Kind.EMAIL, "joe@example.org"),
        (Kind.PHONE, "718-555-0142"),
        (Kind.PLATE, "ABC-1234"),
        (Kind.EMAIL, "joe@example.org"),
    ]
    for hint in hints.personal_data(text + " 7185550142@example.org"):
        assert text[hint.start : hint.end] == hint.text or hint.start >= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "718-555-0142",
        "🚦 718-555-0142 🚦",
        "a joe@example.org b 718-555-0142",
        "الهاتف 718-555-0142",
    ],
)
def test_the_pieces_are_the_text(text):
    assert "".join(piece for piece, _marked in hints.pieces(text)) == text
    assert [piece for piece, marked in hints.pieces(text) if marked] == [said for _kind, said in found(text)]


def test_what_is_taken_out_leaves_a_mark_and_no_more():
    text = "Call 718-555-0142 or joe@example.org!"
    assert hints.without(text, hints.personal_data(text)) == "Call [removed] or [removed]!"
    assert found(hints.without(text, hints.personal_data(text))) == []
    assert hints.without(text, []) == text


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_says_what_it_is(kind):
    assert hints.Hint(0, 1, kind, "x").says.startswith("This looks like")


@pytest.mark.parametrize(
    "text",
    [
        "A man has a gun",
        "she is being attacked",
        "SHOTS FIRED on our block",
        "he is not breathing",
        "the house is on fire",
        "I want to kill myself",
        "someone is breaking in",
        "overdosed in the hallway",
        "救命！有人",
        "Tiene un arma en la mano",
    ],
)
def test_what_reads_like_an_emergency(text):
    assert hints.reads_like_emergency(text)


@pytest.mark.parametrize(
    "text",
    [
        "Cars race at night and it is killing our sleep.",
        "The hydrant leaks since Monday.",
        "Last year somebody was robbed here; we need light.",
        "Fireworks each night in July.",
        "We want a gun buyback event.",
        "",
    ],
)
def test_what_does_not(text):
    assert not hints.reads_like_emergency(text)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 5000,
        "1" * 5000,
        "A" * 5000,
        "a@" * 2500,
        "a." * 2500 + "@",
        "1 A" * 1666,
        "12 Aa Bb " * 555,
        "plate A " * 625,
        "(718) " * 833,
        "718-555-" * 625,
        "Mr. A-" * 833,
        "x " * 2500,
    ],
    ids=lambda text: text[:8],
)
def test_no_text_of_a_resident_takes_long(text):
    started = time.monotonic()
    hints.personal_data(text + " 12 Oak Street")
    hints.reads_like_emergency(text)
    assert time.monotonic() - started < 1
