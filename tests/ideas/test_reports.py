"""Reports by readers: once each, handled by a person, and hiding nothing by themselves."""

import threading

import pytest
from django.db import connection
from django.test import Client

from ideas import reporting
from ideas.models import Action, Report, Rule
from precincts import tenancy
from precincts.models import Participant
from tests.ideas.desk import decide, set_status
from tests.ideas.factory import a_waiting_idea, an_idea
from tests.ideas.safety import API, BOARD, DESK, a_comment, a_rule, now

pytestmark = pytest.mark.django_db


def report(client, idea, **fields):
    return client.post(f"{BOARD}{idea.pk}/report/", {"rule": "3", "text": ""} | fields)


def reports(command):
    with tenancy.enter(command):
        return list(Report.objects.select_related("rule").order_by("pk"))


def test_a_reader_reports_an_issue_and_it_stays_public(client, pct_109):
    idea = an_idea(pct_109)
    assert f'href="{BOARD}{idea.pk}/report/"' in client.get(f"{BOARD}{idea.pk}/").content.decode()
    form = client.get(f"{BOARD}{idea.pk}/report/")
    for rule in Rule.objects.in_force():
        assert rule.title.encode() in form.content
    sent = report(client, idea, text="It names my neighbor.")
    assert sent.url == f"{BOARD}{idea.pk}/"
    assert b"A person at the desk looks at it" in client.get(sent.url).content
    (made,) = reports(pct_109)
    assert (made.rule.number, made.text, made.handled_at) == (3, "It names my neighbor.", None)
    assert Client().get(f"{BOARD}{idea.pk}/").status_code == 200
    assert now(idea).status == "spoken"


def test_however_many_reports_there_are_it_stays(pct_109):
    idea = an_idea(pct_109)
    for _n in range(12):
        report(Client(), idea)
    assert len(reports(pct_109)) == 12
    assert now(idea).status == "spoken"
    assert Client().get(f"{BOARD}{idea.pk}/").status_code == 200


def test_once_for_each_reader_and_thing(client, pct_109):
    idea = an_idea(pct_109)
    comment = a_comment(idea)
    report(client, idea)
    again = report(client, idea, rule="1", text="Once more")
    assert b"You reported this already." in client.get(again.url).content
    client.post(f"/pct-109/comments/{comment.pk}/report/", {"rule": "1"})
    report(Client(), idea)
    assert [(each.comment_id, each.rule.number) for each in reports(pct_109)] == [
        (None, 3),
        (comment.pk, 1),
        (None, 3),
    ]


def test_who_reported_what_was_kept_is_told_so(client, moderator, pct_109):
    idea = an_idea(pct_109)
    report(client, idea)
    moderator.post(f"{DESK}ideas/{idea.pk}/keep/", {"upto": reports(pct_109)[0].pk})
    again = report(client, idea)
    assert b"The desk looked at it, and decided." in client.get(again.url).content
    assert len(reports(pct_109)) == 1


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"rule": ""}, 422, "Choose the rule that it breaks."),
        ({"rule": "99"}, 422, "There is no such rule any more."),
        ({"rule": "x\x00"}, 422, "Null characters"),
        ({"rule": "9" * 400}, 422, "There is no such rule any more."),
        ({"text": "y" * 501}, 422, "at most 500 characters"),
        ({"text": "y" * 1_000_000}, 422, "at most 500 characters"),
        ({"text": "a\x00b"}, 422, "Null characters"),
        ({"text": "\u202eשלום 😀 你好"}, 302, ""),
    ],
)
def test_bad_input(client, pct_109, fields, status, says):
    idea = an_idea(pct_109)
    answer = report(client, idea, **fields)
    assert answer.status_code == status
    assert says in answer.content.decode()
    assert len(reports(pct_109)) == (status == 302)
    if status == 422 and len(fields.get("text", "")) == 501:
        assert "y" * 501 in answer.content.decode()


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        ("acted", 302, ""),
        ("referred", 302, ""),
        ("merged", 409, "merged into another"),
        ("screened", 404, ""),
        ("withdrawn", 404, ""),
    ],
)
def test_what_is_closed_or_hidden(client, pct_109, status, code, says):
    idea = an_idea(pct_109)
    set_status(idea, status)
    answer = report(client, idea, text="What I wrote")
    assert answer.status_code == code
    if says:
        assert says in answer.content.decode()
        assert "What I wrote" in answer.content.decode()


def test_what_moved_to_another_command_is_reported_there(client, pct_109, pct_110):
    idea = an_idea(pct_109)
    set_status(idea, "referred", moved_to=pct_110, moved_to_idea=7)
    answer = report(client, idea)
    assert answer.status_code == 409
    assert "110th Precinct" in answer.content.decode()


