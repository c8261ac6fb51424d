"""The course: read, tried, passed or not; a certificate that runs out; headquarters sees who is due."""

import re
from datetime import timedelta

import pytest
from django.core import mail as outgoing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from socialfeeds import course_editing, reminding, training
from socialfeeds.models import Attempt, Certificate, Course
from tests.socialfeeds.voice import certify
from tests.together import at_once

pytestmark = pytest.mark.django_db
QUIZ, DUE, EDIT = "/course/quiz/", "/headquarters/training/", "/headquarters/training/course/"


@pytest.fixture
def at(make_user):
    def signed_in(role, command=None, email=None, certified=True):
        client = Client()
        client.user = make_user(email or f"{role}@example.org", role=role, command=command)
        if not certified:
            Certificate.objects.filter(user=client.user).delete()
        client.force_login(client.user)
        return client

    return signed_in


@pytest.fixture
def editor(at, pct_109):
    return at("editor", pct_109, certified=False)


def begun(client):
    """An attempt, begun in the browser."""
    assert client.post(QUIZ).url == QUIZ
    return Attempt.objects.get(user=client.user, ended_at=None)


def answers(attempt, wrong=0, missing=0):
    """What the form sends: so many wrong, so many without an answer."""
    data = {"attempt": attempt.pk}
    for place, asked in enumerate(training.questions_of(attempt)):
        if place >= len(attempt.asked) - missing:
            continue
        others = [number for number, _text in asked.choices if number != asked.right]
        data[f"q{asked.question.pk}"] = others[0] if place < wrong else asked.right
    return data


def test_the_first_edition_has_lessons_scenarios_and_a_bank():
    course = training.course_now()
    assert 6 <= course.lessons.count() <= 8
    assert all(3 <= lesson.scenarios.count() <= 4 for lesson in course.lessons.all())
    assert course.questions.count() >= 24
    for question in course.questions.all():
        assert sum(choice["right"] for choice in question.choices) == 1
        assert len({choice["text"] for choice in question.choices}) == 4


def test_lessons_are_read_and_scenarios_tried_without_a_script(editor):
    page = editor.get("/course/").content.decode()
    assert "You have no certificate yet" in page
    course = training.course_now()
    for place, lesson in enumerate(course.lessons.all(), start=1):
        assert lesson.title in editor.get("/course/").content.decode()
        page = editor.get(f"/course/lessons/{place}/").content.decode()
        assert "**" not in page
    scenario = course.lessons.first().scenarios.filter(may_post=False).first()
    url = f"/course/lessons/1/?scenario={scenario.pk}"
    assert "Look again." in editor.get(f"{url}&post=yes").content.decode()
    right = editor.get(f"{url}&post=no").content.decode()
    assert "Right." in right
    assert scenario.why in right
    assert "Right." not in editor.get("/course/lessons/1/?scenario=x&post=no").content.decode()
    assert editor.get("/course/lessons/0/").status_code == 404
    assert editor.get("/course/lessons/99/").status_code == 404


def test_passed_it_gives_a_certificate_that_runs_out(editor):
    attempt = begun(editor)
    assert len({line["question"] for line in attempt.asked}) == attempt.course.questions_asked
    answer = editor.post(QUIZ, answers(attempt, wrong=2))
    page = editor.get(answer.url).content.decode()
    assert "8 of 10 are right" in page
    assert "You passed" in page
    certificate = Certificate.objects.get(user=editor.user)
    assert certificate.expires_at == certificate.issued_at + timedelta(days=365)
    now = timezone.now()
    assert training.valid_certificate(editor.user, now) == certificate
    assert training.valid_certificate(editor.user, now + timedelta(days=366)) is None
    assert "You have a certificate" in editor.get("/course/").content.decode()


def test_failed_it_says_which_and_lets_one_try_again(editor):
    attempt = begun(editor)
    answer = editor.post(QUIZ, answers(attempt, wrong=3))
    page = editor.get(answer.url).content.decode()
    assert "7 of 10 are right" in page
    assert page.count("Right is") == 3
    assert training.questions_of(attempt)[0].question.why in page
    assert not Certificate.objects.filter(user=editor.user).exists()
    assert begun(editor) != attempt


