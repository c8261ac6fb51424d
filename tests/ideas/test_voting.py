"""A vote: up, down, taken back; one a participant; counted by PostgreSQL whatever writes the rows."""

import math
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from ideas import voting
from ideas.models import Idea, StatusCount, Vote
from precincts import tenancy
from precincts.models import Participant
from tests.ideas.factory import an_idea, many_ideas, vote
from tests.together import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.services]
JSON = {"Accept": "application/json"}


def post(client, idea, value, **fields):
    return client.post(f"{address(idea)}vote/", {"value": value, **fields})


def fetch(client, idea, value):
    """As the page's script sends it."""
    return client.post(f"{address(idea)}vote/", {"value": value}, headers=JSON)


def address(idea, slug="pct-109"):
    return f"/{slug}/ideas/{idea.pk}/"


def stored(idea):
    """The counters, after checking that they say what the rows say."""
    with tenancy.enter(idea.command_id):
        row = Idea.objects.get(pk=idea.pk)
        values = list(Vote.objects.filter(idea=idea).values_list("value", flat=True))
    up, down = values.count(1), values.count(-1)
    assert (row.up, row.down, row.score) == (up, down, up - down)
    net = up - down
    weeks = (row.published_at - datetime(2026, 1, 1, tzinfo=UTC)) / timezone.timedelta(weeks=1)
    size = math.copysign(math.log10(abs(net)), net) if net else 0
    assert row.rank == pytest.approx(size + weeks, abs=1e-9)
    return up, down


# One person


def test_up_down_and_back(client, pct_109):
    idea = an_idea(pct_109)
    for value, expected in [(1, (1, 0)), (-1, (0, 1)), (0, (0, 0)), (-1, (0, 1)), (1, (1, 0))]:
        response = fetch(client, idea, value)
        assert response.json() == {
            "score": expected[0] - expected[1],
            "up": expected[0],
            "down": expected[1],
            "value": value,
        }
        assert stored(idea) == expected


@pytest.mark.parametrize("value", [1, -1, 0])
def test_the_same_again_changes_nothing(client, pct_109, value):
    idea = an_idea(pct_109)
    first = fetch(client, idea, value).json()
    assert fetch(client, idea, value).json() == first
    stored(idea)


def test_taking_back_a_vote_that_was_never_cast(client, pct_109):
    idea = an_idea(pct_109)
    assert fetch(client, idea, 0).json() == {"score": 0, "up": 0, "down": 0, "value": 0}


def test_the_page_shows_ones_own_vote_and_nobody_elses(client, pct_109):
    idea = an_idea(pct_109)
    post(client, idea, 1)
    assert 'data-vote="1"' in client.get(address(idea)).content.decode()
    assert 'data-vote="0"' in Client().get(address(idea)).content.decode()


def test_without_a_script_one_comes_back_to_where_the_form_was(client, pct_109):
    idea = an_idea(pct_109)
    assert post(client, idea, 1).url == address(idea)
    assert post(client, idea, 1, next="/pct-109/ideas/?sort=votes").url == "/pct-109/ideas/?sort=votes"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
        " //evil.example",
        "\t//evil.example",
        "a street, and no address",
        "街灯",
        "-1",
        "idea",
    ],
)
def test_next_leads_nowhere_else(client, pct_109, elsewhere):
    idea = an_idea(pct_109)
    assert post(client, idea, 1, next=elsewhere).url == address(idea)
    assert stored(idea) == (1, 0)


def test_instead_of_raising_the_same_again(client, pct_109):
    idea = an_idea(pct_109)
    response = client.post(f"{address(idea)}vote/?instead=1", {"value": 1, "body": "typed in the composer"})
    assert response.url == f"{address(idea)}?instead=1"
    assert "nothing new was raised" in client.get(response.url).content.decode()
    assert stored(idea) == (1, 0)


@pytest.mark.parametrize("value", ["2", "-2", "up", "", "1.0", "+1", "01", " 1", "١", "1\x00", "9" * 5000])
def test_what_is_no_vote(client, pct_109, value):
    idea = an_idea(pct_109)
    response = fetch(client, idea, value)
    assert response.status_code == 400
    assert response.json() == {"detail": "A vote is up, down, or taken back."}
    response = post(client, idea, value)
    assert response.status_code == 302
    assert "up, down, or taken back" in client.get(response.url).content.decode()
    assert stored(idea) == (0, 0)


def test_reading_is_not_voting(client, pct_109):
    idea = an_idea(pct_109)
    assert client.get(f"{address(idea)}vote/?value=1").status_code == 405
    assert stored(idea) == (0, 0)


def test_a_vote_needs_the_forms_token(pct_109):
    idea = an_idea(pct_109)
    assert post(Client(enforce_csrf_checks=True), idea, 1).status_code == 403
    assert stored(idea) == (0, 0)


# Which ideas take votes


def test_another_commands_idea_is_not_here(client, pct_109, pct_110):
    theirs = an_idea(pct_110)
    assert fetch(client, theirs, 1).status_code == 404
    assert stored(theirs) == (0, 0)


