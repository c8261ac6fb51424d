"""Raising an issue: one form that asks for another look only where there is something to see."""

import time
from html import unescape
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client

from ideas.models import Idea, Topic
from precincts import tenancy
from precincts.models import Command, Participant
from tests.ideas.factory import an_idea
from tests.ideas.form import Form
from tests.ideas.pictures import a_photo
from tests.together import at_once

pytestmark = pytest.mark.django_db
NEW = "/pct-109/ideas/new/"
REVIEW = "/pct-109/ideas/new/review/"
LAMP = "The lamp at the corner of Main St has been dark for weeks."


def form_of(response):
    return Form(response.content.decode())


def again(client, response, **changes):
    """Send the form that came back as it stands, or changed."""
    return client.post(NEW, {**form_of(response).fields, **changes})


def send(client, body=LAMP, **fields):
    return client.post(NEW, {"body": body, "key": uuid4()} | fields)


def ideas(command):
    with tenancy.enter(command):
        return list(Idea.objects.select_related("topic", "participant").order_by("pk"))


def only(command):
    [idea] = ideas(command)
    return idea


# Sending


def test_the_form_and_its_own_key(client, pct_109):
    first, second = client.get(NEW), client.get(NEW)
    assert first.status_code == 200
    keys = {form_of(response).fields["key"][0] for response in (first, second)}
    assert len(keys) == 2
    assert "Anybody" in first.content.decode()
    assert client.head(NEW).status_code == 200


def test_an_issue_is_raised_and_waits(client, pct_109):
    fields = {"title": "Dark corner", "topic": "lighting", "place": "Main St and 39 Av"}
    response = send(client, latitude="40.7593", longitude="-73.8301", **fields)
    idea = only(pct_109)
    assert response.url == f"/pct-109/ideas/{idea.pk}/?sent=1"
    assert (idea.title, idea.body, idea.topic.slug, idea.place) == (
        "Dark corner",
        LAMP,
        "lighting",
        "Main St and 39 Av",
    )
    assert (idea.latitude, idea.longitude, idea.precision) == (40.7593, -73.8301, "point")
    assert (idea.status, idea.published_at, idea.version) == ("waiting", None, 1)
    page = client.get(response.url).content.decode()
    assert "A moderator reviews your issue" in page
    assert 'data-draft-sent="pct-109"' in page
    assert "data-draft-sent" not in client.get(f"/pct-109/ideas/{idea.pk}/").content.decode()


def test_a_few_words_are_enough(client, pct_109):
    send(client, "No light here.")
    idea = only(pct_109)
    assert (idea.title, idea.place, idea.topic, idea.precision) == ("No light here", "", None, "none")


def test_a_place_in_words_is_known_as_such(client, pct_109):
    send(client, place="Kissena Park")
    assert only(pct_109).precision == "address"


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("The lamp is dark.\nIt has been so for weeks.", "The lamp is dark"),
        ("The lamp is dark. It has been so for weeks.", "The lamp is dark"),
        ("Is it safe here? I do not know.", "Is it safe here?"),
        ("Dark again...\nand again", "Dark again..."),
        ("Stop it now! Every night the same.", "Stop it now!"),
        ("\n\n   First line   \nSecond line", "First line"),
        ("路灯坏了三个星期了。没有人来修。", "路灯坏了三个星期了。"),
        ("가로등이 몇 주째 꺼져 있어요! 고쳐 주세요.", "가로등이 몇 주째 꺼져 있어요!"),
        ("St. Marks needs light", "St. Marks needs light"),
        ("word " * 60, ("word " * 22) + "word…"),
        ("x" * 300, "x" * 119 + "…"),
        ("🚦" * 200, "🚦" * 119 + "…"),
        ("مصباح الشارع مكسور منذ أسابيع", "مصباح الشارع مكسور منذ أسابيع"),
    ],
)
def test_the_title_comes_from_the_first_line(client, pct_109, body, title):
    assert send(client, body).status_code == 302
    assert only(pct_109).title == title


def test_a_title_of_ones_own_stays(client, pct_109):
    send(client, title="  Lamps, please  ")
    assert only(pct_109).title == "Lamps, please"


