"""Who works here, and taking a role away: at once, and never by a slip."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from precincts import inviting
from precincts.access import Permission
from precincts.models import Invitation, Membership, PersonalToken, Role, User
from tests.precincts.factors import give_app
from tests.together import at_once

pytestmark = pytest.mark.django_db
PEOPLE = "/pct-109/desk/people/"
CITY = "/headquarters/people/"
DESK = "/pct-109/desk/"


def signed_in(user):
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def commander(make_user, pct_109):
    return signed_in(make_user("commander@example.org", role="commander", command=pct_109))


@pytest.fixture
def administrator(make_user):
    return signed_in(make_user("administrator@example.org", role="administrator"))


@pytest.fixture
def moderator(make_user, pct_109):
    return make_user("moderator@example.org", role="moderator", command=pct_109)


def held(user, **fields):
    return Membership.objects.get(user=user, **fields)


def remove(browser, membership, page=PEOPLE):
    return browser.post(f"{page}{membership.pk}/remove/")


# The lists


def test_a_command_sees_its_own_people(commander, moderator, make_user, pct_110):
    make_user("elsewhere@example.org", role="moderator", command=pct_110)
    make_user("headquarters@example.org", role="reviewer")
    Membership.objects.filter(user=moderator).update(
        created_at=timezone.now() - timedelta(days=400),
        granted_by=User.objects.get(email="commander@example.org"),
    )
    page = commander.get(PEOPLE).content.decode()
    assert "moderator@example.org" in page
    assert "by commander@example.org" in page
    for other in ("elsewhere@example.org", "headquarters@example.org"):
        assert other not in page


def test_headquarters_sees_everybody_and_finds_them(administrator, moderator, make_user, pct_110):
    make_user("elsewhere@example.org", role="editor", command=pct_110)
    page = administrator.get(CITY).content.decode()
    for role in ("Moderator, 109th Precinct", "Editor, 110th Precinct", "Administrator, Headquarters"):
        assert role in page
    for words in ("109th", "moderator@", "MODERATOR@example"):
        found = administrator.get(CITY, {"q": words}).content.decode()
        assert "Moderator, 109th Precinct" in found
        assert "Editor, 110th Precinct" not in found


@pytest.mark.parametrize(
    "query", ["page=-1", "page=x", "page=99999999999999999999", "q=%F0%9F%99%82", "q=%25"]
)
def test_an_odd_address_breaks_nothing(administrator, query):
    assert administrator.get(f"{CITY}?{query}").status_code == 200


def test_who_has_no_second_factor_is_shown(make_user, pct_109, settings):
    settings.SECOND_FACTOR = "required"
    boss = make_user("commander@example.org", role="commander", command=pct_109)
    give_app(boss)
    make_user("moderator@example.org", role="moderator", command=pct_109)
    page = signed_in(User.objects.get(pk=boss.pk)).get(PEOPLE).content.decode()
    assert page.count("no second step yet") == 1
    settings.SECOND_FACTOR = "waived"
    assert "no second step" not in signed_in(boss).get(PEOPLE).content.decode()


def test_the_number_of_queries_does_not_grow(
    administrator, make_user, pct_109, settings, django_assert_max_num_queries
):
    boss = User.objects.get()
    for number in range(30):
        user = make_user(f"a{number}@example.org", role="editor", command=pct_109)
        Membership.objects.filter(user=user).update(granted_by=boss)
        inviting.invite(email=f"b{number}@example.org", role=Role.EDITOR, command=pct_109, by=boss)
    with django_assert_max_num_queries(9):
        administrator.get(CITY)
    assert "page=2" not in administrator.get(CITY).content.decode()
    for number in range(30, 60):
        make_user(f"a{number}@example.org", role="editor", command=pct_109)
    assert "page=2" in administrator.get(CITY).content.decode()
    assert "a59@example.org" in administrator.get(CITY, {"page": 2}).content.decode()
    with django_assert_max_num_queries(9):
        administrator.get(CITY)


# Taking a role away


def test_nothing_happens_before_it_is_confirmed(commander, moderator):
    page = commander.get(f"{PEOPLE}{held(moderator).pk}/remove/")
    assert page.status_code == 200
    assert "moderator@example.org" in page.content.decode()
    assert held(moderator)


def test_leaving_ends_access_at_once_sessions_and_tokens_included(commander, moderator):
    phone, laptop = signed_in(moderator), signed_in(moderator)
    key = PersonalToken.issue(moderator, "a script", list(Permission))[1]
    bearer = {"Authorization": f"Bearer {key}"}
    queue = "/api/v1/commands/pct-109/queue/"
    assert phone.get(DESK).status_code == laptop.get(DESK).status_code == 200
    assert Client().get(queue, headers=bearer).status_code == 200

    response = remove(commander, held(moderator))
    assert response.headers["Location"] == PEOPLE
    assert "no longer holds" in commander.get(PEOPLE).content.decode()
    for browser in (phone, laptop):
        assert browser.get(DESK).headers["Location"].startswith("/accounts/login/")
    assert Client().get(queue, headers=bearer).status_code == 403
    assert Client().get("/api/v1/commands/", headers=bearer).status_code == 200
    phone.post("/accounts/login/", {"login": moderator.email, "password": "engage-tests"})
    assert phone.get(DESK).status_code == 403


def test_with_another_role_there_they_stay_signed_in_and_can_do_less(commander, moderator, pct_109):
    Membership.objects.create(user=moderator, role="editor", command=pct_109)
    browser = signed_in(moderator)
    remove(commander, held(moderator, role="moderator"))
    assert browser.get(DESK).status_code == 200
    assert held(moderator).role == "editor"


def test_a_role_elsewhere_stays(commander, moderator, pct_110):
    Membership.objects.create(user=moderator, role="moderator", command=pct_110)
    remove(commander, held(moderator, command__slug="pct-109"))
    browser = signed_in(User.objects.get(pk=moderator.pk))
    assert browser.get("/pct-110/desk/").status_code == 200
    assert browser.get(DESK).status_code == 403


def test_what_they_were_invited_to_there_is_revoked(commander, moderator, make_user, pct_109, pct_110):
    boss = User.objects.get(email="commander@example.org")
    for email, command in (
        (moderator.email, pct_109),
        (moderator.email, pct_110),
        ("x@example.org", pct_109),
    ):
        inviting.invite(email=email, role=Role.EDITOR, command=command, by=boss)
    remove(commander, held(moderator))
    left = Invitation.objects.filter(revoked_at=None).values_list("email", "command__slug")
    assert sorted(left) == [(moderator.email, "pct-110"), ("x@example.org", "pct-109")]


def test_another_commands_people_are_nowhere(commander, make_user, pct_110):
    theirs = held(make_user("elsewhere@example.org", role="commander", command=pct_110))
    headquarters = held(make_user("a@example.org", role="administrator"))
    for membership in (theirs, headquarters):
        for method in (commander.get, commander.post):
            assert method(f"{PEOPLE}{membership.pk}/remove/").status_code == 404
        assert remove(commander, membership, CITY).status_code == 403
    assert Membership.objects.count() == 3


def test_headquarters_takes_any_role_away(administrator, moderator):
    assert remove(administrator, held(moderator), CITY).headers["Location"] == CITY
    assert not Membership.objects.filter(user=moderator).exists()


def test_headquarters_can_do_it_on_the_commands_page(administrator, moderator):
    assert administrator.get(PEOPLE).status_code == 200
    assert remove(administrator, held(moderator)).headers["Location"] == PEOPLE


# One's own


def test_a_commander_who_goes_is_told_what_that_means(commander):
    mine = Membership.objects.get()
    page = commander.get(f"{PEOPLE}{mine.pk}/remove/").content.decode()
    assert "It is your own role" in page
    assert "Nobody else commands there" in page
    response = commander.post(f"{PEOPLE}{mine.pk}/remove/", follow=True)
    assert response.redirect_chain[-1][0] == "/"
    assert "no longer holds this role" in response.content.decode()
    assert commander.get(DESK).status_code == 302


def test_a_commander_who_stays_as_a_moderator_is_at_the_desk(commander, pct_109):
    user = User.objects.get()
    Membership.objects.create(user=user, role="moderator", command=pct_109)
    assert remove(commander, held(user, role="commander")).headers["Location"] == DESK
    assert commander.get(PEOPLE).status_code == 403


def test_the_last_administrator_stays(administrator, make_user):
    make_user("reviewer@example.org", role="reviewer")
    mine = Membership.objects.get(role="administrator")
    page = administrator.get(f"{CITY}{mine.pk}/remove/")
    assert "last administrator" in page.content.decode()
    assert "Take the role away</button>" not in page.content.decode()
    assert remove(administrator, mine, CITY).status_code == 409
    assert administrator.get(CITY).status_code == 200


def test_an_administrator_who_cannot_sign_in_does_not_count(administrator, make_user):
    closed = make_user("closed@example.org", role="administrator")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    mine = Membership.objects.get(user__email="administrator@example.org")
    assert remove(administrator, mine, CITY).status_code == 409
    assert remove(administrator, held(closed), CITY).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_take_each_others_role_away_leave_one(make_user):
    users = [make_user(f"{n}@example.org", role="administrator") for n in range(2)]
    first, second = map(signed_in, users)
    answers = at_once(
        lambda: remove(first, held(users[1]), CITY), lambda: remove(second, held(users[0]), CITY)
    )
    assert Membership.objects.count() == 1
    assert 302 in [answer.status_code for answer in answers]


def test_a_role_that_somebody_else_took_away_a_moment_ago(commander, moderator):
    membership = held(moderator)
    remove(commander, membership)
    assert remove(commander, membership).status_code == 404


# The way there


def test_the_desk_and_headquarters_lead_there(commander, administrator, moderator):
    assert f'href="{PEOPLE}"' in commander.get(DESK).content.decode()
    assert f'href="{CITY}"' in administrator.get("/headquarters/").content.decode()
    assert f'href="{PEOPLE}"' not in signed_in(moderator).get(DESK).content.decode()
