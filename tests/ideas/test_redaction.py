"""Redaction: a piece is taken out, readers see a marked gap, and the piece lies sealed."""

import pytest
from django.db import connection

from ideas import moderating, redacting
from ideas.models import Action, Redaction
from precincts import tenancy
from tests.ideas.desk import decisions
from tests.ideas.factory import a_waiting_idea, an_idea
from tests.ideas.safety import API, BOARD, DESK, PHONE, a_comment, a_rule, now, redact, redactions

pytestmark = pytest.mark.django_db
GAP = "[removed under rule 3]"
MARKED = f'<mark class="gap">{GAP}</mark>'
BODY = f"Call me at {PHONE}. I said: {PHONE}!"


def send(client, item, **fields):
    kind = "ideas" if hasattr(item, "title") else "comments"
    data = {"field": "body", "piece": PHONE, "every": "1", "rule": "3", "version": item.version} | fields
    return client.post(f"{DESK}{kind}/{item.pk}/redact/", data)


def test_the_public_sees_a_marked_gap_and_the_rule(client, moderator, pct_109):
    idea = an_idea(pct_109, title=f"Call {PHONE}", body=BODY)
    assert send(moderator, idea, reason="A private number.").status_code == 302
    page = client.get(f"{BOARD}{idea.pk}/").content.decode()
    assert page.count(MARKED) == 2
    assert f"Call {PHONE}</h1>" in page  # the title was not chosen
    assert "A piece of the text was removed under a rule" in page
    assert "A private number." in page
    assert send(moderator, now(idea), field="title").status_code == 302
    for url in (f"{BOARD}{idea.pk}/", BOARD, f"{API}ideas/{idea.pk}/", f"{API}ideas/", f"{BOARD}?q=Call"):
        told = client.get(url).content.decode()
        assert PHONE not in told, url
        assert GAP in told, url


def test_a_title_that_repeats_what_was_removed_is_not_overlooked(moderator, pct_109):
    idea = an_idea(pct_109, title=f"Call {PHONE}", body=BODY, place=f"ask {PHONE}")
    answer = send(moderator, idea)
    assert answer.url == f"{DESK}ideas/{idea.pk}/redact/"
    page = moderator.get(answer.url).content.decode()
    assert "The same still stands elsewhere, for all to read: In the title, In the place." in page
    send(moderator, now(idea), field="place")
    assert send(moderator, now(idea), field="title").url == f"{DESK}ideas/{idea.pk}/"


def test_a_resident_who_types_the_same_words_makes_no_gap(client, moderator, pct_109):
    idea = an_idea(pct_109, title=GAP, body=f"I say {GAP}, and {PHONE}. <mark class='gap'>")
    assert MARKED not in client.get(f"{BOARD}{idea.pk}/").content.decode()
    send(moderator, idea)
    assert client.get(f"{BOARD}{idea.pk}/").content.decode().count(MARKED) == 1


def test_it_is_not_found_by_searching_any_more(client, moderator, pct_109):
    idea = an_idea(pct_109, body="The neighbor Wolfgangsson shouts all night on our block.")
    assert "Cars race" in client.get(f"{BOARD}?q=Wolfgangsson").content.decode()
    send(moderator, idea, piece="Wolfgangsson")
    assert "Cars race" not in client.get(f"{BOARD}?q=Wolfgangsson").content.decode()


def test_the_piece_lies_sealed_and_nowhere_else(moderator, pct_109):
    idea = a_waiting_idea(pct_109, title="Call me", body=BODY)
    send(moderator, idea, reason="A private number.")
    assert redactions(idea)[0].piece == PHONE
    connection.check_constraints()
    with tenancy.enter(pct_109), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            " AND table_name LIKE 'ideas\\_%%'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT has_table_privilege('{table}', 'SELECT')")
            if cursor.fetchone()[0]:
                cursor.execute(f"SELECT count(*) FROM {table} AS one WHERE one::text LIKE %s", [f"%{PHONE}%"])
                assert cursor.fetchone()[0] == 0, table


def test_only_who_may_unseal_reads_it_on_the_desk(staff, moderator, pct_109):
    idea = an_idea(pct_109, body=BODY)
    send(moderator, idea)
    url = f"{DESK}ideas/{idea.pk}/redact/"
    for role in ("moderator", "commander", "reviewer", "editor"):
        assert PHONE not in staff(role).get(url).content.decode(), role
        assert PHONE not in staff(role).get(f"{DESK}ideas/{idea.pk}/").content.decode(), role
    for role in ("administrator", "records_officer"):
        assert PHONE in staff(role).get(url).content.decode(), role
    assert send(staff("administrator"), now(idea), piece="Call").status_code == 403