def test_an_open_attempt_survives_a_reload_two_tabs_and_a_second_sending(editor, at, pct_109):
    attempt = begun(editor)
    assert begun(editor) == attempt
    one, other = editor.get(QUIZ).content.decode(), editor.get(QUIZ).content.decode()
    order = re.compile(r'name="(q\d+)"\s+value="(\d+)"')
    assert order.findall(one) == order.findall(other)
    # Some without an answer: told which, and the others stay.
    answer = editor.post(QUIZ, answers(attempt, missing=2))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Question 9 has no answer yet" in page
    assert page.count("checked") == editor.get(QUIZ).content.decode().count("checked") == 8
    sent = answers(attempt)
    assert editor.post(QUIZ, sent).url == f"{QUIZ}{attempt.pk}/"
    # The second tab, and with other answers: what came first counts.
    assert editor.post(QUIZ, answers(attempt, wrong=9)).url == f"{QUIZ}{attempt.pk}/"
    attempt.refresh_from_db()
    assert (attempt.right, Certificate.objects.filter(user=editor.user).count()) == (10, 1)
    # Nobody else's.
    other = at("commander", pct_109)
    assert other.get(f"{QUIZ}{attempt.pk}/").status_code == 404
    assert other.post(QUIZ, sent).status_code == 404
    assert other.get(QUIZ).url == "/course/"


def test_what_no_form_sends_breaks_nothing(editor):
    attempt = begun(editor)
    good = answers(attempt)
    name = next(name for name in good if name != "attempt")
    for wrong in ("", "99", "-1", "x", "9" * 400, "\x00"):
        assert editor.post(QUIZ, answers(attempt, missing=10) | {name: wrong}).status_code == 422, wrong
    for wrong in ("0", "x", "9" * 400, "9" * 17):
        assert editor.post(QUIZ, {"attempt": wrong}).status_code == 404, wrong


@pytest.mark.django_db(transaction=True)
def test_begun_or_sent_twice_at_once_it_is_one(make_user, pct_109):
    user = make_user("editor@example.org", role="editor", command=pct_109)
    Certificate.objects.all().delete()
    attempts = at_once(*[lambda: training.begin(user=user)] * 3)
    assert len({attempt.pk for attempt in attempts}) == 1
    chosen = {asked.question.pk: asked.right for asked in training.questions_of(attempts[0])}
    at_once(*[lambda: training.answer(attempt=attempts[0], chosen=chosen)] * 3)
    assert Certificate.objects.count() == 1


# --- headquarters ------------------------------------------------------------------------------------------


def test_headquarters_sees_who_is_due(at, make_user, pct_109):
    administrator = at("administrator")
    days = {"valid": 200, "ending": 20, "expired": -1}
    people = {}
    for name in ("none", "valid", "ending", "expired", "revoked"):
        people[name] = make_user(f"{name}@example.org", role="editor", command=pct_109)
        Certificate.objects.filter(user=people[name]).delete()
        if name in days:
            certify(people[name], days[name])
    certificate = certify(people["revoked"])
    make_user("moderator@example.org", role="moderator", command=pct_109)
    page = administrator.get(f"{DUE}people/{people['revoked'].pk}/").content.decode()
    assert "revoked@example.org" in page
    revoke = f"{DUE}people/{people['revoked'].pk}/"
    assert administrator.post(revoke, {"reason": ""}).status_code == 422
    assert administrator.post(revoke, {"reason": "Shared a password."}).url == DUE
    certificate.refresh_from_db()
    assert (certificate.revoked_by, certificate.reason) == (administrator.user, "Shared a password.")
    for name, person in people.items():
        found = {line["user"] for line in administrator.get(DUE, {"standing": name}).context["lines"]}
        assert found & set(people.values()) == {person}, name
    everybody = administrator.get(DUE).content.decode()
    assert "moderator@example.org" not in everybody
    assert "ends within 30 days" in everybody
    assert len(administrator.get(DUE, {"q": "ending@"}).context["lines"]) == 1
    assert administrator.get(DUE, {"q": "%", "standing": "x", "page": "x"}).status_code == 200
    reader = Client()
    reader.force_login(people["revoked"])
    assert "Shared a password." in reader.get("/course/").content.decode()


def test_the_list_asks_no_more_for_more(at, make_user, pct_109):
    administrator = at("administrator")

    def queries():
        with CaptureQueriesContext(connection) as captured:
            administrator.get(DUE)
        return len(captured)

    make_user("e0@example.org", role="editor", command=pct_109)
    few = queries()
    for number in range(1, 12):
        make_user(f"e{number}@example.org", role="editor", command=pct_109)
    assert queries() == few


