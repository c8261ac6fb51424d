"""Looking claims: others see it, the next item is another one, and it lapses. It binds nobody."""

import pytest
from django.utils import timezone

from ideas.models import Claim
from precincts import tenancy
from tests.ideas.desk import DESK, address, decide, now
from tests.ideas.factory import a_waiting_idea, an_idea
from tests.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def ideas(pct_109):
    return [a_waiting_idea(pct_109, title=f"The {name}") for name in ("first", "second", "third")]


def claim(client, idea, **data):
    return client.post(f"{address(idea)}claim/", data)


def claims(command):
    with tenancy.enter(command):
        return list(Claim.objects.select_related("user").order_by("item"))


def lapse(command):
    with tenancy.enter(command):
        Claim.objects.update(until=timezone.now() - timezone.timedelta(seconds=1))


def test_another_moderator_sees_who_looks(moderator, commander, ideas, pct_109):
    assert claim(moderator, ideas[0], quiet="1").status_code == 204
    [row] = claims(pct_109)
    assert timezone.timedelta(seconds=110) < row.until - timezone.now() <= timezone.timedelta(minutes=2)
    page = commander.get(address(ideas[0])).content.decode()
    assert page.count("moderator is looking at this") == 2  # the line, and the item
    assert "is looking at this, since" not in moderator.get(address(ideas[0])).content.decode()


def test_looking_at_a_page_writes_nothing(moderator, ideas, pct_109):
    for method in (moderator.get, moderator.head):
        assert method(address(ideas[0])).status_code == 200
    assert claims(pct_109) == []


def test_without_a_script_a_button_says_so(moderator, commander, ideas):
    response = claim(moderator, ideas[0])
    assert response.url == f"{address(ideas[0])}?" or response.url.startswith(address(ideas[0]))
    assert "The others see that you are looking at this." in moderator.get(response.url).content.decode()
    response = claim(commander, ideas[0])
    assert "moderator is looking at this already." in commander.get(response.url).content.decode()


def test_who_came_first_has_it_until_it_lapses(moderator, commander, ideas, pct_109):
    claim(moderator, ideas[0])
    claim(commander, ideas[0])
    assert claims(pct_109)[0].user == moderator.user
    lapse(pct_109)
    assert "is looking at this, since" not in commander.get(address(ideas[0])).content.decode()
    claim(commander, ideas[0])
    assert claims(pct_109)[0].user == commander.user


def test_going_on_looking_keeps_since_when(moderator, ideas, pct_109):
    claim(moderator, ideas[0])
    [first] = claims(pct_109)
    with tenancy.enter(pct_109):
        Claim.objects.update(until=timezone.now() + timezone.timedelta(seconds=5))
    claim(moderator, ideas[0])
    [second] = claims(pct_109)
    assert second.since == first.since
    assert second.until - timezone.now() > timezone.timedelta(seconds=100)


def test_leaving_lets_go(moderator, commander, ideas, pct_109):
    claim(moderator, ideas[0])
    claim(commander, ideas[0], release="1")  # not theirs to let go
    assert "is looking" in commander.get(address(ideas[0])).content.decode()
    assert claim(moderator, ideas[0], release="1").status_code == 204
    assert "is looking at this, since" not in commander.get(address(ideas[0])).content.decode()


def test_the_next_item_is_one_that_nobody_holds(moderator, commander, ideas):
    claim(commander, ideas[1])
    response = decide(moderator, ideas[0], "approve")
    assert response.url.partition("?")[0] == address(ideas[2])
    # Where others hold all that is left, the list itself comes.
    response = decide(moderator, ideas[2], "approve")
    assert response.url == f"{DESK}?show=waiting"


def test_a_claim_binds_nobody(moderator, commander, ideas):
    claim(commander, ideas[0])
    assert decide(moderator, ideas[0], "approve").status_code == 302
    assert now(ideas[0]).status == "spoken"


def test_the_lines_say_so_live(moderator, commander, ideas):
    claim(commander, ideas[1])
    asked = {"line": [f"idea:{idea.pk}" for idea in ideas], "current": f"idea:{ideas[1].pk}"}
    part = moderator.get(f"{DESK}holds/", asked).content.decode()
    assert part.count("commander is looking at this") == 2
    assert part.count("hx-swap-oob") == 4
    claim(commander, ideas[1], release="1")
    assert "is looking" not in moderator.get(f"{DESK}holds/", asked).content.decode()


@pytest.mark.parametrize(
    "line", ["", "idea", "idea:", "idea:x", "voice:1", "idea:" + "9" * 400, "<b>:1", "\u202e"]
)
def test_nonsense_is_no_line(moderator, pct_109, line):
    response = moderator.get(f"{DESK}holds/", {"line": [line] * 500, "current": line})
    assert response.status_code == 200
    assert response.content.decode().strip() == ""


def test_those_who_decide_nothing_hold_nothing(staff, ideas, pct_109):
    for role in ("editor", "reviewer", "administrator"):
        assert claim(staff(role), ideas[0]).status_code == 403
        assert "I am looking at this" not in staff(role).get(address(ideas[0])).content.decode()
    assert claims(pct_109) == []


def test_a_claim_stays_within_its_command(moderator, pct_110):
    theirs = an_idea(pct_110)
    assert claim(moderator, theirs).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_has_it(staff, pct_109):
    idea = a_waiting_idea(pct_109)
    clients = [staff("moderator"), staff("commander")]
    answers = at_once(*(lambda client=client: claim(client, idea, quiet="1") for client in clients))
    assert [answer.status_code for answer in answers] == [204, 204]
    assert len(claims(pct_109)) == 1
