"""Who may take part on a board: set by the commander, said by the board from then on."""

import pytest
from django.test import Client

from precincts.models import Command

pytestmark = pytest.mark.django_db
SETTINGS = "/pct-109/desk/settings/"
CHOSEN = {"who_may_submit": "verified", "who_may_vote": "home_zip", "who_may_comment": "anybody"}


def chosen(command):
    command.refresh_from_db()
    return {name: getattr(command, name) for name in CHOSEN}


def test_the_commander_sets_it_and_the_board_says_so(staff, pct_109):
    commander = staff("commander")
    page = commander.get(SETTINGS).content.decode()
    assert page.count("checked") == 3
    response = commander.post(SETTINGS, CHOSEN)
    assert response.url == SETTINGS
    assert "Saved." in commander.get(response.url).content.decode()
    assert chosen(pct_109) == CHOSEN
    assert "People with a verified e-mail address" in Client().get("/pct-109/ideas/").content.decode()
    assert "Sign in with a verified e-mail" in Client().get("/pct-109/ideas/new/").content.decode()


def test_another_command_stays_as_it_is(staff, pct_109, pct_110):
    staff("commander").post(SETTINGS, CHOSEN)
    assert set(chosen(pct_110).values()) == {"anybody"}
    assert staff("commander").post("/pct-110/desk/settings/", CHOSEN).status_code == 403
    assert set(chosen(pct_110).values()) == {"anybody"}


@pytest.mark.parametrize("wrong", ["", "everybody", "\x00", "x" * 5000])
@pytest.mark.parametrize("field", CHOSEN)
def test_what_is_no_choice_changes_nothing(staff, pct_109, field, wrong):
    response = staff("commander").post(SETTINGS, CHOSEN | {field: wrong})
    assert response.status_code == 422
    assert "Almost there" in response.content.decode()
    assert set(chosen(pct_109).values()) == {"anybody"}


def test_saving_touches_nothing_that_another_changes_at_the_same_moment(staff, pct_109, monkeypatch):
    """The roster is loaded anew between the reading and the writing: what it says stays."""
    commander, save = staff("commander"), Command.save

    def load_first(self, *args, **kwargs):
        Command.objects.filter(pk=self.pk).update(phone="718-555-0100")
        return save(self, *args, **kwargs)

    monkeypatch.setattr(Command, "save", load_first)
    commander.post(SETTINGS, CHOSEN | {"phone": "", "name": "Renamed"})
    pct_109.refresh_from_db()
    assert pct_109.phone == "718-555-0100"
    assert pct_109.name == "109th Precinct"
    assert chosen(pct_109) == CHOSEN


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("moderator", 403),
        ("editor", 403),
        ("reviewer", 403),
        ("records_officer", 403),
        ("administrator", 200),
    ],
)
def test_who_may_set_it(staff, pct_109, role, status):
    client = staff(role)
    assert client.get(SETTINGS).status_code == status
    assert client.post(SETTINGS, CHOSEN).status_code == (302 if status == 200 else 403)
    assert (chosen(pct_109) == CHOSEN) is (status == 200)
    assert (SETTINGS in client.get("/pct-109/desk/").content.decode()) is (status == 200)


def test_nobody_leads_to_signing_in(client, pct_109):
    assert client.post(SETTINGS, CHOSEN).url == f"/accounts/login/?next={SETTINGS}"
    assert set(chosen(pct_109).values()) == {"anybody"}
    assert client.get("/pct-999/desk/settings/").status_code == 404
