"""What a personal token may do: no more than its scopes, and no more than its owner."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from precincts.access import Permission
from precincts.models import Membership, PersonalToken
from tests.ideas.factory import a_waiting_idea
from tests.precincts.test_personal_tokens import key_in

pytestmark = pytest.mark.django_db
PAGE = "/accounts/tokens/"
QUEUE = "/api/v1/commands/pct-109/queue/"
ALL = list(Permission)


@pytest.fixture
def moderator(make_user, pct_109):
    return make_user("moderator@example.org", role="moderator", command=pct_109)


@pytest.fixture
def signed_in(client, moderator):
    client.force_login(moderator)
    return client


def queue(key, client=None):
    return (client or Client()).get(QUEUE, headers={"Authorization": f"Bearer {key}"})


def approve(key, idea):
    return Client().post(
        f"/api/v1/commands/{idea.command.slug}/ideas/{idea.pk}/decisions/",
        {"action": "approve", "version": idea.version},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )


@pytest.mark.parametrize(
    ("scopes", "reads", "decides"),
    [
        ([], 403, 403),
        (["see_desk"], 200, 403),
        (["see_desk", "moderate"], 200, 201),
        (["publish", "unseal"], 403, 403),
        (ALL, 200, 201),
    ],
)
def test_it_reaches_as_far_as_its_scopes(moderator, pct_109, scopes, reads, decides):
    key = PersonalToken.issue(moderator, "a script", scopes)[1]
    assert queue(key).status_code == reads
    assert approve(key, a_waiting_idea(pct_109)).status_code == decides


def test_never_further_than_its_owner(make_user, pct_109, pct_110):
    editor = make_user("editor@example.org", role="editor", command=pct_109)
    key = PersonalToken.issue(editor, "a script", ALL)[1]
    assert queue(key).status_code == 200
    assert approve(key, a_waiting_idea(pct_109)).status_code == 403
    assert approve(key, a_waiting_idea(pct_110)).status_code == 403


def test_what_its_owner_loses_it_loses_at_once(moderator):
    key = PersonalToken.issue(moderator, "a script", ALL)[1]
    assert queue(key).status_code == 200
    Membership.objects.all().delete()
    assert queue(key).status_code == 403


def test_the_session_beside_it_lends_it_nothing(signed_in, moderator):
    key = PersonalToken.issue(moderator, "a script")[1]
    assert signed_in.get(QUEUE).status_code == 200
    assert queue(key, signed_in).status_code == 403


def test_a_neighbors_doings_need_no_scope(moderator, pct_109):
    key = PersonalToken.issue(moderator, "a script")[1]
    response = Client().post(
        "/api/v1/commands/pct-109/ideas/",
        {"title": "Dark lamp", "body": "The lamp at the corner has been dark for weeks."},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert response.status_code == 201


def test_the_refusal_says_what_would_help(moderator):
    key = PersonalToken.issue(moderator, "a script", ["moderate"])[1]
    problem = queue(key).json()
    assert problem["status"] == 403
    assert problem["requires"] == "scope"
    assert problem["scopes"] == ["moderate"]
    assert "scopes" in problem["detail"]


# How long it lasts


@pytest.mark.parametrize(("minutes", "status"), [(1, 200), (-1, 401), (None, 200)])
def test_one_that_has_expired_opens_nothing(moderator, minutes, status):
    until = minutes and timezone.now() + timedelta(minutes=minutes)
    key = PersonalToken.issue(moderator, "a script", ALL, until)[1]
    assert queue(key).status_code == status
    if status == 401:
        assert "expired" in queue(key).json()["detail"]


# The page


def offered(response):
    return [value for value, _label in response.context["form"].fields["scopes"].choices]


def test_only_what_one_may_do_is_offered(signed_in, moderator, make_user, pct_110):
    mine = ["see_desk", "moderate", "redact", "history", "inbox", "hide"]
    assert offered(signed_in.get(PAGE)) == mine
    Membership.objects.create(user=moderator, role="records_officer")
    Membership.objects.create(user=moderator, role="editor", command=pct_110)
    assert {"unseal", "publish"} < set(offered(signed_in.get(PAGE)))
    neighbor = Client()
    neighbor.force_login(make_user("neighbor@example.org"))
    assert "scopes" not in neighbor.get(PAGE).context["form"].fields


def test_chosen_on_the_page_it_holds_in_the_api(signed_in, pct_109):
    page = signed_in.post(PAGE, {"name": "Reads", "scopes": ["see_desk"], "lasts": "30"})
    key = key_in(page)
    assert queue(key).status_code == 200
    assert approve(key, a_waiting_idea(pct_109)).status_code == 403
    token = PersonalToken.objects.get()
    assert timedelta(days=29) < token.expires_at - timezone.now() < timedelta(days=30)
    shown = signed_in.get(PAGE).content.decode()
    assert "Look at the desk" in shown.partition("Your tokens")[2]
    assert "good until" in shown


def test_one_that_is_good_until_revoked(signed_in):
    signed_in.post(PAGE, {"name": "For ever", "lasts": ""})
    assert PersonalToken.objects.get().expires_at is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": ["unseal"]},
        {"scopes": ["see_desk", "nonsense"]},
        {"scopes": ["see_desk\x00"]},
        {"scopes": ["x" * 100_000]},
        {"lasts": "100000000000000000000"},
        {"lasts": "-1"},
    ],
)
def test_what_one_may_not_do_oneself_is_refused_beside_the_field(signed_in, wrong):
    response = signed_in.post(PAGE, {"name": "A script"} | wrong)
    assert response.status_code == 422
    assert response.context["form"].errors[next(iter(wrong))]
    assert 'value="A script"' in response.content.decode()
    assert not PersonalToken.objects.exists()


def test_the_schema_tells_of_scopes(client):
    schema = client.get("/api/schema/?format=json").content.decode()
    for permission in Permission:
        assert f"`{permission.value}`" in schema
