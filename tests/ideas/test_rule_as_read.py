"""A decision is under the rule that somebody read, whatever edition is published meanwhile."""

import html
import re

import pytest

from ideas import conduct
from ideas.conduct import Text
from ideas.models import Decision, Edition, Redaction, Report, Rule
from precincts import tenancy
from tests.ideas.desk import address, decide
from tests.ideas.factory import a_waiting_idea, an_idea
from tests.ideas.safety import API, BOARD, DESK, PHONE, a_comment, now

pytestmark = pytest.mark.django_db
JSON = "application/json"
NEW = "Say nothing that a lawyer would not say."


@pytest.fixture
def publish(make_user):
    """publish(change): the next edition; `change` gets the rules in force by number, and changes them."""
    by = make_user("hq@example.org", role="administrator")

    def the_next(change):
        texts = {
            rule.number: {"number": rule.number, "title": rule.title, "text": rule.text}
            for rule in Rule.objects.in_force()
        }
        change(texts)
        current = Edition.current().number
        rules = [Text(**text) for text in texts.values()]
        return conduct.publish(rules=rules, note="Changed.", by=by, based_on=current)

    return the_next


def reword(number):
    return lambda texts: texts[number].update(text=NEW)


def swap(texts):
    texts[3]["number"], texts[4]["number"] = 4, 3


def text_of(response):
    return html.unescape(response.content.decode())


def value_of(page, name):
    return re.search(rf'name="{name}"[^>]*value="(\d*)"', page)[1]


def the_screening(command):
    with tenancy.enter(command):
        return Decision.objects.select_related("rule__edition").get(action="screen")


def test_every_form_that_names_a_rule_carries_the_edition(client, moderator, pct_109):
    idea, waiting = an_idea(pct_109), a_waiting_idea(pct_109)
    comment = a_comment(idea)
    pages = [
        moderator.get(address(idea)),
        moderator.get(f"{DESK}comments/{comment.pk}/"),
        moderator.get(f"{DESK}ideas/{idea.pk}/redact/"),
        moderator.post(f"{DESK}bulk/", {"action": "screen", "item": f"idea:{waiting.pk}:1"}),
        client.get(f"{BOARD}{idea.pk}/report/"),
    ]
    for page in pages:
        assert value_of(text_of(page), "edition") == "1"


def test_a_rule_that_was_reworded_is_refused_with_what_it_says_now(moderator, publish, pct_109):
    idea = an_idea(pct_109)
    old = Rule.objects.in_force().get(number=3)
    publish(reword(3))
    refused = decide(moderator, idea, "screen", rule="3", reason="It shouts.", edition="1")
    page = text_of(refused)
    assert refused.status_code == 422
    for words in ("Edition 2 of the code of conduct was published", old.text, NEW, "It shouts."):
        assert words in page
    assert "id_screen_rule_error" in page
    assert now(idea).status == "spoken"


def test_what_comes_back_is_chosen_again_and_is_of_the_edition_in_force(moderator, publish, pct_109):
    idea = an_idea(pct_109)
    publish(reword(3))
    page = text_of(decide(moderator, idea, "screen", rule="3", edition="1"))
    assert value_of(page, "edition") == "2"
    assert not re.search(r'<option value="\d+" selected', page)
    assert decide(moderator, idea, "screen", rule="3", edition=value_of(page, "edition")).status_code == 302
    rule = the_screening(pct_109).rule
    assert (rule.edition.number, rule.text) == (2, NEW)


def test_a_rule_that_stayed_as_it_was_is_the_one_that_was_read(moderator, publish, pct_109):
    idea = an_idea(pct_109)
    publish(reword(3))
    assert decide(moderator, idea, "screen", rule="4", edition="1").status_code == 302
    rule = the_screening(pct_109).rule
    before = Rule.objects.get(edition__number=1, number=4)
    assert (rule.number, rule.title, rule.text) == (4, before.title, before.text)


def test_rules_that_changed_places(moderator, publish, pct_109):
    idea = an_idea(pct_109)
    publish(swap)
    refused = decide(moderator, idea, "screen", rule="3", edition="1")
    assert refused.status_code == 422
    assert "Rule 3 is rule 4 now." in text_of(refused)
    assert now(idea).status == "spoken"


def test_a_rule_that_is_gone(moderator, publish, pct_109):
    idea = an_idea(pct_109)
    publish(lambda texts: texts.pop(8))
    refused = decide(moderator, idea, "screen", rule="8", edition="1")
    assert refused.status_code == 422
    assert "Rule 8 is gone." in text_of(refused)
    assert now(idea).status == "spoken"


def test_what_else_is_missing_does_not_make_it_another_edition(moderator, publish, pct_109):
    """No rule was chosen yet: the form comes back with the rules in force, and says so."""
    idea = an_idea(pct_109)
    publish(reword(3))
    page = text_of(decide(moderator, idea, "screen", rule="", edition="1"))
    assert value_of(page, "edition") == "2"


@pytest.mark.parametrize("edition", ["x", "0", "-1", "9", "9" * 40, "٣", "1.5"])
def test_an_edition_that_there_is_not(moderator, pct_109, edition):
    idea = an_idea(pct_109)
    refused = decide(moderator, idea, "screen", rule="3", edition=edition)
    assert refused.status_code == 422
    assert value_of(text_of(refused), "edition") == "1"
    assert now(idea).status == "spoken"


