"""Who may raise an issue, vote and comment: said before anybody types, and held."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from ideas.models import Comment, Idea, Vote
from precincts import tenancy
from precincts.models import Command, Participant
from tests.ideas.factory import an_idea

pytestmark = pytest.mark.django_db
PARTS = ["submit", "vote", "comment"]
BODY = "The lamp at the corner has been dark for weeks."


def ask(command, **who):
    Command.objects.filter(pk=command.pk).update(**{f"who_may_{part}": value for part, value in who.items()})
    command.refresh_from_db()


def take_part(client, idea, part):
    """Try it; whether it was taken."""
    before = rows(idea.command_id)
    if part == "submit":
        client.post("/pct-109/ideas/new/", {"body": BODY})
    elif part == "vote":
        client.post(f"/pct-109/ideas/{idea.pk}/vote/", {"value": 1})
    else:
        client.post(f"/pct-109/ideas/{idea.pk}/comments/", {"body": BODY})
    after = rows(idea.command_id)
    changed = [model for model in before if before[model] != after[model]]
    assert changed in ([], [{"submit": Idea, "vote": Vote, "comment": Comment}[part]])
    return bool(changed)


def rows(command_id):
    with tenancy.enter(command_id):
        return {model: model.objects.count() for model in (Idea, Vote, Comment)}


@pytest.fixture
def people(pct_109, make_user):
    """Browsers of everybody who makes a difference, by name."""

    def at_home(zip_code, user=None):
        client = Client()
        if user:
            client.force_login(user)
        client.post("/pct-109/home-zip/", {"home_zip": zip_code})
        return client

    def signed_in(email, verified=True):
        client, user = Client(), make_user(email)
        if not verified:
            EmailAddress.objects.filter(user=user).update(verified=False)
        client.force_login(user)
        return client

    return {
        "nobody": Client(),
        "unverified": signed_in("unverified@example.org", verified=False),
        "verified": signed_in("verified@example.org"),
        "home here": at_home("11354"),
        "home elsewhere": at_home("10001"),
        "verified, home here": at_home("11354", make_user("both@example.org")),
    }


ALLOWED = {
    "anybody": {"nobody", "unverified", "verified", "home here", "home elsewhere", "verified, home here"},
    "verified": {"verified", "verified, home here"},
    "home_zip": {"home here", "verified, home here"},
}
SAYS = {
    "verified": "Sign in with a verified e-mail address first",
    "home_zip": "Say your home ZIP code first",
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("who", ["anybody", "verified", "home_zip"])
def test_who_may_take_part(pct_109, people, who, part):
    idea = an_idea(pct_109)
    ask(pct_109, **{part: who})
    taken = {name for name, client in people.items() if take_part(client, idea, part)}
    assert taken == ALLOWED[who]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("who", ["verified", "home_zip"])
def test_it_is_said_before_anybody_types(pct_109, people, who, part):
    idea = an_idea(pct_109)
    ask(pct_109, **{part: who})
    path = "/pct-109/ideas/new/" if part == "submit" else f"/pct-109/ideas/{idea.pk}/"
    for name, client in people.items():
        page = client.get(path).content.decode()
        assert (SAYS[who] in page) is (name not in ALLOWED[who]), name
    if part == "vote":
        assert SAYS[who] in Client().get("/pct-109/weigh-in/").content.decode()


def test_a_form_that_cannot_be_sent_is_not_shown(client, pct_109):
    ask(pct_109, submit="verified")
    page = client.get("/pct-109/ideas/new/").content.decode()
    assert "<textarea" not in page
    assert "/accounts/login/?next=/pct-109/ideas/new/" in page


def test_the_board_says_who_may_take_part(client, pct_109):
    for path in ("/pct-109/", "/pct-109/ideas/"):
        assert "No account is needed." in client.get(path).content.decode()
    ask(pct_109, submit="verified", vote="home_zip", comment="anybody")
    for path in ("/pct-109/", "/pct-109/ideas/"):
        page = client.get(path).content.decode()
        assert "No account is needed." not in page
        assert "People with a verified e-mail address" in page
        assert "People whose home ZIP code this command serves" in page


def test_a_refused_vote_says_why_to_a_script_too(client, pct_109):
    idea = an_idea(pct_109)
    ask(pct_109, vote="verified")
    response = client.post(
        f"/pct-109/ideas/{idea.pk}/vote/", {"value": 1}, headers={"Accept": "application/json"}
    )
    assert response.status_code == 403
    assert SAYS["verified"] in response.json()["detail"]
    response = client.post(f"/pct-109/ideas/{idea.pk}/vote/", {"value": 1})
    assert SAYS["verified"] in client.get(response.url).content.decode()
    assert not Participant.objects.exists()


def test_a_vote_by_weighing_in_is_held_too(client, pct_109):
    idea = an_idea(pct_109)
    ask(pct_109, vote="verified")
    client.post("/pct-109/weigh-in/", {"idea": idea.pk, "value": 1})
    with tenancy.enter(pct_109):
        assert not Vote.objects.exists()


def test_what_one_command_asks_another_need_not(client, pct_109, pct_110):
    ask(pct_109, vote="verified")
    idea = an_idea(pct_110)
    client.post(f"/pct-110/ideas/{idea.pk}/vote/", {"value": 1})
    with tenancy.enter(pct_110):
        assert Vote.objects.count() == 1


# The home ZIP code


def test_the_way_through_a_home_zip(client, pct_109):
    ask(pct_109, submit="home_zip")
    page = client.get("/pct-109/ideas/new/").content.decode()
    assert '<input type="hidden" name="next" value="/pct-109/ideas/new/"' in page.replace("\n", "")
    response = client.post("/pct-109/home-zip/", {"home_zip": " 11354 ", "next": "/pct-109/ideas/new/"})
    assert response.url == "/pct-109/ideas/new/"
    assert "<textarea" in client.get(response.url).content.decode()
    assert Participant.objects.get().home_zip == "11354"


def test_a_home_elsewhere_is_told_so(client, pct_109):
    ask(pct_109, submit="home_zip")
    response = client.post("/pct-109/home-zip/", {"home_zip": "10001", "next": "/pct-109/ideas/new/"})
    page = client.get(response.url).content.decode()
    assert "109th Precinct does not serve that ZIP code" in page
    assert "<textarea" not in page


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1135",
        "113544",
        "abcde",
        "11354-1234",
        "１１３５４",
        "11354\n1",
        "-1135",
        "11 354",
        "1135\x00",
        "9" * 999,
    ],
)
def test_what_is_no_zip(client, pct_109, text):
    response = client.post("/pct-109/home-zip/", {"home_zip": text})
    assert response.status_code == 302
    assert 'role="status"' in client.get(response.url).content.decode()
    assert not Participant.objects.exists()


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "街灯", ""]
)
def test_a_home_zip_leads_nowhere_else(client, pct_109, elsewhere):
    response = client.post("/pct-109/home-zip/", {"home_zip": "11354", "next": elsewhere})
    assert response.url == "/pct-109/"


def test_a_command_that_keeps_no_list_of_zip_codes_serves_every_home(client, pct_109):
    ask(pct_109, vote="home_zip")
    Command.objects.filter(pk=pct_109.pk).update(zips_served=[])
    idea = an_idea(pct_109)
    assert not take_part(client, idea, "vote")
    client.post("/pct-109/home-zip/", {"home_zip": "10001"})
    assert take_part(client, idea, "vote")


def test_a_home_zip_goes_along_to_the_account(client, pct_109, make_user):
    ask(pct_109, vote="home_zip")
    client.post("/pct-109/home-zip/", {"home_zip": "11354"})
    make_user("n@example.org")
    client.post("/accounts/login/", {"login": "n@example.org", "password": "engage-tests"})
    assert take_part(client, an_idea(pct_109), "vote")


def test_the_commander_answers_without_a_home_here(client, pct_109, make_user):
    ask(pct_109, comment="home_zip")
    client.force_login(make_user(role="commander", command=pct_109))
    idea = an_idea(pct_109)
    assert "Comment as the command" in client.get(f"/pct-109/ideas/{idea.pk}/").content.decode()
    assert take_part(client, idea, "comment")
