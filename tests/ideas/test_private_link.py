"""An author without an account finds the issue again by its private link, in any browser."""

import re

import pytest
from django.core import signing
from django.test import Client, override_settings

from ideas import authors
from ideas.models import Comment, Follow, Idea, Vote
from precincts import tenancy
from precincts.models import Participant
from tests.ideas import desk
from tests.ideas.appeals import REASON, WHY, appeals, browser_of, screen
from tests.ideas.factory import a_waiting_idea, an_idea, vote

pytestmark = pytest.mark.django_db

NEW = "/pct-109/ideas/new/"
BODY = "The lamp at the corner has been dark for weeks."


def link(idea):
    with tenancy.enter(idea.command_id):
        return authors.link_of(Idea.objects.select_related("command").get(pk=idea.pk))


@pytest.fixture
def idea(pct_109):
    return an_idea(pct_109, participant=Participant.objects.create())


def sent(client):
    page = client.post(NEW, {"body": BODY}, follow=True).content.decode()
    return re.search(r'href="http://testserver(/pct-109/mine/[^"]+)"', page)


def test_it_is_shown_once_after_sending(client, pct_109):
    path = sent(client)[1]
    with tenancy.enter(pct_109):
        raised = Idea.objects.get()
    assert path not in client.get(raised.get_absolute_url()).content.decode()
    page = Client().get(path)
    assert page.status_code == 200
    assert BODY in page.content.decode()
    assert "waiting for review" in page.content.decode()


def test_who_has_an_account_needs_none(client, make_user):
    client.force_login(make_user())
    assert not sent(client)


def test_it_says_nothing_of_a_person_and_is_not_passed_on(idea):
    page = Client().get(link(idea))
    assert page["Referrer-Policy"] == "strict-origin"
    assert "noindex" in page["X-Robots-Tag"]
    assert "no-store" in page["Cache-Control"]
    assert not page.cookies.get("engage_participant")


@pytest.mark.parametrize(
    "change", [lambda k: k[:-1], lambda k: "x" + k, lambda k: k.swapcase(), lambda _k: "x" * 5000]
)
def test_a_key_that_is_not_ours_is_nowhere(idea, change):
    path = link(idea)
    key = path.split("/")[-2]
    for rest in ("", "appeal/", "withdraw/"):
        assert Client().get(f"/pct-109/mine/{change(key)}/{rest}").status_code == 404


def test_it_opens_below_its_own_command_only(idea, pct_110):
    assert Client().get(link(idea).replace("pct-109", "pct-110")).status_code == 404


def test_a_number_that_was_given_again_is_another_issue(idea, pct_109):
    path = link(idea)
    with tenancy.enter(pct_109):
        Idea.objects.update(created_at=idea.created_at - desk_day())
    assert Client().get(path).status_code == 404


def desk_day():
    from datetime import timedelta

    return timedelta(days=1)


@pytest.mark.parametrize("value", [[], "text", None, {"a": 1}, [1, 2], [1, "x", 3], [10**30, 10**30, 0]])
def test_what_another_program_signed_is_nowhere(pct_109, value):
    key = signing.Signer(salt=authors.SALT).sign_object(value)
    assert Client().get(f"/pct-109/mine/{key}/").status_code == 404


def test_an_older_secret_key_opens_it_still(idea, settings):
    path = link(idea)
    old = settings.SECRET_KEY
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[old]):
        assert Client().get(path).status_code == 200
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[]):
        assert Client().get(path).status_code == 404


def test_guessing_has_a_limit(idea, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "link": "2/hour"}
    client = Client(REMOTE_ADDR="203.0.113.9")
    assert [client.get("/pct-109/mine/nonsense/").status_code for _n in range(3)] == [404, 404, 429]
    assert client.get(link(idea)).status_code == 429


def test_it_appeals_without_the_cookie(pct_109, moderator):
    waiting = a_waiting_idea(pct_109, participant=Participant.objects.create())
    screen(waiting, moderator.user)
    path, browser = link(waiting), Client()
    page = browser.get(path).content.decode()
    assert "Rule 4, No private information" in page
    assert REASON in page
    assert f"{path}appeal/" in page
    assert browser.post(f"{path}appeal/", {"text": WHY}).url == f"{path}appeal/"
    assert "It is with headquarters" in browser.get(path).content.decode()
    assert appeals(pct_109)[0].participant_id == waiting.participant_id


