"""Headquarters writes the next edition of the code of conduct; the one before it stays as it was."""

import pytest
from django.test import Client

from engage.differences import Kind, marked
from ideas import conduct
from ideas.conduct import Text
from ideas.models import Decision, Edition, Rule
from precincts import tenancy
from tests.ideas.appeals import a_screened_idea

pytestmark = pytest.mark.django_db

WRITE = "/headquarters/conduct/"


def rules():
    return [
        {"number": rule.number, "title": rule.title, "text": rule.text} for rule in Rule.objects.in_force()
    ]


def form(written=None, *, do="publish", note="Shorter.", based_on=None, **more):
    """What the form sends: every rule in its fields."""
    written = rules() if written is None else written
    data = {"rules-TOTAL_FORMS": len(written), "rules-INITIAL_FORMS": len(written), "do": do, "note": note}
    data["based_on"] = Edition.current().number if based_on is None else based_on
    for index, rule in enumerate(written):
        data |= {f"rules-{index}-{name}": value for name, value in rule.items()}
    return data | more


def changed(**fields):
    """The rules in force, the first with something else in it."""
    first, *others = rules()
    return [first | fields, *others]


def test_the_page_begins_with_the_edition_in_force(administrator):
    page = administrator.get(WRITE).content.decode()
    for rule in rules():
        assert rule["title"] in page
    assert 'name="based_on" value="1"' in page


def test_a_preview_shows_what_differs_and_publishes_nothing(administrator):
    page = administrator.post(WRITE, form(changed(title="No threats at all"), do="preview")).content.decode()
    assert "at all" in page.split("<ins>")[1].split("</ins>")[0]
    assert "Publish this edition" in page
    assert "7 rules stay as they were" in page
    assert Edition.objects.count() == 1


def test_without_a_difference_there_is_nothing_to_publish(administrator):
    page = administrator.post(WRITE, form(do="preview")).content.decode()
    assert "Nothing differs" in page
    assert "Publish this edition" not in page
    answer = administrator.post(WRITE, form())
    assert answer.status_code == 422
    assert Edition.objects.count() == 1


def test_published_it_is_in_force_and_the_old_one_stays(administrator):
    old = rules()
    answer = administrator.post(WRITE, form(changed(text="Do not threaten.")[:-1]))
    assert answer.url == "/conduct/2/"
    edition = Edition.current()
    assert (edition.number, edition.note, edition.published_by) == (2, "Shorter.", administrator.user)
    assert rules() == [old[0] | {"text": "Do not threaten."}, *old[1:-1]]
    now = Client().get("/conduct/").content.decode()
    assert "Edition 2, in force since" in now
    assert "Do not threaten." in now
    assert old[-1]["title"] not in now
    before = Client().get("/conduct/1/").content.decode()
    assert old[0]["text"][:60] in before
    assert "not in force any more" in before
    second = Client().get("/conduct/2/").content.decode()
    assert "What edition 2 changed" in second
    assert "Shorter." in second
    assert "Gone: rule 8" in second


@pytest.mark.parametrize("number", [0, 2, 99_999_999_999_999])
def test_an_edition_that_there_is_not_is_nowhere(number, db):
    assert Client().get(f"/conduct/{number}/").status_code == 404


def test_what_was_decided_keeps_the_rule_as_it_stood(administrator, pct_109):
    idea, author = a_screened_idea(pct_109, None)
    written = rules()
    written[3]["title"] = "Another title"
    administrator.post(WRITE, form(written))
    page = author.get(idea.get_absolute_url()).content.decode()
    assert "Rule 4, No private information" in page
    assert "/conduct/1/#rule-4" in page
    assert "Another title" not in page
    with tenancy.enter(pct_109):
        assert Decision.objects.get(action="screen").rule.edition.number == 1


def test_rules_change_places_by_their_numbers(administrator):
    written = rules()
    written[0]["number"], written[1]["number"] = 2, 1
    administrator.post(WRITE, form(written))
    assert [rule["title"] for rule in rules()][:2] == [written[1]["title"], written[0]["title"]]
    assert "Rule 1, before rule 2" in Client().get("/conduct/2/").content.decode()


def test_a_rule_is_added_and_another_taken_out(administrator):
    page = administrator.post(WRITE, form(changed(title="Typed already"), do="add", note="")).content.decode()
    assert 'name="rules-8-title"' in page
    assert "Typed already" in page
    assert "usa-error-message" not in page
    written = [*rules(), {"number": 9, "title": "Be brief", "text": "Say it once."}]
    administrator.post(WRITE, form(written, **{"rules-0-DELETE": "on", "rules-0-title": ""}))
    titles = [rule["title"] for rule in rules()]
    assert "Be brief" in titles
    assert "No threats" not in titles


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"title": ""}, "id_rules-0-title_error"),
        ({"title": "x" * 81}, "id_rules-0-title_error"),
        ({"text": ""}, "id_rules-0-text_error"),
        ({"text": "x" * 601}, "id_rules-0-text_error"),
        ({"text": "x" * 1_000_000}, "id_rules-0-text_error"),
        ({"text": "a\x00b"}, "id_rules-0-text_error"),
        ({"number": ""}, "id_rules-0-number_error"),
        ({"number": "0"}, "id_rules-0-number_error"),
        ({"number": "9" * 5000}, "id_rules-0-number_error"),
        ({"number": "one"}, "id_rules-0-number_error"),
        ({"number": "2"}, "id_rules-1-number_error"),
    ],
)
@pytest.mark.parametrize("do", ["preview", "publish"])
def test_what_is_wrong_is_said_beside_its_field(administrator, fields, where, do):
    written = changed(**fields)
    written[1]["title"] = "Typed by hand"
    answer = administrator.post(WRITE, form(written, do=do))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert where in page
    assert "Typed by hand" in page
    assert Edition.objects.count() == 1


