"""Personal tokens: made by whoever is signed in, shown once, and revoked."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from precincts.models import PersonalToken

PAGE = "/accounts/tokens/"
API = "/api/v1/commands/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, make_user):
    client.force_login(make_user("somebody@example.org"))
    return client


def key_in(response):
    found = re.search(r">(engage_[\w-]+)<", response.content.decode())
    return found and found[1]


def works(key):
    return Client().get(API, headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_only_for_those_who_are_signed_in(client):
    for response in (client.get(PAGE), client.post(PAGE, {"name": "x"}), client.post(f"{PAGE}1/revoke/")):
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/accounts/login/")
    assert not PersonalToken.objects.exists()


def test_made_shown_once_and_good_for_the_api(signed_in):
    response = signed_in.post(PAGE, {"name": "The evening report"})
    key = key_in(response)
    assert works(key)
    assert "no-store" in response.headers["Cache-Control"]
    page = signed_in.get(PAGE)
    assert "The evening report" in page.content.decode()
    assert key_in(page) is None
    assert key not in page.content.decode()


def test_only_its_hash_is_kept(signed_in):
    key = key_in(signed_in.post(PAGE, {"name": "A script"}))
    token = PersonalToken.objects.get()
    assert key not in str(vars(token))
    assert token.digest == PersonalToken.digest_of(key)


def test_revoked_it_opens_nothing(signed_in):
    key = key_in(signed_in.post(PAGE, {"name": "A script"}))
    response = signed_in.post(f"{PAGE}{PersonalToken.objects.get().pk}/revoke/", follow=True)
    assert "is revoked" in response.content.decode()
    assert not works(key)


def test_nobody_sees_or_revokes_anothers(signed_in, make_user):
    token, key = PersonalToken.issue(make_user("other@example.org"), "Theirs")
    assert "Theirs" not in signed_in.get(PAGE).content.decode()
    assert signed_in.post(f"{PAGE}{token.pk}/revoke/").status_code == 404
    assert works(key)


def test_looking_revokes_nothing(signed_in):
    signed_in.post(PAGE, {"name": "A script"})
    assert signed_in.get(f"{PAGE}{PersonalToken.objects.get().pk}/revoke/").status_code == 405


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b"])
def test_it_needs_a_name(signed_in, name):
    response = signed_in.post(PAGE, {"name": name})
    assert response.status_code == 422
    assert not PersonalToken.objects.exists()


def test_a_name_is_text_and_no_markup(signed_in):
    response = signed_in.post(PAGE, {"name": "<b>bold</b>"})
    assert "<b>bold" not in response.content.decode()


def test_there_is_an_end_to_them(signed_in):
    for number in range(20):
        signed_in.post(PAGE, {"name": f"Script {number}"})
    response = signed_in.post(PAGE, {"name": "One more"})
    assert response.status_code == 422
    assert "Revoke one first" in response.content.decode()
    assert PersonalToken.objects.count() == 20


def test_the_page_says_when_one_was_last_used(signed_in):
    key = key_in(signed_in.post(PAGE, {"name": "A script"}))
    assert "never used" in signed_in.get(PAGE).content.decode()
    works(key)
    used = PersonalToken.objects.get().last_used_at
    assert timezone.now() - used < timezone.timedelta(minutes=1)
    assert "never used" not in signed_in.get(PAGE).content.decode()


def test_the_number_of_queries_does_not_grow_with_them(signed_in, django_assert_max_num_queries):
    for number in range(15):
        signed_in.post(PAGE, {"name": f"Script {number}"})
    with django_assert_max_num_queries(5):
        signed_in.get(PAGE)


def test_the_account_pages_lead_there(signed_in):
    assert f'href="{PAGE}"' in signed_in.get("/accounts/email/").content.decode()
