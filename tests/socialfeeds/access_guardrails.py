"""Who may do what with the guardrails, the course and the pause: rows of tests/test_access.py."""

from django.utils import timezone

from socialfeeds import course_editing
from socialfeeds.models import Pause

BODY = "The lamp at Main St works again."


def routes(Only, roles):
    """By the names of addresses. `Only` and `roles` are the table's own."""
    here = {"slug": "pct-109"}
    staff = Only([role for role in roles if role not in {"anonymous", "resident"}])
    administrators = Only(["administrator"])
    reviewers = Only(["reviewer", "administrator"])
    desk = ["moderator", "editor", "commander", "reviewer", "administrator", "records_officer"]
    publishers = Only(["editor", "commander"])
    return {
        "guardrails": ({}, {"GET": staff, "POST": staff}, {"text": BODY}),
        "guardrails_edition": ({"number": 1}, {"GET": staff, "POST": staff}, {"text": BODY}),
        "headquarters_guardrails": ({}, {"GET": administrators, "POST": administrators}, {"do": "add"}),
        "check_text": (here, {"POST": publishers}, {"text": BODY}),
        "course": ({}, {"GET": staff}, None),
        "lesson": ({"place": 1}, {"GET": staff}, None),
        "quiz": ({}, {"GET": staff.leading_on(), "POST": staff.leading_on()}, {}),
        # One's own; tests/socialfeeds/test_course.py.
        "quiz_result": ({"attempt": 10**9}, {"GET": Only(staff.roles, 404)}, None),
        "headquarters_training": ({}, {"GET": administrators}, None),
        "revoke_certificate": (
            {"user": "somebody"},
            {"GET": administrators, "POST": administrators.leading_on()},
            {"reason": "Left."},
        ),
        "headquarters_course": (
            {},
            {"GET": administrators, "POST": administrators.leading_on()},
            {"do": "begin"},
        ),
        "headquarters_pauses": ({}, {"GET": reviewers, "POST": reviewers.leading_on()}, {"place": "pct-109"}),
        "lift_pause": ({"pause": "pause"}, {"POST": reviewers.leading_on()}, {}),
        "missed_in_pause": (
            {"pause": "lifted"},
            {"GET": reviewers, "POST": reviewers.leading_on()},
            {"what": "draft"},
        ),
        "pause_command": (
            here,
            {"GET": Only(["commander"]), "POST": Only(["commander"], 302)},
            {"reason": "A storm."},
        ),
        "missed_at_command": (
            here,
            {"GET": Only(desk), "POST": publishers.leading_on()},
            {"what": "draft"},
        ),
        "new_lesson": ({}, {"GET": Only(["administrator"]), "POST": Only(["administrator"], 422)}, {}),
        "edit_lesson": (
            {"lesson": "lesson"},
            {"GET": administrators, "POST": administrators.leading_on()},
            {"do": "remove"},
        ),
        "new_question": ({}, {"GET": administrators, "POST": Only(["administrator"], 422)}, {}),
        "edit_question": (
            {"question": "question"},
            {"GET": administrators, "POST": administrators.leading_on()},
            {"do": "remove"},
        ),
    }


def things(user):
    """What these addresses name. Called outside of any tenancy."""
    draft = course_editing.begin()
    pauses = {
        "pause": Pause.objects.get_or_create(place=None, lifted_at=None)[0].pk,
        "lifted": Pause.objects.create(lifted_at=timezone.now(), place=None).pk,
    }
    return pauses | {
        "somebody": user.pk,
        "lesson": draft.lessons.first().pk,
        "question": draft.questions.first().pk,
    }