@pytest.mark.parametrize("pk", ["0", "999999999", "9" * 30, "9" * 5000])
def test_an_idea_that_is_nowhere(client, pct_109, pk):
    assert client.post(f"/pct-109/ideas/{pk}/vote/", {"value": 1}).status_code == 404


@pytest.mark.parametrize("status", ["waiting", "screened", "withdrawn"])
def test_an_idea_that_is_not_public_is_not_here_even_for_its_author(client, pct_109, status):
    idea = an_idea(pct_109)
    fetch(client, idea, 1)
    with tenancy.enter(pct_109):
        mine = Vote.objects.get().participant
        Idea.objects.update(status=status, participant=mine)
    assert fetch(client, idea, -1).status_code == 404
    assert stored(idea) == (1, 0)


def test_a_closed_idea_takes_no_votes_and_says_so(client, pct_109):
    idea = an_idea(pct_109)
    with tenancy.enter(pct_109):
        Idea.objects.update(status="merged")
    response = fetch(client, idea, 1)
    assert (response.status_code, response.json()["detail"]) == (
        409,
        "This issue was merged into another one. Vote and comment there.",
    )
    response = post(client, idea, 1)
    assert "Vote and comment there" in client.get(response.url).content.decode()
    assert stored(idea) == (0, 0)


@pytest.mark.parametrize("status", ["heard", "acting", "acted", "referred"])
def test_votes_go_on_after_the_answer(client, pct_109, status):
    idea = an_idea(pct_109)
    with tenancy.enter(pct_109):
        Idea.objects.update(status=status)
    assert fetch(client, idea, 1).json()["score"] == 1


# Too many


def test_too_many_votes_are_told_so_as_a_page_and_as_json(client, pct_109, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"vote": "2/hour"}
    idea = an_idea(pct_109)
    fetch(client, idea, 1)
    fetch(client, idea, -1)
    for response in (fetch(client, idea, 1), post(client, idea, 1)):
        assert response.status_code == 429
        assert 0 < int(response["Retry-After"]) <= 3600
    assert "a lot at once" in response.content.decode()
    assert "a lot at once" in fetch(client, idea, 1).json()["detail"]
    assert stored(idea) == (0, 1)
    elsewhere = Client(REMOTE_ADDR="203.0.113.7")
    assert fetch(elsewhere, idea, 1).status_code == 200


# The counters


def test_one_vote_a_participant_by_constraint(pct_109):
    idea, participant = an_idea(pct_109), Participant.objects.create()
    vote(idea, 1, participant)
    with tenancy.enter(pct_109), pytest.raises(IntegrityError, match="vote_once"), transaction.atomic():
        Vote.objects.create(idea=idea, participant=participant, value=-1)
    for value in (0, 2, -2):
        with tenancy.enter(pct_109), pytest.raises(IntegrityError, match="vote_up"), transaction.atomic():
            Vote.objects.create(idea=idea, participant=Participant.objects.create(), value=value)
    assert stored(idea) == (1, 0)


def test_a_vote_that_is_none_is_refused_by_the_verb(pct_109):
    idea, participant = an_idea(pct_109), Participant.objects.create()
    for value in (2, -2, 10):
        with pytest.raises(ValueError, match="a vote is"):
            vote(idea, value, participant)


def test_counters_follow_rows_written_in_bulk(pct_109):
    ideas = many_ideas(pct_109, 5)
    people = [Participant.objects.create() for _ in range(20)]
    with tenancy.enter(pct_109):
        Vote.objects.bulk_create(
            Vote(idea=idea, participant=person, value=1 if (n + m) % 3 else -1)
            for n, idea in enumerate(ideas)
            for m, person in enumerate(people)
        )
    assert [sum(stored(idea)) for idea in ideas] == [20] * 5
    with tenancy.enter(pct_109):
        Vote.objects.filter(participant__in=people[:10]).update(value=-1)
    for idea in ideas:
        stored(idea)
    with tenancy.enter(pct_109):
        # Half of the rows turn, half do not, in one statement; and one idea's move to another.
        Vote.objects.bulk_update(
            [Vote(pk=row.pk, value=-row.value) for row in Vote.objects.filter(participant__in=people[5:15])],
            ["value"],
        )
        Vote.objects.filter(idea=ideas[0]).delete()
        Vote.objects.filter(idea=ideas[1]).update(idea=ideas[0])
    assert stored(ideas[1]) == (0, 0)
    assert sum(stored(ideas[0])) == 20
    with tenancy.enter(pct_109):
        Vote.objects.filter(participant__in=people[3:]).delete()
        connection.cursor().execute("DELETE FROM ideas_vote WHERE value = 1")
    for idea in ideas:
        stored(idea)


