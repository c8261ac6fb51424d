"""A decision on what changed meanwhile: refused, with who changed what, and everything typed still there."""

import html

import pytest
from django.utils import timezone

from ideas import submitting
from ideas.models import Comment, Decision, Rule
from precincts import tenancy
from tests.ideas.desk import ANSWER, DESK, address, decide, decisions, now
from tests.ideas.factory import a_waiting_idea, an_idea

pytestmark = pytest.mark.django_db


def told(response):
    page = response.content.decode()
    return html.unescape(page.split("What changed since you looked")[1].split("</ul>")[0])


def test_it_says_who_did_what_from_where_to_where(commander, moderator, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "hear", answer="A patrol passes at eleven.")
    response = decide(moderator, idea, "screen", rule=3, reason="Mine.")
    assert response.status_code == 409
    text = told(response)
    assert "commander@example.org" in text
    assert "Answer: heard" in text
    assert "Spoken → Heard" in text
    assert "A patrol passes at eleven." in text
    assert str(timezone.now().year) in text


def test_it_says_all_that_happened_since_and_nothing_from_before(commander, moderator, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "hear", answer="The first.")
    seen = now(idea)
    decide(commander, seen, "act", answer="The second.")
    decide(commander, now(idea), "done", answer="The third.")
    text = told(decide(moderator, seen, "screen", rule=3))
    assert "The second." in text
    assert "The third." in text
    assert "The first." not in text


def test_a_screening_is_told_with_its_rule_and_reason(commander, moderator, pct_109):
    idea = a_waiting_idea(pct_109)
    decide(commander, idea, "screen", rule=4, reason="It threatens <somebody>.")
    text = told(decide(moderator, idea, "approve"))
    assert Rule.objects.get(number=4).title in text
    assert "It threatens <somebody>." in text


def test_what_was_typed_is_still_in_its_fields(commander, moderator, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "hear", answer="The first.")
    page = decide(commander, idea, "done", answer="All <my> words.", announce="on", announcement="Short.")
    body = page.content.decode()
    assert ">\nAll &lt;my&gt; words.</textarea>" in body
    assert ">\nShort.</textarea>" in body
    body = decide(moderator, idea, "screen", rule="5", reason="Because.").content.decode()
    assert ">\nBecause.</textarea>" in body
    assert '<option value="5" selected>' in body


def test_a_comment_carries_its_version(moderator, commander, pct_109):
    idea = an_idea(pct_109)
    with tenancy.enter(pct_109):
        comment = submitting.comment(idea=idea, body="Here too.", participant=None)
    url = f"{DESK}comments/{comment.pk}/"
    assert 'name="version" value="1"' in moderator.get(url).content.decode()
    commander.post(f"{url}decisions/", {"action": "approve", "version": 1})
    response = moderator.post(
        f"{url}decisions/", {"action": "screen", "rule": 3, "reason": "All my words.", "version": 1}
    )
    assert response.status_code == 409
    assert "Waiting for review → Shown" in told(response)
    assert ">\nAll my words.</textarea>" in response.content.decode()
    assert 'name="version" value="2"' in response.content.decode()
    with tenancy.enter(pct_109):
        assert Comment.objects.get(pk=comment.pk).status == "shown"
        assert Decision.objects.filter(comment=comment).count() == 1


@pytest.mark.parametrize("version", ["x", "1.5", "\x00", "9" * 400, "\u202e"])
def test_a_version_that_is_none_decides_no_comment(moderator, pct_109, version):
    with tenancy.enter(pct_109):
        comment = submitting.comment(idea=an_idea(pct_109), body="Here too.", participant=None)
    url = f"{DESK}comments/{comment.pk}/decisions/"
    response = moderator.post(url, {"action": "approve", "version": version, "reason": "My words."})
    assert response.status_code in (400, 409, 422)
    with tenancy.enter(pct_109):
        assert Comment.objects.get(pk=comment.pk).status == "waiting"


WORDS = {
    "emoji": "🚓 👮🏽‍♀️ 🇺🇸",
    "right to left": "שכן שלי \u202e صاخب جدا",
    "another language": "ਹਰ ਰਾਤ 每天晚上 Каждую ночь",
    "markup": "<script>alert(1)</script> {{ 7 }} %s",
    "long": "x" * 1_000_000,
    "a null": "before \x00 after",
}


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
@pytest.mark.parametrize(
    "wrong", [{"version": 99}, {"rule": "99"}, {"rule": ""}], ids=["stale", "unknown rule", "no rule"]
)
def test_whatever_was_typed_comes_back_beside_what_is_wrong(moderator, pct_109, words, wrong):
    idea = a_waiting_idea(pct_109)
    data = {"rule": "3", "reason": words, "version": 1} | wrong
    response = moderator.post(f"{address(idea)}decisions/", {"action": "screen"} | data)
    assert response.status_code in (409, 422)
    assert html.escape(words).replace("&quot;", '"') in response.content.decode().replace("&quot;", '"')
    assert now(idea).status == "waiting"
    assert decisions(idea) == []


def test_a_closed_idea_takes_no_answer_and_gives_the_words_back(commander, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "screen", rule=1)
    response = decide(commander, now(idea), "hear", answer=ANSWER)
    assert response.status_code == 409
    assert ANSWER in response.content.decode()
