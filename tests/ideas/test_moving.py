"""Handing an idea to another command: all of it goes, the old address leads on, and the walls hold."""

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from ideas import moderating, moving, photos, submitting, undoing
from ideas.models import (
    Action,
    Comment,
    CommentStatus,
    Decision,
    Follow,
    Idea,
    Photo,
    Report,
    Rule,
    StatusCount,
    Vote,
)
from precincts import tenancy
from precincts.models import Command, Participant
from tests.ideas.desk import DESK, decisions, now, set_status
from tests.ideas.factory import a_waiting_idea, an_idea, vote
from tests.ideas.pictures import a_photo
from tests.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def elsewhere(make_user, pct_110):
    """A moderator of the 110th Precinct, signed in."""
    client = Client()
    client.force_login(make_user("moderator.110@example.org", role="moderator", command=pct_110))
    return client


def move(client, idea, to="pct-110", slug="pct-109", **more):
    data = {"command": to, "version": now(idea).version} | more
    return client.post(f"/{slug}/desk/ideas/{idea.pk}/move/", data)


def there(idea):
    """Where it is now."""
    row = now(idea)
    with tenancy.enter(row.moved_to_id):
        return Idea.objects.select_related("command").get(pk=row.moved_to_idea)


def rows(idea, model, **wanted):
    with tenancy.enter(idea.command_id):
        return list(model.objects.filter(idea=idea, **wanted).order_by("pk"))


def counts(command):
    with tenancy.enter(command):
        return dict(StatusCount.objects.filter(n__gt=0).values_list("status", "n"))


def test_all_of_it_goes(moderator, pct_109, pct_110):
    with tenancy.enter(pct_109):
        author, ann, bob = (Participant.objects.create() for _n in range(3))
        key = photos.keep(upload=a_photo(), size=1, participant=author, alt="A dark corner").key
    idea = an_idea(
        pct_109, participant=author, photos=[key], latitude=40.75, longitude=-73.86, place="108 St & 37 Av"
    )
    vote(idea, 1, ann), vote(idea, -1, bob)
    with tenancy.enter(pct_109):
        first = submitting.comment(idea=idea, body="Here too.", participant=ann)
        Comment.objects.filter(pk=first.pk).update(status=CommentStatus.SHOWN)
        submitting.comment(idea=idea, body="And here.", participant=bob, parent=first)
        Report.objects.create(idea=idea, comment=first, rule=Rule.objects.first(), text="It names me.")
        cast_at = dict(Vote.objects.filter(idea=idea).values_list("participant", "created_at"))
    Follow.objects.create(participant=ann, kind="idea", command=pct_109, idea_id=idea.pk)
    assert move(moderator, idea, answer="That corner is theirs.").status_code == 302

    new = there(idea)
    assert (new.command_id, new.status, new.title, new.place) == (
        pct_110.pk,
        "spoken",
        idea.title,
        idea.place,
    )
    assert (new.up, new.down, new.comment_count, new.participant_id) == (1, 1, 1, author.pk)
    assert (new.moved_from_id, new.moved_from_idea) == (pct_109.pk, idea.pk)
    assert (new.created_at, new.published_at) == (idea.created_at, idea.published_at)
    assert new.queued_at > now(idea).created_at
    assert {row.participant_id: row.created_at for row in rows(new, Vote)} == cast_at
    said = rows(new, Comment)
    assert [(row.body, row.status) for row in said] == [("Here too.", "shown"), ("And here.", "waiting")]
    assert said[1].parent_id == said[0].pk and said[0].created_at == first.created_at
    assert rows(new, Report)[0].comment_id == said[0].pk
    assert [row.action for row in decisions(new)] == ["approve", "move"]
    assert decisions(new)[-1].answer == "That corner is theirs."
    photo = rows(new, Photo)[0]
    assert photo.alt == "A dark corner" and photo.key != key
    assert default_storage.exists(photos.path_of(photo, "small"))
    follow = Follow.objects.get()
    assert (follow.command_id, follow.idea_id) == (pct_110.pk, new.pk)


def test_the_old_address_leads_on_and_takes_nothing_more(client, moderator, pct_109, pct_110):
    idea = an_idea(pct_109)
    move(moderator, idea)
    new, old = there(idea), idea.get_absolute_url()
    shown = client.get(old).content.decode()
    assert f'href="{new.get_absolute_url()}"' in shown and pct_110.name in shown
    refused = client.post(f"{old}vote/", {"value": 1}, headers={"accept": "application/json"})
    assert refused.status_code == 409
    assert pct_110.name in refused.json()["detail"]
    assert pct_110.name in client.post(f"{old}comments/", {"body": "Hello?"}).content.decode()
    assert "Came from the 109th Precinct" in client.get(new.get_absolute_url()).content.decode()
    assert client.post(f"{new.get_absolute_url()}vote/", {"value": 1}).status_code == 302