def test_the_next_edition_is_written_tried_and_published(at, editor):
    administrator = at("administrator")
    attempt = begun(editor)
    assert administrator.post(EDIT, {"do": "begin"}).url == EDIT
    administrator.post(EDIT, {"do": "begin"})
    draft = course_editing.draft()
    assert (draft.number, draft.lessons.count(), Course.objects.count()) == (2, 7, 2)
    lesson, question = draft.lessons.first(), draft.questions.first()
    edit = f"/headquarters/training/lessons/{lesson.pk}/"
    assert lesson.scenarios.first().text in administrator.get(edit).content.decode()
    sent = {"title": "Why we are here", "place": 1, "body": "**New** words", "do": "preview"}
    sent |= {"s-TOTAL_FORMS": 2, "s-INITIAL_FORMS": 0, "s-0-text": "Hi", "s-0-why": "It says nothing."}
    assert "<strong>New</strong> words" in administrator.post(edit, sent).content.decode()
    wrong = administrator.post(edit, sent | {"title": "", "s-0-why": "", "do": "save"})
    assert wrong.status_code == 422
    assert "id_title_error" in wrong.content.decode()
    assert "id_s-0-why_error" in wrong.content.decode()
    assert administrator.post(edit, sent | {"do": "save"}).url == EDIT
    assert [one.text for one in lesson.scenarios.all()] == ["Hi"]
    asks = f"/headquarters/training/questions/{question.pk}/"
    asked = {"text": "Which?", "right": "This", "wrong": "That\nThose", "why": "So."}
    assert administrator.post(asks, asked | {"wrong": "This"}).status_code == 422
    assert administrator.post(asks, asked | {"wrong": "a\na"}).status_code == 422
    assert administrator.post(asks, asked).url == EDIT
    assert administrator.post("/headquarters/training/questions/new/", asked).url == EDIT
    settings = {"questions_asked": 2, "questions_right": 3, "lasts_days": 100, "note": "Shorter."}
    assert administrator.post(EDIT, settings | {"do": "publish"}).status_code == 422
    assert administrator.post(EDIT, settings | {"do": "publish", "questions_right": 2}).url == DUE
    course = training.course_now()
    assert (course.number, course.published_by, course.questions.count()) == (2, administrator.user, 31)
    # Published, it is not written in any more; and the one before stays as it was.
    assert administrator.get(edit).status_code == 404
    assert Course.objects.get(number=1).lessons.first().title == "What the account is for"
    assert "Why we are here" in editor.get("/course/").content.decode()
    # Who was in the midst of it ends the edition that they began.
    assert "You passed" in editor.get(editor.post(QUIZ, answers(attempt)).url).content.decode()
    assert (len(begun(editor).asked), Certificate.objects.filter(user=editor.user).count()) == (2, 1)


def test_a_draft_is_discarded_and_an_empty_one_not_published(at):
    administrator = at("administrator")
    administrator.post(EDIT, {"do": "begin"})
    course_editing.draft().lessons.all().delete()
    settings = {"questions_asked": 2, "questions_right": 2, "lasts_days": 100, "note": "Shorter."}
    answer = administrator.post(EDIT, settings | {"do": "publish"})
    assert answer.status_code == 422
    assert "at least one lesson" in answer.content.decode()
    for wrong in ({"lasts_days": "0"}, {"questions_asked": "9" * 400}, {"note": "x" * 1001}, {"note": ""}):
        answer = administrator.post(EDIT, settings | {"do": "publish"} | wrong)
        assert answer.status_code == 422, wrong
    assert administrator.post(EDIT, {"do": "discard"}).url == DUE
    assert not course_editing.draft()
    assert administrator.post(EDIT, settings | {"do": "save"}).url == EDIT
    assert Course.objects.count() == 1


# --- letters -----------------------------------------------------------------------------------------------


def test_a_letter_thirty_days_and_seven_days_before_the_end_once(make_user, pct_109):
    soon, later, renewed, gone = (
        make_user(f"{name}@example.org", role="editor", command=pct_109)
        for name in ("soon", "later", "renewed", "gone")
    )
    Certificate.objects.all().delete()
    certify(soon, 29)
    certify(later, 60)
    certify(renewed, 20)
    certify(renewed, 300)
    certify(gone, 20)
    gone.memberships.all().delete()
    now = timezone.now()
    assert [(one.user, days) for one, days in training.ending(now)] == [(soon, 30)]
    assert [reminding.remind(now), reminding.remind(now)] == [1, 0]
    assert [letter.to for letter in outgoing.outbox] == [["soon@example.org"]]
    assert "/course/" in outgoing.outbox[0].body
    assert reminding.remind(now + timedelta(days=23)) == 1
    assert reminding.remind(now + timedelta(days=24)) == 0
    assert reminding.remind(now + timedelta(days=31)) == 1  # the other, 29 days before its end
    assert [letter.to[0] for letter in outgoing.outbox[1:]] == ["soon@example.org", "later@example.org"]
