"""What a desk does beside deciding: assign, a day, labels, notes, saved replies; and what it refuses."""

import html

import pytest
from django.test import Client
from django.utils import timezone

from ideas.models import Idea, IdeaLabel, Label, Note, SavedReply
from precincts import tenancy
from tests.ideas.desk import ANSWER, DESK, address, decide, decisions, now
from tests.ideas.factory import a_waiting_idea, an_idea
from tests.together import at_once

pytestmark = pytest.mark.django_db

LONG = "x" * 1_000_000
ODD = ["🚓 👮🏽‍♀️", "שכן \u202e צועק", "每天晚上 ਹਰ ਰਾਤ", "<script>alert(1)</script>", "{{ 7 }} %s %(n)s"]


@pytest.fixture
def idea(pct_109):
    return an_idea(pct_109, title="Dark lamp", place="Main Street")


def send(client, idea, what, **data):
    return client.post(f"{address(idea)}{what}/", data)


def page_of(client, response):
    return html.unescape(
        (client.get(response.url) if response.status_code == 302 else response).content.decode()
    )


# Assigning


def test_an_officer_of_the_command_takes_it_on(moderator, commander, idea):
    response = send(moderator, idea, "assign", assigned_to=commander.user.pk)
    assert "with commander@example.org" in page_of(moderator, response)
    assert now(idea).assigned_to == commander.user
    assert "With commander" in moderator.get(DESK, {"show": "unanswered"}).content.decode()
    send(moderator, idea, "assign", assigned_to="")
    assert now(idea).assigned_to is None


def test_it_is_no_decision(moderator, commander, idea):
    before = now(idea)
    send(moderator, idea, "assign", assigned_to=commander.user.pk)
    send(moderator, idea, "notes", text="Ask the highway unit.")
    after = now(idea)
    assert (after.version, after.status, len(decisions(idea))) == (before.version, "spoken", 1)
    assert decide(commander, before, "hear", answer=ANSWER).status_code == 302


@pytest.mark.parametrize("who", ["0", "x", "9" * 400, "\x00", "elsewhere", "headquarters", "gone"])
def test_nobody_else_can_be_given_it(moderator, idea, pct_110, make_user, pct_109, who):
    people = {
        "elsewhere": make_user("far@example.org", role="moderator", command=pct_110),
        "headquarters": make_user("hq@example.org", role="reviewer"),
        "gone": make_user("gone@example.org", role="moderator", command=pct_109),
    }
    type(people["gone"]).objects.filter(pk=people["gone"].pk).update(is_active=False)
    response = send(moderator, idea, "assign", assigned_to=people[who].pk if who in people else who)
    assert response.status_code == 422
    assert "id_assign_assigned_to_error" in response.content.decode()
    assert now(idea).assigned_to is None


# A day


def test_a_day_is_set_and_taken_off(moderator, idea):
    day = timezone.localdate() + timezone.timedelta(days=3)
    send(moderator, idea, "due", due_on=day.isoformat())
    assert now(idea).due_on == day
    send(moderator, idea, "due", due_on="")
    assert now(idea).due_on is None


def test_a_day_that_has_passed_shows_in_the_list(moderator, idea, pct_109):
    with tenancy.enter(pct_109):
        Idea.objects.update(due_on=timezone.localdate() - timezone.timedelta(days=2))
    assert "its day is over" in moderator.get(DESK, {"show": "unanswered"}).content.decode()


@pytest.mark.parametrize(
    "day", ["2020-01-01", "x", "2026-02-31", "99999-01-01", "0000-00-00", LONG, "\x00", "明天"]
)
def test_a_day_that_is_none(moderator, idea, day):
    response = send(moderator, idea, "due", due_on=day)
    assert response.status_code == 422
    assert "id_due_due_on_error" in response.content.decode()
    assert html.escape(day) in response.content.decode()
    assert now(idea).due_on is None


# Labels


def labels_of(idea):
    with tenancy.enter(idea.command_id):
        return sorted(IdeaLabel.objects.filter(idea=idea).values_list("label__name", flat=True))


