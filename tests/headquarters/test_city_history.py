"""Headquarters reads who published which edition and who set which goal, as lines, and side by side."""

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ideas import conduct
from ideas.conduct import Text
from ideas.models import Edition, Rule, ServiceGoal
from precincts import tenancy
from tests.headquarters.test_service_goals import GOALS, SET

pytestmark = pytest.mark.django_db
HISTORY = "/headquarters/history/"
CONDUCT = "/headquarters/conduct/"
NOW = {"review": "24", "hear": "168", "act": "720", "appeal": "336"}


def text_of(response):
    page = html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))
    return re.sub(r"\s+", " ", page)


def lines(client, **asked):
    page = client.get(HISTORY, asked).content.decode().split('<ol class="kept"')
    return text_of(client.get(HISTORY, asked)).split("What was changed")[-1] if len(page) > 1 else ""


def publish(client, note="Shorter.", change=None):
    """As the form sends it."""
    rules = [{"number": r.number, "title": r.title, "text": r.text} for r in Rule.objects.in_force()]
    (change or (lambda rules: rules[0].update(text="Do not threaten.")))(rules)
    data = {"rules-TOTAL_FORMS": len(rules), "rules-INITIAL_FORMS": len(rules), "do": "publish", "note": note}
    for index, rule in enumerate(rules):
        data |= {f"rules-{index}-{name}": value for name, value in rule.items()}
    based_on = Edition.current().number
    assert client.post(CONDUCT, data | {"based_on": based_on}).status_code == 302


@pytest.fixture
def reviewer(make_user):
    client = Client()
    client.force_login(make_user("reviewer@example.org", role="reviewer"))
    return client


def test_who_set_which_goal(administrator, reviewer):
    assert administrator.post(GOALS, NOW | {"hear": "100"}).status_code == 302
    said = lines(reviewer)
    assert "administrator@example.org (Administrator) changed the goal “Heard”: hours from 168 to 100" in said
    assert "POST /headquarters/goals/" in said
    # The others were sent along, and stay as they were.
    for other in ("Reviewed", "Acted on", "Appeal decided"):
        assert f"changed the goal “{other}”" not in said


def test_who_published_which_edition(administrator, reviewer):
    publish(administrator, note="Clearer about <b>threats</b>. 😀")
    said = lines(reviewer)
    assert "administrator@example.org (Administrator) added edition 2 of the code of conduct" in said
    assert "Clearer about <b>threats</b>. 😀" in said
    page = reviewer.get(HISTORY).content.decode()
    assert 'href="/conduct/2/"' in page
    assert "<b>threats</b>" not in page
    # Its rules came along with it, and are no news of their own.
    assert "added the rule" not in said
    assert "What edition 2 changed" in reviewer.get("/conduct/2/").content.decode()


def test_a_rule_that_was_changed_behind_the_form_is_told(reviewer):
    rule = Rule.objects.in_force().get(number=3)
    Rule.objects.filter(pk=rule.pk).update(text="Whatever we like.")
    said = lines(reviewer, of="conduct")
    assert f"Engage changed the rule “3. {rule.title}”: text" in said
    assert "by a command on the server" in said
    page = reviewer.get(f"{HISTORY}rule/{rule.pk}/")
    assert f"What was changed: the rule “3. {rule.title}”" in text_of(page)
    assert re.search(r"<ins>.*Whatever.*</ins>", page.content.decode(), re.S)


def test_a_rule_that_was_added_to_an_edition_later_is_told(reviewer):
    Rule.objects.create(edition=Edition.current(), number=77, title="No rule", text="Of nobody.")
    assert "Engage added the rule “77. No rule”" in lines(reviewer)


