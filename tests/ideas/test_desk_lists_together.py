"""Two people who write the desk's lists at one moment: the second is told, and nothing stands there twice."""

import pytest
from django.test import Client

from ideas.models import IdeaLabel, Label, SavedReply
from precincts import tenancy
from tests.ideas.desk import DESK, address
from tests.ideas.factory import an_idea
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
API = "/api/v1/commands/pct-109/"
JSON = "application/json"
# As many turns as make two meet.
TURNS = range(6)


@pytest.fixture
def people(make_user, pct_109):
    """Four moderators, each in a browser of their own."""
    browsers = [Client(raise_request_exception=False) for _ in range(4)]
    for number, browser in enumerate(browsers):
        browser.force_login(make_user(f"{number}@example.org", role="moderator", command=pct_109))
    return browsers


def together(people, call):
    """call(browser, number) of all of them at once; the status of each answer."""
    answers = at_once(*[lambda b=browser, n=n: call(b, n) for n, browser in enumerate(people)])
    return sorted(answer.status_code for answer in answers)


def names(command, model):
    with tenancy.enter(command):
        return sorted(model.objects.values_list("name", flat=True))


def spelled(name, number):
    return name.upper() if number % 2 else name.lower()


def test_one_label_is_made(people, pct_109):
    for turn in TURNS:
        said = together(
            people, lambda b, n, t=turn: b.post(f"{DESK}labels/", {"name": spelled(f"Lamps {t}", n)})
        )
        assert said == [302, 422, 422, 422]
    assert len(names(pct_109, Label)) == len(TURNS)


def test_one_label_is_made_by_machines(people, pct_109):
    for turn in TURNS:
        said = together(
            people,
            lambda b, n, t=turn: b.post(
                f"{API}labels/", {"name": spelled(f"Lamps {t}", n)}, content_type=JSON
            ),
        )
        assert said == [201, 400, 400, 400]
    assert len(names(pct_109, Label)) == len(TURNS)


def test_who_came_second_reads_it_beside_the_field(people):
    for turn in TURNS:
        data = {"name": f"Lamps {turn}"}
        answers = at_once(*[lambda b=b, d=data: b.post(f"{DESK}labels/", d) for b in people])
        late = next(answer for answer in answers if answer.status_code != 302)
        page = late.content.decode()
        assert "There is such a label already." in page
        assert f'value="Lamps {turn}"' in page


def test_two_labels_do_not_get_one_name(people, pct_109):
    with tenancy.enter(pct_109):
        rows = [Label.objects.create(name=f"Old {number}") for number in range(4)]
    for turn in TURNS:
        said = together(
            people,
            lambda b, n, t=turn: b.post(f"{DESK}labels/{rows[n].pk}/", {"name": spelled(f"Lamps {t}", n)}),
        )
        assert said == [302, 422, 422, 422]
    assert len({name.lower() for name in names(pct_109, Label)}) == 4


def test_labels_made_beside_one_issue(people, pct_109):
    idea = an_idea(pct_109)
    for turn in TURNS:
        by_page = {"new": f"Lamps {turn}"}
        by_api = {"labels": [f"LAMPS {turn}"]}

        def label(browser, number, page=by_page, api=by_api):
            if number % 2:
                return browser.patch(f"{API}ideas/{idea.pk}/work/", api, content_type=JSON)
            return browser.post(f"{address(idea)}labels/", page)

        assert together(people, label) == [200, 200, 302, 302]
    assert len(names(pct_109, Label)) == len(TURNS)


def test_a_label_is_removed_while_it_is_put_on(people, pct_109):
    idea = an_idea(pct_109)
    for turn in TURNS:
        with tenancy.enter(pct_109):
            label = Label.objects.create(name=f"Lamps {turn}")

        def touch(browser, number, pk=label.pk):
            if number % 2:
                return browser.post(f"{DESK}labels/{pk}/", {"remove": "1"})
            return browser.post(f"{address(idea)}labels/", {"labels": [pk]})

        assert set(together(people, touch)) <= {302, 404, 422}
        with tenancy.enter(pct_109):
            assert not IdeaLabel.objects.exists()


def test_a_label_that_was_removed_does_not_come_back(people, pct_109):
    for turn in TURNS:
        with tenancy.enter(pct_109):
            label = Label.objects.create(name=f"Lamps {turn}")

        def touch(browser, number, pk=label.pk, turn=turn):
            data = {"name": f"Parks {turn}"} if number % 2 else {"remove": "1"}
            return browser.post(f"{DESK}labels/{pk}/", data)

        assert set(together(people, touch)) <= {302, 404}
        assert names(pct_109, Label) == []


def test_one_reply_is_saved_at_the_desk(people, pct_109):
    for turn in TURNS:
        said = together(
            people,
            lambda b, n, t=turn: b.post(f"{DESK}replies/", {"name": spelled(f"Thanks {t}", n), "text": "x"}),
        )
        assert said == [302, 422, 422, 422]
    assert len(names(pct_109, SavedReply)) == len(TURNS)


def test_one_reply_is_saved_by_machines(people, pct_109):
    for turn in TURNS:
        said = together(
            people,
            lambda b, n, t=turn: b.post(
                f"{API}replies/", {"name": spelled(f"Thanks {t}", n), "text": "x"}, content_type=JSON
            ),
        )
        assert said == [201, 400, 400, 400]
    assert len(names(pct_109, SavedReply)) == len(TURNS)


def test_two_replies_do_not_get_one_name(people, pct_109):
    with tenancy.enter(pct_109):
        rows = [SavedReply.objects.create(name=f"Old {number}", text="x") for number in range(4)]
    for turn in TURNS:
        said = together(
            people,
            lambda b, n, t=turn: b.put(
                f"{API}replies/{rows[n].pk}/", {"name": f"Thanks {t}", "text": "x"}, content_type=JSON
            ),
        )
        assert said == [200, 400, 400, 400]


def test_a_reply_that_was_removed_does_not_come_back(people, pct_109):
    for turn in TURNS:
        with tenancy.enter(pct_109):
            reply = SavedReply.objects.create(name=f"Thanks {turn}", text="x")

        def touch(browser, number, pk=reply.pk):
            if number % 2:
                return browser.delete(f"{API}replies/{pk}/")
            return browser.post(f"{DESK}replies/{pk}/", {"name": "Welcome", "text": "x"})

        assert set(together(people, touch)) <= {204, 302, 404}
        assert names(pct_109, SavedReply) == []