def test_what_waits_waits_there_and_nobody_reads_it(client, moderator, elsewhere, pct_109, pct_110):
    idea = a_waiting_idea(pct_109, title="Not reviewed yet")
    move(moderator, idea)
    new = there(idea)
    assert (now(idea).status, new.status, new.published_at) == ("moved", "waiting", None)
    for url in (idea.get_absolute_url(), new.get_absolute_url()):
        assert Client().get(url).status_code == 404
    assert "Not reviewed yet" not in client.get("/pct-109/ideas/").content.decode()
    assert "Not reviewed yet" in elsewhere.get("/pct-110/desk/").content.decode()
    assert "Not reviewed yet" not in moderator.get(f"{DESK}?show=waiting").content.decode()


def test_the_counters_are_right_on_both_sides(moderator, pct_109, pct_110):
    idea, waiting = an_idea(pct_109), a_waiting_idea(pct_109)
    move(moderator, idea), move(moderator, waiting)
    assert counts(pct_109) == {"referred": 1, "moved": 1}
    assert counts(pct_110) == {"spoken": 1, "waiting": 1}


def test_back_and_forth(moderator, elsewhere, pct_109, pct_110):
    idea, ann = an_idea(pct_109), Participant.objects.create()
    vote(idea, 1, ann)
    Follow.objects.create(participant=ann, kind="idea", command=pct_109, idea_id=idea.pk)
    move(moderator, idea)
    second = there(idea)
    vote(second)
    assert move(elsewhere, second, to="pct-109", slug="pct-110").status_code == 302
    third = there(second)
    assert (third.command_id, third.status, third.up) == (pct_109.pk, "spoken", 2)
    assert third.pk != idea.pk
    assert Follow.objects.get().idea_id == third.pk
    assert [row.action for row in decisions(third)] == ["approve", "move", "move"]
    assert now(idea).moved_to_idea == second.pk


def test_they_are_told_once_and_from_where_it_is(moderator, pct_109):
    idea = an_idea(pct_109)
    move(moderator, idea)
    assert all(row.told_at for row in decisions(idea))
    assert [row.action for row in decisions(there(idea)) if row.told_at is None] == ["move"]


def test_a_move_is_not_undone(moderator, pct_109):
    idea = an_idea(pct_109)
    move(moderator, idea)
    for row in (idea, there(idea)):
        with tenancy.enter(row.command_id), pytest.raises(moderating.Refused):
            undoing.undo(decision=Decision.objects.get(idea=row, action=Action.MOVE), by=moderator.user)


# What is refused


@pytest.mark.parametrize("to", ["pct-109", "pct-999", "", "pbbs", "\0", "x" * 10_000, "🙂"])
def test_to_where_there_is_no_other_board(moderator, pct_109, to):
    idea = an_idea(pct_109)
    response = move(moderator, idea, to=to, answer="That corner is theirs.")
    assert response.status_code == 422
    page = response.content.decode()
    assert "Choose the command that takes it on" in page and "That corner is theirs." in page
    assert now(idea).status == "spoken"


@pytest.mark.parametrize("kind", ["borough", "specialty"])
def test_not_to_a_command_without_a_board(moderator, pct_109, kind):
    idea, office = an_idea(pct_109), Command.objects.filter(kind=kind).first()
    assert move(moderator, idea, to=office.slug).status_code == 422
    with pytest.raises(moderating.Refused):
        moving.hand_over(source=pct_109, pk=idea.pk, target=office, by=None)


@pytest.mark.parametrize("status", ["acted", "cannot", "referred", "merged", "screened", "moved"])
def test_not_what_is_closed(moderator, pct_109, status):
    idea = an_idea(pct_109)
    set_status(idea, status)
    assert move(moderator, idea).status_code == 409
    assert now(idea).status == status


def test_what_changed_meanwhile_is_told(moderator, commander, pct_109):
    idea = an_idea(pct_109)
    asked = moderating.Asked(action=Action.HEAR, by=commander.user, answer="We look into it.")
    with tenancy.enter(pct_109):
        moderating.decide(idea=idea, asked=asked)
    response = move(moderator, idea, version=idea.version, answer="Theirs.")
    assert response.status_code == 409
    page = response.content.decode()
    assert "What changed since you looked" in page and "Theirs." in page
    assert now(idea).status == "heard"


