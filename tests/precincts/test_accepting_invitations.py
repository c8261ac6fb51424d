"""An invitation's link: accepted by whoever has its verified address, once, and by nobody else."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from precincts import inviting, leaving
from precincts.models import Invitation, Membership, PersonalToken, Role, User
from tests.precincts.factors import give_app
from tests.precincts.test_inviting import link_in
from tests.together import at_once

pytestmark = pytest.mark.django_db
ADDRESS = "new@example.org"
PASSWORD = "correct horse battery"
DESK = "/pct-109/desk/"


@pytest.fixture
def commander(make_user, pct_109):
    return make_user("commander@example.org", role="commander", command=pct_109)


@pytest.fixture
def invited(commander, pct_109):
    """invited("editor"): the link of an invitation to the 109th Precinct."""

    def invite(role="moderator", email=ADDRESS, command=pct_109):
        inviting.invite(email=email, role=Role(role), command=command, by=commander)
        return link_in(mail.outbox[-1])

    return invite


@pytest.fixture
def link(invited):
    return invited()


def signed_in(user):
    browser = Client()
    browser.force_login(user)
    return browser


def roles(email=ADDRESS):
    return sorted(Membership.objects.filter(user__email=email).values_list("role", flat=True))


# A newcomer


def test_a_newcomer_reads_what_it_is_about(client, link):
    page = client.get(link).content.decode()
    assert "commander@example.org invites you" in page
    assert "Moderator, 109th Precinct" in page
    assert f'value="{ADDRESS}"' in page
    assert not User.objects.filter(email=ADDRESS).exists()


def test_a_newcomer_sets_a_password_and_is_at_the_desk(client, link, commander):
    response = client.post(link, {"password": PASSWORD})
    assert response.headers["Location"] == DESK
    assert client.get(DESK).status_code == 200
    address = EmailAddress.objects.get(user__email=ADDRESS)
    assert (address.email, address.verified, address.primary) == (ADDRESS, True, True)
    membership = Membership.objects.get(user__email=ADDRESS)
    assert membership.granted_by == commander
    assert timezone.now() - membership.created_at < timedelta(minutes=1)
    invitation = Invitation.objects.get()
    assert invitation.accepted_by == membership.user
    other = Client()
    other.post("/accounts/login/", {"login": ADDRESS, "password": PASSWORD})
    assert other.get(DESK).status_code == 200


def test_then_a_second_factor_comes_next_without_asking_for_the_password_again(client, link, settings):
    settings.SECOND_FACTOR = "required"
    client.post(link, {"password": PASSWORD})
    assert client.get(DESK).headers["Location"] == "/accounts/second-step/"
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


@pytest.mark.parametrize(
    "password", ["", "short", "1234567890", "password123", ADDRESS, "x" * 1_000_000, "a\x00bcdefghijk"]
)
def test_a_bad_password_is_refused_beside_the_field(client, link, password):
    response = client.post(link, {"password": password})
    assert response.status_code == 422
    assert response.context["form"].errors["password"]
    assert not User.objects.filter(email=ADDRESS).exists()
    assert Invitation.objects.get().accepted_at is None


@pytest.mark.parametrize(
    "password", ["пароль длинный", "مرور طويلة جدا", "🙂🙃🙂🙃🙂🙃🙂🙃🙂🙃", "  spaces count  "]
)
def test_a_password_of_any_script_is_one(client, link, password):
    assert client.post(link, {"password": password}).status_code == 302
    assert User.objects.get(email=ADDRESS).check_password(password)


def test_what_somebody_began_with_the_address_and_never_verified_is_void(client, link):
    """Somebody signed up with another's address, to be there when its owner comes."""
    squatter = User.objects.create_user(ADDRESS, "engage-tests")
    EmailAddress.objects.create(user=squatter, email=ADDRESS, verified=False, primary=True)
    EmailAddress.objects.create(user=squatter, email="squatter@example.org", verified=False)
    browser = signed_in(squatter)
    client.post(link, {"password": PASSWORD})
    user = User.objects.get(email=ADDRESS)
    assert user.check_password(PASSWORD)
    assert browser.get("/accounts/email/").status_code == 302
    assert [*EmailAddress.objects.filter(user=user).values_list("email", "verified")] == [(ADDRESS, True)]


def test_an_account_that_was_closed_stays_closed(client, link):
    closed = User.objects.create_user(ADDRESS, is_active=False)
    client.post(link, {"password": PASSWORD})
    closed.refresh_from_db()
    assert not closed.is_active
    assert not closed.check_password(PASSWORD)
    assert roles() == []


# Somebody with an account


def test_an_account_signs_in_first_and_comes_back(client, link, make_user):
    make_user(ADDRESS)
    page = client.get(link).content.decode()
    assert f'href="/accounts/login/?next={link}"' in page
    assert "password" not in page.partition("<main")[2]
    client.post(link, {"password": PASSWORD})
    assert roles() == []
    login = client.post("/accounts/login/", {"login": ADDRESS, "password": "engage-tests", "next": link})
    assert login.headers["Location"] == link
    assert "Accept" in client.get(link).content.decode()
    assert roles() == []
    response = client.post(link, follow=True)
    assert response.redirect_chain[-1][0] == DESK
    assert "Welcome" in response.content.decode()
    assert roles() == ["moderator"]


