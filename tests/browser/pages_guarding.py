"""The pages of the guardrails, the course and the pause, in their states."""

from __future__ import annotations

from tests.browser.city import BUSY, EMPTY

DESK = f"/{BUSY}/desk/"


def visits(Visit, send, INVALID):
    """Their part of pages.VISITS, made with its own words."""
    return [
        Visit("guardrails", "/guardrails/", who="moderator"),
        Visit("guardrails", "/guardrails/", "found", "commander", try_a_text),
        Visit("guardrails_edition", "/guardrails/1/", who="administrator"),
        Visit("headquarters_guardrails", "/headquarters/guardrails/", who="administrator"),
        Visit(
            "headquarters_guardrails",
            "/headquarters/guardrails/",
            "no note",
            "administrator",
            publish_without_a_note,
            **INVALID,
        ),
        Visit("course", "/course/", who="commander"),
        Visit("lesson", "/course/lessons/2/", "answered", "moderator", send("Post it")),
        Visit("quiz", "/course/quiz/", who="commander"),
        Visit("quiz", "/course/quiz/", "unanswered", "commander", send("Send my answers"), **INVALID),
        Visit("quiz_result", "/course/quiz/{failed}/", "failed", "commander"),
        Visit("headquarters_training", "/headquarters/training/", who="administrator"),
        Visit("headquarters_training", "/headquarters/training/?standing=expired", "nobody", "administrator"),
        Visit(
            "revoke_certificate",
            "/headquarters/training/people/{editor_user}/",
            "no reason",
            "administrator",
            send("Revoke it"),
            **INVALID,
        ),
        Visit("headquarters_course", "/headquarters/training/course/", who="administrator"),
        Visit(
            "new_lesson",
            "/headquarters/training/lessons/new/",
            "errors",
            "administrator",
            send("Save"),
            **INVALID,
        ),
        Visit(
            "edit_lesson",
            "/headquarters/training/lessons/{lesson}/",
            "preview",
            "administrator",
            send("Preview"),
        ),
        Visit(
            "new_question",
            "/headquarters/training/questions/new/",
            "errors",
            "administrator",
            send("Save"),
            **INVALID,
        ),
        Visit("edit_question", "/headquarters/training/questions/{question}/", who="administrator"),
        Visit("headquarters_pauses", "/headquarters/pauses/", who="reviewer"),
        Visit("missed_in_pause", "/headquarters/pauses/{lifted}/missed/", who="reviewer"),
        Visit("pause_command", f"{DESK}voice/pause/", who="commander"),
        Visit("missed_at_command", f"{DESK}voice/missed/", who="commander"),
        Visit("desk", f"/{EMPTY}/desk/", "paused", "reviewer"),
    ]


def try_a_text(page):
    page.get_by_label("A message, as you would write it").fill(
        "The victim, a nurse, lives at 12 Maple Ave. We guarantee it at 1830 hrs."
    )
    page.get_by_role("button", name="Hold it against the guardrails").click()
    page.locator(".finding").first.wait_for()


def publish_without_a_note(page):
    """One guardrail is changed, and what changes is not said."""
    page.locator("summary", has_text="1. Open cases").click()
    page.locator("[name=rules-0-title]").fill("")
    page.get_by_role("button", name="Show what differs").click()
    page.locator("[role=alert]").first.wait_for()
