"""Flags: what a person should look at, with the words marked. They hide nothing and delay nothing."""

import pytest
from django.test import Client

from ideas import flagging, seen, submitting
from ideas.models import Comment, Idea
from ideas.models.desk import Fingerprint
from precincts import tenancy
from tests.ideas.factory import a_waiting_idea, an_idea
from tests.ideas.safety import API, BOARD, DESK, PHONE, a_comment, now

pytestmark = pytest.mark.django_db


def kinds(text):
    return [flag["kind"] for flag in flagging.of_texts({"body": text})]


def pieces(text):
    return [text[flag["start"] : flag["end"]] for flag in flagging.of_texts({"body": text})]


@pytest.mark.parametrize(
    "text",
    [
        "I will kill you if you park here again.",
        "We're going to burn down the bodega",
        "I'll hurt your kids",
        "i'm gonna shoot him",
        "Someone told me: watch your back.",
        "te voy a matar",
        "Je vais te tuer",
        "я тебя убью",
        "我要杀了你",
        "سأقتلك",
    ],
)
def test_threats_are_marked(text):
    assert "threat" in kinds(text), text


@pytest.mark.parametrize(
    "text",
    [
        "This crossing will kill someone one day.",
        "They shoot fireworks all night; we will beat the drum for a new lamp.",
        "I will attack this problem with you at the next council meeting.",
        "The noise is killing me, and I will hurt my back on that step.",
        "I will shoot a video of the corner tonight.",
    ],
)
def test_what_only_sounds_so_is_no_threat(text):
    assert "threat" not in kinds(text), text


@pytest.mark.parametrize(
    "text",
    [
        "The police here are useless, and the precinct lies to us.",
        "ACAB. These cops are pigs and cowards.",
        "Officers sit in their car and do nothing. Fire the commander!",
        "The shop keeps everything spic and span, with a chink in the fence.",
        "We are a queer youth group, and dykes on bikes ride on Sunday.",
        "My Maine coon is lost near Cracker Barrel and Dyker Heights.",
        "警察不作为，太黑了。",
        "La policía no hace nada, son unos vagos.",
    ],
)
def test_criticism_reclaimed_words_and_names_of_places_are_no_slurs(text):
    assert kinds(text) == [], text


def test_slurs_are_marked_whatever_side_they_come_from():
    for text in ("those faggots next door", "Go home, wetback!", "支那人滚出去", "malditos sudacas"):
        assert kinds(text) == ["slur"], text


def test_an_emergency_is_the_heaviest_and_stands_first():
    flags = flagging.of_texts({"title": "Call me: 718-555-0134", "body": "He has a gun and I will kill him."})
    assert [flag["kind"] for flag in flags][:2] == ["emergency", "emergency"]
    assert flagging.risk_of(flags) == flagging.URGENT == max(flagging.WEIGHTS.values())


def test_positions_count_in_each_field(client, pct_109):
    data = {"title": "Racing", "body": f"Call {PHONE} 😀 today please", "place": "Main St, or a@example.org"}
    client.post(f"{API}ideas/", data, content_type="application/json")
    with tenancy.enter(pct_109):
        idea = Idea.objects.get()
    found = {flag["kind"]: getattr(idea, flag["field"])[flag["start"] : flag["end"]] for flag in idea.flags}
    assert found == {"phone": PHONE, "email": "a@example.org"}
    assert idea.risk == 30


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5000,
        "١٢٣ مرحبا " * 200,
        "😀" * 1000,
        "\u202e right to left \u202c 718",
        "(" * 3000,
        "I will " * 900,
        "1-" * 2500,
        "a@" * 2500,
    ],
)
def test_any_text_can_be_looked_through(text):
    for flag in flagging.of_texts({"title": text[:120], "body": text, "place": ""}):
        assert 0 <= flag["start"] < flag["end"]


def test_it_is_looked_through_once_when_it_is_sent(client, moderator, pct_109, monkeypatch):
    a_waiting_idea(pct_109, body=f"Call me at {PHONE}.")
    monkeypatch.setattr(flagging, "of_texts", lambda _texts: pytest.fail("looked again"))
    assert moderator.get(DESK).status_code == 200
    assert moderator.get(f"{API}queue/").status_code == 200


def test_the_desk_marks_the_words_with_the_reason_in_words(moderator, pct_109):
    idea = a_waiting_idea(pct_109, title="Bins", body=f"Call me at {PHONE} about <b>bins</b>.")
    page = moderator.get(f"{DESK}ideas/{idea.pk}/").content.decode()
    assert (
        f'<mark class="flag flag--phone">{PHONE}</mark><small class="flag__why">phone number?</small>' in page
    )
    assert "This looks like a phone number." in page
    assert "&lt;b&gt;bins&lt;/b&gt;" in page


def test_the_api_names_every_reason(moderator, pct_109):
    a_waiting_idea(pct_109, body=f"I will hurt you. My number is {PHONE}.")
    item = moderator.get(f"{API}queue/").json()["results"][0]
    assert item["hints"] == ["This looks like a phone number."]
    assert [(flag["kind"], flag["field"]) for flag in item["flags"]] == [
        ("threat", "body"),
        ("phone", "body"),
    ]
    assert not item["urgent"]


def test_comments_are_looked_through_and_the_commands_own_are_not(commander, client, pct_109):
    idea = an_idea(pct_109)
    client.post(f"{BOARD}{idea.pk}/comments/", {"body": f"Call {PHONE}"})
    commander.post(f"{BOARD}{idea.pk}/comments/", {"body": "Call us at 718-555-0199"})
    with tenancy.enter(pct_109):
        theirs, ours = Comment.objects.order_by("pk")
    assert ([flag["kind"] for flag in theirs.flags], theirs.risk) == (["phone"], 30)
    assert ours.flags == []