def test_a_hidden_comment_shows_nothing_of_itself(client, moderator, pct_109):
    waiting = a_comment(an_idea(pct_109), body="A word that nobody reviewed", shown=False)
    assert client.get(f"/pct-109/comments/{waiting.pk}/report/").status_code == 404
    shown = a_comment(an_idea(pct_109), body="A word that was screened")
    data = {"action": "screen", "rule": "3", "version": shown.version}
    moderator.post(f"{DESK}comments/{shown.pk}/decisions/", data)
    answer = client.get(f"/pct-109/comments/{shown.pk}/report/")
    assert answer.status_code == 409
    assert b"A word that was screened" not in answer.content


def test_a_source_is_limited(client, pct_109, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "report": "2/hour"}
    idea = an_idea(pct_109)
    assert [report(Client(), idea).status_code for _n in range(3)] == [302, 302, 429]
    refused = report(client, idea, text="What I wrote")
    assert refused["Retry-After"]
    assert b"What I wrote" in refused.content


def test_the_desk_sees_rules_and_words_but_not_who(moderator, make_user, pct_109):
    idea = an_idea(pct_109)
    resident = Client()
    resident.force_login(make_user("neighbor@example.org"))
    report(resident, idea, text="It names my neighbor.")
    page = moderator.get(f"{DESK}ideas/{idea.pk}/").content.decode()
    assert "It names my neighbor." in page
    assert str(a_rule()) in page
    assert "neighbor@example.org" not in page


def test_screening_handles_them_and_an_undo_brings_them_back(client, moderator, pct_109):
    idea = an_idea(pct_109)
    comment = a_comment(idea)
    report(client, idea)
    client.post(f"/pct-109/comments/{comment.pk}/report/", {"rule": "1"})
    decide(moderator, idea, "screen", rule="3")
    assert all(each.handled_by_id == moderator.user.pk for each in reports(pct_109))
    with tenancy.enter(pct_109):
        decision = idea.decisions.get(action=Action.SCREEN)
    moderator.post(f"{DESK}undo/{decision.pk}/")
    assert [each.handled_at for each in reports(pct_109)] == [None, None]


def test_screening_a_comment_handles_its_reports_only(client, moderator, pct_109):
    idea = an_idea(pct_109)
    comment = a_comment(idea)
    report(client, idea)
    client.post(f"/pct-109/comments/{comment.pk}/report/", {"rule": "1"})
    data = {"action": "screen", "rule": "3", "version": comment.version}
    moderator.post(f"{DESK}comments/{comment.pk}/decisions/", data)
    assert [bool(each.handled_at) for each in reports(pct_109)] == [False, True]


def test_signing_in_carries_reports_over_once(client, make_user, pct_109):
    idea, other = an_idea(pct_109), an_idea(pct_109, title="Another")
    user = make_user("neighbor@example.org")
    at_home = Client()
    at_home.force_login(user)
    report(at_home, idea)
    report(client, idea)
    report(client, other)
    client.post("/accounts/login/", {"login": user.email, "password": "engage-tests"})
    mine = Participant.objects.get(user=user)
    assert sorted(each.idea_id for each in reports(pct_109)) == sorted([idea.pk, other.pk])
    assert {each.participant_id for each in reports(pct_109)} == {mine.pk}


def test_the_api_takes_reports(client, pct_109, pct_110):
    idea = an_idea(pct_109)
    comment = a_comment(idea)
    for url in (f"{API}ideas/{idea.pk}/reports/", f"{API}comments/{comment.pk}/reports/"):
        first = client.post(url, {"rule": 3, "text": "Look."}, content_type="application/json")
        again = client.post(url, {"rule": 1}, content_type="application/json")
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == first.json()
        assert first.json()["handled"] is False
        for bad in ({}, {"rule": 99}, {"rule": "x"}, {"rule": 3, "text": "y" * 501}, {"rule": 10**30}):
            assert client.post(url, bad, content_type="application/json").status_code == 400, bad
    waiting = a_waiting_idea(pct_109)
    elsewhere = an_idea(pct_110)
    for hidden in (waiting, elsewhere):
        url = f"{API}ideas/{hidden.pk}/reports/"
        assert client.post(url, {"rule": 3}, content_type="application/json").status_code == 404
    set_status(idea, "merged")
    closed = client.post(f"{API}ideas/{idea.pk}/reports/", {"rule": 3}, content_type="application/json")
    assert (closed.status_code, closed.json()["idea_status"]) == (409, "merged")


@pytest.mark.django_db(transaction=True)
def test_a_double_click_reports_once(pct_109):
    idea, participant = an_idea(pct_109), Participant.objects.create()
    rule, together, outcomes = a_rule(), threading.Barrier(2), []

    def click():
        together.wait()
        try:
            with tenancy.enter(pct_109):
                _made, new = reporting.report(idea=idea, comment=None, participant=participant, rule=rule)
                outcomes.append(new)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _n in range(2)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert len(outcomes) == 2
    assert len(reports(pct_109)) == 1
