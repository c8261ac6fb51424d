"""Staff are invited by e-mail: by headquarters anywhere, by a commander to their own command."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from precincts import inviting
from precincts.models import Invitation, Membership, Role
from tests.together import at_once

pytestmark = pytest.mark.django_db
PEOPLE = "/pct-109/desk/people/"
CITY = "/headquarters/people/"
ADDRESS = "new@example.org"


@pytest.fixture
def commander(client, make_user, pct_109):
    client.force_login(make_user("commander@example.org", role="commander", command=pct_109))
    return client


@pytest.fixture
def administrator(client, make_user):
    client.force_login(make_user("administrator@example.org", role="administrator"))
    return client


def invite(client, email=ADDRESS, role="moderator", page=PEOPLE, **fields):
    return client.post(page, {"email": email, "role": role} | fields)


def errors(response):
    assert response.status_code == 422
    return response.context["form"].errors


def again(client, invitation):
    return client.post(f"{PEOPLE}invitations/{invitation.pk}/again/", follow=True).content.decode()


def link_in(message):
    return re.search(r"http://\S+(/invitations/\S+/)", message.body)[1]


# By a commander


@pytest.mark.parametrize("role", ["commander", "moderator", "editor"])
def test_a_commander_invites_to_their_command(commander, pct_109, role):
    response = invite(commander, role=role)
    assert response.headers["Location"] == PEOPLE
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.command) == (ADDRESS, role, pct_109)
    assert invitation.invited_by.email == "commander@example.org"
    assert timedelta(days=13) < invitation.expires_at - timezone.now() <= timedelta(days=14)
    assert ADDRESS in commander.get(PEOPLE).content.decode()
    assert not Membership.objects.filter(user__email=ADDRESS).exists()


@pytest.mark.parametrize("role", ["administrator", "reviewer", "records_officer", "", "king", "a\x00b"])
def test_a_commander_gives_nothing_beyond_it(commander, role):
    assert "role" in errors(invite(commander, role=role, place="headquarters"))
    assert not Invitation.objects.exists()
    assert not mail.outbox


def test_where_is_not_for_a_commander_to_say(commander, pct_109):
    invite(commander, place="pct-110")
    assert Invitation.objects.get().command == pct_109


# By headquarters


@pytest.mark.parametrize("role", list(Role))
def test_headquarters_invites_anybody_anywhere(administrator, pct_110, role):
    at = "pct-110" if role in ("commander", "moderator", "editor") else "headquarters"
    assert invite(administrator, role=role, page=CITY, place=at).headers["Location"] == CITY
    invitation = Invitation.objects.get()
    assert invitation.role == role
    assert invitation.command == (pct_110 if at == "pct-110" else None)


@pytest.mark.parametrize(("role", "place"), [("moderator", "headquarters"), ("reviewer", "pct-109")])
def test_a_role_has_its_place(administrator, role, place):
    assert "role" in errors(invite(administrator, role=role, page=CITY, place=place))


@pytest.mark.parametrize("place", ["", "pct-999", "x" * 100_000, "a\x00b"])
def test_a_place_that_there_is_not(administrator, place):
    assert "place" in errors(invite(administrator, page=CITY, place=place))
    assert not mail.outbox


# The address


@pytest.mark.parametrize(
    "email",
    [
        *("", "   ", "nobody", "a@b", "a@example.org\nBcc: b@example.org", "a\x00@example.org"),
        *(
            "x" * 1_000_000,
            "x" * 250 + "@example.org",
            "<script>@example.org",
            "é@example.org",
            "🙂@example.org",
        ),
    ],
)
def test_what_is_no_address_is_refused_beside_the_field(commander, email):
    response = invite(commander, email=email)
    assert "email" in errors(response)
    assert 'value="moderator"' in response.content.decode()
    assert "checked" in response.content.decode()
    assert not Invitation.objects.exists()
    assert not mail.outbox


def test_capitals_make_no_other_address(commander):
    invite(commander, email="New@Example.ORG")
    assert Invitation.objects.get().email == ADDRESS
    assert "invited to this already" in str(errors(invite(commander, email="NEW@example.org")))


def test_who_holds_the_role_already(commander, make_user, pct_109):
    make_user(ADDRESS, role="moderator", command=pct_109)
    assert "hold this role already" in str(errors(invite(commander)))
    assert invite(commander, role="editor").status_code == 302
    assert Invitation.objects.get().role == "editor"


def test_one_person_can_be_invited_to_several(commander):
    for role in ("moderator", "editor"):
        invite(commander, role=role)
    assert Invitation.objects.count() == len(mail.outbox) == 2


def test_one_that_has_run_out_is_renewed(commander):
    invite(commander)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    old = link_in(mail.outbox[0])
    assert "has run out" in commander.get(PEOPLE).content.decode()
    assert invite(commander).status_code == 302
    assert Invitation.objects.get().expires_at > timezone.now()
    assert link_in(mail.outbox[1]) != old


def test_one_that_was_revoked_can_be_made_again(commander):
    invite(commander)
    Invitation.objects.update(revoked_at=timezone.now())
    assert invite(commander).status_code == 302
    assert Invitation.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_people_invite_the_same_at_once(make_user, pct_109):
    by = make_user(role="commander", command=pct_109)

    def ask():
        try:
            return inviting.invite(email=ADDRESS, role=Role.EDITOR, command=pct_109, by=by)
        except inviting.CannotInvite:
            return None

    made = at_once(ask, ask, ask)
    assert len([one for one in made if one]) == 1
    assert Invitation.objects.count() == 1


# The e-mail


def test_the_mail_says_who_invites_to_what_and_until_when(commander):
    invite(commander)
    (message,) = mail.outbox
    assert message.to == [ADDRESS]
    assert message.subject == "109th Precinct invites you to Engage"
    html, kind = message.alternatives[0]
    assert kind == "text/html"
    for text in (message.body, html):
        assert "commander@example.org invites you" in text
        assert "Moderator, 109th Precinct" in text
        assert link_in(message) in text
        assert str(timezone.localtime(Invitation.objects.get().expires_at).year) in text
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert "&" not in message.body


def test_the_key_stands_in_the_mail_and_nowhere_else(commander):
    invite(commander)
    key = link_in(mail.outbox[0]).split("/")[2]
    assert len(key) >= 43
    kept = str(list(Invitation.objects.values()))
    assert key not in kept
    assert inviting.digest_of(key) in kept


class Down(BaseEmailBackend):
    def open(self):
        raise ConnectionRefusedError


class Unreachable(BaseEmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError


class Silent(BaseEmailBackend):
    def send_messages(self, messages):
        raise RuntimeError("no answer")


def test_where_nobody_can_say_whether_it_left_the_invitation_stands(commander, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Silent"
    assert invite(commander).status_code == 302
    assert Invitation.objects.exists()


@pytest.mark.parametrize("before", [False, True])
def test_while_mail_is_down_nothing_is_kept(commander, settings, before):
    if before:
        invite(commander)
        link = link_in(mail.outbox[0])
        was = list(Invitation.objects.values())
    settings.EMAIL_BACKEND = f"{__name__}.Down"
    if before:
        assert "could not be sent" in again(commander, Invitation.objects.get())
        assert list(Invitation.objects.values()) == was
        commander.logout()
        assert commander.get(link).status_code == 200
    else:
        assert "could not be sent" in str(errors(invite(commander)))
        assert not Invitation.objects.exists()


def test_there_is_a_limit(commander, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"invite": "2/hour"}
    assert [invite(commander, f"a{n}@example.org").status_code for n in range(3)] == [302, 302, 429]
    assert len(mail.outbox) == 2


# Again, and not any more


def test_sent_again_the_old_link_opens_nothing(commander):
    invite(commander)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert "Sent to new@example.org again" in again(commander, Invitation.objects.get())
    old, new = map(link_in, mail.outbox)
    assert Invitation.objects.get().expires_at > timezone.now() + timedelta(days=13)
    commander.logout()
    assert commander.get(old).status_code == 404
    assert commander.get(new).status_code == 200


def test_revoked_it_opens_nothing(commander):
    invite(commander)
    url = f"{PEOPLE}invitations/{Invitation.objects.get().pk}/revoke/"
    for _twice in range(2):
        assert "is revoked" in commander.post(url, follow=True).content.decode()
    assert "was revoked meanwhile" in again(commander, Invitation.objects.get())
    assert len(mail.outbox) == 1
    commander.logout()
    response = commander.get(link_in(mail.outbox[0]))
    assert response.status_code == 410
    assert "was revoked" in response.content.decode()


@pytest.mark.parametrize("what", ["again", "revoke"])
def test_what_was_accepted_meanwhile_stays(commander, make_user, what):
    invite(commander)
    invitation = Invitation.objects.get()
    inviting.accept(invitation=invitation, user=make_user(ADDRESS))
    said = commander.post(f"{PEOPLE}invitations/{invitation.pk}/{what}/", follow=True).content.decode()
    assert "has accepted it meanwhile" in said
    assert Membership.objects.filter(user__email=ADDRESS).exists()
    assert len(mail.outbox) == 1


def test_headquarters_sends_again_and_revokes_anybodys(administrator, pct_110):
    invite(administrator, page=CITY, place="pct-110")
    invitation = Invitation.objects.get()
    for what in ("again", "revoke"):
        response = administrator.post(f"{CITY}invitations/{invitation.pk}/{what}/")
        assert response.headers["Location"] == CITY
    invitation.refresh_from_db()
    assert invitation.revoked_at
    assert len(mail.outbox) == 2


def test_another_commands_are_nowhere(commander, make_user, pct_110):
    theirs = inviting.invite(email=ADDRESS, role=Role.EDITOR, command=pct_110, by=make_user())
    for what in ("again", "revoke"):
        assert commander.post(f"{PEOPLE}invitations/{theirs.pk}/{what}/").status_code == 404
        assert commander.post(f"{CITY}invitations/{theirs.pk}/{what}/").status_code == 403
    assert ADDRESS not in commander.get(PEOPLE).content.decode()
