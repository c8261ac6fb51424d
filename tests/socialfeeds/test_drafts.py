"""Drafts: kept as they are typed, and never over what somebody else wrote."""

from __future__ import annotations

import re

import pytest

from precincts import tenancy
from socialfeeds import drafting, releasing
from socialfeeds.models import Account, Delivery
from tests.socialfeeds import writing
from tests.socialfeeds.voice import an_account
from tests.socialfeeds.writing import Desk
from tests.together import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(pct_109, monkeypatch):
    writing.use_stand_in(monkeypatch)
    with tenancy.enter(pct_109):
        an_account("first")
        an_account("second")
    return Desk(pct_109)


def seen_by(client, desk, message):
    html = client.get(f"{desk.at}{message.pk}/edit/").content.decode()
    return re.search(r'name="seen" value="([^"]+)"', html)[1]


def write(client, desk, message, text, seen, step="save"):
    fields = {"step": step, "text": text, "seen": seen, "when": "now", "draft": message.pk}
    return client.post(f"{desk.at}{message.pk}/edit/", fields)


def test_the_chosen_accounts_are_held_and_change_with_the_choice(desk):
    message = desk.draft()
    with tenancy.enter(desk.command):
        first, second = Account.objects.order_by("handle").values_list("pk", flat=True)
        assert Delivery.objects.due().count() == 0
    kept = desk.deliveries(message)[1]
    desk.do(drafting.save, message, "editor", given={}, accounts=[second, 10**9])
    assert [(one.pk, one.account_id) for one in desk.deliveries(message)] == [(kept.pk, second)]
    desk.do(drafting.save, message, "editor", given={}, accounts=[first, second])
    assert len(desk.deliveries(message)) == 2
    assert desk.message().version == 3
    desk.do(drafting.save, message, "editor", given={"text": message.text}, accounts=[first, second])
    assert desk.message().version == 3


def test_who_comes_second_is_told_what_changed_and_loses_nothing(desk):
    message = desk.draft("The first words.")
    editor, commander = desk.editor, desk.commander
    seen = seen_by(commander, desk, message)
    write(editor, desk, message, "Other words.", seen_by(editor, desk, message))
    response = write(commander, desk, message, "My words.", seen)
    html = response.content.decode()
    assert response.status_code == 409
    for words in ("What changed since you looked", "The first words.", "Other words.", "My words."):
        assert words in html
    assert desk.message().text == "Other words."
    # Having seen that, they may go on.
    again = re.search(r'name="seen" value="([^"]+)"', html)[1]
    assert write(commander, desk, message, "My words.", again).status_code == 302
    assert (desk.message().text, desk.message().author.email) == ("My words.", "commander@example.org")


def test_what_is_kept_by_itself_is_not_written_over_either(desk):
    message = desk.draft("The first words.")
    editor, commander = desk.editor, desk.commander
    seen = seen_by(commander, desk, message)
    write(editor, desk, message, "Typed meanwhile.", seen_by(editor, desk, message), "autosave")
    assert desk.message().version == 1
    assert write(commander, desk, message, "My words.", seen).status_code == 409
    told = write(commander, desk, message, "My words.", seen, "autosave").content.decode()
    assert "Somebody changed this message in the meantime" in told
    assert desk.message().text == "Typed meanwhile."


def test_what_is_no_draft_any_more_is_not_written(desk):
    message = desk.draft("Released words.")
    seen = seen_by(desk.editor, desk, message)
    desk.do(releasing.release, message, "commander")
    response = write(desk.editor, desk, message, "Too late.", seen)
    html = response.content.decode()
    assert response.status_code == 409
    assert "Too late." in html
    assert "commander@example.org" in html
    assert desk.message().text == "Released words."
    page = desk.editor.get(f"{desk.at}{message.pk}/edit/", follow=True)
    assert "no draft any more" in page.content.decode()


def test_an_answer_to_a_warning_does_not_outlive_the_words(desk):
    message = desk.draft("We promise a lamp.")
    desk.do(releasing.release, message, "editor", because="It is ordered.")
    desk.do(releasing.take_back, message, "editor")
    desk.do(drafting.save, message, "editor", given={"text": "We promise two lamps."}, by_itself=True)
    assert desk.message().version == 2
    with pytest.raises(releasing.Refused):
        desk.do(releasing.release, message, "editor")


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_do_not_write_over_each_other(pct_109, make_user):
    desk = Desk(pct_109)
    message = desk.draft("The first words.")
    people = ["editor", "commander"]
    for who in people:
        desk.person(who)
    answers = at_once(
        *(
            lambda who=who: desk.do(
                drafting.save, message, who, given={"text": f"Words of the {who}."}, version=1
            )
            for who in people
        )
    )
    assert sorted(isinstance(one, drafting.Stale) for one in answers) == [False, True]
    winner = next(one for one in answers if not isinstance(one, drafting.Stale))
    assert desk.message().text == winner.text