def test_counters_follow_a_write_that_meets_rows_that_stand(pct_109):
    """INSERT … ON CONFLICT DO UPDATE is an insert and an update at once."""
    idea = an_idea(pct_109)
    people = [Participant.objects.create() for _ in range(6)]
    for person in people[:3]:
        vote(idea, 1, person)
    with tenancy.enter(pct_109):
        Vote.objects.bulk_create(
            [Vote(idea=idea, participant=person, value=-1) for person in people[1:]],
            update_conflicts=True,
            unique_fields=["command", "idea", "participant"],
            update_fields=["value"],
        )
    assert stored(idea) == (1, 5)
    with tenancy.enter(pct_109):
        Vote.objects.bulk_create(
            [Vote(idea=idea, participant=person, value=1) for person in people], ignore_conflicts=True
        )
    assert stored(idea) == (1, 5)


def test_counters_do_not_see_what_is_rolled_back(pct_109):
    idea = an_idea(pct_109)
    vote(idea)
    with tenancy.enter(pct_109):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            Vote.objects.create(idea=idea, participant=Participant.objects.create(), value=1)
            raise ZeroDivisionError
        assert Idea.objects.get().up == 1
    assert stored(idea) == (1, 0)


def test_an_idea_goes_with_its_votes(pct_109):
    gone, stays = an_idea(pct_109), an_idea(pct_109)
    for idea in (gone, gone, stays):
        vote(idea)
    with tenancy.enter(pct_109):
        Idea.objects.filter(pk=gone.pk).delete()
        assert Vote.objects.get().idea_id == stays.pk
        assert StatusCount.objects.get(status="spoken").n == 1
    assert stored(stays) == (1, 0)


@pytest.mark.parametrize(("old", "new"), [(1, 1), (1, -1), (-1, 1), (-1, -1)])
def test_two_participants_become_one_and_count_once(pct_109, old, new):
    both, only_source, only_target = (an_idea(pct_109) for _ in range(3))
    source, target = Participant.objects.create(), Participant.objects.create()
    vote(both, old, source)
    vote(both, new, target)
    vote(only_source, old, source)
    vote(only_target, new, target)
    with tenancy.enter(pct_109):
        voting.carry_over(source=source, target=target)
        mine = dict(Vote.objects.filter(participant=target).values_list("idea", "value"))
        assert not Vote.objects.filter(participant=source).exists()
    assert mine == {both.pk: new, only_source.pk: old, only_target.pk: new}
    for idea in (both, only_source, only_target):
        assert sum(stored(idea)) == 1


def test_votes_move_no_idea_of_another_command(pct_109, pct_110):
    here, there = an_idea(pct_109), an_idea(pct_110)
    vote(here)
    vote(there, -1)
    assert (stored(here), stored(there)) == ((1, 0), (0, 1))


def test_ten_times_the_votes_outweigh_a_week(pct_109):
    old, new = many_ideas(pct_109, 2)
    now = timezone.now()
    with tenancy.enter(pct_109):
        Idea.objects.filter(pk=old.pk).update(published_at=now - timezone.timedelta(days=6))
        Idea.objects.filter(pk=new.pk).update(published_at=now)
        Vote.objects.bulk_create(
            Vote(idea=old, participant=Participant.objects.create(), value=1) for _ in range(10)
        )
        assert list(Idea.objects.order_by("-rank")) == [old, new]
        Idea.objects.filter(pk=old.pk).update(published_at=now - timezone.timedelta(days=8))
        assert list(Idea.objects.order_by("-rank")) == [new, old]


# At the same moment, in real transactions


@pytest.mark.django_db(transaction=True)
def test_a_double_click_counts_once(client, pct_109):
    idea = an_idea(pct_109)
    fetch(client, idea, 1)  # so that both clicks carry the cookie
    fetch(client, idea, 0)
    for _ in range(5):
        answers = at_once(*[lambda: fetch(client, idea, 1)] * 4)
        assert [answer.status_code for answer in answers] == [200] * 4
        assert stored(idea) == (1, 0)
        fetch(client, idea, 0)
    assert stored(idea) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_up_and_down_at_once_leave_one_vote(client, pct_109):
    idea = an_idea(pct_109)
    fetch(client, idea, 1)
    for _ in range(5):
        values = [1, -1, 0, -1]
        answers = at_once(*[lambda value=value: fetch(client, idea, value) for value in values])
        assert [answer.status_code for answer in answers] == [200] * 4
        assert sum(stored(idea)) <= 1


@pytest.mark.django_db(transaction=True)
def test_many_people_at_once_all_count(pct_109):
    idea = an_idea(pct_109)
    answers = at_once(*[lambda n=n: fetch(Client(), idea, 1 if n % 4 else -1) for n in range(12)])
    assert [answer.status_code for answer in answers] == [200] * 12
    assert stored(idea) == (9, 3)


@pytest.mark.django_db(transaction=True)
def test_a_vote_and_the_closing_at_once_never_leave_a_late_vote_uncounted(client, pct_109):
    idea = an_idea(pct_109)

    def close():
        with tenancy.enter(pct_109):
            Idea.objects.filter(pk=idea.pk).update(status="screened")

    vote_answer, _ = at_once(lambda: fetch(client, idea, 1), close)
    assert vote_answer.status_code in (200, 404, 409)
    assert stored(idea) == ((1, 0) if vote_answer.status_code == 200 else (0, 0))
