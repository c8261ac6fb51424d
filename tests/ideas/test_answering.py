"""Writing an answer with all that belongs to it: a preview, a day, photos, other ideas; and editing it."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from ideas import moderating, undoing
from ideas.models import Action, Decision, Idea, Photo, Status
from precincts import tenancy
from socialfeeds.models import Message
from tests.ideas.desk import decide, decisions, now, set_status
from tests.ideas.factory import a_waiting_idea, an_acted_idea, an_idea
from tests.ideas.pictures import a_photo, upload
from tests.socialfeeds.voice import an_account

pytestmark = pytest.mark.django_db
WORDS = "We **looked** at it."


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def account(pct_109):
    with tenancy.enter(pct_109):
        return an_account("demo_pct109")


def address(idea):
    return f"/pct-109/desk/ideas/{idea.pk}/answer/"


def send(client, idea, action="hear", step="send", **fields):
    data = {"action": action, "answer": WORDS, "step": step, "version": now(idea).version}
    return client.post(address(idea), data | fields)


def edit(client, idea, answer="In **other** words.", step="send", **fields):
    data = {"answer": answer, "step": step, "version": now(idea).version}
    return client.post(f"{address(idea)}edit/", data | fields)


def public(idea):
    return Client().get(f"/pct-109/ideas/{idea.pk}/").content.decode()


def stored(command):
    with tenancy.enter(command):
        return list(Photo.objects.select_related("command", "decision"))


def kept_fields(page):
    """What the form holds of photos: their keys, by the order of their sending."""
    return re.findall(r'name="photo_key" value="([^"]+)"', page)


# Writing


@pytest.mark.parametrize(
    ("action", "status"), [("hear", "heard"), ("act", "acting"), ("done", "acted"), ("cannot", "cannot")]
)
def test_an_answer_of_each_kind(commander, pct_109, action, status):
    idea = an_idea(pct_109)
    response = send(commander, idea, action)
    assert response.url == f"/pct-109/desk/ideas/{idea.pk}/"
    assert (now(idea).status, now(idea).answer) == (status, WORDS)
    assert "<strong>looked</strong>" in public(idea)


def test_a_preview_decides_nothing_and_keeps_all(commander, pct_109):
    idea = an_idea(pct_109)
    fields = {
        "also_numbers": "4711",
        "announcement": "Mine & <yours>",
        "acted_on": "2026-01-02",
        "announce": "on",
    }
    seen = send(commander, idea, "done", step="preview", **fields).content.decode()
    assert "<strong>looked</strong>" in seen
    for text in ("We **looked** at it.", "4711", "Mine &amp; &lt;yours&gt;", "2026-01-02"):
        assert text in seen
    assert re.search(r'value="done"[^>]*checked', seen)
    assert now(idea).status == "spoken"


def test_from_the_short_form_what_is_typed_goes_along(commander, pct_109):
    idea = an_idea(pct_109)
    assert (
        f'formaction="{address(idea)}"' in commander.get(f"/pct-109/desk/ideas/{idea.pk}/").content.decode()
    )
    response = commander.post(address(idea), {"action": "cannot", "answer": "Typed there.", "version": 2})
    assert response.status_code == 200
    assert response.content.decode().count("Typed there.") == 2
    assert now(idea).status == "spoken"


@pytest.mark.parametrize("action", ["hear", "done", "cannot"])
def test_an_answer_has_words(commander, pct_109, action):
    idea = an_idea(pct_109)
    response = send(commander, idea, action, answer=" \n ", announcement="kept")
    assert response.status_code == 422
    assert 'id="id_answer_error"' in response.content.decode()
    assert "kept" in response.content.decode()
    assert now(idea).status == "spoken"


@pytest.mark.parametrize("action", ["", "approve", "screen", "refer", "edit", "reopen", "x\x00"])
def test_only_what_answers_can_be_chosen(commander, pct_109, action):
    idea = an_idea(pct_109)
    response = send(commander, idea, action)
    assert response.status_code == 422
    assert "Choose what the answer says" in response.content.decode()
    assert now(idea).status == "spoken"


@pytest.mark.parametrize("answer", ["x" * 5001, "x" * 1_000_000, "a\x00b"])
def test_words_that_are_too_many_or_wrong(commander, pct_109, answer):
    idea = an_idea(pct_109)
    assert send(commander, idea, answer=answer).status_code == 422
    assert send(commander, idea, step="preview", answer=answer).status_code == 422
    assert now(idea).status == "spoken"


@pytest.mark.parametrize("version", ["x", "-1", "9" * 30, "1\x00"])
def test_a_version_that_is_none(commander, pct_109, version):
    idea = an_idea(pct_109)
    assert send(commander, idea, version=version).status_code == 422
    assert now(idea).status == "spoken"


def test_somebody_was_faster(commander, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "hear", answer="The other answer.")
    response = send(commander, idea, "act", version=2, answer="My own words.")
    seen = response.content.decode()
    assert response.status_code == 409
    assert "Meanwhile this changed" in seen
    assert "The other answer." in seen
    assert "My own words." in seen
    assert 'name="version" value="3"' in seen
    assert now(idea).answer == "The other answer."


def test_a_preview_does_not_make_an_old_page_new(commander, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "hear", answer="The other answer.")
    seen = send(commander, idea, "act", step="preview", version=2).content.decode()
    assert 'name="version" value="2"' in seen


@pytest.mark.parametrize("status", ["screened", "withdrawn"])
def test_what_is_not_on_the_board_is_not_answered(commander, pct_109, status):
    idea = an_idea(pct_109)
    set_status(idea, status)
    assert commander.get(address(idea)).status_code == 404
    assert commander.get(address(a_waiting_idea(pct_109))).status_code == 404


def test_what_takes_no_answer_says_so(commander, pct_109):
    idea = an_idea(pct_109)
    set_status(idea, "referred")
    response = commander.get(address(idea), follow=True)
    assert "cannot be answered where it stands" in response.content.decode()


# The day


@pytest.mark.parametrize("day", ["2999-01-01", "1999-12-31", "yesterday", "2026-02-30", "0"])
def test_a_day_that_cannot_be(commander, pct_109, day):
    idea = an_idea(pct_109)
    response = send(commander, idea, "done", acted_on=day)
    assert response.status_code == 422
    assert 'id="id_acted_on_error"' in response.content.decode()
    assert now(idea).status == "spoken"


def test_the_short_form_takes_a_day_too(commander, pct_109):
    idea = an_idea(pct_109)
    response = decide(commander, idea, "done", answer=WORDS, acted_on="2999-01-01")
    assert response.status_code == 422
    assert 'id="id_done_acted_on_error"' in response.content.decode()
    decide(commander, idea, "done", answer=WORDS, acted_on="2026-01-31")
    assert str(now(idea).acted_on) == "2026-01-31"


def test_the_day_is_on_the_page(commander, pct_109):
    idea = an_idea(pct_109)
    send(commander, idea, "done", acted_on="2026-01-31")
    assert "Done on Jan. 31, 2026." in public(idea)
    other = an_idea(pct_109)
    send(commander, other, "done")
    assert now(other).acted_on == timezone.localdate()
    third = an_idea(pct_109)
    send(commander, third, "hear", acted_on="2026-01-31")
    assert now(third).acted_on is None


# Photos


def test_photos_with_their_words(commander, pct_109):
    idea = an_idea(pct_109)
    response = send(commander, idea, "done", step="photo", photo=a_photo(), photo_alt="The new lamp")
    keys = kept_fields(response.content.decode())
    assert len(keys) == 1
    fields = {
        "photo_key": keys,
        f"alt-{keys[0]}": "The new lamp",
        "photo": a_photo("blue"),
        "photo_alt": "At night",
    }
    assert send(commander, idea, "done", **fields).status_code == 302
    seen = public(idea)
    assert 'alt="The new lamp"' in seen
    assert 'alt="At night"' in seen
    for photo in stored(pct_109):
        assert photo.decision.action == Action.DONE
        shown = Client().get(photo.thumbnail_url)
        assert b"".join(shown.streaming_content)[:2] == b"\xff\xd8"
    answer = Client().get(f"/api/v1/commands/pct-109/ideas/{idea.pk}/").json()["answer"]
    assert [photo["alt"] for photo in answer["photos"]] == ["The new lamp", "At night"]


def test_a_photo_needs_its_words(commander, pct_109):
    idea = an_idea(pct_109)
    response = send(commander, idea, "done", photo=a_photo(), photo_alt="  ")
    seen = response.content.decode()
    assert response.status_code == 422
    assert "what it shows" in seen
    assert now(idea).status == "spoken"
    [key] = kept_fields(seen)
    assert send(commander, idea, "done", photo_key=key, **{f"alt-{key}": "A lamp"}).status_code == 302
    assert [photo.alt for photo in stored(pct_109)] == ["A lamp"]


def test_a_photo_of_a_draft_can_be_left_out(commander, pct_109):
    idea = an_idea(pct_109)
    [key] = kept_fields(send(commander, idea, "done", step="photo", photo=a_photo()).content.decode())
    assert send(commander, idea, "done", photo_key=key, drop_photo=key).status_code == 302
    assert stored(pct_109)[0].decision is None


@pytest.mark.parametrize("data", [b"", b"<svg onload=alert(1)>", b"\xff\xd8\xff", b"\x00" * 1000])
def test_what_is_no_photo(commander, pct_109, data):
    idea = an_idea(pct_109)
    response = send(commander, idea, "done", photo=upload(data or b" ", "lamp.jpg"), photo_alt="A lamp")
    assert response.status_code == 422
    assert "lamp.jpg" in response.content.decode()
    assert WORDS in response.content.decode()
    assert now(idea).status == "spoken"
    assert not stored(pct_109)


def test_three_photos_at_most(commander, pct_109):
    idea, keys, alts = an_idea(pct_109), [], {}
    for _n in range(3):
        page = send(commander, idea, "done", step="photo", photo=a_photo(), photo_key=keys, **alts)
        keys = kept_fields(page.content.decode())
        alts = {f"alt-{key}": "A lamp" for key in keys}
    assert len(keys) == 3
    response = send(commander, idea, "done", photo=a_photo(), photo_key=keys, **alts)
    assert response.status_code == 422
    assert "Three photos at most" in response.content.decode()


def test_nobody_takes_a_residents_photo(commander, client, pct_109):
    body = f"{uuid4().hex} and {uuid4().hex} at the corner."
    client.post("/pct-109/ideas/new/", {"body": body, "key": uuid4(), "photos": a_photo()})
    [theirs] = stored(pct_109)
    idea = an_idea(pct_109)
    for key in (theirs.key, uuid4(), "x", "x\x00"):
        assert send(commander, idea, "done", photo_key=key, **{f"alt-{key}": "Mine"}).status_code == 302
        assert 'alt="Mine"' not in public(idea)


def test_photos_go_with_what_was_done_alone(commander, pct_109):
    idea = an_idea(pct_109)
    send(commander, idea, "hear", photo=a_photo(), photo_alt="A lamp")
    assert 'alt="A lamp"' not in public(idea)


def test_the_photo_of_an_answer_that_was_taken_back_is_not_public(commander, pct_109):
    idea = an_idea(pct_109)
    send(commander, idea, "done", photo=a_photo(), photo_alt="A lamp")
    [photo] = stored(pct_109)
    with tenancy.enter(pct_109):
        undoing.undo(decision=Decision.objects.get(action=Action.DONE), by=commander.user)
    assert Client().get(photo.url).status_code == 404
    assert 'alt="A lamp"' not in public(idea)


# Editing


def test_an_edit_keeps_what_stood_before(commander, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "hear", answer="The **first** words.")
    assert edit(commander, idea).status_code == 302
    edit(commander, idea, "The third words.")
    seen = public(idea)
    assert "Edited " in seen
    assert "The third words." in seen
    before = seen.split("answer__before")[1].split("</details>")[0]
    assert before.index("<strong>other</strong>") < before.index("The <strong>first</strong> words.")
    assert (now(idea).status, now(idea).version) == ("heard", 5)
    assert [one.answer for one in decisions(idea)][1:] == [
        "The **first** words.",
        "In **other** words.",
        "The third words.",
    ]
    answer = Client().get(f"/api/v1/commands/pct-109/ideas/{idea.pk}/").json()["answer"]
    assert [one["text"] for one in answer["before"]] == ["In **other** words.", "The **first** words."]
    assert answer["edited_at"]


def test_a_new_answer_is_not_an_edited_one(commander, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "hear", answer="First.")
    edit(commander, idea)
    decide(commander, now(idea), "act", answer="We act.")
    assert "Edited " not in public(idea)
    assert now(idea).answer_edited_at is None


def test_an_edit_can_be_taken_back(commander, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "hear", answer="First.")
    edit(commander, idea)
    with tenancy.enter(pct_109):
        undoing.undo(decision=Decision.objects.get(action=Action.EDIT), by=commander.user)
    assert (now(idea).answer, now(idea).answer_edited_at) == ("First.", None)
    assert "Edited " not in public(idea)


def test_an_edit_of_an_imported_answer(commander, pct_109):
    idea = an_idea(pct_109)
    set_status(idea, "heard", answer="From the old system.", answered_at=timezone.now())
    edit(commander, idea)
    assert "From the old system." in public(idea)


def test_an_edit_of_the_day_and_of_a_photos_words(commander, pct_109):
    idea = an_idea(pct_109)
    send(commander, idea, "done", photo=a_photo(), photo_alt="A lamp")
    [photo] = stored(pct_109)
    fields = {"acted_on": "2026-01-31", f"alt-{photo.key}": "The lamp at the corner"}
    assert edit(commander, idea, answer=WORDS, **fields).status_code == 302
    seen = public(idea)
    assert "Jan. 31, 2026" in seen
    assert 'alt="The lamp at the corner"' in seen
    assert edit(commander, idea, **{f"alt-{photo.key}": " "}).status_code == 422


@pytest.mark.parametrize(
    ("answer", "says"), [("", "Write the answer"), (WORDS, "Nothing is different"), ("x" * 5001, "5000")]
)
def test_an_edit_that_is_none(commander, pct_109, answer, says):
    idea = an_idea(pct_109)
    send(commander, idea)
    response = edit(commander, idea, answer)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert now(idea).version == 3


def test_two_edits_at_once(commander, pct_109):
    idea = an_idea(pct_109)
    send(commander, idea)
    edit(commander, idea, "The other's words.")
    response = edit(commander, idea, "My words.", version=3)
    seen = response.content.decode()
    assert response.status_code == 409
    assert "The other&#x27;s words." in seen
    assert "My words." in seen
    assert now(idea).answer == "The other's words."


@pytest.mark.parametrize("status", ["spoken", "referred"])
def test_there_is_nothing_to_edit(commander, pct_109, status):
    idea = an_idea(pct_109)
    set_status(idea, status)
    assert edit(commander, idea).status_code == 302
    assert "no answer here" in commander.get(f"/pct-109/desk/ideas/{idea.pk}/").content.decode()


def test_other_words_do_not_mend_what_is_not_fixed(commander, pct_109):
    idea = an_acted_idea(pct_109)
    set_status(idea, "acting", reopened_at=timezone.now())
    edit(commander, idea)
    assert now(idea).reopened_at is not None


def test_what_was_announced_stays_as_it_is(commander, pct_109, account):
    idea = an_idea(pct_109)
    send(commander, idea, announce="on")
    assert "post on the network stays" in commander.get(f"{address(idea)}edit/").content.decode()
    edit(commander, idea)
    with tenancy.enter(pct_109):
        [message] = Message.objects.all()
    assert message.text.startswith("We looked at it. http")


def test_an_announcement_is_in_plain_words_and_fits(commander, pct_109, account):
    idea = an_idea(pct_109)
    words = "**Heard** by [the officers](https://example.org/plan). " + "word " * 300
    assert send(commander, idea, announce="on", answer=words).status_code == 302
    with tenancy.enter(pct_109):
        [message] = Message.objects.all()
    assert message.text.startswith("Heard by the officers (https://example.org/plan). word")
    assert f"/pct-109/ideas/{idea.pk}/" in message.text


# One answer for several


def test_one_answer_serves_several(commander, pct_109, account):
    main, other, third = (an_idea(pct_109, title=f"Cars race {n}") for n in ("here", "there", "everywhere"))
    response = send(
        commander,
        main,
        "done",
        also=[f"{other.pk}:2"],
        also_numbers=f"{third.pk}",
        announce="on",
        acted_on="2026-01-31",
        photo=a_photo(),
        photo_alt="The new lamp",
    )
    assert "and 2 others too" in commander.get(response.url).content.decode()
    for idea in (main, other, third):
        assert (now(idea).status, now(idea).answer) == ("acted", WORDS)
        assert str(now(idea).acted_on) == "2026-01-31"
        seen = public(idea)
        assert "This also answers 2 other issues" in seen
        assert 'alt="The new lamp"' in seen
    assert f'href="/pct-109/ideas/{third.pk}/"' in public(other)
    with tenancy.enter(pct_109):
        [message] = Message.objects.all()
    assert f"/pct-109/ideas/{main.pk}/" in message.text
    assert {decisions(idea)[-1].message_id for idea in (main, other, third)} == {message.pk}
    also = Client().get(f"/api/v1/commands/pct-109/ideas/{other.pk}/").json()["answer"]["also"]
    assert [one["id"] for one in also] == [main.pk, third.pk]


def test_taking_it_back_takes_all_back_but_what_was_decided_on_since(commander, pct_109):
    main, other, third = (an_idea(pct_109) for _ in range(3))
    send(commander, main, also=[f"{other.pk}:2", f"{third.pk}:2"])
    decide(commander, now(third), "act", answer="We act here.")
    with tenancy.enter(pct_109):
        undoing.undo(decision=Decision.objects.get(idea=main, action=Action.HEAR), by=commander.user)
    assert (now(main).status, now(other).status, now(third).status) == ("spoken", "spoken", "acting")
    assert "This also answers" not in public(third)


def test_those_that_changed_or_cannot_be_are_left_alone_and_named(commander, pct_109, pct_110):
    main, stale, closed, waiting, fine = (
        an_idea(pct_109),
        an_idea(pct_109, title="Stale one"),
        an_idea(pct_109, title="Closed one"),
        a_waiting_idea(pct_109, title="Secret one"),
        an_idea(pct_109, title="Fine one"),
    )
    decide(commander, stale, "hear", answer="Already.")
    set_status(closed, "merged")
    theirs = an_idea(pct_110, title="Theirs")
    numbers = f"{closed.pk}, {waiting.pk}; {theirs.pk} 999999999 {fine.pk} {main.pk}"
    response = send(commander, main, also=[f"{stale.pk}:2"], also_numbers=numbers)
    seen = commander.get(response.url).content.decode()
    assert "and 1 other too" in seen
    assert "Stale one. It changed in the meantime" in seen
    assert "Closed one. It cannot be answered so where it stands: Merged" in seen
    assert f"#{waiting.pk}. There is no such issue" in seen
    assert "Secret one" not in seen.split("usa-alert", 1)[1].split("queue", 1)[0]
    assert f"#{theirs.pk}. There is no such issue" in seen
    assert (now(main).status, now(fine).status, now(stale).answer) == ("heard", "heard", "Already.")
    assert now(waiting).status == "waiting"


@pytest.mark.parametrize("numbers", ["x", "1,b", "-1", "1.5", "9" * 30, "0", "١", "1\x00"])
def test_numbers_that_are_none(commander, pct_109, numbers):
    idea = an_idea(pct_109)
    response = send(commander, idea, also_numbers=numbers)
    assert response.status_code == 422
    assert 'id="id_also_numbers_error"' in response.content.decode()
    assert now(idea).status == "spoken"


@pytest.mark.parametrize("ticked", ["x", "1", "1:x", ":", "1:1:1", "9" * 30 + ":1"])
def test_a_tick_that_is_none(commander, pct_109, ticked):
    idea = an_idea(pct_109)
    assert send(commander, idea, also=[ticked]).status_code == 422
    assert now(idea).status == "spoken"


def test_too_many_at_once(commander, pct_109):
    idea = an_idea(pct_109)
    response = send(commander, idea, also_numbers=" ".join(str(n) for n in range(1, 60)))
    assert response.status_code == 422
    assert "At most 50 at once" in response.content.decode()


def test_what_is_alike_is_offered_with_its_version(commander, pct_109):
    main = an_idea(
        pct_109, title="Cars race at night on Kissena", body="Cars race at night on Kissena Boulevard."
    )
    alike = an_idea(pct_109, title="Cars race at night", body="Every night.")
    an_idea(pct_109, title="The library is closed", body="It should open on Sundays.")
    seen = commander.get(address(main)).content.decode()
    assert f'value="{alike.pk}:2"' in seen
    assert "library" not in seen


def test_if_the_main_one_is_stale_none_is_answered(commander, pct_109):
    main, other = an_idea(pct_109), an_idea(pct_109)
    decide(commander, main, "hear", answer="Already.")
    assert send(commander, main, "act", version=2, also=[f"{other.pk}:2"]).status_code == 409
    assert now(other).status == "spoken"


def test_one_that_is_hidden_is_not_named_on_the_others_pages(commander, pct_109):
    main, other = an_idea(pct_109), an_idea(pct_109, title="Hidden now")
    send(commander, main, also=[f"{other.pk}:2"])
    set_status(other, "screened")
    assert "Hidden now" not in public(main)


# Machines


def post(client, idea, **data):
    url = f"/api/v1/commands/pct-109/ideas/{idea.pk}/decisions/"
    return client.post(url, data, content_type="application/json")


def test_the_api_answers_several_and_says_what_became_of_each(commander, pct_109):
    main, fine, stale = (an_idea(pct_109) for _ in range(3))
    decide(commander, stale, "hear", answer="Already.")
    also = [{"id": fine.pk, "version": 2}, {"id": stale.pk, "version": 2}, {"id": 999999}]
    response = post(commander, main, action="cannot", answer="No power.", version=2, also=also)
    assert response.status_code == 201
    assert [(one["id"], one["answered"]) for one in response.json()["also"]] == [
        (fine.pk, True),
        (stale.pk, False),
        (999999, False),
    ]
    assert "changed" in response.json()["also"][1]["detail"]
    assert now(fine).status == "cannot"


@pytest.mark.parametrize(
    "also", [[1, "x"], "1", [{"id": "x"}], [{}], [{"id": -1}], [{"id": 1}] * 51, [{"id": 2**63}], {"id": 1}]
)
def test_the_api_refuses_what_names_no_ideas(commander, pct_109, also):
    idea = an_idea(pct_109)
    assert post(commander, idea, action="hear", answer="Yes.", also=also).status_code == 400
    assert now(idea).status == "spoken"


def test_only_an_answer_serves_several(commander, pct_109):
    idea, other = a_waiting_idea(pct_109), an_idea(pct_109)
    assert post(commander, idea, action="approve", also=[{"id": other.pk}]).status_code == 400
    assert now(idea).status == "waiting"


@pytest.mark.parametrize("day", ["2999-01-01", "x", 5, "1999-01-01"])
def test_the_api_takes_a_day(commander, pct_109, day):
    idea = an_idea(pct_109)
    assert post(commander, idea, action="done", answer="Yes.", acted_on=day).status_code == 400
    response = post(commander, idea, action="done", answer="Yes.", acted_on="2026-01-31")
    assert response.json()["answer"]["acted_on"] == "2026-01-31"


def test_the_api_edits(commander, pct_109):
    idea = an_acted_idea(pct_109)
    response = post(commander, idea, action="edit", answer="Other words.", version=3)
    assert (response.status_code, response.json()["status"]) == (201, "acted")
    assert response.json()["answer"]["before"][0]["text"] == "It is mended."
    assert post(commander, idea, action="edit", answer="Late words.", version=3).status_code == 409
    assert post(commander, idea, action="edit", answer=" ").status_code == 400


def test_the_table_of_moves_knows_every_answer():
    assert moderating.NEEDS[Action.EDIT] == moderating.NEEDS[Action.CANNOT]
    assert Status.CANNOT in Idea._meta.get_field("status").flatchoices[5]