def test_it_is_followed_from_another_browser(pct_109):
    waiting, browser = a_waiting_idea(pct_109, participant=Participant.objects.create()), Client()
    assert "Follow this issue" in browser.get(link(waiting)).content.decode()
    assert browser.post(f"{link(waiting)}follow/").url == "/following/"
    browser.post(f"{link(waiting)}follow/")
    [follow] = Follow.objects.all()
    assert (follow.idea_id, follow.command) == (waiting.pk, pct_109)
    assert follow.participant_id != waiting.participant_id
    assert browser.post("/pct-109/mine/nonsense/follow/").status_code == 404


# Withdrawing


@pytest.fixture(params=["link", "cookie"])
def at(request, idea):
    """(a browser, the address of withdrawing, the author's page)."""
    if request.param == "link":
        return Client(), f"{link(idea)}withdraw/", link(idea)
    participant = Participant.objects.get(pk=idea.participant_id)
    return browser_of(participant), f"{idea.get_absolute_url()}withdraw/", idea.get_absolute_url()


def test_it_asks_first_and_says_what_becomes_of_votes_and_comments(idea, at):
    browser, path, page = at
    assert path in browser.get(page).content.decode()
    vote(idea)
    asked = browser.get(path).content.decode()
    assert "1 up, 0 down" in asked
    assert "Withdraw it" in asked
    assert desk.now(idea).status == "spoken"


def test_withdrawn_it_is_its_authors_alone(idea, at, moderator, staff):
    browser, path, page = at
    vote(idea)
    answer = browser.post(path, {"version": desk.now(idea).version})
    assert answer.url == page
    assert desk.now(idea).status == "withdrawn"
    assert "You withdrew this issue" in browser.get(page).content.decode()
    for other in (Client(), moderator, staff("administrator")):
        assert other.get(idea.get_absolute_url()).status_code == 404
    assert moderator.get(desk.address(idea)).status_code == 404
    assert idea.title not in Client().get("/pct-109/ideas/").content.decode()
    with tenancy.enter(idea.command_id):
        assert Vote.objects.count() == 1
    [*_, last] = desk.decisions(idea)
    assert (last.action, last.decided_by) == ("withdraw", None)
    assert browser.post(path, {"version": desk.now(idea).version}).status_code in (302, 409)


def test_what_changed_meanwhile_is_shown_first(idea, at, commander):
    browser, path, _page = at
    looked_at = desk.now(idea).version
    desk.decide(commander, idea, "hear", version=looked_at, answer="We look at it.")
    answer = browser.post(path, {"version": looked_at})
    assert answer.status_code == 409
    assert "Something happened in the meantime" in answer.content.decode()
    assert "Answer: heard" in answer.content.decode()
    assert desk.now(idea).status == "heard"
    assert browser.post(path, {"version": desk.now(idea).version}).status_code == 302


@pytest.mark.parametrize("status", ["acted", "merged", "screened"])
def test_what_was_acted_on_stays(idea, at, status):
    browser, path, page = at
    desk.set_status(idea, status)
    assert path not in browser.get(page).content.decode()
    assert "This issue stays" in browser.get(path).content.decode()
    assert browser.post(path, {"version": desk.now(idea).version}).status_code == 409
    assert desk.now(idea).status == status


def test_what_others_were_joined_with_stays(idea, at, pct_109):
    browser, path, _page = at
    other = an_idea(pct_109)
    desk.set_status(other, "merged", merged_into=idea)
    answer = browser.post(path, {"version": desk.now(idea).version})
    assert answer.status_code == 409
    assert "Other neighbors" in answer.content.decode()


@pytest.mark.parametrize("version", ["", "x", "9" * 5000, "-1", "\x00"])
def test_any_version_is_read_or_left(idea, at, version):
    browser, path, _page = at
    assert browser.post(path, {"version": version}).status_code in (302, 409)


def test_nobody_else_withdraws(idea, moderator):
    for other in (Client(), moderator):
        assert other.post(f"{idea.get_absolute_url()}withdraw/", {"version": 2}).status_code == 404
    with tenancy.enter(idea.command_id):
        assert not Comment.objects.exists()
    assert desk.now(idea).status == "spoken"


def test_what_another_command_has_is_followed_there(idea, pct_109, pct_110):
    there = an_idea(pct_110, participant=Participant.objects.create())
    desk.set_status(idea, "referred", moved_to=pct_110, moved_to_idea=there.pk)
    path = link(idea)
    assert Client().get(path).url == link(there)
    assert Client().post(f"{path}withdraw/", {"version": desk.now(idea).version}).status_code == 409
