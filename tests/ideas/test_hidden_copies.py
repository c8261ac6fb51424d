"""What is hidden where an issue lives is hidden at the commands that it was moved through, too."""

import pytest
from django.test import Client

from ideas import moving
from ideas.models import Appeal, Comment, Decision, Idea
from precincts import tenancy
from precincts.models import Participant
from tests.ideas.appeals import appeal, browser_of
from tests.ideas.factory import a_waiting_idea, an_idea
from tests.ideas.safety import a_comment, now
from tests.together import at_once

pytestmark = pytest.mark.django_db
BODY = "The man at number twelve races here every night."
SAID = "I saw the man at number twelve, too."
SCREEN = {"action": "screen", "rule": "4", "reason": "It points at a person."}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def author():
    return Participant.objects.create()


@pytest.fixture
def moderator_110(make_user, pct_110):
    client = Client()
    client.force_login(make_user("moderator.110@example.org", role="moderator", command=pct_110))
    return client


@pytest.fixture
def moved(pct_109, pct_110, author):
    """(where it was, where it is): public at the 109th, then handed to the 110th."""
    return hand_over(an_idea(pct_109, body=BODY, participant=author), pct_110)


def hand_over(old, target):
    new = moving.hand_over(source=old.command, pk=old.pk, target=target, by=None)
    return with_command(old), with_command(new)


def with_command(idea):
    with tenancy.enter(idea.command_id):
        return Idea.objects.select_related("command").get(pk=idea.pk)


def can_be_read(idea, words=BODY):
    """Whether anybody can, at any address of its command."""
    slug = idea.command.slug
    pages = [f"/{slug}/ideas/{idea.pk}/", f"/{slug}/ideas/", f"/{slug}/ideas/?q=twelve", f"/{slug}/"]
    pages += [f"/api/v1/commands/{slug}/ideas/{idea.pk}/", f"/api/v1/commands/{slug}/ideas/"]
    pages += [f"/api/v1/commands/{slug}/ideas/{idea.pk}/comments/"]
    return any(words in Client().get(page).content.decode() for page in pages)


def decide(client, item, **data):
    slug, kind = item.command.slug, "ideas" if isinstance(item, Idea) else "comments"
    url = f"/{slug}/desk/{kind}/{item.pk}/decisions/"
    return client.post(url, data | {"version": now(item).version})


def undo(client, command):
    with tenancy.enter(command):
        last = Decision.objects.order_by("-pk").first()
    return client.post(f"/{command.slug}/desk/undo/{last.pk}/")


def test_screened_at_the_new_command_it_is_read_at_neither(moved, moderator_110):
    old, new = moved
    assert can_be_read(old)
    assert decide(moderator_110, new, **SCREEN).status_code == 302
    assert not can_be_read(new)
    assert not can_be_read(old)


def test_taken_back_it_is_read_at_both(moved, moderator_110, pct_110):
    old, new = moved
    decide(moderator_110, new, **SCREEN)
    assert undo(moderator_110, pct_110).status_code == 302
    assert can_be_read(new)
    assert can_be_read(old)


def test_overturned_it_is_read_at_both(moved, moderator_110, make_user, author):
    old, new = moved
    decide(moderator_110, new, **SCREEN)
    appeal(browser_of(author), new)
    reviewer = Client()
    reviewer.force_login(make_user("reviewer@example.org", role="reviewer"))
    with tenancy.enter(new.command_id):
        pk = Appeal.objects.get().pk
    url = f"/headquarters/appeals/{new.command.slug}/{pk}/"
    reviewer.post(url, {"outcome": "overturned", "reason": "It names nobody."})
    assert can_be_read(new)
    assert can_be_read(old)


def test_withdrawn_it_is_read_at_neither(moved, author):
    old, new = moved
    browser_of(author).post(f"/pct-110/ideas/{new.pk}/withdraw/", {"version": now(new).version})
    assert now(new).status == "withdrawn"
    assert not can_be_read(new)
    assert not can_be_read(old)


def test_it_reaches_every_command_on_the_way(moved, moderator, pct_109):
    old, new = moved
    between, back = hand_over(new, pct_109)
    assert decide(moderator, back, **SCREEN).status_code == 302
    assert not any(can_be_read(idea) for idea in (old, between, back))


def test_what_nobody_had_reviewed_stays_out_of_sight_at_the_old_command(pct_109, pct_110, moderator_110):
    old, new = hand_over(a_waiting_idea(pct_109, body=BODY), pct_110)
    decide(moderator_110, new, action="approve")
    assert can_be_read(new)
    assert not can_be_read(old)
    decide(moderator_110, new, **SCREEN)
    undo(moderator_110, pct_110)
    assert can_be_read(new)
    assert not can_be_read(old)


def test_what_the_old_command_screens_of_its_own_changes_nothing_at_the_new(moved, moderator):
    old, new = moved
    decide(moderator, old, **SCREEN)
    assert not can_be_read(old)
    assert can_be_read(new)


def test_a_screened_comment_is_read_at_neither(pct_109, pct_110, moderator_110):
    old = an_idea(pct_109)
    a_comment(old, body=SAID)
    old, new = hand_over(old, pct_110)
    with tenancy.enter(pct_110):
        comment = Comment.objects.select_related("command").get()
    assert can_be_read(old, SAID)
    assert decide(moderator_110, comment, **SCREEN).status_code == 302
    assert not can_be_read(new, SAID)
    assert not can_be_read(old, SAID)
    undo(moderator_110, pct_110)
    assert can_be_read(new, SAID)
    assert can_be_read(old, SAID)


@pytest.mark.django_db(transaction=True)
def test_screening_and_redacting_at_the_same_moment_wait_for_each_other(moved, moderator, moderator_110):
    old, new = moved
    redaction = {"field": "body", "piece": "number twelve", "every": "1", "rule": "4", "reason": "A house."}
    answers = at_once(
        lambda: decide(moderator_110, new, **SCREEN),
        lambda: moderator.post(f"/pct-109/desk/ideas/{old.pk}/redact/", redaction | {"version": old.version}),
    )
    assert {answer.status_code for answer in answers} <= {302, 409}
    assert not can_be_read(old)
    assert not can_be_read(new)
