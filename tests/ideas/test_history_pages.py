"""Staff read what was changed, by whom, and compare any two states side by side."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ideas import changes
from ideas.models import IdeaLabel, Label, Note, SavedReply
from precincts import tenancy
from precincts.models import Membership
from tests.ideas.desk import ANSWER, address, decide, now
from tests.ideas.factory import an_idea

pytestmark = pytest.mark.django_db
HISTORY = "/pct-109/desk/history/"


def text_of(page):
    """As it is read out, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


@pytest.fixture
def answered(commander, pct_109):
    """An idea with two answers, one after the other."""
    idea = an_idea(pct_109)
    decide(commander, idea, "hear", answer="A patrol looks at the corner this week.")
    decide(commander, now(idea), "hear", answer="A patrol looks at the lamp this month.")
    return now(idea)


def test_a_line_says_who_changed_what(commander, answered):
    page = text_of(commander.get(f"{address(answered)}history/"))
    assert "commander@example.org (Commander) changed the issue: answer" in page
    assert "commander@example.org (Commander) changed the issue: status and answer" in page
    assert f"POST {address(answered)}decisions/" in page


def test_the_last_two_states_stand_side_by_side_in_words(commander, answered):
    page = commander.get(f"{address(answered)}history/").content.decode()
    gone = re.findall(r"<del>(.*?)</del>", page, re.S)
    new = re.findall(r"<ins>(.*?)</ins>", page, re.S)
    assert ["corner" in gone[0], "week" in gone[1]] == [True, True]
    assert ["lamp" in new[0], "month" in new[1]] == [True, True]
    assert all("gone" in piece for piece in gone)  # spoken, and not only drawn
    assert all("new" in piece for piece in new)
    assert "patrol looks at the" in page


def test_any_two_states_can_be_chosen(commander, answered):
    page = commander.get(f"{address(answered)}history/").content.decode()
    keys = re.findall(r'<option value="(\w+)"', page.split('name="then"')[1].split("</select>")[0])
    first = commander.get(f"{address(answered)}history/", {"then": keys[-1], "now": "now"})
    assert "Waiting for review" in first.content.decode()
    assert "Heard" in first.content.decode()
    same = commander.get(f"{address(answered)}history/", {"then": "now", "now": "now"})
    assert "These two are the same" in same.content.decode()


@pytest.mark.parametrize("asked", [{"then": "x" * 5000, "now": "9" * 400}, {"page": "-1"}, {"page": "a"}])
def test_what_nobody_can_mean_is_answered_with_the_last_two(commander, answered, asked):
    assert commander.get(f"{address(answered)}history/", asked).status_code == 200


def test_labels_and_notes_are_told_too(moderator, pct_109):
    idea = an_idea(pct_109)
    with tenancy.enter(pct_109):
        label = Label.objects.create(name="lamps")
        IdeaLabel.objects.create(idea=idea, label=label).delete()
        Note.objects.create(idea=idea, author=moderator.user, text="Called the agency.")
    page = text_of(moderator.get(f"{address(idea)}history/"))
    assert "added a label on it" in page
    assert "took away a label on it" in page
    assert "added a note" in page


def test_a_neighbor_is_not_named(client, pct_109, moderator):
    client.post("/pct-109/ideas/new/", {"body": "The lamp at the corner has been dark for weeks."})
    with tenancy.enter(pct_109):
        from ideas.models import Idea

        idea = Idea.objects.get()
    page = client.get(f"/pct-109/ideas/{idea.pk}/withdraw/")
    version = re.search(r'name="version" value="(\d+)"', page.content.decode())
    client.post(f"/pct-109/ideas/{idea.pk}/withdraw/", {"version": version[1] if version else 1})
    with tenancy.enter(pct_109):
        (change, *_rest) = changes.of_idea(now(idea))
        assert change.who == "A neighbor"
        assert "user" not in change.context


def test_settings_people_and_replies_on_one_page(commander, moderator, pct_109, make_user):
    choices = dict.fromkeys(["who_may_submit", "who_may_vote", "who_may_comment"], "anybody")
    commander.post("/pct-109/desk/settings/", choices | {"who_may_vote": "verified"})
    moderator.post("/pct-109/desk/replies/", {"name": "Heard", "text": "We heard it."})
    with tenancy.enter(pct_109):
        reply = SavedReply.objects.get()
    moderator.post(f"/pct-109/desk/replies/{reply.pk}/", {"name": "Heard", "text": "We have heard it."})
    make_user("new@example.org", role="editor", command=pct_109)
    page = text_of(commander.get(HISTORY))
    assert "changed the settings: who may vote" in page
    assert "added a saved reply" in page
    assert "changed a saved reply: text" in page
    assert "added a role" in page
    narrowed = text_of(commander.get(HISTORY, {"of": "replies"}))
    assert "changed a saved reply" in narrowed
    assert "settings: who may vote" not in narrowed
    one = commander.get(f"{HISTORY}saved_reply/{reply.pk}/").content.decode()
    assert re.search(r"<ins>.*have.*</ins>", one, re.S)


def test_another_commands_settings_and_people_are_not_here(commander, pct_110, make_user):
    make_user("other@example.org", role="editor", command=pct_110)
    other = Membership.objects.get(command=pct_110)
    pct_110.who_may_vote = "verified"
    pct_110.save()
    page = text_of(commander.get(HISTORY))
    assert "changed the settings" not in page
    assert commander.get(f"{HISTORY}role/{other.pk}/").status_code == 404
    assert commander.get(f"{HISTORY}settings/{pct_110.pk}/").status_code == 404


@pytest.mark.parametrize("address_", ["nothing/1", "saved_reply/1", f"saved_reply/{10**30}"])
def test_a_row_that_never_was(commander, address_):
    assert commander.get(f"{HISTORY}{address_}/").status_code == 404


def test_a_text_of_a_million_letters_is_compared():
    left, right = changes.word_diff("lamp " * 200_000, "lamps " * 200_000)
    assert len(left) == len(right) == 1


@pytest.mark.parametrize("text", ["", "😀 emoji", "مرحبا بالعالم", "a\nb\n\n c", "x" * 9000])
def test_nothing_is_lost_in_comparing(text):
    left, right = changes.word_diff(text, "Another text, 😀 and مرحبا.")
    assert "".join(piece for piece, _gone in left) == text
    assert "".join(piece for piece, _new in right) == "Another text, 😀 and مرحبا."


def test_the_item_shows_the_last_changes_and_leads_on(commander, answered):
    page = commander.get(address(answered)).content.decode()
    assert f"{address(answered)}history/" in page
    assert "changed the issue: answer" in text_of(commander.get(address(answered)))


def test_as_many_queries_however_much_was_changed(commander, pct_109, answered):
    commander.get(address(answered))  # who looks for the first time takes it
    counts = []
    for _ in range(2):
        for number in range(4):
            decide(commander, now(answered), "hear", answer=f"{ANSWER} {number}")
        for url in (f"{address(answered)}history/", address(answered), HISTORY):
            with CaptureQueriesContext(connection) as asked:
                assert commander.get(url).status_code == 200
            counts.append(len(asked))
    assert counts[:3] == counts[3:]