# Text seen before

LONG = "Every night after eleven, motorcycles race down the boulevard and nobody on our block sleeps."


def like(item):
    return next((flag["like"] for flag in now(item).flags if flag["kind"] == "repeated"), "")


def test_the_same_text_is_known_again_across_people_and_kinds(pct_109):
    first = a_waiting_idea(pct_109, title="Racing at night", body=LONG)
    again = a_waiting_idea(pct_109, title="RACING at night!!", body=LONG.upper())
    near = a_waiting_idea(pct_109, title="Racing at night", body=LONG.replace("motorcycles", "mopeds"))
    assert like(first) == ""
    assert like(again) == f"idea:{first.pk}"
    assert like(near).startswith("idea:")
    shown = an_idea(pct_109, title="Another thing", body="The lamp at the corner has been dark for weeks.")
    said = a_comment(shown, body="Buy cheap watches at my shop on the corner, best price in town!")
    assert like(a_comment(shown, body="buy cheap watches at my shop on the corner. Best price in town")) == (
        f"comment:{said.pk}"
    )


def test_languages_without_spaces_are_known_again_too(pct_109):
    first = a_waiting_idea(
        pct_109, title="夜间飙车", body="每天晚上十一点以后，摩托车在大道上飙车，没有人能睡觉。"
    )
    again = a_waiting_idea(
        pct_109, title="夜间飙车", body="每天晚上十一点以后摩托车在大道上飙车，没有人能睡觉！"
    )
    other = a_waiting_idea(pct_109, title="路灯坏了", body="街角的路灯已经坏了好几个星期，晚上很黑很危险。")
    assert like(again) == f"idea:{first.pk}"
    assert like(other) == ""


def test_what_is_different_or_short_is_not(pct_109):
    a_waiting_idea(pct_109, title="Racing at night", body=LONG)
    other = a_waiting_idea(pct_109, title="Dark lamp", body="The lamp at the corner has been dark for weeks.")
    assert like(other) == ""
    shown = an_idea(pct_109, title="Another", body="Bins stand on the crossing since last Tuesday morning.")
    a_comment(shown, body="Same here!")
    assert like(a_comment(shown, body="Same here!")) == ""


def test_another_commands_text_and_an_old_one_are_not_known(pct_109, pct_110):
    old = a_waiting_idea(pct_109, title="Racing at night", body=LONG)
    assert like(a_waiting_idea(pct_110, title="Racing at night", body=LONG)) == ""
    with tenancy.enter(pct_109):
        before = old.created_at.replace(year=old.created_at.year - 1)
        Fingerprint.objects.update(created_at=before)
    assert like(a_waiting_idea(pct_109, title="Racing at night", body=LONG)) == ""
    with tenancy.enter(pct_109):
        seen.forget_old()
        assert {row.created_at for row in Fingerprint.objects.all()}.isdisjoint({before})


def test_a_fingerprint_holds_no_letters(pct_109):
    a_waiting_idea(pct_109, title="Racing at night", body=LONG)
    with tenancy.enter(pct_109):
        rows = list(Fingerprint.objects.values())
    assert 0 < len(rows) <= seen.KEPT
    assert all(isinstance(row["digest"], int) for row in rows)


def test_a_look_costs_the_same_however_much_was_sent(pct_109, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def submit():
        with tenancy.enter(pct_109), CaptureQueriesContext(connection) as queries:
            submitting.submit(participant=None, title="Racing at night", body=LONG)
        return len(queries)

    submit()
    few = submit()
    for _n in range(10):
        submit()
    assert submit() == few


def test_it_is_not_pushed_up_by_being_said_often(pct_109):
    a_waiting_idea(pct_109, title="Racing at night", body=LONG)
    assert now(a_waiting_idea(pct_109, title="Racing at night", body=LONG)).risk == 0


# Bursts


def test_many_from_one_source_are_marked_and_none_is_refused(client, pct_109, settings):
    settings.BURST = "2 per 10 minutes"
    for n in range(4):
        body = {"body": f"{n}. The lamp number {n * 37} on my block has been dark for {n + 3} weeks."}
        sent = client.post(f"{API}ideas/", body, content_type="application/json")
        assert sent.status_code == 201
    idea = an_idea(pct_109, title="Bins", body="Bins stand on the crossing since last Tuesday morning.")
    Client().post(f"{BOARD}{idea.pk}/comments/", {"body": "Here too, every Sunday."})
    with tenancy.enter(pct_109):
        rows = [*Idea.objects.exclude(pk=idea.pk).order_by("pk"), *Comment.objects.all()]
    assert [any(flag["kind"] == "burst" for flag in row.flags) for row in rows] == [
        False,
        False,
        True,
        True,
        True,
    ]


def test_the_source_is_kept_nowhere(client, pct_109, settings):
    settings.BURST = "1 per 10 minutes"
    for n in range(3):
        body = {"body": f"The lamp number {n * 37} on my block has been dark for {n + 3} weeks."}
        client.post(f"{API}ideas/", body, content_type="application/json", REMOTE_ADDR="203.0.113.77")
    with tenancy.enter(pct_109):
        rows = list(Idea.objects.values())
    assert "203.0.113.77" not in str(rows)


def test_nobody_hurries_while_redis_is_away(client, pct_109, settings):
    settings.BURST = "1 per 10 minutes"
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    for n in range(3):
        body = {"body": f"The lamp number {n * 37} on my block has been dark for {n + 3} weeks."}
        assert client.post(f"{API}ideas/", body, content_type="application/json").status_code == 201
    with tenancy.enter(pct_109):
        assert not any(flag["kind"] == "burst" for idea in Idea.objects.all() for flag in idea.flags)
