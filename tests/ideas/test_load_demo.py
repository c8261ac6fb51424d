"""load_demo: the demonstration city, filled once, whole, and only where there is a demonstration."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.core import mail
from django.core.management import CommandError, call_command
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ideas import demonstration
from ideas.demo import fairness, routes, safety
from ideas.models import PUBLIC, Comment, Decision, Idea, Photo, Status, Vote
from precincts import tenancy
from precincts.models import Invitation, Membership, Participant, User
from socialfeeds.models import Account
from tests.sandbox_server import fresh_sandbox, sandbox

__all__ = ["fresh_sandbox", "sandbox"]

CONTENT = json.loads(
    (Path(demonstration.__file__).parent / "data" / "demo_ideas.json").read_text(encoding="utf-8")
)
# What rooms raise beside the content file.
ADDED = routes.IDEAS + fairness.IDEAS + safety.IDEAS
TABLES = (Idea, Vote, Comment, Decision, Photo, Account)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def demo(settings, fresh_sandbox, tmp_path):
    """Demonstration mode, with an empty sandbox. Calling it loads, and gives what was said."""
    settings.ENGAGE_DEMO = True
    settings.X_API_URL = fresh_sandbox.url
    settings.MEDIA_ROOT = tmp_path

    def load():
        out = StringIO()
        call_command("load_demo", stdout=out)
        return out.getvalue()

    return load


def counts():
    with tenancy.citywide():
        rows = {model.__name__: model.objects.count() for model in TABLES}
    return rows | {"User": User.objects.count(), "Participant": Participant.objects.count()}


def test_not_without_a_demonstration(settings):
    settings.ENGAGE_DEMO = False
    with pytest.raises(CommandError, match="ENGAGE_DEMO"):
        call_command("load_demo")
    assert not User.objects.exists()


def test_the_whole_city_is_there(demo):
    said = demo()
    assert f"{len(CONTENT)} ideas in {len({item['command'] for item in CONTENT})} commands" in said
    with tenancy.citywide():
        ideas = {
            idea.external_id: idea
            for idea in Idea.objects.filter(external_id__startswith="demo:")
            .select_related("command", "topic")
            .defer("search")
        }
        votes = Counter(Vote.objects.values_list("idea", "value"))
        comments = Counter(Comment.objects.values_list("idea", flat=True))
        decisions = Counter(Decision.objects.values_list("idea", flat=True))
        photos = Counter(Photo.objects.values_list("idea", flat=True))
    assert set(ideas) == {f"demo:{item['key']}" for item in CONTENT}
    for item in CONTENT:
        idea = ideas[f"demo:{item['key']}"]
        assert (idea.command.slug, idea.status, idea.title) == (
            item["command"],
            item["status"],
            item["title"],
        )
        assert (idea.up, idea.down) == (item["up"], item["down"])
        assert (votes[idea.pk, 1], votes[idea.pk, -1]) == (item["up"], item["down"])
        said_here = sum(1 + len(comment["replies"]) for comment in item["comments"])
        assert idea.comment_count == comments[idea.pk] == said_here
        assert decisions[idea.pk] == len(item["history"]) == idea.version - 1
        assert photos[idea.pk] == len(item["photos"])
        assert (idea.published_at is not None) >= (idea.status in PUBLIC)
    assert {idea.status for idea in ideas.values()} >= {
        Status.WAITING,
        Status.SPOKEN,
        Status.HEARD,
        Status.ACTING,
        Status.ACTED,
        Status.CANNOT,
        Status.REFERRED,
        Status.SCREENED,
    }


def test_dates_are_days_before_now_and_in_order(demo):
    demo()
    now = timezone.now()
    with tenancy.citywide():
        ages = dict(Idea.objects.values_list("external_id", "created_at"))
        assert not Decision.objects.filter(decided_at__gt=now).exists()
        assert not Vote.objects.filter(created_at__gt=now).exists()
        for decision in Decision.objects.select_related("idea"):
            assert decision.decided_at > decision.idea.created_at
    for item in CONTENT:
        age = now - ages[f"demo:{item['key']}"]
        assert abs(age - timedelta(days=item["days_ago"])) < timedelta(minutes=1)


def test_the_sign_ins(demo, pct_109):
    demo()
    for email, role, command in [
        ("resident@demo.example", None, None),
        ("moderator@demo.example", "moderator", pct_109),
        ("commander@demo.example", "commander", pct_109),
        ("reviewer@demo.example", "reviewer", None),
        ("moderator2@demo.example", "moderator", pct_109),
        ("editor@demo.example", "editor", pct_109),
        ("administrator@demo.example", "administrator", None),
        ("records@demo.example", "records_officer", None),
    ]:
        user = authenticate(None, email=email, password="engage-demo")
        assert user is not None, email
        assert user.emailaddress_set.get().verified
        roles = [(m.role, m.command) for m in user.memberships.select_related("command")]
        assert roles == ([(role, command)] if role else [])


def test_its_people_were_let_in_by_somebody_and_one_is_still_invited(demo, pct_109):
    demo()
    demo()
    invitation = Invitation.objects.get()
    assert (invitation.standing, invitation.command) == ("open", pct_109)
    assert len([m for m in mail.outbox if m.to == [invitation.email]]) == 1
    moderator = Membership.objects.get(user__email="moderator2@demo.example")
    assert moderator.granted_by.email == "commander@demo.example"
    assert moderator.created_at < timezone.now() - timedelta(days=30)


def test_nobody_signs_in_as_another_commands_staff(demo):
    demo()
    others = User.objects.filter(email__contains="pct-110")
    assert len(others) == 2
    assert not any(user.has_usable_password() for user in others)


def test_accounts_and_the_timeline_on_the_sandbox(demo, fresh_sandbox, pct_109):
    demo()
    with tenancy.enter(pct_109):
        account = Account.objects.get()
    assert (account.handle, account.token) == ("demo_pct109", "sandbox-demo_pct109")
    posts = fresh_sandbox.posts("demo_pct109")
    assert len(posts) == 5
    assert posts[0]["created_at"] > posts[-1]["created_at"]
    assert any("@demo_pct109" in post["text"] for post in fresh_sandbox.posts("bluebird_q"))
    with tenancy.citywide():
        assert Account.objects.count() == len({item["command"] for item in CONTENT})


def test_a_second_load_adds_nothing_and_asks_little(demo, fresh_sandbox):
    from django.db import connection

    demo()
    before, posts = counts(), len(fresh_sandbox.posts())
    with CaptureQueriesContext(connection) as queries:
        assert "0 new accounts and 0 new posts" in demo()
    assert (counts(), len(fresh_sandbox.posts())) == (before, posts)
    assert len(queries) < len(CONTENT)


def test_what_somebody_changed_stays(demo, pct_109):
    demo()
    with tenancy.enter(pct_109):
        Idea.objects.filter(external_id="demo:pct-109-01").update(status=Status.ACTED, answer="Done.")
    demo()
    with tenancy.enter(pct_109):
        assert Idea.objects.get(external_id="demo:pct-109-01").answer == "Done."


def test_a_load_that_was_cut_short_goes_on(demo, monkeypatch):
    real, filled = demonstration._Board._comment, []

    def cut(self):
        filled.append(self)
        if len(filled) == 3:
            raise KeyboardInterrupt
        real(self)

    monkeypatch.setattr(demonstration._Board, "_comment", cut)
    with pytest.raises(KeyboardInterrupt):
        demo()
    monkeypatch.undo()
    part = counts()["Idea"]
    assert 0 < part < len(CONTENT)
    demo()
    whole = counts()
    assert whole["Idea"] == len(CONTENT) + ADDED
    assert whole["Vote"] == sum(item["up"] + item["down"] for item in CONTENT) + routes.VOTES
    added = routes.DECISIONS + fairness.DECISIONS + safety.DECISIONS
    assert whole["Decision"] == sum(len(item["history"]) for item in CONTENT) + added


def test_a_sandbox_that_forgot_is_filled_again(demo, fresh_sandbox):
    demo()
    before = counts()
    fresh_sandbox.reset()
    assert "12 new accounts" in demo()
    assert counts() == before
    assert len(fresh_sandbox.posts("demo_pct109")) == 5
    assert "0 new accounts and 0 new posts" in demo()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://203.0.113.1", "https://api.x.com", "nonsense"])
def test_without_the_sandbox_the_boards_are_filled_and_a_line_says_so(demo, settings, url):
    settings.X_API_URL = url
    with pytest.raises(CommandError, match="run load_demo again") as error:
        demo()
    assert url in str(error.value)
    assert counts()["Idea"] == len(CONTENT) + ADDED


def test_without_the_city_a_line_says_what_to_do(demo, monkeypatch):
    monkeypatch.setattr(demonstration, "_content", lambda: {"pct-999": []})
    with pytest.raises(CommandError, match="load_city"):
        demo()
