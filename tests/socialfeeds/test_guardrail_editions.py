"""Guardrails on pages: read at every desk, asked while typing, and published by headquarters."""

import pytest
from django.test import Client

from socialfeeds import guardrail_editions, guardrails
from socialfeeds.guardrail_editions import Draft
from socialfeeds.models import GuardrailEdition

pytestmark = pytest.mark.django_db
WRITE, READ, CHECK = "/headquarters/guardrails/", "/guardrails/", "/pct-109/desk/voice/check/"
FIELDS = ["key", "number", "title", "effect", "explanation", "example", "better"]


@pytest.fixture
def at(make_user):
    def signed_in(role, command=None):
        client = Client()
        client.user = make_user(f"{role}@example.org", role=role, command=command)
        client.force_login(client.user)
        return client

    return signed_in


def drafts():
    return guardrail_editions.drafts_of(guardrails.edition_in_force())


def form(*, do="publish", note="Clearer.", based_on=1, changes=None, without=(), **more):
    """What the page sends: every guardrail in its fields, some of them changed, by number."""
    kept = [draft for draft in drafts() if draft.number not in without]
    data = {"rules-TOTAL_FORMS": len(kept), "rules-INITIAL_FORMS": len(kept), "do": do, "note": note}
    for index, draft in enumerate(kept):
        row = {name: getattr(draft, name) for name in FIELDS}
        row |= {"words": "\n".join(draft.words), "passes": "\n".join(draft.passes)}
        row |= (changes or {}).get(draft.number, {})
        data |= {f"rules-{index}-{name}": value for name, value in row.items()}
    return data | {"based_on": based_on} | more


def test_everybody_at_a_desk_reads_them_and_tries_a_text(at, pct_109):
    editor = at("editor", pct_109)
    page = editor.get(READ).content.decode()
    assert "Edition 1" in page
    assert "Where somebody lives" in page
    assert "Write the next edition" not in page
    page = editor.post(READ, {"text": "The victim, a nurse, lives at 12 Maple Ave."}).content.decode()
    assert "<mark>The victim</mark>" in page
    assert "<mark>12 Maple Ave</mark>" in page
    assert "nothing to say" in editor.post(READ, {"text": "The lamp works again."}).content.decode()
    answer = editor.post(READ, {"text": "x" * 5001})
    assert answer.status_code == 422
    assert "id_text_error" in answer.content.decode()
    assert editor.get("/guardrails/99999999999/").status_code == 404


def test_while_typing_the_composer_is_told_why(at, pct_109):
    editor = at("editor", pct_109)
    answer = editor.post(CHECK, {"text": "We guarantee it.", "alt": ["A dog", "A car with plate KBN 4471"]})
    part = answer.content.decode()
    assert "<html" not in part
    assert part.index("Personal data") < part.index("Promises")
    assert "in the words of picture 2" in part
    assert "Better:" in part
    for text in ("", "\ud800".encode("utf-8", "surrogatepass"), "x\x00y", "a" * 100_000):
        assert editor.post(CHECK, {"text": text}).status_code == 200


def test_a_preview_shows_what_differs_tries_a_text_and_publishes_nothing(at):
    changes = {14: {"words": "sector car\nrainbow unit", "effect": "warn"}}
    page = at("administrator").post(
        WRITE, form(do="preview", note="", changes=changes, text="The rainbow unit is here.")
    )
    assert page.status_code == 200
    page = page.content.decode()
    assert "13 guardrails stay as they were" in page
    assert "Publish this edition" in page
    assert "<mark>rainbow unit</mark>" in page
    assert GuardrailEdition.objects.count() == 1
    assert not guardrails.check("The rainbow unit is here.")


def test_published_it_is_in_force_and_the_one_before_stays(at):
    administrator = at("administrator")
    old = drafts()
    # One is changed, one taken out, one added with words of its own.
    added = {"rules-13-title": "Fireworks", "rules-13-words": "Sky Show", "rules-13-effect": "block"}
    added |= {"rules-13-number": 20, "rules-13-explanation": "They are not ours.", "rules-13-key": ""}
    sent = form(without=[13], changes={12: {"effect": "approval", "passes": "we will fix"}}) | added
    sent |= {"rules-TOTAL_FORMS": 14}
    answer = administrator.post(WRITE, sent)
    assert answer.url == "/guardrails/2/"
    edition = guardrails.edition_in_force()
    assert (edition.number, edition.note, edition.published_by) == (2, "Clearer.", administrator.user)
    assert [one.effect for one in guardrails.check("We guarantee it.")] == ["approval"]
    assert not guardrails.check("We will fix bikes at 19:30.")
    assert [one.key for one in guardrails.check("See the sky show!")] == ["own-fireworks"]
    page = administrator.get("/guardrails/2/").content.decode()
    assert "Gone: guardrail 13" in page
    assert "New: guardrail 20" in page
    before = administrator.get("/guardrails/1/").content.decode()
    assert "not in force any more" in before
    assert guardrail_editions.drafts_of(GuardrailEdition.objects.get(number=1)) == old


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"title": ""}, "title"),
        ({"explanation": "x" * 1001}, "explanation"),
        ({"effect": "shout"}, "effect"),
        ({"number": "2"}, None),
        ({"number": "9" * 5000}, "number"),
        ({"words": "x" * 61}, "words"),
        ({"passes": "\n".join(map(str, range(201)))}, "passes"),
        ({"better": "a\x00b"}, "better"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(at, fields, where):
    sent = form(changes={1: fields, 2: {"title": "Typed by hand"}})
    answer = at("administrator").post(WRITE, sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert (f"id_rules-0-{where}_error" if where else "id_rules-1-number_error") in page
    assert "Typed by hand" in page
    assert GuardrailEdition.objects.count() == 1


def test_a_form_that_was_tampered_with_breaks_nothing(at):
    administrator = at("administrator")
    for change in (
        {"rules-TOTAL_FORMS": ""},
        {"rules-TOTAL_FORMS": "9" * 40},
        {"rules-TOTAL_FORMS": "0", "rules-INITIAL_FORMS": "0"},
        {"rules-1-key": "cases"},
        {"based_on": "x"},
        {"note": ""},
    ):
        for do in ("add", "preview", "publish"):
            answer = administrator.post(WRITE, form(do=do, changes={3: {"title": "New"}}) | change)
            assert answer.status_code in (200, 422), (change, do)
    assert administrator.post(WRITE, form()).status_code == 422  # nothing differs
    assert GuardrailEdition.objects.count() == 1


def test_of_two_who_publish_the_second_loses_nothing(at, make_user):
    administrator = at("administrator")
    mine = form(changes={1: {"title": "Mine and long typed"}}, note="My note")
    other = make_user("other@example.org", role="administrator")
    guardrail_editions.publish(rules=drafts()[:-1], note="The other one.", by=other, based_on=1)
    answer = administrator.post(WRITE, mine)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "The other one." in page
    assert "Mine and long typed" in page
    assert 'value="My note"' in page
    assert "New: guardrail 14" in page
    assert administrator.post(WRITE, mine | {"based_on": 2}).url == "/guardrails/3/"


def test_a_rule_that_is_added_has_a_key_of_its_own():
    assert guardrail_editions.key_for("Fire works!", []) == "own-fire-works"
    assert guardrail_editions.key_for("Fire works!", ["own-fire-works"]) == "own-fire-works-2"
    assert guardrail_editions.key_for("烟花", []) == "own-rule"
    assert Draft(1, "k", "t", "e", "", "", "warn").row().key == "k"
