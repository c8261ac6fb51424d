"""A desk's labels, through the API: the list, making, renaming and removing one; and who may."""

import pytest
from django.test import Client

from ideas.models import IdeaLabel, Label
from precincts import tenancy
from precincts.models import PersonalToken
from tests.ideas.factory import an_idea

pytestmark = pytest.mark.django_db
LABELS = "/api/v1/commands/pct-109/labels/"
JSON = "application/json"


def make(client, name, url=LABELS):
    return client.post(url, {"name": name}, content_type=JSON)


def rename(client, label, name):
    return client.put(f"{LABELS}{label['id']}/", {"name": name}, content_type=JSON)


def names(client):
    return [(label["name"], label["issues"]) for label in client.get(LABELS).json()["results"]]


def test_they_are_made_listed_renamed_and_removed(moderator, pct_109):
    made = make(moderator, "  Lamps ")
    assert made.status_code == 201
    label = made.json()
    assert (label["name"], label["issues"]) == ("Lamps", 0)
    make(moderator, "街燈 🚓")
    with tenancy.enter(pct_109):
        for idea in (an_idea(pct_109), an_idea(pct_109)):
            IdeaLabel.objects.create(idea=idea, label_id=label["id"])
    assert names(moderator) == [("Lamps", 2), ("街燈 🚓", 0)]
    renamed = rename(moderator, label, "Street lamps")
    assert (renamed.status_code, renamed.json()) == (200, label | {"name": "Street lamps", "issues": 2})
    assert moderator.delete(f"{LABELS}{label['id']}/").status_code == 204
    assert names(moderator) == [("街燈 🚓", 0)]
    with tenancy.enter(pct_109):
        assert not IdeaLabel.objects.exists()
    assert moderator.delete(f"{LABELS}{label['id']}/").status_code == 404
    assert rename(moderator, label, "Again").status_code == 404


def test_the_list_is_what_the_desk_has(moderator):
    moderator.post("/pct-109/desk/labels/", {"name": "Parks"})
    assert names(moderator) == [("Parks", 0)]
    make(moderator, "Lamps")
    assert "Lamps" in moderator.get("/pct-109/desk/labels/").content.decode()


def test_no_two_have_one_name(moderator):
    lamps, parks = make(moderator, "Lamps").json(), make(moderator, "Parks").json()
    for refused in (make(moderator, "LAMPS"), rename(moderator, parks, "lamps")):
        assert refused.status_code == 400
        [error] = refused.json()["errors"]
        assert error == {"pointer": "#/name", "detail": "There is such a label already."}
    assert rename(moderator, lamps, "LAMPS").json()["name"] == "LAMPS"


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "Null \x00", None, [], {"a": 1}])
def test_what_is_no_name(moderator, name):
    refused = make(moderator, name)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "#/name"
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_each_command_has_its_own(moderator, make_user, pct_110):
    with tenancy.enter(pct_110):
        theirs = Label.objects.create(name="Theirs")
    assert names(moderator) == []
    assert rename(moderator, {"id": theirs.pk}, "Mine").status_code == 404
    assert moderator.delete(f"{LABELS}{theirs.pk}/").status_code == 404
    assert make(moderator, "Theirs").status_code == 201
    assert make(moderator, "x", LABELS.replace("109", "110")).status_code == 403


def test_a_token_needs_the_scope(make_user, pct_109):
    user = make_user("script@example.org", role="moderator", command=pct_109)

    def bearer(*scopes):
        return {"Authorization": f"Bearer {PersonalToken.issue(user, 'x', scopes=list(scopes))[1]}"}

    reads, decides, nothing = bearer("see_desk"), bearer("see_desk", "moderate"), bearer()
    assert Client().get(LABELS, headers=nothing).status_code == 403
    assert Client().get(LABELS, headers=reads).status_code == 200
    body = {"name": "Lamps"}
    assert Client().post(LABELS, body, content_type=JSON, headers=reads).status_code == 403
    made = Client().post(LABELS, body, content_type=JSON, headers=decides)
    assert made.status_code == 201
    one = f"{LABELS}{made.json()['id']}/"
    assert Client().delete(one, headers=reads).status_code == 403
    assert Client().delete(one, headers=decides).status_code == 204


def test_what_was_done_by_machine_is_in_the_history(moderator, staff):
    label = make(moderator, "Lamps").json()
    rename(moderator, label, "Street lamps")
    page = staff("commander").get("/pct-109/desk/history/?of=replies").content.decode()
    assert "changed a label" in page
    assert "moderator@example.org" in page
