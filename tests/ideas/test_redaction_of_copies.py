"""A redaction reaches every command that an issue was moved through, from wherever it is made."""

import pytest
from django.db import connection
from django.test import Client

from ideas import moving
from ideas.models import Call, Comment, Idea, Redaction, Status, Webhook
from ideas.models.desk import Fingerprint
from precincts import tenancy
from precincts.models import Participant
from tests.ideas.appeals import browser_of
from tests.ideas.desk import decisions, set_status
from tests.ideas.factory import a_waiting_idea, an_idea
from tests.ideas.notices import tell_everybody, told
from tests.ideas.safety import PHONE, a_comment, now, redactions
from tests.together import at_once

pytestmark = pytest.mark.django_db
GAP = "[removed under rule 3]"
BODY = f"Cars race here. Call me at {PHONE}. I said: {PHONE}!"
JSON = "application/json"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desks(moderator, make_user, pct_110):
    """A moderator's browser for each of the two commands."""
    other = Client()
    other.force_login(make_user("moderator.110@example.org", role="moderator", command=pct_110))
    return {"pct-109": moderator, "pct-110": other}


def hand_over(idea, target):
    there = moving.hand_over(source=idea.command, pk=idea.pk, target=target, by=None)
    return with_command(there)


def with_command(idea):
    with tenancy.enter(idea.command_id):
        return Idea.objects.select_related("command").get(pk=idea.pk)


@pytest.fixture
def moved(pct_109, pct_110):
    """(where it was, where it is): an issue on the board of the 109th that the 110th took on."""
    old = an_idea(pct_109, body=BODY)
    new = hand_over(old, pct_110)
    return with_command(old), new


def redact(desks, item, **fields):
    slug = item.command.slug
    kind = "ideas" if isinstance(item, Idea) else "comments"
    data = {"field": "body", "piece": PHONE, "every": "1", "rule": "3", "version": now(item).version} | fields
    return desks[slug].post(f"/{slug}/desk/{kind}/{item.pk}/redact/", data)


def put_back(desks, redaction, slug):
    reason = {"reason": "It is the shop's own number."}
    return desks[slug].post(f"/{slug}/desk/redactions/{redaction.pk}/back/", reason)


def everywhere(idea):
    """What anybody can read of an issue, by address."""
    slug = idea.command.slug
    addresses = [
        f"/{slug}/ideas/{idea.pk}/",
        f"/{slug}/ideas/",
        f"/{slug}/ideas/?q=Call",
        f"/api/v1/commands/{slug}/ideas/{idea.pk}/",
        f"/api/v1/commands/{slug}/ideas/",
    ]
    return {address: Client().get(address).content.decode() for address in addresses}


def assert_gone(*ideas):
    for idea in ideas:
        for address, page in everywhere(idea).items():
            assert PHONE not in page, address
        with tenancy.enter(idea.command_id):
            for model in (Idea, Comment):
                assert not model.objects.filter(body__contains=PHONE).exists()


@pytest.mark.parametrize("at", ["pct-109", "pct-110"])
def test_it_reaches_the_other_from_either(desks, moved, at):
    here = next(idea for idea in moved if idea.command.slug == at)
    assert redact(desks, here, reason="A private number.").status_code == 302
    assert_gone(*moved)
    for idea in moved:
        page = everywhere(idea)[f"/{idea.command.slug}/ideas/{idea.pk}/"]
        assert page.count(f'<mark class="gap">{GAP}</mark>') == 2
        assert "A piece of the text was removed under a rule" in page
        assert "A private number." in page
        last = decisions(idea)[-1]
        assert (last.action, last.decided_by.email) == ("redact", desks[at].get("/").wsgi_request.user.email)


@pytest.mark.parametrize("at", ["pct-109", "pct-110"])
def test_by_machine(desks, moved, at):
    here = next(idea for idea in moved if idea.command.slug == at)
    url = f"/api/v1/commands/{at}/ideas/{here.pk}/redactions/"
    made = desks[at].post(url, {"piece": PHONE, "rule": 3, "reason": "Private."}, content_type=JSON)
    assert made.status_code == 201
    assert_gone(*moved)


def test_the_way_there_and_back(desks, moved, pct_109):
    old, middle = moved
    last = hand_over(middle, pct_109)
    assert last.pk != old.pk
    for piece, here in ((PHONE, middle), ("race", old), ("Cars", last)):
        assert redact(desks, here, piece=piece).status_code == 302
    assert_gone(old, middle, last)
    assert {now(idea).body for idea in (old, middle, last)} == {
        f"{GAP} {GAP} here. Call me at {GAP}. I said: {GAP}!"
    }


