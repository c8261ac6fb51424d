"""Merging with a preview, and splitting: votes count once a person, and a split gives back exactly."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from ideas import merging, moderating, submitting, undoing, voting
from ideas.models import Action, Decision, Follow, Idea, Vote
from precincts import tenancy
from precincts.models import Participant
from tests.ideas.desk import DESK, decisions, now, set_status
from tests.ideas.factory import a_waiting_idea, an_idea, vote
from tests.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(pct_109):
    """An idea, and the one that it says again."""
    return (
        an_idea(pct_109, title="Cars race on Kissena Boulevard at night"),
        an_idea(pct_109, title="Racing cars on Kissena Boulevard every night"),
    )


def page(client, idea, **asked):
    return client.get(f"{DESK}ideas/{idea.pk}/merge/", asked)


def merge(client, idea, into, **more):
    data = {"into": into.pk, "version": now(idea).version, "into_version": now(into).version} | more
    return client.post(f"{DESK}ideas/{idea.pk}/merge/", data)


def split(client, idea, **more):
    return client.post(f"{DESK}ideas/{idea.pk}/split/", {"version": now(idea).version} | more)


def votes(idea):
    with tenancy.enter(idea.command_id):
        rows = dict(Vote.objects.filter(idea=idea).values_list("participant", "value"))
    up = sum(value == 1 for value in rows.values())
    counted = now(idea)
    assert (counted.up, counted.down) == (up, len(rows) - up)
    return rows


def people(number):
    return [Participant.objects.create() for _n in range(number)]


def test_a_person_who_voted_on_both_counts_once(moderator, two):
    idea, into = two
    ann, bob, eve = people(3)
    vote(idea, 1, ann), vote(idea, 1, bob), vote(into, -1, bob), vote(into, 1, eve)
    assert merge(moderator, idea, into).status_code == 302
    assert votes(into) == {ann.pk: 1, bob.pk: -1, eve.pk: 1}
    assert votes(idea) == {ann.pk: 1, bob.pk: 1}
    assert (now(idea).status, now(idea).merged_into_id) == ("merged", into.pk)
    assert decisions(idea)[-1].decided_by == moderator.user


def test_a_split_gives_back_exactly(moderator, two):
    idea, into = two
    ann, bob, eve = people(3)
    vote(idea, 1, ann), vote(idea, 1, bob), vote(into, -1, bob), vote(into, 1, eve)
    before, there = votes(idea), votes(into)
    queued = now(idea).queued_at
    merge(moderator, idea, into)
    assert split(moderator, idea).status_code == 302
    assert (votes(idea), votes(into)) == (before, there)
    row = now(idea)
    assert (row.status, row.merged_into) == ("spoken", None)
    # The record keeps milliseconds.
    assert abs(row.queued_at - queued) < timedelta(milliseconds=1)
    assert [one.action for one in decisions(idea)] == ["approve", "merge", "split"]


@pytest.mark.parametrize("value", [1, -1])
def test_a_vote_cast_on_the_target_since_stays_there(moderator, two, value):
    idea, into = two
    ann = Participant.objects.create()
    vote(idea, 1, ann)
    merge(moderator, idea, into)
    vote(into, value, ann)
    split(moderator, idea)
    assert votes(into) == {ann.pk: value}
    assert votes(idea) == {ann.pk: 1}


def test_a_vote_taken_back_on_the_target_is_still_on_what_was_split_off(moderator, two):
    idea, into = two
    ann = Participant.objects.create()
    vote(idea, 1, ann)
    merge(moderator, idea, into)
    vote(into, 0, ann)
    split(moderator, idea)
    assert (votes(into), votes(idea)) == ({}, {ann.pk: 1})


def test_the_preview_says_what_becomes_of_both(moderator, two):
    idea, into = two
    ann, bob = people(2)
    vote(idea, 1, ann), vote(idea, 1, bob), vote(into, 1, bob)
    Follow.objects.create(participant=ann, kind="idea", command=idea.command, idea_id=idea.pk)
    shown = page(moderator, idea, into=into.pk).content.decode()
    assert idea.title in shown and into.title in shown
    assert re.search(r"from 1 to <b>2</b>: 2 up, 0 down", shown)
    assert "1 neighbor voted on both" in shown
    assert "1 follower hears" in shown
    merge(moderator, idea, into)
    assert len(votes(into)) == 2


@pytest.mark.parametrize("asked", ["number", "#number", "words"])
def test_the_other_one_is_found(moderator, two, asked):
    idea, into = two
    q = {"number": str(into.pk), "#number": f"#{into.pk}", "words": "racing CARS"}[asked]
    found = page(moderator, idea, q=q).content.decode()
    assert f"?into={into.pk}" in found.split("Found")[1]
    assert f"?into={idea.pk}" not in found


def test_what_says_much_the_same_is_offered(moderator, two):
    idea, into = two
    assert f"?into={into.pk}" in page(moderator, idea).content.decode().split("much the same")[1]


@pytest.mark.parametrize("q", ["%", "9" * 40, "'; --", "x" * 100_000, "١٢", "🙂", "עברית"])
def test_any_search_is_answered(moderator, two, q):
    assert page(moderator, two[0], q=q).status_code == 200
    assert page(moderator, two[0], into=q).status_code == 200


@pytest.mark.parametrize("which", ["idea", "into"])
def test_what_changed_meanwhile_is_refused_and_told(moderator, commander, two, which):
    idea, into = two
    seen = {"version": idea.version, "into_version": into.version}
    changed = idea if which == "idea" else into
    with tenancy.enter(changed.command_id):
        moderating.decide(
            idea=changed,
            asked=moderating.Asked(action=Action.HEAR, by=commander.user, answer="We look into it."),
        )
    response = merge(moderator, idea, into, **seen)
    assert response.status_code == 409
    assert "What changed since you looked" in response.content.decode()
    assert now(idea).status != "merged"


# What can be merged into what


@pytest.mark.parametrize(
    "status", ["waiting", "acted", "cannot", "referred", "screened", "withdrawn", "merged"]
)
def test_nothing_is_merged_into_what_is_not_open(moderator, two, status):
    idea, into = two
    more = {"merged_into": an_idea(idea.command)} if status == "merged" else {}
    set_status(into, status, **more)
    response = merge(moderator, idea, into)
    assert response.status_code == 422
    assert now(idea).status == "spoken"


def test_not_into_itself(moderator, two):
    response = merge(moderator, two[0], two[0])
    assert response.status_code == 422
    assert "same issue" in response.content.decode()


@pytest.mark.parametrize("into", ["", "x", "0", "-1", "9" * 19, "9" * 30, "١", "\0"])
def test_into_nothing(moderator, two, into):
    response = moderator.post(f"{DESK}ideas/{two[0].pk}/merge/", {"into": into})
    assert response.status_code == 422
    assert now(two[0]).status == "spoken"


def test_not_into_another_commands(moderator, two, pct_110):
    there = an_idea(pct_110, title="Of another command")
    assert merge(moderator, two[0], there).status_code == 422
    assert "Of another command" not in page(moderator, two[0], into=there.pk).content.decode()


def test_what_waits_is_reviewed_by_being_merged(client, moderator, two):
    waiting = a_waiting_idea(two[1].command, title="Racing, again")
    assert "has not been reviewed" in page(moderator, waiting, into=two[1].pk).content.decode()
    assert client.get(waiting.get_absolute_url()).status_code == 404
    merge(moderator, waiting, two[1])
    assert two[1].title in client.get(waiting.get_absolute_url()).content.decode()
    split(moderator, waiting)
    assert (now(waiting).status, now(waiting).published_at) == ("waiting", None)
    assert Client().get(waiting.get_absolute_url()).status_code == 404


def test_a_chain_counts_each_person_once_and_comes_apart_again(moderator, two):
    a, b = two
    c = an_idea(a.command, title="The third")
    ann, bob, eve = people(3)
    vote(a, 1, ann), vote(b, 1, bob), vote(c, 1, eve), vote(c, -1, ann)
    merge(moderator, a, b)
    merge(moderator, b, c)
    assert votes(c) == {eve.pk: 1, ann.pk: -1, bob.pk: 1}
    with tenancy.enter(a.command_id):
        assert merging.family(c) == [a.pk, b.pk, c.pk]
        assert merging.family(b) == [a.pk, b.pk]
        assert merging.family(a) == [a.pk]
    split(moderator, b)
    assert votes(b) == {ann.pk: 1, bob.pk: 1}
    assert votes(c) == {eve.pk: 1, ann.pk: -1}
    split(moderator, a)
    assert votes(b) == {bob.pk: 1}


def test_what_is_split_off_below_takes_its_votes_from_all_above(moderator, two):
    a, b = two
    c = an_idea(a.command, title="The third")
    ann, bob = people(2)
    vote(a, 1, ann), vote(a, 1, bob), vote(b, 1, bob)
    merge(moderator, a, b)
    merge(moderator, b, c)
    assert votes(c) == {ann.pk: 1, bob.pk: 1}
    split(moderator, a)
    assert (votes(a), votes(b), votes(c)) == ({ann.pk: 1, bob.pk: 1}, {bob.pk: 1}, {bob.pk: 1})


def test_no_circle(moderator, two):
    merge(moderator, *two)
    response = merge(moderator, two[1], two[0])
    assert response.status_code == 422
    assert now(two[1]).status == "spoken"


def test_merged_once(moderator, two):
    third = an_idea(two[0].command, title="The third")
    merge(moderator, *two)
    assert merge(moderator, two[0], third).status_code == 409
    assert now(two[0]).merged_into_id == two[1].pk


def test_only_what_was_merged_is_split(moderator, two):
    assert split(moderator, two[0]).status_code == 409
    assert now(two[0]).version == two[0].version


def test_an_undo_of_a_merge_takes_the_votes_back(moderator, two):
    idea, into = two
    ann = Participant.objects.create()
    vote(idea, 1, ann)
    merge(moderator, idea, into)
    with tenancy.enter(idea.command_id):
        undoing.undo(decision=Decision.objects.get(action=Action.MERGE), by=moderator.user)
    assert (votes(into), now(idea).status, now(idea).merged_into_id) == ({}, "spoken", None)


# The pages


def test_the_merged_page_leads_on_and_takes_no_votes(client, moderator, two):
    idea, into = two
    merge(moderator, idea, into)
    shown = client.get(idea.get_absolute_url()).content.decode()
    assert f'href="{into.get_absolute_url()}"' in shown and idea.title in shown
    refused = client.post(
        f"{idea.get_absolute_url()}vote/", {"value": 1}, headers={"accept": "application/json"}
    )
    assert refused.status_code == 409
    assert "merged into another one" in refused.json()["detail"]
    assert idea.title in client.get(into.get_absolute_url()).content.decode()


def test_a_merged_page_does_not_lead_to_what_is_not_public(client, moderator, two):
    merge(moderator, *two)
    set_status(two[1], "screened")
    shown = client.get(two[0].get_absolute_url()).content.decode()
    assert two[1].title not in shown and "not public" in shown


# Two at once


@pytest.mark.django_db(transaction=True)
def test_each_into_the_other_at_once_one_wins(pct_109, staff):
    one, other = an_idea(pct_109, title="One"), an_idea(pct_109, title="Other")
    by = staff("moderator").user

    def merging_of(idea, into):
        def run():
            with tenancy.enter(pct_109):
                return merging.merge(
                    idea=idea, into=into, by=by, version=idea.version, into_version=into.version
                )

        return run

    first, second = at_once(merging_of(one, other), merging_of(other, one))
    assert sum(isinstance(answer, Decision) for answer in (first, second)) == 1
    assert sum(isinstance(answer, moderating.Refused | moderating.Stale) for answer in (first, second)) == 1
    assert sorted([now(one).status, now(other).status]) == ["merged", "spoken"]


@pytest.mark.django_db(transaction=True)
def test_a_vote_during_a_merge_is_counted_or_refused(pct_109, staff):
    idea, into = an_idea(pct_109, title="One"), an_idea(pct_109, title="Other")
    by, ann = staff("moderator").user, Participant.objects.create()

    def merge_it():
        with tenancy.enter(pct_109):
            merging.merge(idea=idea, into=into, by=by)

    def vote_on_it():
        with tenancy.enter(pct_109):
            voting.cast(idea=idea, participant=ann, value=1)
        return "counted"

    _merged, voted = at_once(merge_it, vote_on_it)
    assert now(idea).status == "merged"
    if voted == "counted":
        assert votes(into) == votes(idea) == {ann.pk: 1}
    else:
        assert isinstance(voted, voting.NotOpen)
        assert votes(into) == votes(idea) == {}


# The API


def api(client, idea, what, **data):
    url = f"/api/v1/commands/pct-109/ideas/{idea.pk}/{what}/"
    return client.post(url, data, content_type="application/json")


def test_the_api_merges_and_splits(moderator, two):
    idea, into = two
    vote(idea)
    merged = api(moderator, idea, "merges", into=into.pk, version=2, into_version=2)
    assert (merged.status_code, merged.json()["status"]) == (201, "merged")
    assert now(into).up == 1
    stale = api(moderator, idea, "splits", version=2)
    assert (stale.status_code, stale.json()["version"]) == (409, 3)
    assert api(moderator, idea, "splits", version=3).json()["status"] == "spoken"
    assert now(into).up == 0


def test_the_api_says_what_to_mend(moderator, two, pct_110):
    for into in (two[0].pk, 10**15, an_idea(pct_110).pk):
        response = api(moderator, two[0], "merges", into=into)
        assert (response.status_code, response.json()["errors"][0]["pointer"]) == (400, "#/into")
    stale = api(moderator, two[0], "merges", into=two[1].pk, into_version=1)
    assert stale.status_code == 409
    assert two[1].title in stale.json()["detail"]


def test_the_desk_does_not_ask_more_of_the_database_for_more_ideas(
    moderator, two, django_assert_max_num_queries
):
    for n in range(12):
        an_idea(two[0].command, title=f"Racing cars on Kissena Boulevard at night {n}")
    with django_assert_max_num_queries(14):
        page(moderator, two[0], q="racing")


def test_comments_stay_where_they_were_said(client, moderator, two):
    idea, into = two
    with tenancy.enter(idea.command_id):
        submitting.comment(idea=idea, body="Sundays too.", participant=None, author=moderator.user)
    merge(moderator, idea, into)
    assert "Sundays too." in client.get(idea.get_absolute_url()).content.decode()
    assert (now(idea).comment_count, now(into).comment_count) == (1, 0)
    assert Idea._meta.get_field("merged_into").null
