"""Many at once: a preview of each, what is stale stays, the rest goes through; all of it can be undone."""

import re

import pytest
from django.test import Client

from ideas import bulk
from ideas.models import Decision
from precincts import tenancy
from tests.ideas.desk import decide, decisions
from tests.ideas.factory import a_waiting_idea, an_idea
from tests.ideas.safety import API, DESK, PHONE, a_comment, now

pytestmark = pytest.mark.django_db
URL = f"{DESK}bulk/"
LOOK, DO = {"step": "look"}, {"step": "confirm"}


def names(*items):
    return [f"{'idea' if hasattr(item, 'title') else 'comment'}:{item.pk}:{item.version}" for item in items]


def post(client, action, items, **fields):
    return client.post(URL, {"action": action, "item": items} | fields)


def screen(client, items, rule="3", reason="It names a neighbor."):
    """Preview, then confirm what was shown."""
    fields = {"rule": rule, "reason": reason}
    shown = re.search(
        r'name="shown" value="(\w+)"', post(client, "screen", items, **fields, **LOOK).content.decode()
    )
    return post(client, "screen", items, **fields, **DO, shown=shown[1] if shown else "")


@pytest.fixture
def three(pct_109):
    return [
        a_waiting_idea(pct_109, title=f"Idea number {n}", body=f"Something at corner {n}.") for n in range(3)
    ]


def statuses(items):
    return [now(item).status for item in items]


def test_the_preview_lists_each_and_changes_nothing(moderator, three, pct_109):
    flagged = a_waiting_idea(pct_109, title="Call me", body=f"My number is {PHONE}.")
    comment = a_comment(an_idea(pct_109), body="Here too, on Sundays.", shown=False)
    page = post(moderator, "approve", names(*three, flagged, comment)).content.decode()
    assert "Approve 5 items?" in page
    for text in ("Idea number 0", "Something at corner 2.", "This looks like a phone number.", "Here too"):
        assert text in page
    assert statuses(three) == ["waiting"] * 3


def test_confirming_approves_each_with_a_decision_of_its_own(moderator, three, pct_109):
    comment = a_comment(an_idea(pct_109), body="Here too, on Sundays.", shown=False)
    page = post(moderator, "approve", names(*three, comment), **DO).content.decode()
    assert "4 items are done." in page
    assert statuses([*three, comment]) == ["spoken"] * 3 + ["shown"]
    assert all(decisions(idea)[-1].decided_by_id == moderator.user.pk for idea in three)


def test_what_changed_stays_and_says_what_and_the_rest_goes_through(moderator, commander, three):
    seen = names(*three)
    decide(commander, three[1], "screen", rule="1", reason="No.")
    page = post(moderator, "approve", seen).content.decode()
    assert "Approve 2 items?" in page
    assert "It changed since you looked at it." in page
    assert "commander@example.org" in page
    page = post(moderator, "approve", seen, **DO).content.decode()
    assert "2 items are done." in page
    assert "1 stays as it is" in page
    assert statuses(three) == ["spoken", "screened", "spoken"]


def test_what_does_not_fit_stays_with_its_reason(moderator, three, pct_109):
    spoken = an_idea(pct_109)
    page = post(moderator, "approve", names(three[0], spoken), **DO).content.decode()
    assert "that does not fit" in page
    assert "1 item is done." in page


def test_screening_needs_a_rule_and_a_preview_of_what_authors_read(moderator, three):
    seen = names(*three)
    first = post(moderator, "screen", seen)
    assert first.status_code == 200
    assert "What their authors will read" not in first.content.decode().replace("Show what their authors", "")
    no_rule = post(moderator, "screen", seen, rule="", reason="Because.", **LOOK)
    assert no_rule.status_code == 422
    assert "Nothing is screened without one." in no_rule.content.decode()
    assert "Because." in no_rule.content.decode()
    looked = post(moderator, "screen", seen, rule="3", reason="It names a neighbor.", **LOOK).content.decode()
    assert "Screen those that are ticked" in looked
    assert looked.count("It names a neighbor.") == 2
    # Nobody saw this rule and reason together: they are shown first.
    post(moderator, "screen", seen, rule="1", reason="Other words.", **DO)
    assert statuses(three) == ["waiting"] * 3
    assert "3 items are done." in screen(moderator, seen).content.decode()
    assert statuses(three) == ["screened"] * 3
    assert {(d.rule.number, d.reason) for idea in three for d in decisions(idea)} == {
        (3, "It names a neighbor.")
    }


def test_all_of_it_is_undone_at_once(moderator, commander, three):
    page = post(moderator, "approve", names(*three), **DO).content.decode()
    ids = re.findall(r'name="decision" value="(\d+)"', page)
    assert len(ids) == 3
    decide(commander, now(three[2]), "hear", answer="We heard it.", step="send")
    page = moderator.post(f"{DESK}bulk/undo/", {"decision": ids}).content.decode()
    assert "2 items stand as before." in page
    assert "1 stays as it is" in page
    assert statuses(three) == ["waiting", "waiting", "heard"]