def test_a_draft_is_no_edition(moderator, pct_109):
    Edition.objects.create(number=2)
    idea = an_idea(pct_109)
    assert decide(moderator, idea, "screen", rule="3", edition="2").status_code == 422
    assert decide(moderator, idea, "screen", rule="3", edition="1").status_code == 302


def test_a_comment(moderator, publish, pct_109):
    comment = a_comment(an_idea(pct_109))
    publish(reword(3))
    data = {"action": "screen", "rule": "3", "edition": "1", "version": comment.version}
    refused = moderator.post(f"{DESK}comments/{comment.pk}/decisions/", data)
    assert refused.status_code == 422
    assert NEW in text_of(refused)
    assert now(comment).status == "shown"
    assert value_of(text_of(refused), "edition") == "2"


@pytest.mark.parametrize("step", ["look", "confirm"])
def test_many_at_once(moderator, publish, pct_109, step):
    idea = a_waiting_idea(pct_109)
    form = {"action": "screen", "item": f"idea:{idea.pk}:1", "rule": "3", "edition": "1"}
    looked = text_of(moderator.post(f"{DESK}bulk/", form | {"step": "look"}))
    shown = re.search(r'name="shown" value="(\w+)"', looked)[1]
    publish(reword(3))
    refused = moderator.post(f"{DESK}bulk/", form | {"step": step, "shown": shown})
    assert refused.status_code == 422
    assert NEW in text_of(refused)
    assert now(idea).status == "waiting"


def test_a_redaction(moderator, publish, pct_109):
    idea = an_idea(pct_109, body=f"Call me at {PHONE}.")
    publish(reword(3))
    data = {"field": "body", "piece": PHONE, "rule": "3", "edition": "1", "version": idea.version}
    refused = moderator.post(f"{DESK}ideas/{idea.pk}/redact/", data)
    assert refused.status_code == 422
    assert NEW in text_of(refused)
    assert PHONE in now(idea).body
    with tenancy.enter(pct_109):
        assert not Redaction.objects.exists()


def test_a_report(client, publish, pct_109):
    idea = an_idea(pct_109)
    publish(reword(3))
    refused = client.post(f"{BOARD}{idea.pk}/report/", {"rule": "3", "edition": "1", "text": "Look."})
    assert refused.status_code == 422
    for words in (NEW, "Look."):
        assert words in text_of(refused)
    with tenancy.enter(pct_109):
        assert not Report.objects.exists()


def api_calls(idea, comment):
    this = {"rule": 3, "edition": 1}
    items = [{"type": "idea", "id": idea.pk, "version": idea.version}]
    return {
        "idea": (f"{API}ideas/{idea.pk}/decisions/", this | {"action": "screen"}),
        "comment": (f"{API}comments/{comment.pk}/decisions/", this | {"action": "screen"}),
        "redaction": (f"{API}ideas/{idea.pk}/redactions/", this | {"piece": idea.body[:9]}),
        "bulk": (f"{API}queue/bulk/", this | {"action": "screen", "items": items}),
        "look": (f"{API}queue/bulk/", this | {"action": "screen", "items": items, "dry_run": True}),
        "report": (f"{API}ideas/{idea.pk}/reports/", this),
    }


@pytest.mark.parametrize("what", ["idea", "comment", "redaction", "bulk", "look", "report"])
def test_by_machine_it_is_a_conflict_with_both_rules(moderator, publish, pct_109, what):
    idea = an_idea(pct_109)
    url, body = api_calls(idea, a_comment(idea))[what]
    old = Rule.objects.in_force().get(number=3)
    publish(reword(3))
    refused = moderator.post(url, body, content_type=JSON)
    assert refused.status_code == 409
    assert refused.headers["Content-Type"] == "application/problem+json"
    told = refused.json()
    assert told["edition"] == 2
    assert told["rule_then"] == {"number": 3, "title": old.title, "text": old.text}
    assert told["rule_now"] == {"number": 3, "title": old.title, "text": NEW}
    assert now(idea).status == "spoken"
    assert now(idea).body == idea.body
    again = moderator.post(url, body | {"edition": 2}, content_type=JSON)
    assert again.status_code in (200, 201), again.content


def test_by_machine_the_edition_may_be_left_out(moderator, publish, pct_109):
    idea = an_idea(pct_109)
    publish(reword(3))
    body = {"action": "screen", "rule": 3}
    assert moderator.post(f"{API}ideas/{idea.pk}/decisions/", body, content_type=JSON).status_code == 201
    assert the_screening(pct_109).rule.edition.number == 2


def test_by_machine_a_rule_that_is_gone(moderator, publish, pct_109):
    idea = an_idea(pct_109)
    publish(lambda texts: texts.pop(8))
    body = {"action": "screen", "rule": 8, "edition": 1}
    refused = moderator.post(f"{API}ideas/{idea.pk}/decisions/", body, content_type=JSON)
    assert (refused.status_code, refused.json()["rule_now"]) == (409, None)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"edition": 9}, "#/edition"),
        ({"edition": "x"}, "#/edition"),
        ({"edition": 0}, "#/edition"),
        ({"edition": 10**30}, "#/edition"),
        ({"rule": 99, "edition": 1}, "#/rule"),
        ({"rule": 10**30}, "#/rule"),
        ({"rule": -1}, "#/rule"),
    ],
)
def test_by_machine_what_there_is_not(moderator, publish, pct_109, body, pointer):
    publish(reword(3))
    idea = an_idea(pct_109)
    sent = {"action": "screen", "rule": 3} | body
    refused = moderator.post(f"{API}ideas/{idea.pk}/decisions/", sent, content_type=JSON)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == pointer