@pytest.mark.parametrize(
    "body",
    [
        "🚨🚓 Lights out 👩‍👩‍👧‍👦 at the corner 🏳️‍🌈",
        "הרחוב חשוך כבר שבועות",
        "الشارع مظلم منذ أسابيع \u202egnihtemos\u202c",
        "x" * 5000,
        "<script>alert(1)</script><b>bold</b> & \"quoted\" 'text' {{ 7|add:7 }}",
        "line\r\n" * 100,
        "tab\tand\vvertical\fform and nothing else",
        "a\u0301\u0302\u0303" * 300,
    ],
)
def test_any_text_is_taken_as_it_is(client, pct_109, body):
    response = send(client, body)
    assert response.status_code == 302
    idea = only(pct_109)
    assert idea.body == body.replace("\r\n", "\n").strip()
    page = client.get(response.url).content.decode()
    assert "<script>alert" not in page
    assert "{{" not in page.replace(unescape("{{ 7|add:7 }}"), "")


def test_a_new_line_counts_as_one_letter_as_it_does_in_the_browser(client, pct_109):
    assert send(client, "abcdefghi\r\n" * 499 + "abcdefghij").status_code == 302
    assert len(only(pct_109).body) == 5000


# Nothing typed is lost


TYPED = {
    "body": "The lamp is dark & <nobody> came.\r\nSince May.",
    "title": 'Lamp & "light" <b>',
    "topic": "lighting",
    "place": "Main St 'corner'",
    "latitude": "40.7593",
    "longitude": "-73.8301",
}


def same(fields, **changes):
    expected = {**TYPED, **changes}
    for name, value in expected.items():
        got = fields[name][0]
        assert got.replace("\r\n", "\n") == value.replace("\r\n", "\n"), name


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"body": ""}, "Say in a sentence or two"),
        ({"body": "   \r\n  "}, "Say in a sentence or two"),
        ({"body": "short"}, "A few more words"),
        ({"body": "x" * 5001}, "at most 5000 characters"),
        ({"body": "Null \x00 inside the text"}, "Null characters are not allowed"),
        ({"title": "x" * 121}, "at most 120 characters"),
        ({"title": "Null \x00"}, "Null characters are not allowed"),
        ({"place": "x" * 201}, "at most 200 characters"),
        ({"place": "Null \x00"}, "Null characters are not allowed"),
        ({"topic": "no-such-topic"}, "Select a valid choice"),
        ({"topic": "\x00"}, "Select a valid choice"),
    ],
)
def test_what_was_typed_comes_back_with_what_is_wrong(client, pct_109, wrong, says):
    response = send(client, **{**TYPED, **wrong})
    assert response.status_code == 422
    assert says in unescape(response.content.decode())
    fields = form_of(response).fields
    if "topic" in wrong:
        fields["topic"], wrong = [TYPED["topic"]], {}  # a choice that there is not cannot be shown
    same(fields, **wrong)
    assert not ideas(pct_109)


@pytest.mark.parametrize("letters", [5_001, 1_000_000])
def test_far_too_much_text_is_told_and_given_back(client, pct_109, letters):
    body = "The street is dark. " * (letters // 20) + "x" * 20
    started = time.monotonic()
    response = send(client, body)
    assert response.status_code == 422
    assert form_of(response).fields["body"] == [body]
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("letter", ["é", "街", "ا", "🚦"])
def test_a_million_letters_of_any_script_are_given_back(client, pct_109, letter):
    """As a form without photos sends them: percent-encoded, three characters a byte."""
    data = urlencode({"body": letter * 1_000_000})
    response = client.post(NEW, data, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 422
    assert form_of(response).fields["body"] == [letter * 1_000_000]
    assert not ideas(pct_109)


def test_more_than_any_text_is_refused_before_it_is_read(client, pct_109):
    assert send(client, "🚦" * 4_000_000).status_code == 400
    assert not ideas(pct_109)


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_bytes_that_are_no_text_do_no_harm(client, pct_109, content_type):
    """Half a pair of UTF-16, as some phones send it, and plain nonsense."""
    head = b'--x\r\nContent-Disposition: form-data; name="body"\r\n\r\n'
    if "multipart" in content_type:
        data = head + b"The lamp \xed\xa0\xbd is \xff dark\r\n--x--\r\n"
    else:
        data = b"body=The+lamp+%ED%A0%BD+is+%FF+dark"
    response = client.generic("POST", NEW, data, content_type=content_type)
    assert response.status_code == 302
    assert only(pct_109).body.startswith("The lamp \ufffd")


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("nonsense", "-73.83"),
        ("40.75", ""),
        ("", "-73.83"),
        ("nan", "nan"),
        ("inf", "-inf"),
        ("0", "0"),
        ("90", "180"),
        ("1e400", "-73.83"),
        ("-73.83", "40.75"),
        ("40,75", "-73,83"),
        ("9" * 5000, "1"),
        ("40.75\x00", "-73.83"),
    ],
)
def test_a_pin_elsewhere_is_told_once_and_taken_off(client, pct_109, latitude, longitude):
    response = send(client, **{**TYPED, "latitude": latitude, "longitude": longitude})
    assert response.status_code == 422
    assert "The pin lay outside the city" in response.content.decode()
    same(form_of(response).fields, latitude="", longitude="")
    assert again(client, response).status_code == 302
    idea = only(pct_109)
    assert (idea.latitude, idea.longitude, idea.precision) == (None, None, "address")