def test_the_same_address_in_capitals(make_user, link):
    user = make_user("New@Example.org")
    assert signed_in(user).post(link).headers["Location"] == DESK


def test_any_verified_address_of_theirs_will_do(make_user, link):
    user = make_user("private@example.org")
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True)
    assert signed_in(user).post(link).headers["Location"] == DESK


def test_somebody_else_accepts_nothing(make_user, link):
    user = make_user("other@example.org")
    browser = signed_in(user)
    for response in (browser.get(link), browser.post(link)):
        assert response.status_code == 403
        assert "The invitation is for new@example.org" in response.content.decode()
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=False)
    assert browser.post(link).status_code == 403
    assert roles("other@example.org") == roles() == []
    answer = browser.post("/accounts/logout/", {"next": link})
    assert answer.headers["Location"] == link
    assert browser.get(link).status_code == 200


def test_a_second_role_comes_beside_the_first(make_user, pct_109, invited):
    browser = signed_in(make_user(ADDRESS, role="editor", command=pct_109))
    browser.post(invited())
    assert roles() == ["editor", "moderator"]


def test_headquarters_roles_lead_to_headquarters(make_user, invited):
    browser = signed_in(make_user(ADDRESS))
    assert browser.post(invited("reviewer", command=None)).headers["Location"] == "/headquarters/"


def test_with_a_second_factor_it_is_asked_for(client, link, make_user):
    give_app(make_user(ADDRESS))
    login = client.post("/accounts/login/", {"login": ADDRESS, "password": "engage-tests", "next": link})
    assert login.headers["Location"] == "/accounts/2fa/authenticate/"
    assert client.post(link).status_code == 200
    assert roles() == []


# Once


def test_a_double_click_accepts_once(make_user, link):
    browser = signed_in(make_user(ADDRESS))
    answers = [browser.post(link) for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [DESK, DESK]
    assert browser.get(link).headers["Location"] == DESK
    assert roles() == ["moderator"]


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment(make_user, link):
    user = make_user(ADDRESS)
    browsers = [signed_in(user) for _ in range(3)]
    answers = at_once(*[lambda b=browser: b.post(link) for browser in browsers])
    assert [answer.status_code for answer in answers] == [302] * 3
    assert roles() == ["moderator"]


@pytest.mark.django_db(transaction=True)
def test_a_newcomer_who_clicks_twice_has_one_account(link):
    answers = at_once(*[lambda: Client().post(link, {"password": PASSWORD})] * 3)
    assert sorted(answer.status_code for answer in answers) == [302, 410, 410]
    assert roles() == ["moderator"]


@pytest.mark.django_db(transaction=True)
def test_two_invitations_of_a_newcomer_at_the_same_moment(invited):
    links = [invited("moderator"), invited("editor"), invited("reviewer", command=None)]
    answers = at_once(*[lambda to=to: Client().post(to, {"password": PASSWORD}) for to in links])
    assert [answer.status_code for answer in answers] == [302] * 3
    user = User.objects.get(email=ADDRESS)
    browser = signed_in(user)
    for to in links:
        assert browser.post(to).status_code == 302
    assert roles() == ["editor", "moderator", "reviewer"]


def test_a_used_link_opens_nothing_for_anybody_else(client, link, make_user):
    signed_in(make_user(ADDRESS)).post(link)
    for browser in (client, signed_in(make_user("other@example.org"))):
        response = browser.get(link)
        assert response.status_code == 410
        assert "accepted already" in response.content.decode()
        assert browser.post(link, {"password": PASSWORD}).status_code == 410


def test_a_used_link_brings_no_role_back(make_user, link, pct_109):
    """Else whoever has left walks in again with the mail of that day."""
    user = make_user(ADDRESS)
    browser = signed_in(user)
    browser.post(link)
    leaving.end_role(membership=Membership.objects.get(user=user))
    browser = signed_in(User.objects.get(pk=user.pk))
    assert browser.post(link).status_code == browser.get(link).status_code == 410
    assert roles() == []


# Not open


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"revoked_at": timezone.now()}, 410, "was revoked"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, 410, "has run out"),
        ({"digest": "another"}, 404, "opens nothing"),
    ],
)
@pytest.mark.parametrize("who", ["nobody", "owner"])
def test_a_link_that_is_not_open_says_why(make_user, link, change, status, words, who):
    Invitation.objects.update(**change)
    browser = signed_in(make_user(ADDRESS)) if who == "owner" else Client()
    for response in (browser.get(link), browser.post(link, {"password": PASSWORD})):
        assert response.status_code == status
        assert words in response.content.decode()
    assert roles() == []


@pytest.mark.parametrize("key", ["x", "x" * 5_000, "-", "0", "_" * 43])
def test_a_key_that_nobody_was_sent(client, key):
    assert client.get(f"/invitations/{key}/").status_code == 404


def test_nothing_keeps_a_copy_of_the_page(client, link):
    assert "no-store" in client.get(link).headers["Cache-Control"]


def test_a_token_accepts_nothing(make_user, link):
    key = PersonalToken.issue(make_user(ADDRESS), "a script")[1]
    Client().post(link, headers={"Authorization": f"Bearer {key}"})
    assert roles() == []
