"""The photo of an answer that serves several issues is read where the answer stands, and nowhere else."""

import pytest
from django.test import Client

from ideas import merging, undoing
from ideas.models import Action, Decision, Photo, Status
from precincts import tenancy
from tests.ideas.desk import decide, now, set_status
from tests.ideas.factory import an_idea
from tests.ideas.pictures import a_photo, status

pytestmark = pytest.mark.django_db
ALT = 'alt="The new lamp"'


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def answer(client, idea, also=(), **fields):
    data = {"action": "done", "answer": "It is mended.", "step": "send", "version": now(idea).version}
    data |= {"also": [f"{one.pk}:{now(one).version}" for one in also]}
    sent = client.post(f"/pct-109/desk/ideas/{idea.pk}/answer/", data | fields)
    assert sent.status_code == 302


@pytest.fixture
def served(commander, pct_109):
    """(main, other, photo): one answer with a photo serves two issues."""
    main, other = (an_idea(pct_109, title=f"A dark lamp {where}") for where in ("here", "there"))
    answer(commander, main, [other], photo=a_photo(), photo_alt="The new lamp")
    with tenancy.enter(pct_109):
        photo = Photo.objects.select_related("command").get()
    assert read(photo) == 200
    return main, other, photo


def read(photo, client=None):
    return status(client or Client(), photo.url)


def page(idea):
    return Client().get(f"/pct-109/ideas/{idea.pk}/")


def photos_by_machine(idea):
    told = Client().get(f"/api/v1/commands/pct-109/ideas/{idea.pk}/").json()
    return [photo["alt"] for photo in told["answer"]["photos"]]


def test_it_stays_where_the_first_issue_was_screened(commander, served):
    main, other, photo = served
    assert decide(commander, now(main), "screen", rule="3").status_code == 302
    assert page(main).status_code == 404
    assert ALT in page(other).content.decode()
    assert photos_by_machine(other) == ["The new lamp"]
    assert read(photo) == 200
    assert status(Client(), photo.thumbnail_url) == 200


@pytest.mark.parametrize("gone", [Status.SCREENED, Status.WITHDRAWN, Status.MOVED])
def test_it_stays_however_the_first_issue_went(served, gone):
    main, other, photo = served
    set_status(main, gone)
    assert ALT in page(other).content.decode()
    assert read(photo) == 200


def test_it_stays_where_the_first_issue_was_brought_back_and_merged(served, commander, pct_109):
    main, other, photo = served
    set_status(main, Status.ACTING)
    with tenancy.enter(pct_109):
        merging.merge(idea=main, into=an_idea(pct_109), by=commander.user)
    assert ALT in page(other).content.decode()
    assert read(photo) == 200


def edit(client, idea):
    data = {"answer": "In other words.", "step": "send", "version": now(idea).version}
    assert client.post(f"/pct-109/desk/ideas/{idea.pk}/answer/edit/", data).status_code == 302


def test_it_stays_where_the_first_answer_alone_was_taken_back(served, commander, pct_109):
    """What was edited since stays as it is."""
    main, other, photo = served
    edit(commander, other)
    with tenancy.enter(pct_109):
        undoing.undo(decision=Decision.objects.get(idea=main, action=Action.DONE), by=commander.user)
    assert now(main).status == "spoken"
    assert ALT not in page(main).content.decode()
    assert ALT in page(other).content.decode()
    assert read(photo) == 200


def test_where_no_issue_is_public_nobody_reads_it(served, commander):
    main, other, photo = served
    for idea in (main, other):
        assert decide(commander, now(idea), "screen", rule="3").status_code == 302
    assert read(photo) == 404
    assert read(photo, commander) == 200


def test_where_the_other_issue_was_answered_anew_it_does_not_stand_any_more(served, commander):
    main, other, photo = served
    assert decide(commander, now(main), "screen", rule="3").status_code == 302
    assert decide(commander, now(other), "done", answer="Swept, too.").status_code == 302
    assert ALT not in page(other).content.decode()
    assert read(photo) == 404


def test_an_edit_of_the_words_leaves_it_where_it_is(served, commander):
    main, other, photo = served
    assert decide(commander, now(main), "screen", rule="3").status_code == 302
    edit(commander, other)
    assert ALT in page(other).content.decode()
    assert read(photo) == 200


def test_another_command_knows_of_no_such_photo(served):
    _main, _other, photo = served
    assert status(Client(), photo.url.replace("pct-109", "pct-110")) == 404