def test_the_title_too(desks, pct_109, pct_110):
    old = an_idea(pct_109, title=f"Call {PHONE}", body="Cars race at night here.")
    new = hand_over(old, pct_110)
    assert redact(desks, new, field="title").status_code == 302
    assert_gone(old, new)


def test_it_is_found_by_no_search_any_more(client, desks, pct_109, pct_110):
    old = an_idea(pct_109, body="The neighbor Wolfgangsson shouts all night on our block.")
    new = hand_over(old, pct_110)
    redact(desks, new, piece="Wolfgangsson")
    for slug in desks:
        assert "Cars race" not in client.get(f"/{slug}/ideas/?q=Wolfgangsson").content.decode()
        assert "Cars race" in client.get(f"/{slug}/ideas/?q=shouts").content.decode()


@pytest.mark.parametrize("at", ["pct-109", "pct-110"])
def test_a_comment(desks, pct_109, pct_110, at):
    old = an_idea(pct_109)
    ours, others = a_comment(old, body=BODY), a_comment(old, body=f"I know {PHONE} as well.")
    new = hand_over(old, pct_110)
    with tenancy.enter(new.command_id):
        theirs = Comment.objects.select_related("command").get(idea=new, body=ours.body)
    assert redact(desks, ours if at == "pct-109" else theirs).status_code == 302
    for comment in (ours, theirs):
        assert PHONE not in now(comment).body
        assert now(comment).version == comment.version + 1
    for idea in (with_command(old), new):
        page = everywhere(idea)[f"/{idea.command.slug}/ideas/{idea.pk}/"]
        assert page.count(f'<mark class="gap">{GAP}</mark>') == 2
        assert others.body in page


def test_a_comment_that_came_after_the_move_is_there_alone(desks, moved):
    old, new = moved
    comment = a_comment(new, body=BODY)
    with tenancy.enter(new.command_id):
        comment = Comment.objects.select_related("command", "idea").get(pk=comment.pk)
    assert redact(desks, comment).status_code == 302
    assert redactions(old) == []


def test_only_the_selected_one_of_several(desks, moved):
    old, new = moved
    redact(desks, new, every="", start=str(BODY.rindex(PHONE)))
    left = f"Cars race here. Call me at {PHONE}. I said: {GAP}!"
    assert now(old).body == now(new).body == left


@pytest.mark.parametrize("at", ["pct-109", "pct-110"])
def test_it_is_put_back_in_both(desks, moved, at):
    old, new = moved
    redact(desks, new)
    redact(desks, new, piece="race")
    row = redactions(old if at == "pct-109" else new)[0]
    assert put_back(desks, row, at).status_code == 302
    for idea in moved:
        assert now(idea).body == BODY.replace("race", GAP)
        assert [one.restored_at is None for one in redactions(idea)] == [False, True]
        assert decisions(idea)[-1].action == "unredact"


@pytest.mark.parametrize("at", ["pct-109", "pct-110"])
def test_what_was_removed_before_the_move_is_put_back_after_it(desks, pct_109, pct_110, at):
    old = an_idea(pct_109, body=BODY)
    comment = a_comment(old, body=BODY)
    with tenancy.enter(pct_109):
        comment = Comment.objects.select_related("command").get(pk=comment.pk)
    redact(desks, old)
    redact(desks, comment)
    new = hand_over(old, pct_110)
    assert now(new).body == BODY.replace(PHONE, GAP)
    for row in redactions(old if at == "pct-109" else new):
        assert put_back(desks, row, at).status_code == 302
    assert now(old).body == now(new).body == BODY
    for idea in (old, new):
        with tenancy.enter(idea.command_id):
            assert Comment.objects.get(idea=idea).body == BODY


@pytest.mark.parametrize("status", [Status.SCREENED, Status.WITHDRAWN])
def test_a_copy_that_nobody_sees_is_no_way_around_it(desks, moved, status):
    old, new = moved
    set_status(new, status)
    assert redact(desks, old).status_code == 302
    assert PHONE not in now(new).body
    assert now(new).status == status


def test_what_was_moved_before_anybody_reviewed_it(desks, pct_109, pct_110):
    old = a_waiting_idea(pct_109, body=BODY)
    new = hand_over(old, pct_110)
    assert redact(desks, new).status_code == 302
    assert (now(old).status, PHONE in now(old).body) == ("moved", False)


