"""The guardrails: what they find, what they leave alone, and how quickly.

Measured on the messages of guardrail_texts.py, a message and a rule counting one:
on those that the finders were made with, precision 100 % and recall 100 % (175 messages, 115 findings);
on those held back, precision 100 % and recall 96 % (44 messages, 28 findings).
Of the demonstration's 150 answers and posts, which were written before there were guardrails, three speak
falsely, of things that warn or wait. Print the table anew with
    make test ARGS="-n 0 -s tests/socialfeeds/test_guardrails.py -k measured"
"""

import json
import time

import pytest

from socialfeeds import guardrails
from socialfeeds.guardrail_finders import FINDERS
from socialfeeds.guardrails import Finding
from socialfeeds.models import Effect
from tests.socialfeeds.guardrail_texts import FINE, HELD_BACK, SPEAKS

pytestmark = pytest.mark.django_db
SEEN = [(text, "") for text in FINE] + SPEAKS


@pytest.fixture
def rules():
    return guardrails.in_force()


def keys(text, rules):
    return {finding.key for finding in guardrails.check(text, rules=rules)}


def test_every_rule_has_what_looks_for_it(rules):
    assert {rule.key for rule in rules.rules} == set(FINDERS)
    assert all(rule.explanation and rule.example and rule.better for rule in rules.rules)
    for rule in rules.rules:
        assert rule.key in keys(rule.example, rules), rule.title
        assert not keys(rule.better, rules), rule.title


def test_each_message_of_the_table(rules):
    wrong = {
        text: (found, wanted) for text, wanted in SEEN if (found := keys(text, rules)) != set(wanted.split())
    }
    assert not wrong


def test_measured_on_what_was_held_back(rules):
    print()
    for name, rows in (("seen", SEEN), ("held back", HELD_BACK)):
        right, false, missed = counted(rows, rules)
        precision, recall = right / (right + false), right / (right + missed)
        print(f"{name}: {len(rows)} messages, precision {precision:.1%}, recall {recall:.1%}")
        assert precision >= 0.95
        assert recall >= 0.95


def counted(rows, rules):
    right = false = missed = 0
    for text, wanted in rows:
        found, due = keys(text, rules), set(wanted.split())
        right, false, missed = right + len(found & due), false + len(found - due), missed + len(due - found)
    return right, false, missed


def test_a_finding_says_where_why_and_what_instead(rules):
    text = "“Hi” — call 917‑555‑0143 now"
    [finding] = guardrails.check(text, rules=rules)
    assert text[finding.start : finding.end] == finding.words == "917‑555‑0143"
    assert (finding.number, finding.title, finding.effect) == (7, "Personal data", Effect.BLOCK)
    assert finding.explanation
    assert finding.better
    assert Finding.from_json(json.loads(json.dumps(finding.as_json()))) == finding


def test_the_words_of_a_picture_are_read_too(rules):
    alts = ["A red car", "The victim's car, plate KBN 4471"]
    found = guardrails.check("Look.", alts=alts, rules=rules)
    assert {(one.key, one.picture) for one in found} == {("victims", 2), ("personal-data", 2)}


def test_the_gravest_counts(rules):
    assert guardrails.worst([]) is None
    hint, warn = "Doors open at 19:30.", "We guarantee it."
    for text, effect in [
        (hint, Effect.HINT),
        (hint + warn, Effect.WARN),
        (hint + warn + " A suspect is in custody.", Effect.APPROVAL),
        (hint + warn + " The victim told us.", Effect.BLOCK),
    ]:
        found = guardrails.check(text, rules=rules)
        assert guardrails.worst(found) == found[0].effect == effect


def test_a_commands_own_phone_and_address_pass(rules):
    ours = "Burglary at home? Come to 37-05 Union Street or call (718) 321-2250."
    assert not {"home-address", "personal-data"} & keys(ours, rules)
    theirs = "Burglary at home? Come to 37-06 Union Street or call (718) 321-2251."
    assert {"home-address", "personal-data"} <= keys(theirs, rules)


def test_an_edition_adds_words_and_lets_others_pass(rules):
    jargon = next(rule for rule in rules.rules if rule.key == "jargon")
    jargon.words, jargon.passes = ["Rainbow Room", "彩虹"], ["canvass"]
    assert keys("Meet us in the rainbow room", rules) == {"jargon"}
    assert keys("Wir treffen uns: 今天彩虹很美", rules) == {"jargon"}
    assert not keys("Rainbow Rooms everywhere", rules)
    assert not keys("We canvass on Sunday.", rules)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1",
        "1-",
        "Aa ",
        "12 Aa ",
        "a.@",
        "a@a.",
        "the suspect ",
        "John Smith arrested ",
        "+2 (1) ",
        " ",
        "\n",
        "man was ",
        "plate A ",
        "\U0001f6b2",
        "İ",
        "受害者",
        "0700-",
        "\ud800",
        "\x00",
        "victim of the ",
        "200-",
        "(212) ",
    ],
)
def test_a_text_of_any_kind_is_read_once(rules, piece):
    """Twice as long takes twice as long, and not four times: nothing is tried again and again."""

    def seconds(length):
        text = (piece * length)[:length]
        begun = time.process_time()
        guardrails.check(text, rules=rules)
        return time.process_time() - begun

    once = min(seconds(5_000) for _n in range(3))
    assert once < 0.2
    assert min(seconds(40_000) for _n in range(2)) < max(20 * once, 0.2)