def test_a_board_that_asks_for_more_meanwhile_keeps_what_was_typed(client, pct_109):
    Command.objects.filter(slug="pct-109").update(who_may_submit="verified")
    response = send(client, **TYPED)
    assert response.status_code == 403
    assert "Sign in with a verified e-mail address first" in response.content.decode()
    same(form_of(response).fields)
    assert not ideas(pct_109)


def test_too_many_at_once_keep_what_was_typed(client, pct_109, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"submit": "1/hour"}
    assert send(client).status_code == 302
    response = send(client, **TYPED)
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert "a lot at once" in response.content.decode()
    same(form_of(response).fields)
    only(pct_109)


def test_photos_stay_while_the_form_comes_back(client, pct_109, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    response = send(client, **{**TYPED, "body": "short", "photos": [a_photo("red"), a_photo("lime")]})
    keys = form_of(response).fields["photo"]
    assert len(keys) == 2
    assert "Add a photo" in response.content.decode()  # one more
    response = again(client, response, body="still", photos=[a_photo("blue")])
    assert form_of(response).fields["photo"][:2] == keys
    assert 'type="file"' not in response.content.decode()
    assert again(client, response, body=LAMP).status_code == 302
    with tenancy.enter(pct_109):
        assert [str(photo.key) for photo in Idea.objects.get().photos.all()][:2] == keys


def test_the_enter_key_sends_the_form_and_presses_no_button_of_the_review(client, pct_109):
    """A browser presses the first button of a form: it must be one that only sends."""
    an_idea(pct_109, title="The lamp at the corner of Main St is dark")
    response = send(client, LAMP + " Call me: 718-555-0142.")
    buttons = form_of(response).buttons
    assert len(buttons) > 3
    assert not {"name", "formaction"} & set(buttons[0])
    assert buttons[0]["type"] == "submit"


# An emergency


EMERGENCY = "A man has a gun at the corner, somebody is bleeding."


def test_an_emergency_is_told_first_and_then_goes_on_with_all_that_was_typed(client, pct_109):
    response = send(client, **{**TYPED, "body": EMERGENCY})
    page = response.content.decode()
    assert response.status_code == 200
    assert page.index('href="tel:911"') < page.index("<h1>Raise an issue</h1>")
    same(form_of(response).fields, body=EMERGENCY)
    assert not ideas(pct_109)
    assert 'form="composer"' in page
    response = again(client, response)
    assert response.status_code == 302
    assert only(pct_109).body == EMERGENCY


def test_an_emergency_comes_before_the_review_and_is_told_once(client, pct_109):
    an_idea(pct_109, title="Man with a gun at the corner")
    response = send(client, EMERGENCY + " Call 718-555-0142.")
    assert "Call 911" in response.content.decode()
    assert "Already raised?" not in response.content.decode()
    response = again(client, response)
    assert "Already raised?" in response.content.decode()
    assert "718-555-0142" in response.content.decode()
    assert again(client, response).status_code == 302


def test_an_emergency_keeps_the_photos(client, pct_109, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    response = send(client, EMERGENCY, photos=[a_photo()])
    assert again(client, response).status_code == 302
    with tenancy.enter(pct_109):
        assert Idea.objects.get().photos.count() == 1


# Personal data


PRIVATE = "Ask Mr. Alvarez, 718-555-0142 or joe@example.org, plate ABC-1234."


def test_what_looks_private_is_shown_once_and_may_be_sent(client, pct_109):
    response = send(client, PRIVATE, place="45-12 Main Street")
    page = response.content.decode()
    for piece in ("718-555-0142", "joe@example.org", "ABC-1234", "Mr. Alvarez"):
        assert f"<b>{piece}</b>" in page
    assert not ideas(pct_109)
    assert again(client, response).status_code == 302
    assert only(pct_109).body == PRIVATE


def test_one_piece_is_taken_out_and_the_rest_stays(client, pct_109):
    response = send(client, **{**TYPED, "body": PRIVATE})
    response = again(client, response, take_out="718-555-0142")
    fields = form_of(response).fields
    same(fields, body=PRIVATE.replace("718-555-0142", "[removed]"))
    response = again(client, response)
    assert "joe@example.org</b>" in response.content.decode()
    assert "718-555-0142" not in response.content.decode()


def test_a_name_is_taken_out_although_its_address_stands_elsewhere(client, pct_109):
    response = send(client, PRIVATE, place="45-12 Main Street", title="Mr. Alvarez again")
    response = again(client, response, take_out="Mr. Alvarez")
    fields = form_of(response).fields
    assert "Alvarez" not in fields["body"][0] + fields["title"][0]
    assert fields["place"] == ["45-12 Main Street"]


def test_everything_is_taken_out_at_once_and_it_goes(client, pct_109):
    response = again(client, send(client, PRIVATE), take_out="all")
    assert again(client, response).status_code == 302
    assert "555" not in only(pct_109).body
    assert only(pct_109).body.count("[removed]") == 3


def test_after_another_change_one_is_asked_again(client, pct_109):
    response = send(client, PRIVATE)
    response = again(client, response, body=PRIVATE + " And 212-555-0188.")
    assert "212-555-0188</b>" in response.content.decode()
    assert not ideas(pct_109)


@pytest.mark.parametrize("reviewed", ["x", "0" * 64, "x" * 65, "\x00"])
def test_a_review_that_did_not_happen_does_not_count(client, pct_109, reviewed):
    assert send(client, PRIVATE, reviewed=reviewed).status_code in (200, 422)
    assert not ideas(pct_109)


def test_taking_out_of_far_too_much_text_is_quick(client, pct_109):
    body = "718-555-0142 a@b.co " * 50_000
    started = time.monotonic()
    response = send(client, body, take_out="all")
    assert time.monotonic() - started < 5
    assert form_of(response).fields["body"][0].strip() == body.strip()
    assert "at most 5000" in response.content.decode()


# Already raised?


def test_something_alike_is_shown_with_a_vote_instead(client, pct_109):
    like = an_idea(pct_109, title="Lamp dark at the corner of Main St", body="No light since May.")
    response = send(client)
    page = response.content.decode()
    assert "Already raised?" in page
    assert "Lamp dark at the corner of Main St" in page
    assert "No light since May." in page
    [instead] = [button for button in form_of(response).buttons if "formaction" in button]
    assert instead["formaction"] == f"/pct-109/ideas/{like.pk}/vote/?instead=1"
    done = client.post(instead["formaction"], {**form_of(response).fields, "value": "1"})
    assert done.url == f"/pct-109/ideas/{like.pk}/?instead=1"
    [idea] = ideas(pct_109)
    assert (idea.pk, idea.up) == (like.pk, 1)
    page = send(client).content.decode()
    assert "You voted for this." in page
    assert "Add my vote instead" not in page


def test_it_may_be_raised_all_the_same(client, pct_109):
    an_idea(pct_109, title="Lamp dark at the corner of Main St")
    assert again(client, send(client)).status_code == 302
    assert len(ideas(pct_109)) == 2


# 250 m to the north are 0.002246 degrees of latitude; to the east, at 40.76, 0.002964 of longitude.
@pytest.mark.parametrize(
    ("north", "east", "near"),
    [
        (0, 0, True),
        (0.00224, 0, True),
        (0.00226, 0, False),
        (0, 0.00295, True),
        (0, 0.00298, False),
        (-0.0015, -0.002, True),
        (0.0018, 0.0024, False),
    ],
)
def test_open_issues_within_250_meters(client, pct_109, north, east, near):
    an_idea(pct_109, title="Potholes", body="Deep ones.", latitude=40.76 + north, longitude=-73.83 + east)
    response = send(client, latitude="40.76", longitude="-73.83")
    assert (response.status_code == 200) is near
    assert ("Potholes" in response.content.decode()) is near


@pytest.mark.parametrize("status", ["waiting", "acted", "referred", "screened", "merged", "withdrawn"])
def test_only_open_issues_are_alike_or_near(client, pct_109, status):
    an_idea(pct_109, title="Lamp dark at the corner of Main St", latitude=40.76, longitude=-73.83)
    with tenancy.enter(pct_109):
        Idea.objects.update(status=status)
    assert send(client, latitude="40.76", longitude="-73.83").status_code == 302


def test_an_issue_of_another_command_is_not_near(client, pct_110, pct_109):
    an_idea(pct_110, title="Lamp dark at the corner of Main St", latitude=40.76, longitude=-73.83)
    assert send(client, latitude="40.76", longitude="-73.83").status_code == 302


def test_the_same_topic_comes_first_and_none_twice(client, pct_109):
    lighting = Topic.objects.get(slug="lighting")
    here = {"latitude": 40.76, "longitude": -73.83}
    an_idea(pct_109, title="Potholes", body="Deep ones.", **here)
    an_idea(pct_109, title="Bulb gone", body="Dark.", topic=lighting, latitude=40.7605, longitude=-73.83)
    an_idea(pct_109, title="Lamp dark at the corner of Main St", **here)
    page = send(client, topic="lighting", **here).content.decode()
    assert page.index("Bulb gone") < page.index("Potholes")
    assert page.count('<h3 dir="auto">') == 3
    assert "m from your place" in page


# Sent twice


def test_one_key_raises_one_issue(client, pct_109):
    key = uuid4()
    first, second = send(client, key=key), send(client, key=key)
    assert first.url == second.url
    only(pct_109)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_by_a_newcomer_raises_one_issue_that_the_browser_may_read(pct_109):
    for _ in range(3):
        key, clicks = uuid4(), [Client(), Client(), Client()]
        answers = at_once(*[lambda client=client, key=key: send(client, key=key) for client in clicks])
        assert len({answer.url for answer in answers}) == 1
        # Whichever answer came last, its cookie is the author's.
        for client in clicks:
            assert client.get(answers[0].url).status_code == 200
    assert len(ideas(pct_109)) == 3


def test_going_back_and_saying_something_else_is_another_issue(client, pct_109):
    key = uuid4()
    send(client, key=key)
    assert send(client, "Something else: the bus shelter has no roof.", key=key).status_code == 302
    assert [idea.body[:9] for idea in ideas(pct_109)] == ["The lamp ", "Something"]


def test_somebody_elses_key_opens_nothing(client, pct_109, make_user):
    """A key is known to whoever has the form. With an account one stays who one is."""
    key, other = uuid4(), Client()
    send(client, key=key)
    other.force_login(make_user())
    response = send(other, key=key)
    assert other.get(response.url).status_code == 404
    only(pct_109)


@pytest.mark.parametrize("key", ["nonsense", "\x00"])
def test_a_key_that_is_none_is_told(client, pct_109, key):
    assert send(client, key=key).status_code == 422


def test_without_a_key_it_goes_too(client, pct_109):
    assert client.post(NEW, {"body": LAMP}).status_code == 302


def test_a_signed_in_neighbors_issue_is_theirs_on_any_device(client, pct_109, make_user):
    user = make_user()
    client.force_login(user)
    response = send(client)
    assert only(pct_109).participant == Participant.objects.get(user=user)
    laptop = Client()
    laptop.force_login(user)
    assert laptop.get(response.url).status_code == 200
