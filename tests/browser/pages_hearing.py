"""The pages of the record and of hearing, in every state that looks different: a part of pages.py."""

from __future__ import annotations

from tests.browser.city import BUSY, EMPTY


def answer_nothing(page):
    page.locator("summary", has_text="Answer").click()
    page.get_by_role("button", name="Send the answer").click()
    page.locator("[role=alert], .usa-error-message").first.wait_for()


def issue_without_title(page):
    page.get_by_label("Title").fill("")
    page.get_by_role("button", name="Make the issue").click()


def visits(Visit, send, INVALID, open_every_action):
    desk = f"/{BUSY}/desk/"
    return [
        Visit("voice_record", f"{desk}record/", who="administrator"),
        Visit("voice_record", f"/{EMPTY}/desk/record/", "empty", "administrator"),
        Visit(
            "voice_record",
            f"{desk}record/?since=2026-02-02&until=2026-02-01",
            "the wrong way round",
            "administrator",
            status=422,
            console="status of 422",
        ),
        Visit("voice_holds", f"{desk}record/holds/", who="administrator"),
        Visit(
            "voice_holds",
            f"{desk}record/holds/",
            "errors",
            "administrator",
            send("Place the hold"),
            **INVALID,
        ),
        Visit("headquarters_record", "/headquarters/record/", who="administrator"),
        Visit("voice_numbers", f"{desk}voice/numbers/", who="commander"),
        Visit("voice_numbers", f"/{EMPTY}/desk/voice/numbers/", "empty", "reviewer"),
        Visit("inbox", f"{desk}inbox/", who="commander"),
        Visit("inbox", f"/{EMPTY}/desk/inbox/", "empty", "reviewer"),
        Visit("inbox_thread", f"{desk}inbox/{{thread_maria}}/", "all of it", "commander", open_every_action),
        Visit("inbox_thread", f"{desk}inbox/{{thread_noor}}/?show=referred", "referred", "moderator"),
        Visit(
            "inbox_thread",
            f"{desk}inbox/{{thread_li}}/",
            "nothing written",
            "commander",
            answer_nothing,
            **INVALID,
        ),
        Visit("make_issue", f"{desk}inbox/mentions/{{mention_li}}/issue/", who="moderator"),
        Visit(
            "make_issue",
            f"{desk}inbox/mentions/{{mention_li}}/issue/",
            "no title",
            "moderator",
            issue_without_title,
            **INVALID,
        ),
        Visit("ask_hiding", f"{desk}inbox/mentions/{{mention_li}}/hide/", who="moderator"),
        Visit(
            "ask_hiding",
            f"{desk}inbox/mentions/{{mention_li}}/hide/",
            "no rule",
            "moderator",
            send("Ask to hide it"),
            **INVALID,
        ),
        Visit("inbox_hidden", f"{desk}inbox/hidden/", who="commander"),
        Visit("inbox_hidden", f"/{EMPTY}/desk/inbox/hidden/", "empty", "reviewer"),
        Visit("inbox_words", f"{desk}inbox/words/", who="commander"),
        Visit("inbox_words", f"{desk}inbox/words/", "errors", "commander", send("Watch them"), **INVALID),
        Visit("inbox_surge", f"{desk}inbox/surges/{{surge}}/", who="reviewer"),
        Visit("headquarters_surges", "/headquarters/surges/", who="reviewer"),
    ]