def test_the_piece_lies_sealed_at_each_and_nowhere_else(desks, moved):
    redact(desks, moved[1], reason="A private number.")
    connection.check_constraints()
    for idea in moved:
        [row] = redactions(idea)
        assert (row.piece, row.rule.number, row.reason) == (PHONE, 3, "A private number.")
        with tenancy.enter(idea.command_id):
            gaps = Idea.objects.get(pk=idea.pk).gaps
            assert {gap["redaction"] for gap in gaps} == {row.pk}
            for model in (Idea, Redaction, Comment):
                rows = model.objects.extra(
                    where=[f"{model._meta.db_table}::text LIKE %s"], params=[f"%{PHONE}%"]
                )
                assert not rows.exists()
    assert redactions(moved[0])[0].redacted_at == redactions(moved[1])[0].redacted_at


def test_the_digests_of_both_are_made_anew(desks, pct_109, pct_110):
    old = an_idea(pct_109, body="The neighbor Wolfgangsson shouts all night on our block.")

    def digests():
        with tenancy.enter(pct_109):
            return set(Fingerprint.objects.filter(idea=old).values_list("digest", flat=True))

    before = digests()
    redact(desks, hand_over(old, pct_110), piece="Wolfgangsson shouts all night")
    assert before - digests()


def test_its_author_is_told_once_and_from_where_it_was_done(desks, pct_109, pct_110):
    author = Participant.objects.create()
    old = an_idea(pct_109, body=BODY, participant=author)
    new = hand_over(old, pct_110)
    tell_everybody()
    before = told(author)
    redact(desks, new)
    tell_everybody()
    assert told(author)[len(before) :] == [("redact", "author")]
    assert told(author, new)[-1] == ("redact", "author")
    for address in ("/notices/", new.get_absolute_url()):
        assert PHONE not in browser_of(author).get(address).content.decode()


def test_machines_of_both_commands_hear_of_it(desks, moved, make_user):
    by = make_user("machines@example.org")
    for idea in moved:
        with tenancy.enter(idea.command_id):
            Webhook.objects.create(url="https://example.org/", events=["idea.redacted"], created_by=by)
    redact(desks, moved[1])
    tell_everybody()
    for idea in moved:
        with tenancy.enter(idea.command_id):
            [call] = Call.objects.all()
            assert call.payload["data"]["idea"]["id"] == idea.pk


def test_who_decides_on_the_other_is_told_that_it_changed(desks, moved):
    old, new = moved
    seen = new.version
    redact(desks, old)
    stale = desks["pct-110"].post(
        f"/pct-110/desk/ideas/{new.pk}/decisions/", {"action": "screen", "rule": "3", "version": seen}
    )
    assert stale.status_code == 409
    assert "Redact a piece" in stale.content.decode()


def test_another_commands_issue_of_the_same_words_is_its_own(desks, moved, pct_110):
    alike = an_idea(pct_110, body=BODY)
    redact(desks, moved[0])
    assert now(alike).body == BODY


def test_no_desk_reaches_into_another_by_itself(desks, moved):
    old, new = moved
    url = f"/pct-110/desk/ideas/{new.pk}/redact/"
    assert desks["pct-109"].post(url, {"piece": PHONE, "rule": "3"}).status_code == 403
    assert desks["pct-109"].post(f"/pct-109/desk/ideas/{new.pk}/redact/", {}).status_code == 404
    assert redactions(old) == redactions(new) == []


@pytest.mark.django_db(transaction=True)
def test_two_desks_at_once_lose_nothing(desks, moved):
    old, new = moved
    pieces = ["Cars", "race", "here", "Call"]
    calls = [
        lambda p=piece, i=(old, new)[n % 2]: redact(desks, i, piece=p, version="")
        for n, piece in enumerate(pieces)
    ]
    answers = at_once(*calls)
    assert [getattr(answer, "status_code", answer) for answer in answers] == [302] * 4
    assert now(old).body == now(new).body
    assert not any(piece in now(old).body for piece in pieces)


@pytest.mark.django_db(transaction=True)
def test_while_it_moves(desks, pct_109, pct_110):
    for turn in range(4):
        idea = with_command(an_idea(pct_109, title=f"Issue {turn}", body=f"{BODY} {turn}"))
        moved_to, sent = at_once(
            lambda i=idea: moving.hand_over(source=pct_109, pk=i.pk, target=pct_110, by=None),
            lambda i=idea: redact(desks, i, version=""),
        )
        assert sent.status_code == 302
        assert isinstance(moved_to, Idea)
        assert_gone(with_command(idea), with_command(moved_to))
