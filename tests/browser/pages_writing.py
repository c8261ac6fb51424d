"""The pages of writing and approving, in every state that looks different: a part of pages.py."""

from __future__ import annotations

from tests.browser.city_writing import LONG

REFUSED = {"console": "status of 422"}
CHANGED = {"console": "status of 409"}


def _write(text):
    def written(page):
        page.get_by_label("Text", exact=True).fill(text)
        page.locator("#preview .looks").first.wait_for()
        page.locator("#preview").get_by_text(text[:40]).first.wait_for()

    return written


def _open(page):
    page.locator("summary", has_text="In other words").click()


def _delete(page):
    page.locator("summary", has_text="Delete it from").first.click()


def _stale(page):
    page.locator("input[name=version]").first.evaluate("field => { field.value = 99; }")
    page.get_by_role("button", name="Approve").click()
    page.wait_for_load_state()


def visits(Visit, send, busy):
    voice = f"/{busy}/desk/voice/"
    city = f"/headquarters/approvals/{busy}/{{for_city}}/"
    return [
        Visit("voice_new", f"{voice}new/", "new", "commander"),
        Visit("voice_new", f"{voice}new/", "nothing typed", "commander", send("Release"), **REFUSED),
        Visit("voice_edit", f"{voice}{{written}}/edit/", "long", "commander", _open),
        Visit("voice_edit", f"{voice}{{empty_draft}}/edit/", "a thread", "commander", _write(LONG)),
        Visit("voice_edit", f"{voice}{{written}}/edit/", "errors", "commander", send("Release"), **REFUSED),
        *(
            Visit("voice", f"{voice}?tab={tab}", tab, "commander")
            for tab in ("drafts", "waiting", "scheduled")
        ),
        Visit("voice_message", f"{voice}{{to_approve}}/", "to approve", "commander"),
        Visit("voice_message", f"{voice}{{to_approve}}/", "stale", "commander", _stale, **CHANGED),
        Visit("voice_message", f"{voice}{{written}}/", "a draft", "commander"),
        Visit("voice_message", f"{voice}{{expired}}/", "expired", "commander"),
        Visit("voice_message", f"{voice}{{planned}}/", "planned", "commander"),
        Visit("voice_message", f"{voice}{{said}}/", "said", "commander", _delete),
        Visit("headquarters_approvals", "/headquarters/approvals/", who="reviewer"),
        Visit("headquarters_approval", city, "findings", "reviewer"),
        Visit("headquarters_approval", city, "no reason", "reviewer", send("Return it"), **REFUSED),
    ]