@pytest.mark.parametrize("note", ["", "  ", "x" * 301])
def test_the_note_to_residents_is_needed(administrator, note):
    answer = administrator.post(WRITE, form(changed(title="New"), note=note))
    assert answer.status_code == 422
    assert "id_note_error" in answer.content.decode()


@pytest.mark.parametrize(
    "change",
    [
        {"rules-TOTAL_FORMS": "", "rules-INITIAL_FORMS": ""},
        {"rules-TOTAL_FORMS": "9" * 40},
        {"rules-TOTAL_FORMS": "-5"},
        {"rules-TOTAL_FORMS": "0", "rules-INITIAL_FORMS": "0"},
        {"based_on": "x"},
        {"based_on": "9" * 400},
    ],
)
@pytest.mark.parametrize("do", ["add", "preview", "publish"])
def test_a_form_that_was_tampered_with_breaks_nothing(administrator, change, do):
    answer = administrator.post(WRITE, form(changed(title="New"), do=do) | change)
    assert answer.status_code in (200, 422)
    assert Edition.objects.count() == 1


def test_of_two_who_publish_the_second_loses_nothing(administrator, make_user):
    administrator.get(WRITE)
    mine = form(changed(title="Mine and long typed"), note="My note")
    other = make_user("other@example.org", role="administrator")
    theirs = [Text(**rule) for rule in rules()]
    conduct.publish(rules=theirs[:-1], note="The other one.", by=other, based_on=1)
    answer = administrator.post(WRITE, mine)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Edition 2 was published in the meantime" in page
    assert "The other one." in page
    assert "Mine and long typed" in page
    assert 'value="My note"' in page
    assert 'name="based_on" value="2"' in page
    assert "New: rule 8" in page
    assert Edition.current().number == 2
    # Looked at, it can be published as it stands.
    assert administrator.post(WRITE, mine | {"based_on": 2}).url == "/conduct/3/"


def test_any_language_is_published_as_it_was_typed(administrator):
    title, text = "لا تهديدات 🚲", "不要威胁任何人。\r\nSecond line."
    administrator.post(WRITE, form(changed(title=title, text=text)))
    assert (rules()[0]["title"], rules()[0]["text"]) == (title, "不要威胁任何人。\nSecond line.")


# Screening takes what is in force


def screen(client, idea, rule):
    return client.post(
        f"/pct-109/desk/ideas/{idea.pk}/decisions/",
        {"action": "screen", "rule": rule, "reason": "Because.", "version": idea.version},
    )


def test_a_rule_that_is_gone_screens_nothing(administrator, pct_109, make_user):
    from tests.ideas.factory import a_waiting_idea

    administrator.post(WRITE, form(rules()[:-1]))
    idea, moderator = a_waiting_idea(pct_109), Client()
    moderator.force_login(make_user("moderator@example.org", role="moderator", command=pct_109))
    for number in ("8", "99", "9" * 50, "x", "-1", "1.5"):
        answer = screen(moderator, idea, number)
        assert answer.status_code == 422, number
        assert "rule_error" in answer.content.decode()
        assert "Because." in answer.content.decode()
        answer = moderator.post(
            f"/api/v1/commands/pct-109/ideas/{idea.pk}/decisions/",
            {"action": "screen", "rule": number, "version": 1},
            content_type="application/json",
        )
        assert answer.status_code == 400, number
        assert answer.json()["errors"][0]["pointer"] == "#/rule"
    with tenancy.enter(pct_109):
        assert not Decision.objects.exists()


# What differs


def test_words_that_went_and_came_are_marked():
    pieces = [(piece.kind, piece.words.strip()) for piece in marked("a b c", "a x c d")]
    assert pieces == [
        (Kind.SAME, "a"),
        (Kind.DROPPED, "b"),
        (Kind.NEW, "x"),
        (Kind.SAME, "c"),
        (Kind.NEW, "d"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ([(1, "A", "a")], [(1, "A", "a")], ["same"]),
        ([(1, "A", "a")], [(2, "A", "a")], ["moved"]),
        ([(1, "A", "a")], [(1, "A", "b")], ["changed"]),
        ([(1, "A", "a")], [(1, "B", "a")], ["changed"]),
        ([(1, "A", "a")], [(1, "A", "a"), (2, "B", "b")], ["same", "new"]),
        ([(1, "A", "a"), (2, "B", "b")], [(1, "B", "b")], ["moved", "dropped"]),
        ([], [(1, "A", "a")], ["new"]),
    ],
)
def test_each_rule_finds_what_it_was(old, new, kinds):
    changes = conduct.compare([Text(*rule) for rule in old], [Text(*rule) for rule in new])
    assert [change.kind for change in changes] == kinds


@pytest.fixture
def two_at_once(transactional_db, make_user):
    return make_user("a@example.org", role="administrator"), make_user("b@example.org", role="administrator")


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_make_one_edition(two_at_once):
    from tests.together import at_once

    written = [Text(**rule) for rule in rules()][:-1]

    def publish(user):
        try:
            return conduct.publish(rules=written, note="Shorter.", by=user, based_on=1)
        except conduct.Outdated:
            return None

    made = at_once(*(lambda user=user: publish(user) for user in two_at_once))
    assert sorted(edition is None for edition in made) == [False, True]
    assert Edition.objects.count() == 2
