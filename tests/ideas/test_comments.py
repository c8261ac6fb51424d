"""Comments: one level deep, reviewed before they show, counted by PostgreSQL."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ideas.models import Comment, Idea, Rule
from precincts import tenancy
from precincts.models import Command, Participant
from precincts.participants import COOKIE, cookie_of
from tests.ideas.factory import a_waiting_idea, an_idea
from tests.together import at_once

pytestmark = pytest.mark.django_db
BODY = "It is the same on our block."


def address(idea):
    return f"/pct-109/ideas/{idea.pk}/"


def send(client, idea, body=BODY, **fields):
    return client.post(f"{address(idea)}comments/", {"body": body} | fields)


def a_comment(idea, body=BODY, status="shown", **fields):
    with tenancy.enter(idea.command_id):
        return Comment.objects.create(
            idea=idea, body=body, status=status, created_at=timezone.now(), **fields
        )


def stored(command):
    with tenancy.enter(command):
        return list(Comment.objects.order_by("pk"))


def page(client, idea):
    return client.get(address(idea)).content.decode()


def test_a_comment_waits_and_only_its_writer_sees_it(client, pct_109):
    idea = an_idea(pct_109)
    response = send(client, idea)
    assert response.url == f"{address(idea)}#comments"
    [comment] = stored(pct_109)
    assert (comment.status, comment.body, comment.author) == ("waiting", BODY, None)
    mine = page(client, idea)
    assert "shown once it has been reviewed" in mine
    assert BODY in mine
    assert "Until then only you see it" in mine
    assert BODY not in page(Client(), idea)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_comments_once(pct_109):
    idea, person = an_idea(pct_109), Participant.objects.create()

    def click():
        client = Client()
        client.cookies[COOKIE] = cookie_of(person)
        return send(client, idea).status_code

    assert at_once(*[click] * 3) == [302] * 3
    assert len(stored(pct_109)) == 1


def test_what_two_neighbors_say_alike_or_one_says_elsewhere_are_two(client, pct_109):
    idea, other = an_idea(pct_109), an_idea(pct_109)
    parent = a_comment(idea, "What do others say?")
    send(client, idea)
    send(Client(), idea)
    send(client, other)
    send(client, idea, parent=parent.pk)
    send(client, idea, "And on the next.")
    assert len(stored(pct_109)) == 6


def test_the_same_said_again_later_is_another(client, pct_109):
    idea = an_idea(pct_109)
    send(client, idea)
    with tenancy.enter(pct_109):
        Comment.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    send(client, idea)
    assert len(stored(pct_109)) == 2


def test_a_comment_on_the_board_is_seen_by_all_and_counted(client, pct_109):
    idea = an_idea(pct_109)
    a_comment(idea)
    assert BODY in page(client, idea)
    assert "1 comment\n" in page(client, idea)


def test_a_screened_comment_shows_its_writer_the_rule_and_why(client, pct_109):
    idea = an_idea(pct_109)
    send(client, idea)
    rule = Rule.objects.get(number=3)
    with tenancy.enter(pct_109):
        Comment.objects.update(status="screened", rule=rule, reason="It names <a> neighbor.")
    mine = page(client, idea)
    assert BODY in mine
    assert "This is not public." in mine
    assert f"Rule 3, {rule.title}" in mine
    assert "It names &lt;a&gt; neighbor." in mine
    assert BODY not in page(Client(), idea)
    assert "0 comments" in mine


def test_the_command_itself_speaks_without_review(client, pct_109, make_user):
    commander = make_user("c@example.org", role="commander", command=pct_109)
    idea = an_idea(pct_109)
    client.force_login(commander)
    send(client, idea, "We are on it.")
    [comment] = stored(pct_109)
    assert (comment.status, comment.author, comment.participant) == ("shown", commander, None)
    seen = page(Client(), idea)
    assert "comment--official" in seen
    assert "The 109th Precinct" in seen
    assert "c@example.org" not in seen
    assert not Participant.objects.exists()


@pytest.mark.parametrize("role", ["moderator", "editor", None])
def test_others_of_the_command_comment_as_neighbors(client, pct_109, make_user, role):
    client.force_login(make_user(role=role, command=pct_109 if role else None))
    send(client, an_idea(pct_109))
    [comment] = stored(pct_109)
    assert (comment.status, comment.author) == ("waiting", None)


def test_the_commander_of_another_command_is_a_neighbor_here(client, pct_109, pct_110, make_user):
    client.force_login(make_user(role="commander", command=pct_110))
    send(client, an_idea(pct_109))
    assert stored(pct_109)[0].author is None


# Replies


def test_a_reply_hangs_under_its_comment(client, pct_109):
    idea = an_idea(pct_109)
    first = a_comment(idea)
    send(client, idea, "So it is.", parent=first.pk)
    reply = stored(pct_109)[1]
    assert reply.parent_id == first.pk
    with tenancy.enter(pct_109):
        Comment.objects.update(status="shown")
    seen = page(Client(), idea)
    assert seen.index(BODY) < seen.index("So it is.")
    assert seen.count('<ul class="thread">') == 2


def test_a_reply_to_a_reply_hangs_under_the_first(client, pct_109):
    idea = an_idea(pct_109)
    first = a_comment(idea)
    second = a_comment(idea, "So it is.", parent=first)
    send(client, idea, "Indeed.", parent=second.pk)
    assert stored(pct_109)[2].parent_id == first.pk


def test_one_does_not_reply_to_what_is_not_shown_or_is_elsewhere(client, pct_109, pct_110):
    idea, other, theirs = an_idea(pct_109), an_idea(pct_109), an_idea(pct_110)
    parents = [
        a_comment(idea, status="waiting").pk,
        a_comment(idea, status="screened").pk,
        a_comment(other).pk,
        a_comment(theirs).pk,
        10**9,
        10**30,
    ]
    for parent in parents:
        assert send(client, idea, "A reply.", parent=parent).status_code == 404
    assert "A reply." not in [comment.body for comment in stored(pct_109)]


@pytest.mark.parametrize("parent", ["x", "-1", "0", "1.5", "\x00"])
def test_a_parent_that_is_none_loses_no_word(client, pct_109, parent):
    response = send(client, an_idea(pct_109), parent=parent)
    assert response.status_code == 422
    assert BODY in response.content.decode()


def test_a_reply_stays_when_what_it_replies_to_is_screened(client, pct_109):
    """It broke no rule itself."""
    idea = an_idea(pct_109)
    first = a_comment(idea, "Something bad.")
    a_comment(idea, "A kind answer.", parent=first)
    with tenancy.enter(pct_109):
        Comment.objects.filter(pk=first.pk).update(status="screened", rule=Rule.objects.get(number=1))
    seen = page(client, idea)
    assert "A kind answer." in seen
    assert "Something bad." not in seen
    assert "1 comment\n" in seen


# What is not taken


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "Write your comment first."),
        (" \r\n ", "Write your comment first."),
        ("x" * 2001, "at most 2000 characters"),
        ("x" * 500_000, "at most 2000 characters"),
        ("Null \x00 here", "Null characters are not allowed"),
    ],
)
def test_what_was_typed_comes_back_with_what_is_wrong(client, pct_109, body, says):
    response = send(client, an_idea(pct_109), body)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert body.strip() in response.content.decode()
    assert not stored(pct_109)


@pytest.mark.parametrize("body", ["🚦" * 2000, "הרחוב חשוך", "a\r\n" * 999 + "ab", "x" * 2000])
def test_any_text_is_taken_as_it_is(client, pct_109, body):
    assert send(client, an_idea(pct_109), body).status_code == 302
    assert stored(pct_109)[0].body == body.replace("\r\n", "\n")


def test_text_is_shown_as_text(client, pct_109):
    idea = an_idea(pct_109)
    a_comment(idea, "<script>alert(1)</script>\n\nSecond paragraph")
    seen = page(client, idea)
    assert "<script>alert" not in seen
    assert "<p>Second paragraph</p>" in seen
    assert '<div class="comment__says" dir="auto">' in seen


def test_a_closed_idea_takes_no_comments_and_says_so(client, pct_109):
    idea = an_idea(pct_109)
    with tenancy.enter(pct_109):
        Idea.objects.update(status="merged")
    response = send(client, idea)
    assert response.status_code == 422
    assert "takes no more comments" in response.content.decode()
    assert not stored(pct_109)


@pytest.mark.parametrize("status", ["waiting", "screened", "withdrawn"])
def test_an_idea_that_is_not_public_is_not_here(client, pct_109, status):
    idea = an_idea(pct_109)
    with tenancy.enter(pct_109):
        Idea.objects.update(status=status)
    assert send(client, idea).status_code == 404


def test_its_author_cannot_comment_on_what_waits(client, pct_109):
    me = Participant.objects.create()
    idea = a_waiting_idea(pct_109, participant=me)
    client.cookies[COOKIE] = cookie_of(me)
    assert "Comments open once the issue is on the board." in page(client, idea)
    assert send(client, idea).status_code == 422


def test_another_commands_idea_is_not_here(client, pct_109, pct_110):
    assert send(client, an_idea(pct_110)).status_code == 404


def test_a_board_that_asks_for_more_meanwhile_keeps_what_was_typed(client, pct_109):
    idea = an_idea(pct_109)
    Command.objects.filter(slug="pct-109").update(who_may_comment="verified")
    response = send(client, idea)
    assert response.status_code == 422
    assert BODY in response.content.decode()
    assert "verified e-mail" in response.content.decode()
    assert not stored(pct_109)


def test_too_many_at_once_keep_what_was_typed(client, pct_109, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"comment": "1/hour"}
    idea = an_idea(pct_109)
    send(client, idea)
    response = send(client, idea, "Something else.")
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert "Something else." in response.content.decode()
    assert len(stored(pct_109)) == 1


def test_reading_is_not_commenting(client, pct_109):
    assert client.get(f"{address(an_idea(pct_109))}comments/").status_code == 405


# The count


def counted(idea):
    with tenancy.enter(idea.command_id):
        row = Idea.objects.get(pk=idea.pk)
        assert row.comment_count == row.comments.filter(status="shown").count()
    return row.comment_count


def test_the_count_is_of_what_is_shown_whatever_writes_the_rows(pct_109):
    one, other = an_idea(pct_109), an_idea(pct_109)
    a_comment(one)
    a_comment(one, status="waiting")
    a_comment(one, status="screened")
    assert counted(one) == 1
    with tenancy.enter(pct_109):
        Comment.objects.filter(idea=one).update(status="shown")
    assert counted(one) == 3
    with tenancy.enter(pct_109):
        Comment.objects.bulk_create(
            Comment(idea=other, body="x", status=status, created_at=timezone.now())
            for status in ("shown", "shown", "waiting")
        )
        Comment.objects.filter(idea=one).update(idea=other)
    assert (counted(one), counted(other)) == (0, 5)
    with tenancy.enter(pct_109):
        Comment.objects.filter(status="shown").first().delete()
        Comment.objects.filter(idea=other).update(status="screened")
    assert counted(other) == 0
    with tenancy.enter(pct_109):
        other.delete()
        assert not Comment.objects.exists()