def test_twice_is_once(moderator, pct_109, pct_110):
    idea = an_idea(pct_109)
    version = idea.version
    assert move(moderator, idea, version=version).status_code == 302
    assert move(moderator, idea, version=version).status_code == 409
    with tenancy.enter(pct_110):
        assert Idea.objects.count() == 1


def test_nobody_pulls_from_another_command(moderator, pct_110):
    idea = an_idea(pct_110)
    assert move(moderator, idea, to="pct-109", slug="pct-110").status_code == 403
    assert move(moderator, idea, to="psa-6", slug="pct-109").status_code == 404
    assert now(idea).status == "spoken"


def test_nothing_stays_of_a_move_that_fails(moderator, pct_109, pct_110, monkeypatch):
    idea = an_idea(pct_109)
    vote(idea)

    def fail(*_args):
        raise RuntimeError("in the last step")

    monkeypatch.setattr(moving, "_lead_followers", fail)
    with pytest.raises(RuntimeError):
        moving.hand_over(source=pct_109, pk=idea.pk, target=pct_110, by=moderator.user)
    assert (now(idea).status, now(idea).up) == ("spoken", 1)
    with tenancy.enter(pct_110):
        assert not Idea.objects.exists()


# Where to


def test_the_pin_says_where(moderator, pct_109, pct_110):
    idea = an_idea(pct_109, latitude=40.7373, longitude=-73.8772)
    page = moderator.get(f"{DESK}ideas/{idea.pk}/move/").content.decode()
    assert "Its pin lies in the 110th Precinct." in page
    assert '<option value="pct-110" selected>' in page
    at_home = an_idea(pct_109, latitude=40.7596, longitude=-73.8303)
    assert "Its pin" not in moderator.get(f"{DESK}ideas/{at_home.pk}/move/").content.decode()


# Two at once


@pytest.mark.django_db(transaction=True)
def test_to_two_commands_at_once_one_wins(pct_109, pct_110, staff):
    idea, by = an_idea(pct_109), staff("moderator").user
    psa = Command.objects.get(slug="psa-6")

    def moving_to(target):
        return lambda: moving.hand_over(
            source=pct_109, pk=idea.pk, target=target, by=by, version=idea.version
        )

    answers = at_once(moving_to(pct_110), moving_to(psa))
    assert sum(isinstance(answer, Idea) for answer in answers) == 1
    assert sum(isinstance(answer, moderating.Stale) for answer in answers) == 1
    with tenancy.citywide():
        assert Idea.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_commands_hand_each_other_something_at_once(pct_109, pct_110, staff):
    one, other, by = an_idea(pct_109), an_idea(pct_110), staff("moderator").user

    def handing(idea, source, target):
        return lambda: moving.hand_over(source=source, pk=idea.pk, target=target, by=by)

    answers = at_once(handing(one, pct_109, pct_110), handing(other, pct_110, pct_109))
    assert all(isinstance(answer, Idea) for answer in answers), answers
    assert counts(pct_109) == counts(pct_110) == {"spoken": 1, "referred": 1}


# The API


def api(client, idea, **data):
    url = f"/api/v1/commands/pct-109/ideas/{idea.pk}/moves/"
    return client.post(url, data, content_type="application/json")


def test_the_api_moves(client, moderator, pct_109):
    idea = an_idea(pct_109)
    response = api(moderator, idea, command="pct-110", version=idea.version)
    assert response.status_code == 201
    new = there(idea)
    assert (response.json()["id"], response.json()["status"]) == (new.pk, "spoken")
    old = client.get(f"/api/v1/commands/pct-109/ideas/{idea.pk}/").json()
    assert old["referred"]["command"] == "pct-110"
    assert old["referred"]["url"].endswith(new.get_absolute_url())
    again = api(moderator, idea, command="pct-110", version=idea.version)
    assert (again.status_code, again.json()["idea_status"]) == (409, "referred")
    voted = client.put(
        f"/api/v1/commands/pct-109/ideas/{idea.pk}/vote/", {"value": 1}, content_type="application/json"
    )
    assert (voted.status_code, "110th" in voted.json()["detail"]) == (409, True)


@pytest.mark.parametrize("to", ["pct-109", "pct-999", "pbmn", "\0"])
def test_the_api_says_what_to_mend(moderator, pct_109, to):
    response = api(moderator, an_idea(pct_109), command=to)
    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == ["#/command"]