def test_flags_are_looked_for_anew(moderator, pct_109):
    idea = a_waiting_idea(pct_109, body=f"Call {PHONE}, or write to a@example.org, about the corner.")
    send(moderator, idea)
    after = now(idea)
    assert [flag["kind"] for flag in after.flags] == ["email"]
    flag = after.flags[0]
    assert after.body[flag["start"] : flag["end"]] == "a@example.org"


def test_a_marked_piece_is_chosen_without_typing(moderator, pct_109):
    idea = a_waiting_idea(pct_109, body=f"First 718-555-0199, then {PHONE}.")
    page = moderator.get(f"{DESK}ideas/{idea.pk}/redact/").content.decode()
    start = idea.body.index(PHONE)
    choice = f"body:{start}:{start + len(PHONE)}"
    assert f'value="{choice}"' in page
    assert send(moderator, idea, piece="", flagged=choice, every="").status_code == 302
    assert now(idea).body == f"First 718-555-0199, then {GAP}."


def test_only_the_selected_one_of_several(moderator, pct_109):
    idea = a_waiting_idea(pct_109, body=BODY)
    send(moderator, idea, every="", start=str(BODY.rindex(PHONE)))
    assert now(idea).body == f"Call me at {PHONE}. I said: {GAP}!"


def test_several_redactions_keep_their_places(client, moderator, commander, pct_109):
    idea = an_idea(pct_109, body="One two three two one.")
    for piece in ("two", "One", "three"):
        assert send(moderator, now(idea), piece=piece).status_code == 302
    after = now(idea)
    assert after.body == f"{GAP} {GAP} {GAP} {GAP} one."
    assert all(after.body[gap["start"] : gap["end"]] == GAP for gap in after.gaps)
    assert len(after.gaps) == 4
    two = redactions(idea)[0]
    back = commander.post(f"{DESK}redactions/{two.pk}/back/", {"reason": "It was the sign's own word."})
    assert back.status_code == 302
    after = now(idea)
    assert after.body == f"{GAP} two {GAP} two one."
    assert client.get(f"{BOARD}{idea.pk}/").content.decode().count(MARKED) == 2
    assert redactions(idea)[0].restored_reason == "It was the sign's own word."
    assert [decision.action for decision in decisions(idea)][-1] == "unredact"


def test_it_is_put_back_once_and_with_a_reason(moderator, pct_109):
    idea = an_idea(pct_109, body=BODY)
    send(moderator, idea)
    url = f"{DESK}redactions/{redactions(idea)[0].pk}/back/"
    refused = moderator.post(url, {"reason": "  "})
    assert refused.status_code == 422
    assert "Say why it is put back." in refused.content.decode()
    long = moderator.post(url, {"reason": "y" * 501})
    assert long.status_code == 422
    assert "y" * 501 in long.content.decode()
    assert moderator.post(url, {"reason": "A mistake."}).status_code == 302
    assert now(idea).body == BODY
    assert moderator.post(url, {"reason": "Again."}).status_code == 409


def test_comments_can_be_redacted(client, moderator, pct_109):
    comment = a_comment(an_idea(pct_109), body=BODY)
    assert send(moderator, comment, reason="A number.").status_code == 302
    page = client.get(f"{BOARD}{comment.idea_id}/").content.decode()
    assert page.count(MARKED) == 2
    assert PHONE not in page
    with tenancy.enter(pct_109):
        decision = comment.decisions.get()
    assert (decision.action, decision.rule.number, decision.told_at) == ("redact", 3, None)
    assert client.get(f"{API}ideas/{comment.idea_id}/comments/").json()["results"][0]["gaps"][0]["rule"] == 3


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"piece": ""}, "Select or type the piece"),
        ({"piece": " \n "}, "Select or type the piece"),
        ({"piece": "not in it"}, "This does not stand there."),
        ({"piece": "y" * 5001}, "at most 5000 characters"),
        ({"piece": "y" * 1_000_000}, "at most 5000 characters"),
        ({"piece": "a\x00b"}, "Null characters"),
        ({"piece": "\u202e 你好 😀"}, "This does not stand there."),
        ({"rule": ""}, "Choose the rule"),
        ({"rule": "99"}, "Select a valid choice"),
        ({"rule": "9" * 400}, "Select a valid choice"),
        ({"rule": "x"}, "Select a valid choice"),
        ({"field": "answer"}, "Select a valid choice"),
        ({"flagged": "body:1:2"}, "Select a valid choice"),
        ({"start": "9" * 30}, "less than or equal"),
        ({"reason": f"It is {PHONE}"}, "The reason says again what you remove."),
        ({"reason": "y" * 501}, "at most 500 characters"),
        ({"version": "x"}, "Enter a whole number"),
    ],
)
def test_bad_input_is_answered_beside_the_field_and_stays(moderator, pct_109, fields, says):
    idea = a_waiting_idea(pct_109, title="Call me", body=BODY)
    answer = send(moderator, idea, **fields)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert says in page
    assert 'role="alert"' in page
    assert now(idea).body == BODY
    if typed := fields.get("reason"):
        assert typed in page


