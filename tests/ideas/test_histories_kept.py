"""What people change keeps what stood before: who changed it, in which role, request or task."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from ideas import moderating
from ideas.models import Action, Comment, Idea, Label, Photo, Trust, Webhook
from precincts import tenancy
from precincts.history import TenantEvent, is_event
from precincts.models import Command, Participant, PersonalToken
from tests.ideas.desk import ANSWER, address, decide, now
from tests.ideas.factory import a_waiting_idea, an_idea, many_ideas, vote
from tests.socialfeeds.voice import an_account

pytestmark = [pytest.mark.django_db, pytest.mark.services]


def events(model, command=None, **which):
    rows = model.pgh_event_models["update"].objects.filter(**which).order_by("pgh_id")
    if not issubclass(rows.model, TenantEvent):
        return list(rows)
    with tenancy.enter(command or Command.objects.get(slug="pct-109")):
        return list(rows)


def test_an_answer_leaves_what_stood_before_it(commander, pct_109):
    idea = an_idea(pct_109)
    decide(commander, idea, "hear", answer=ANSWER)
    decide(commander, now(idea), "done", answer="The lamp is mended.")
    before = [row for row in events(Idea, pgh_obj=idea.pk) if row.pgh_context]
    assert [(row.status, row.answer) for row in before] == [("spoken", ""), ("heard", ANSWER)]
    who = before[1].pgh_context["by"]
    assert who["user"] == commander.user.pk
    assert who["roles"] == ["commander"]
    assert (who["method"], who["path"]) == ("POST", f"{address(idea)}decisions/")
    assert before[0].pgh_context["by"]["request"] != who["request"]


def test_a_token_is_named_and_its_key_is_not(make_user, pct_109):
    user = make_user(role="moderator", command=pct_109)
    token, key = PersonalToken.issue(user, "A script", scopes=["see_desk", "moderate"])
    idea = a_waiting_idea(pct_109)
    answered = Client().post(
        f"/api/v1/commands/pct-109/ideas/{idea.pk}/decisions/",
        {"action": "approve", "version": 1},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answered.status_code == 201, answered.content
    who = events(Idea, pgh_obj=idea.pk)[-1].pgh_context["by"]
    assert (who["user"], who["token"], who["roles"]) == (user.pk, token.pk, ["moderator"])
    assert key not in str(who)


def test_another_commands_roles_are_not_named(make_user, pct_109, pct_110):
    from precincts.models import Membership

    user = make_user(role="moderator", command=pct_109)
    Membership.objects.create(user=user, role="commander", command=pct_110)
    client = Client()
    client.force_login(user)
    idea = a_waiting_idea(pct_109)
    decide(client, idea, "approve")
    assert events(Idea, pgh_obj=idea.pk)[-1].pgh_context["by"]["roles"] == ["moderator"]


def test_votes_comments_and_new_ideas_write_nothing(client, pct_109):
    idea = an_idea(pct_109)
    before = len(events(Idea))
    for _ in range(3):
        vote(idea)
    client.post(f"/pct-109/ideas/{idea.pk}/comments/", {"body": "Sundays too."})
    client.post("/pct-109/ideas/new/", {"body": "The lamp at the corner has been dark for weeks."})
    many_ideas(pct_109, 20)
    assert len(events(Idea)) == before
    assert not events(Comment)


def test_the_program_itself_is_nobody(pct_109):
    idea = a_waiting_idea(pct_109)
    with tenancy.enter(pct_109):
        moderating.decide(idea=idea, asked=moderating.Asked(action=Action.APPROVE, by=None))
    assert events(Idea)[-1].pgh_context is None


@pytest.mark.django_db(transaction=True)
def test_a_task_is_named(pct_109):
    from celery import shared_task

    @shared_task(name="tests.approve")
    def approve(pk):
        with tenancy.enter(pct_109):
            moderating.decide(
                idea=Idea.objects.get(pk=pk), asked=moderating.Asked(action=Action.APPROVE, by=None)
            )

    idea = a_waiting_idea(pct_109)
    approve.apply([idea.pk])
    assert events(Idea)[-1].pgh_context["by"]["task"] == "tests.approve"
    other = a_waiting_idea(pct_109)
    with tenancy.enter(pct_109):
        moderating.decide(idea=other, asked=moderating.Asked(action=Action.APPROVE, by=None))
    assert events(Idea)[-1].pgh_context is None


def test_what_staff_make_says_who_made_it_and_what_is_deleted_stays_known(pct_109):
    with tenancy.enter(pct_109):
        label = Label.objects.create(name="lamps")
        pk = label.pk
        label.name = "Lamps"
        label.save()
        label.delete()
    rows = events(Label, pgh_obj=pk)
    assert [(row.pgh_label, row.name) for row in rows] == [
        ("insert", "lamps"),
        ("update", "lamps"),
        ("delete", "Lamps"),
    ]


def test_settings_are_kept_and_the_roster_is_not(commander, pct_109):
    choices = dict.fromkeys(["who_may_submit", "who_may_vote", "who_may_comment"], "anybody")
    commander.post("/pct-109/desk/settings/", choices | {"who_may_vote": "verified"})
    Command.objects.filter(pk=pct_109.pk).update(phone="718-555-0100")
    (row,) = events(Command)
    assert row.who_may_vote == "anybody"
    assert row.pgh_context["by"]["roles"] == ["commander"]


def test_what_a_savepoint_takes_back_was_never_there(commander, pct_109):
    """A refused decision changes nothing, and its history has nothing to say."""
    idea = an_idea(pct_109)
    count = len(events(Idea))
    assert decide(commander, idea, "hear", answer="").status_code == 422
    with tenancy.enter(pct_109), pytest.raises(ZeroDivisionError), transaction.atomic():
        Idea.objects.filter(pk=idea.pk).update(status="heard")
        1 / 0  # noqa: B018
    assert len(events(Idea)) == count


def test_a_draft_that_nobody_sent_leaves_nothing(pct_109):
    idea = an_idea(pct_109)
    with tenancy.enter(pct_109):
        Photo.objects.create(width=1, height=1, alt="A face").delete()
        Photo.objects.create(width=1, height=1, alt="A lamp", idea=idea).delete()
    assert [row.alt for row in events(Photo)] == ["A lamp"]


def test_no_secret_and_no_resident_stands_in_a_history(pct_109, make_user):
    user, participant = make_user(), Participant.objects.create()
    with tenancy.enter(pct_109):
        webhook = Webhook.objects.create(url="https://example.org/", secret="whsec_c2VjcmV0", created_by=user)
        webhook.delete()
        account = an_account("a", token="t-o-k-e-n")
        account.delete()
        Trust.objects.create(participant=participant, given_by=user).delete()
    from django.apps import apps

    columns = {
        f"{model.__name__}.{field.attname}"
        for model in apps.get_models()
        if is_event(model)
        for field in model._meta.fields
    }
    hidden = ("sealed", "secret", "digest", "participant", "key", "token", ".title", ".body", ".place")
    # The title of a rule is headquarters' own; an alarm's key is what it rings for; the place of a
    # pause is a command.
    known = {"RuleEvent.title", "AlarmEvent.key", "PauseEvent.place_id"}
    assert {name for name in columns if any(part in name for part in hidden)} == known
    assert events(Webhook)[-1].url == "https://example.org/"


# The walls


def run(statement, arguments=()):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, arguments)


def test_one_command_reads_nothing_of_anothers_history(pct_109, pct_110):
    idea = an_idea(pct_109)
    assert events(Idea, pgh_obj=idea.pk)
    assert events(Idea, pct_110) == []
    with tenancy.enter(pct_110), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ideas_ideaevent")
        assert cursor.fetchone() == (0,)


def test_a_history_cannot_be_written_into_another_command(pct_109, pct_110):
    an_idea(pct_109)
    smuggle = (
        "INSERT INTO ideas_labelevent (command_id, pgh_created_at, pgh_label, pgh_obj_id, name)"
        " VALUES (%s, now(), 'update', 1, 'x')"
    )
    with tenancy.enter(pct_110), pytest.raises(ProgrammingError, match="row-level security"):
        run(smuggle, [pct_109.pk])


@pytest.mark.parametrize("table", ["ideas_ideaevent", "socialfeeds_deliveryevent"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET pgh_label = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_nobody_changes_a_history_inside_a_command(pct_109, table, statement):
    with tenancy.enter(pct_109), pytest.raises(ProgrammingError, match="permission denied"):
        run(statement.format(table))


@pytest.mark.parametrize("statement", ["UPDATE {} SET pgh_label = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["precincts_membershipevent", "precincts_commandevent", "ideas_ruleevent"])
def test_nobody_changes_a_shared_history(db, table, statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(statement.format(table))


def test_outside_a_command_a_history_is_loud(db):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Idea.pgh_event_models["update"].objects.count()