def test_an_undo_of_what_others_did_or_long_ago_does_nothing(moderator, commander, three, pct_109):
    post(moderator, "approve", names(three[0]), **DO)
    theirs = decisions(three[0])[-1]
    assert "0 items" in commander.post(f"{DESK}bulk/undo/", {"decision": theirs.pk}).content.decode()
    with tenancy.enter(pct_109):
        Decision.objects.update(decided_at=theirs.decided_at.replace(year=2020))
    page = moderator.post(f"{DESK}bulk/undo/", {"decision": [theirs.pk, "x", "9" * 40, "\x00"]})
    assert "too late" in page.content.decode()
    assert statuses(three[:1]) == ["spoken"]


def test_at_most_so_many_at_once(moderator, monkeypatch, three):
    monkeypatch.setattr(bulk, "MOST", 2)
    page = post(moderator, "approve", names(*three), **DO)
    assert page.status_code == 422
    assert "At most 2 at once; these are 3." in page.content.decode()
    assert statuses(three) == ["waiting"] * 3


@pytest.mark.parametrize(
    "items",
    [
        ["idea:1"],
        ["x"],
        ["idea:-1:1"],
        ["idea:99999999999999999999:1"],
        ["idea:1:1\x00"],
        ["idea:١:1"],
        ["comment::"],
        ["y" * 100_000],
        [],
    ],
)
def test_what_is_no_item_is_left_out(moderator, items):
    assert post(moderator, "approve", items).status_code == 302


@pytest.mark.parametrize("action", ["", "hear", "x\x00", "y" * 5000, "split"])
def test_only_two_actions(moderator, three, action):
    page = post(moderator, action, names(*three), **DO)
    assert page.status_code == 422
    assert "Choose what to do with them." in page.content.decode()


def test_another_commands_and_missing_ones_are_not_here(moderator, three, pct_110):
    elsewhere = a_waiting_idea(pct_110)
    seen = [*names(three[0], elsewhere), "comment:999999:1", "idea:999999999999999999:1"]
    page = post(moderator, "approve", seen, **DO).content.decode()
    assert page.count("It is not here, or not here any more.") == 3
    assert (statuses(three[:1]), now(elsewhere).status) == (["spoken"], "waiting")


def test_one_named_twice_is_decided_once(moderator, three):
    assert "1 item is done." in post(moderator, "approve", names(three[0], three[0]), **DO).content.decode()
    assert len(decisions(three[0])) == 1


def test_the_list_has_boxes_that_belong_to_the_form(moderator, three):
    page = moderator.get(DESK).content.decode()
    assert page.count('form="bulk"') == 3
    assert f'id="bulk" method="post" action="{URL}"' in re.sub(r"\s+", " ", page)


def test_the_preview_takes_the_same_queries_however_many(moderator, pct_109):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries(number):
        items = [
            a_waiting_idea(pct_109, title=f"{number} {n}", body=f"Corner {n * 31}.") for n in range(number)
        ]
        with CaptureQueriesContext(connection) as captured:
            assert post(moderator, "approve", names(*items)).status_code == 200
        return len(captured)

    assert queries(2) == queries(20)


def test_the_api_says_what_became_of_each(moderator, commander, three, pct_109):
    comment = a_comment(an_idea(pct_109), body="Here too, on Sundays.", shown=False)
    items = [{"type": "idea", "id": idea.pk, "version": 1} for idea in three]
    items += [
        {"type": "comment", "id": comment.pk, "version": 1},
        {"type": "idea", "id": 10**15, "version": 1},
    ]
    decide(commander, three[1], "approve")
    url = f"{API}queue/bulk/"

    def ask(client=moderator, **data):
        return client.post(url, {"action": "approve", "items": items} | data, content_type="application/json")

    dry = ask(dry_run=True).json()["results"]
    assert [line["outcome"] for line in dry] == ["done", "stale", "done", "done", "unknown"]
    assert statuses(three) == ["waiting", "spoken", "waiting"]
    done = ask().json()["results"]
    assert [line["outcome"] for line in done] == ["done", "stale", "done", "done", "unknown"]
    assert [line["version"] for line in done] == [2, 2, 2, 2, None]
    assert now(comment).status == "shown"
    assert ask(Client()).status_code == 401


@pytest.mark.parametrize(
    "data",
    [
        {"action": "hear"},
        {"action": "screen"},
        {"action": "screen", "rule": 99},
        {"items": []},
        {"items": "x"},
        {"items": [{"type": "answer", "id": 1, "version": 1}]},
        {"items": [{"type": "idea", "id": 0, "version": 1}]},
        {"items": [{"type": "idea", "id": 10**30, "version": 1}]},
        {"items": [{"type": "idea", "id": 1, "version": 10**12}]},
        {"items": [{"type": "idea", "id": 1}]},
        {"items": [{"type": "idea", "id": n + 1, "version": 1} for n in range(201)]},
        {"reason": "y" * 2001},
    ],
)
def test_the_api_refuses_what_it_cannot_take(moderator, data):
    sent = {"action": "approve", "items": [{"type": "idea", "id": 1, "version": 1}]} | data
    answer = moderator.post(f"{API}queue/bulk/", sent, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_the_api_screens_many_under_one_rule(moderator, three):
    items = [{"type": "idea", "id": idea.pk, "version": 1} for idea in three]
    sent = {"action": "screen", "rule": 3, "reason": "It names a neighbor.", "items": items}
    answer = moderator.post(f"{API}queue/bulk/", sent, content_type="application/json")
    assert [line["outcome"] for line in answer.json()["results"]] == ["done"] * 3
    assert statuses(three) == ["screened"] * 3