def test_a_title_does_not_grow_too_long(moderator, pct_109):
    idea = a_waiting_idea(pct_109, title="a b " * 29, body=BODY)
    answer = send(moderator, idea, field="title", piece="a")
    assert answer.status_code == 422
    assert "Remove a longer piece" in answer.content.decode()
    assert send(moderator, idea, field="title", piece=idea.title.strip()).status_code == 302


def test_a_gap_is_not_redacted_again(moderator, pct_109):
    idea = a_waiting_idea(pct_109, body=BODY)
    send(moderator, idea)
    answer = send(moderator, now(idea), piece=f"at {GAP}")
    assert answer.status_code == 422
    assert "was removed already" in answer.content.decode()
    answer = send(moderator, now(idea), piece="removed under")
    assert answer.status_code == 422


def test_two_at_once_never_overwrite_each_other(staff, pct_109):
    idea = an_idea(pct_109, body=BODY)
    assert send(staff("commander"), idea, piece="Call me").status_code == 302
    late = send(staff("moderator"), idea, piece=PHONE, reason="A private number.")
    page = late.content.decode()
    assert late.status_code == 409
    assert "Redact a piece" in page
    assert "commander@example.org" in page
    assert "A private number." in page
    assert PHONE in page
    assert now(idea).body.startswith(GAP)
    assert len(redactions(idea)) == 1


def test_it_changes_the_version_and_nothing_else(moderator, pct_109):
    idea = an_idea(pct_109, body=BODY)
    send(moderator, idea)
    after = now(idea)
    assert (after.status, after.version) == (idea.status, idea.version + 1)
    assert (after.published_at, after.queued_at, after.score) == (
        idea.published_at,
        idea.queued_at,
        idea.score,
    )


def test_the_undo_of_decisions_leaves_it(moderator, pct_109):
    idea = an_idea(pct_109, body=BODY)
    send(moderator, idea)
    last = decisions(idea)[-1]
    assert last.action == "redact"
    assert PHONE not in str(last.before)
    moderator.post(f"{DESK}undo/{last.pk}/")
    assert now(idea).body.count(GAP) == 2


def test_a_page_of_cards_takes_no_query_more(client, moderator, pct_109, django_assert_max_num_queries):
    for n in range(3):
        send(moderator, an_idea(pct_109, title=f"Idea {n}", body=BODY))
    with django_assert_max_num_queries(9):
        assert client.get(BOARD).content.decode().count(MARKED) >= 3


def test_the_api_redacts(moderator, pct_109):
    idea = an_idea(pct_109, body=BODY)
    url = f"{API}ideas/{idea.pk}/redactions/"

    def post(**data):
        return moderator.post(url, data, content_type="application/json")

    assert post(piece=PHONE, rule=3, version=idea.version - 1).status_code == 409
    assert post(piece="nowhere", rule=3).json()["errors"][0]["pointer"] == "#/piece"
    assert post(piece=PHONE).json()["errors"][0]["pointer"] == "#/rule"
    assert post(piece=PHONE, rule=3, field="answer").status_code == 400
    assert post(piece="\ud800", rule=3).status_code == 400
    made = post(piece=PHONE, rule=3, reason="A number.", version=idea.version)
    assert made.status_code == 201
    assert made.json()["body"] == BODY.replace(PHONE, GAP)
    assert [gap["rule"] for gap in made.json()["gaps"]] == [3, 3]


def test_another_commands_idea_is_nowhere(moderator, pct_110):
    idea = an_idea(pct_110, body=BODY)
    assert send(moderator, idea).status_code == 404
    assert now(idea).body == BODY


def test_what_was_screened_can_be_redacted_too(moderator, commander, pct_109):
    idea = an_idea(pct_109, body=BODY)
    with tenancy.enter(pct_109):
        asked = moderating.Asked(action=Action.SCREEN, by=moderator.user, rule=a_rule())
        moderating.decide(idea=idea, asked=asked)
    made = redact(now(idea), PHONE, commander.user)
    assert (now(idea).status, now(idea).published_at) == ("screened", idea.published_at)
    with tenancy.enter(pct_109):
        redacting.put_back(redaction=Redaction.objects.get(pk=made.pk), by=commander.user, reason="x")
    assert now(idea).body == BODY