def test_two_states_of_a_goal_side_by_side(administrator, reviewer):
    administrator.post(GOALS, SET)
    administrator.post(GOALS, SET | {"hear": "48"})
    goal = ServiceGoal.objects.get(measure="hear")
    url = f"{HISTORY}service_goal/{goal.pk}/"
    assert f'href="{url}?then=' in reviewer.get(HISTORY).content.decode()
    page = reviewer.get(url).content.decode()
    assert re.search(r"<del>.*100.*</del>", page, re.S)
    assert re.search(r"<ins>.*48.*</ins>", page, re.S)
    keys = re.findall(r'<option value="(\w+)"', page.split('name="then"')[1].split("</select>")[0])
    first = reviewer.get(url, {"then": keys[-1], "now": "now"}).content.decode()
    assert re.search(r"<del>.*168.*</del>", first, re.S)


def test_it_can_be_narrowed(administrator, reviewer):
    publish(administrator)
    administrator.post(GOALS, SET)
    both, of_conduct, of_goals = lines(reviewer), lines(reviewer, of="conduct"), lines(reviewer, of="goals")
    assert "edition 2" in both and "the goal" in both
    assert "edition 2" in of_conduct and "the goal" not in of_conduct
    assert "edition 2" not in of_goals and "the goal" in of_goals
    assert lines(reviewer, of="nonsense") == both


@pytest.mark.parametrize("asked", [{"page": "-1"}, {"page": "x"}, {"of": "x" * 5000}])
def test_what_nobody_can_mean(administrator, reviewer, asked):
    administrator.post(GOALS, SET)
    assert reviewer.get(HISTORY, asked).status_code == 200


def test_the_pages_where_they_are_written_lead_there(administrator, reviewer):
    for page in (administrator.get(GOALS), reviewer.get(GOALS)):
        assert f'href="{HISTORY}?of=goals"' in page.content.decode()
    assert f'href="{HISTORY}?of=conduct"' in administrator.get(CONDUCT).content.decode()
    assert f'href="{HISTORY}"' in reviewer.get("/headquarters/").content.decode()


@pytest.mark.parametrize(
    "place", ["idea/1", "settings/1", "role/1", "nothing/1", "rule/0", f"edition/{10**30}"]
)
def test_what_is_not_the_citys_is_not_here(reviewer, place):
    assert reviewer.get(f"{HISTORY}{place}/").status_code == 404


def test_what_is_the_citys_is_at_no_desk(reviewer):
    goal = ServiceGoal.objects.get(measure="hear")
    assert reviewer.get(f"/pct-109/desk/history/service_goal/{goal.pk}/").status_code == 404
    assert reviewer.get("/pct-109/desk/history/").status_code == 200


def test_a_commands_page_says_nothing_of_the_city(administrator, pct_109):
    administrator.post(GOALS, SET)
    assert "the goal" not in text_of(administrator.get("/pct-109/desk/history/"))


def test_the_newest_stand_first_and_fifty_on_a_page(administrator, reviewer):
    for hours in range(1, 28):
        administrator.post(GOALS, NOW | {"hear": str(hours), "act": str(hours)})
    said = lines(reviewer)
    assert said.index("hours from 26 to 27") < said.index("hours from 25 to 26")
    assert "hours from 168 to 1 " not in said
    assert "hours from 168 to 1 " in lines(reviewer, page=2, of="goals")


def test_as_many_queries_however_much_was_changed(administrator, reviewer):
    administrator.post(GOALS, SET)
    publish(administrator)
    reviewer.get(HISTORY)
    counts = []
    for turn in range(2):
        for hours in range(5):
            administrator.post(GOALS, NOW | {"hear": str(100 + 10 * turn + hours)})
        publish(administrator, change=lambda rules, t=turn: rules[1].update(text=f"In other words, {t}."))
        with CaptureQueriesContext(connection) as asked:
            reviewer.get(HISTORY)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_what_a_machine_published_is_told_as_well(reviewer, make_user):
    by = make_user("script@example.org", role="administrator")
    rules = [Text(r.number, r.title, r.text) for r in Rule.objects.in_force()][:-1]
    conduct.publish(rules=rules, note="One less.", by=by, based_on=1)
    assert "Engage added edition 2 of the code of conduct" in lines(reviewer)
    with tenancy.citywide():
        assert Edition.objects.get(number=2).published_by == by