def test_labels_are_chosen_made_and_taken_off(moderator, idea, pct_109):
    response = send(moderator, idea, "labels", new="Lamps")
    assert "Lamps" in page_of(moderator, response)
    with tenancy.enter(pct_109):
        lamps, parks = Label.objects.get(), Label.objects.create(name="Parks")
    send(moderator, idea, "labels", labels=[lamps.pk, parks.pk], new="lamps")
    assert labels_of(idea) == ["Lamps", "Parks"]
    send(moderator, idea, "labels", labels=[parks.pk])
    assert labels_of(idea) == ["Parks"]


@pytest.mark.parametrize("new", ["x" * 41, LONG, "Null \x00"])
def test_a_label_that_is_none_comes_back(moderator, idea, new):
    response = send(moderator, idea, "labels", new=new)
    assert response.status_code == 422
    assert new in response.content.decode()
    assert labels_of(idea) == []


@pytest.mark.parametrize("chosen", ["x", "9" * 400, "-1"])
def test_a_label_that_there_is_not(moderator, idea, chosen):
    assert send(moderator, idea, "labels", labels=[chosen]).status_code == 422


@pytest.mark.parametrize("name", ODD)
def test_labels_are_kept_renamed_and_removed(moderator, idea, pct_109, name):
    assert moderator.post(f"{DESK}labels/", {"name": name}).status_code == 302
    page = moderator.get(f"{DESK}labels/").content.decode()
    assert html.escape(name) in page
    with tenancy.enter(pct_109):
        label = Label.objects.get()
        IdeaLabel.objects.create(idea=idea, label=label)
    assert moderator.post(f"{DESK}labels/{label.pk}/", {"name": "Parks"}).status_code == 302
    assert labels_of(idea) == ["Parks"]
    moderator.post(f"{DESK}labels/{label.pk}/", {"remove": "1"})
    assert labels_of(idea) == []


def test_two_labels_are_not_called_the_same(moderator, pct_109):
    moderator.post(f"{DESK}labels/", {"name": "Parks"})
    moderator.post(f"{DESK}labels/", {"name": "Lamps"})
    response = moderator.post(f"{DESK}labels/", {"name": "PARKS"})
    assert response.status_code == 422
    assert "There is such a label already." in response.content.decode()
    with tenancy.enter(pct_109):
        lamps = Label.objects.get(name="Lamps")
    response = moderator.post(f"{DESK}labels/{lamps.pk}/", {"name": "parks"})
    assert response.status_code == 422
    assert 'value="parks"' in response.content.decode()


# Notes


@pytest.mark.parametrize("text", [*ODD, "Two\r\nlines", "y" * 2000])
def test_a_note_is_for_colleagues_alone(moderator, client, idea, text):
    response = send(moderator, idea, "notes", text=text)
    page = page_of(moderator, response)
    assert text.partition("\r\n")[0] in page
    assert "moderator@example.org" in page
    assert text.partition("\r\n")[0] not in html.unescape(
        client.get(idea.get_absolute_url()).content.decode()
    )


@pytest.mark.parametrize("text", ["", " \r\n ", "y" * 2001, LONG, "Null \x00"])
def test_a_note_that_is_none_comes_back(moderator, idea, pct_109, text):
    response = send(moderator, idea, "notes", text=text)
    assert response.status_code == 422
    assert "id_note_text_error" in response.content.decode()
    assert text in response.content.decode().replace("\n", "\r\n") or text in response.content.decode()
    with tenancy.enter(pct_109):
        assert not Note.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_double_click_notes_once(moderator, commander, idea, pct_109):
    def click():
        browser = Client()
        browser.force_login(moderator.user)
        return send(browser, idea, "notes", text="Ask the school.").status_code

    assert at_once(*[click] * 3) == [302] * 3
    send(commander, idea, "notes", text="Ask the school.")
    with tenancy.enter(pct_109):
        assert Note.objects.count() == 2


# Saved replies


@pytest.fixture
def reply(pct_109):
    with tenancy.enter(pct_109):
        return SavedReply.objects.create(
            name="Heard", text="The {command} heard you about “{title}” at {place}, {date}."
        )


def insert(client, idea, reply, **fields):
    data = {"insert": "hear", "reply": reply, "version": 2} | fields
    return client.post(f"{address(idea)}decisions/", data)


