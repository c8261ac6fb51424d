"""Who is told of what was decided: everybody who should, once, and nobody too early."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ideas import moderating, undoing
from ideas.models import Action, Comment, Decision, Follow, Idea, Notice, Rule, Topic, Vote
from ideas.notices import following, telling
from precincts import tenancy
from precincts.models import Participant
from tests.ideas.factory import a_waiting_idea, an_idea, vote
from tests.ideas.notices import tell_everybody, told, told_twice, undo_ends, untold
from tests.together import at_once

pytestmark = pytest.mark.django_db


def somebody():
    return Participant.objects.create()


def move(idea, action, by=None, **fields):
    answer = "We looked, and this is what we do." if action != Action.APPROVE else ""
    if action == Action.REFER:
        fields = {"referred_to": "Parks"} | fields
    with tenancy.enter(idea.command_id):
        asked = moderating.Asked(action=action, by=by, **{"answer": answer} | fields)
        return moderating.decide(idea=Idea.objects.get(pk=idea.pk), asked=asked)


def screen(idea, **fields):
    rule = Rule.objects.in_force().first()
    return move(idea, Action.SCREEN, rule=rule, answer="", reason="It names a person.", **fields)


@pytest.fixture
def author():
    return somebody()


@pytest.fixture
def idea(pct_109, author):
    """On the board, and everybody has been told of that."""
    made = an_idea(pct_109, participant=author)
    tell_everybody()
    Notice.objects.all().delete()
    return made


def test_nobody_is_told_while_it_can_be_undone(pct_109, author):
    an_idea(pct_109, participant=author)
    assert telling.due() == []
    assert told(author) == []
    undo_ends()
    assert tell_everybody() == 1
    assert told(author) == [("approve", "author")]
    assert untold() == 0


def test_what_was_undone_is_told_to_nobody(pct_109, author, make_user):
    officer = make_user(role="moderator", command=pct_109)
    idea = a_waiting_idea(pct_109, participant=author)
    decision = move(idea, Action.APPROVE, by=officer)
    with tenancy.enter(pct_109):
        undoing.undo(decision=decision, by=officer)
    assert tell_everybody() == 0
    assert told(author) == []


def test_what_was_told_cannot_be_undone(pct_109, author, make_user, settings):
    officer = make_user(role="moderator", command=pct_109)
    decision = move(a_waiting_idea(pct_109, participant=author), Action.APPROVE, by=officer)
    tell_everybody()
    settings.UNDO_SECONDS = 3600
    with tenancy.enter(pct_109), pytest.raises(moderating.Refused):
        undoing.undo(decision=decision, by=officer)


@pytest.mark.parametrize("action", [Action.HEAR, Action.ACT, Action.CANNOT, Action.REFER])
def test_author_and_followers_hear_of_an_answer_and_voters_do_not(idea, author, action):
    follower, voter = somebody(), somebody()
    following.follow_idea(participant=follower, idea=idea)
    vote(idea, participant=voter)
    move(idea, action)
    assert tell_everybody() == 2
    assert told(author) == [(action, "author")]
    assert told(follower) == [(action, "idea")]
    assert told(voter) == []


def test_voters_hear_when_it_was_acted_on_and_those_against_do_not(idea):
    for_it, against = somebody(), somebody()
    vote(idea, participant=for_it)
    vote(idea, value=-1, participant=against)
    move(idea, Action.DONE)
    tell_everybody()
    assert told(for_it) == [("done", "vote")]
    assert told(against) == []


def test_who_is_everything_at_once_is_told_once_for_the_strongest_reason(idea, author, pct_109):
    voter = somebody()
    for person in (author, voter):
        vote(idea, participant=person)
        following.follow_command(participant=person, command=pct_109)
    following.follow_idea(participant=author, idea=idea)
    move(idea, Action.DONE)
    assert tell_everybody() == 2
    assert told(author) == [("done", "author")]
    assert told(voter) == [("done", "vote")]


def test_a_second_look_tells_nobody_again(idea, author):
    decision = move(idea, Action.HEAR)
    assert tell_everybody() == 1
    assert telling.tell(command_id=idea.command_id, decision_id=decision.pk) == 0
    # Even where the record of having told was lost, the notices themselves are there once.
    with tenancy.enter(idea.command_id):
        Decision.objects.filter(pk=decision.pk).update(told_at=None)
    assert tell_everybody() == 0
    assert told(author) == [("hear", "author")]


def test_a_new_issue_reaches_those_who_follow_its_place_topic_and_command(pct_109, pct_110):
    topic, other = Topic.objects.all()[:2]
    near, far, topical, citywide, elsewhere, commands, others = (somebody() for _n in range(7))
    following.follow_place(participant=near, latitude=40.7601, longitude=-73.8301, radius_m=500)
    following.follow_place(participant=far, latitude=40.7901, longitude=-73.8301, radius_m=2000)
    following.follow_topic(participant=topical, topic=topic, command=pct_109)
    following.follow_topic(participant=citywide, topic=topic, command=None)
    following.follow_topic(participant=elsewhere, topic=topic, command=pct_110)
    following.follow_topic(participant=others, topic=other, command=None)
    following.follow_command(participant=commands, command=pct_109)
    an_idea(pct_109, topic=topic, latitude=40.762, longitude=-73.83)
    tell_everybody()
    assert told(near) == [("approve", "place")]
    assert told(topical) == told(citywide) == [("approve", "topic")]
    assert told(commands) == [("approve", "command")]
    assert told(far) == told(elsewhere) == told(others) == []


@pytest.mark.parametrize(("meters", "hears"), [(480, True), (520, False)])
def test_a_radius_ends_where_it_says(pct_109, meters, hears):
    person = somebody()
    following.follow_place(participant=person, latitude=40.760, longitude=-73.830, radius_m=500)
    an_idea(pct_109, latitude=40.760, longitude=-73.830 + meters / 84_300)
    tell_everybody()
    assert bool(told(person)) is hears


def test_a_screening_is_told_to_the_author_alone(idea, author):
    follower = somebody()
    following.follow_idea(participant=follower, idea=idea)
    screen(idea)
    tell_everybody()
    assert told(author) == [("screen", "author")]
    assert told(follower) == []


def test_what_was_screened_within_the_minute_is_told_to_no_follower(pct_109, author):
    follower = somebody()
    following.follow_command(participant=follower, command=pct_109)
    made = an_idea(pct_109, participant=author)
    screen(made)
    tell_everybody()
    assert told(follower) == []
    assert told(author) == [("approve", "author"), ("screen", "author")]


def test_what_its_author_withdrew_is_told_to_nobody(idea, author):
    follower = somebody()
    following.follow_idea(participant=follower, idea=idea)
    with tenancy.enter(idea.command_id):
        moderating.move(idea=Idea.objects.get(pk=idea.pk), action=Action.WITHDRAW, by=None)
    assert tell_everybody() == 0


def test_an_overturned_screening_puts_it_before_everybody_who_should_hear(pct_109, author):
    neighbor = somebody()
    following.follow_command(participant=neighbor, command=pct_109)
    made = a_waiting_idea(pct_109, participant=author)
    screen(made)
    tell_everybody()
    with tenancy.enter(pct_109):
        moderating.move(idea=Idea.objects.get(pk=made.pk), action=Action.RESTORE, by=None, to="spoken")
    tell_everybody()
    assert told(author) == [("screen", "author"), ("restore", "author")]
    assert told(neighbor) == [("restore", "command")]
    assert told_twice() == []


def test_what_was_on_the_board_before_is_no_news_to_the_neighborhood(idea, author, pct_109):
    neighbor = somebody()
    following.follow_command(participant=neighbor, command=pct_109)
    screen(idea)
    with tenancy.enter(pct_109):
        moderating.move(idea=Idea.objects.get(pk=idea.pk), action=Action.RESTORE, by=None, to="spoken")
    tell_everybody()
    assert told(neighbor) == []
    assert told(author)[-1] == ("restore", "author")


def test_followers_and_the_author_of_a_merged_issue_hear_of_what_it_went_into(pct_109, idea):
    raised_it, follower = somebody(), somebody()
    twin = an_idea(pct_109, title="The same", participant=raised_it)
    following.follow_idea(participant=follower, idea=twin)
    tell_everybody()
    with tenancy.enter(pct_109):
        Idea.objects.filter(pk=twin.pk).update(status="merged", merged_into=idea)
    move(idea, Action.DONE)
    tell_everybody()
    assert told(raised_it, idea) == [("done", "merged")]
    assert told(follower, idea) == [("done", "idea")]


def test_followers_of_what_another_command_handed_over_go_along(pct_109, pct_110, idea):
    follower = somebody()
    following.follow_idea(participant=follower, idea=idea)
    there = a_waiting_idea(pct_110)
    with tenancy.enter(pct_110):
        Idea.objects.filter(pk=there.pk).update(moved_from=pct_109, moved_from_idea=idea.pk)
    move(there, Action.APPROVE)
    tell_everybody()
    assert told(follower) == [("approve", "idea")]


def test_who_decided_is_not_told_of_it(pct_109, make_user):
    officer = make_user(role="moderator", command=pct_109)
    mine = Participant.objects.create(user=officer)
    following.follow_command(participant=mine, command=pct_109)
    move(a_waiting_idea(pct_109), Action.APPROVE, by=officer)
    tell_everybody()
    assert told(mine) == []


@pytest.mark.parametrize(("approve", "event"), [(True, "comment_shown"), (False, "comment_screened")])
def test_the_writer_of_a_comment_hears_of_it_and_nobody_else(
    idea, author, make_user, pct_109, approve, event
):
    writer, officer = somebody(), make_user(role="moderator", command=pct_109)
    with tenancy.enter(pct_109):
        comment = Comment.objects.create(
            idea=idea, body="So it is.", participant=writer, created_at=idea.created_at
        )
        moderating.decide_comment(
            comment=comment, approve=approve, by=officer, rule=Rule.objects.in_force().first()
        )
    tell_everybody()
    assert told(writer) == [(event, "author")]
    assert told(author) == []


def test_who_signed_in_meanwhile_is_told_as_who_they_are_now(idea, author):
    target = somebody()
    Participant.objects.filter(pk=author.pk).update(merged_into=target)
    move(idea, Action.HEAR)
    tell_everybody()
    assert told(target) == [("hear", "author")]
    assert told(author) == []


def test_what_was_written_to_who_they_were_is_gathered_later(idea, author):
    move(idea, Action.HEAR)
    tell_everybody()
    target = somebody()
    Participant.objects.filter(pk=author.pk).update(merged_into=target)
    assert telling.gather_strays() == 1
    assert told(target) == [("hear", "author")]
    assert telling.gather_strays() == 0


def test_a_thousand_followers_cost_as_much_as_one(idea, pct_109):
    def queries():
        decision = move(idea, Action.HEAR)
        undo_ends()
        with CaptureQueriesContext(
            connection,
        ) as seen:
            telling.tell(command_id=pct_109.pk, decision_id=decision.pk)
        return len(seen)

    following.follow_idea(participant=somebody(), idea=idea)
    few = queries()
    people = Participant.objects.bulk_create(Participant() for _n in range(1000))
    Follow.objects.bulk_create(
        Follow(participant=each, kind="idea", command=pct_109, idea_id=idea.pk) for each in people
    )
    with tenancy.enter(pct_109):
        Vote.objects.bulk_create(Vote(idea=idea, participant=each, value=1) for each in people)
    assert queries() == few
    assert Notice.objects.filter(participant__in=people).count() == 1000


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_the_same_moment_tell_once(pct_109):
    author = somebody()
    an_idea(pct_109, participant=author)
    undo_ends()
    ((command, decision),) = telling.due()
    answers = at_once(*[lambda: telling.tell(command_id=command, decision_id=decision)] * 4)
    assert sorted(answers) == [0, 0, 0, 1]
    assert told(author) == [("approve", "author")]


def test_a_command_may_write_notices_and_read_no_more_into_them(pct_109, author, idea):
    """The least grant: INSERT and SELECT, and never a change of what somebody was told."""
    for change in (
        lambda: Notice.objects.update(read_at=None),
        lambda: Notice.objects.all().delete(),
        lambda: Follow.objects.create(participant=author, kind="command", command=pct_109),
    ):
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with refused, transaction.atomic(), tenancy.enter(pct_109):
            change()