def test_it_comes_into_the_answer_filled_and_below_what_is_there(commander, idea, reply):
    response = insert(commander, idea, reply.pk, answer="Hello.", announcement="Short.")
    assert response.status_code == 200
    page = html.unescape(response.content.decode())
    assert "Hello.\n\nThe 109th Precinct heard you about “Dark lamp” at Main Street, " in page
    assert ">\nShort.</textarea>" in page
    assert 'role="alert"' not in page
    assert now(idea).status == "spoken"
    assert len(decisions(idea)) == 1


@pytest.mark.parametrize("chosen", ["", "x", "0", "9" * 400, "\x00", "\u0663"])
def test_a_reply_that_there_is_not_loses_no_word(commander, idea, reply, chosen):
    response = insert(commander, idea, chosen, answer="All my words.")
    assert response.status_code in (200, 400)
    if response.status_code == 200:
        assert "All my words." in response.content.decode()
        assert "Choose a saved reply first." in response.content.decode()
    assert now(idea).status == "spoken"


def test_a_placeholder_that_there_is_not_is_said_beside_the_text(moderator, pct_109):
    data = {"name": "Thanks", "text": "Dear {naem}, thank you for {title}."}
    response = moderator.post(f"{DESK}replies/", data)
    page = html.unescape(response.content.decode())
    assert response.status_code == 422
    assert "There is no {naem}." in page
    assert "{title}, {place}" in page
    assert data["text"] in page
    with tenancy.enter(pct_109):
        assert not SavedReply.objects.exists()


@pytest.mark.parametrize("text", [*ODD, "Braces } { alone", "{}{", "Set of {a,b}"])
def test_what_is_kept_as_a_reply(moderator, pct_109, text):
    response = moderator.post(f"{DESK}replies/", {"name": text[:60], "text": text})
    refused = "{}" in text or "{a,b}" in text or "{{ 7 }}" in text
    assert response.status_code == (422 if refused else 302)
    assert html.escape(text) in moderator.get(f"{DESK}replies/").content.decode() or refused


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("name", LONG), ("text", ""), ("text", LONG), ("text", "\x00")]
)
def test_a_reply_that_is_none_comes_back(moderator, pct_109, field, value):
    data = {"name": "Thanks", "text": "Thank you."} | {field: value}
    response = moderator.post(f"{DESK}replies/", data)
    assert response.status_code == 422
    assert f"id_{field}_error" in response.content.decode()
    assert all(words in response.content.decode() for words in data.values())


def test_a_reply_is_changed_and_removed(moderator, reply, pct_109):
    url = f"{DESK}replies/{reply.pk}/"
    assert "The {command} heard you" in html.unescape(moderator.get(url).content.decode())
    moderator.post(url, {"name": "Heard", "text": "Thank you."})
    with tenancy.enter(pct_109):
        reply.refresh_from_db()
    assert (reply.text, reply.changed_by_id) == ("Thank you.", moderator.user.pk)
    moderator.post(url, {"remove": "1"})
    assert moderator.get(url).status_code == 404


def test_a_neighbors_braces_stay_what_they_are(commander, pct_109, reply):
    odd = an_idea(pct_109, title="{command} {0.__class__} %s", place="{phone}")
    page = html.unescape(insert(commander, odd, reply.pk).content.decode())
    assert "heard you about “{command} {0.__class__} %s” at {phone}" in page


def test_each_command_keeps_its_own(staff, make_user, pct_109, pct_110, reply):
    waiting = a_waiting_idea(pct_110)
    with tenancy.enter(pct_110):
        theirs = SavedReply.objects.create(name="Theirs", text="x")
        label = Label.objects.create(name="Theirs")
    moderator = staff("moderator")
    assert "Theirs" not in moderator.get(f"{DESK}replies/").content.decode()
    assert moderator.post(f"{DESK}replies/{theirs.pk}/", {"remove": "1"}).status_code == 404
    assert moderator.post(f"{DESK}labels/{label.pk}/", {"remove": "1"}).status_code == 404
    assert send(moderator, waiting, "notes", text="x").status_code == 404
