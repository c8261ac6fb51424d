"""Every page of Engage, in every state that looks different. A new address needs its entry here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.urls import get_resolver
from playwright.sync_api import expect

from tests.browser import pages_guarding, pages_hearing, pages_writing
from tests.browser.city import BUSY, EMPTY, HOME_ZIP, VERIFIED
from tests.browser.conftest import started
from tests.socialfeeds.plans import autumn_night

# Addresses that show no page of their own: they take a form and lead on, or give data to a program.
NOT_PAGES = {
    *("put_back", "approve_and_trust", "revoke_trust", "undo_bulk", "desk_bulk", "api_bulk", "api_trust"),
    *("api_idea_reports", "api_comment_reports", "api_idea_redactions", "api_comment_redactions"),
    *("healthz", "city_geojson", "photo", "schema", "suggest", "home_zip", "vote", "comment"),
    *("verdict", "api_verdict", "preview_answer"),
    *("mine_follow", "api_appeal", "api_comment_appeal", "api_appeals", "api_appeal_decision"),
    *("desk_split", "api_agenda", "api_merges", "api_splits", "api_moves"),
    *("send_invitation", "revoke_invitation", "city_send_invitation", "city_revoke_invitation"),
    *("mfa_login_webauthn", "mfa_download_recovery_codes"),
    *("decide", "decide_comment", "send_again", "was_sent", "revoke_token"),
    *("desk_holds", "undo", "claim_idea", "claim_comment", "keep_idea", "keep_comment", "note_outcome"),
    *("assign", "due", "label", "note", "desk_label"),
    *("api_commands", "api_command", "api_locate", "api_ideas", "api_idea", "api_vote", "api_comments"),
    *("desk_webhook_secret", "desk_webhook_pause", "desk_webhook_remove", "desk_call_again"),
    *("api_idea_claim", "api_comment_claim", "api_work", "api_notes", "api_undo", "api_comment_undo"),
    *("api_keep", "api_comment_keep", "api_outcome_noted", "api_replies", "api_reply"),
    *("api_idea_history", "api_history", "api_webhooks", "api_webhook", "api_webhook_secret"),
    *("api_calls", "api_call_again", "api_labels", "api_label", "api_withdrawal"),
    *("api_decisions", "api_comment_decisions", "api_queue", "api_participant"),
    *("notices_count", "read_notices", "follow", "unfollow", "unfollow_idea", "contact", "stop_contact"),
    *("bounces", "outbox_html"),
    *("pause_account", "disconnect_account", "acknowledge_alarm", "api_accounts", "api_account"),
    *("api_messages", "api_message", "api_message_decisions"),
    *("voice_preview", "voice_picture", "voice_approve", "voice_take_back", "voice_withdraw"),
    *("voice_delete_post", "desk_say"),
    *("voice_record_export", "headquarters_record_export", "voice_hold_lift"),
    # The inbox
    *("claim_thread", "assign_thread", "note_thread", "about_thread", "finish_thread", "refer_thread"),
    *("answer_thread", "decide_hiding", "undo_hiding", "hook_facebook", "unwatch_words"),
    *("api_inbox", "api_inbox_thread", "api_inbox_notes", "api_inbox_done", "api_inbox_referral"),
    *("api_inbox_answers", "api_inbox_issues"),
    *("check_text", "lift_pause"),
    *("remove_slot", "bulk_template", "bulk_rejected", "decide_offer"),
    *("approve_broadcast", "withdraw_broadcast"),
    # Swagger's own page, in colors of its own: axe does not like them, and they are not ours to change.
    "api_docs",
}


@dataclass(frozen=True)
class Visit:
    """One state of a page: where it is, who sees it, and what has to be done there first."""

    name: str  # the address's name in the resolver
    path: str
    state: str = ""
    who: str = ""
    then: Callable | None = None
    status: int = 200
    console: str = ""  # what the browser rightly says about it

    def __str__(self):
        return "-".join(filter(None, [self.name, self.state, self.who]))

    def open(self, page, city, base):
        """Go there, and wait until all of it is to be seen."""
        if self.who:
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": city.sessions[self.who], "url": base}
            page.context.add_cookies([cookie])
        answer = page.goto(
            self.path.format(city=city, comment=city.comment, key=city.reset_key, **city.ideas)
        )
        assert answer.status == self.status, f"{answer.status} for {page.url}"
        settle(page)
        if self.then:
            self.then(page)
            settle(page)


def settle(page):
    started(page)
    for drawn in page.locator("[data-map]").all():
        drawn.scroll_into_view_if_needed()
        drawn.locator("path").first.wait_for(state="attached")
    page.evaluate("scrollTo(0, 0)")


def send(button):
    """Press a button of a form that the browser would rather not send as it is."""

    def sent(page):
        page.evaluate("for (const form of document.forms) form.noValidate = true")
        page.get_by_role("main").get_by_role("button", name=button, exact=True).first.click()
        page.wait_for_load_state()

    return sent


def send_empty(button):
    """The same, with nothing in its fields."""

    def sent(page):
        page.get_by_role("main").locator("input:not([type=hidden])").first.fill("")
        send(button)(page)

    return sent


def write(text):
    """Describe something in the composer, and send it."""

    def written(page):
        page.get_by_label("Describe it").fill(text)
        page.get_by_role("button", name="Send", exact=True).click()
        page.locator("[role=alert]").first.wait_for()

    return written


def ask_for_a_code(page):
    page.get_by_label("Email").fill("resident@example.org")
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_url("**/confirm/**")


def sign_up(page):
    page.get_by_label("Email").fill("new@example.org")
    page.get_by_label("Password").fill("a long one indeed")
    page.get_by_role("main").get_by_role("button", name="Sign Up").click()
    page.wait_for_url("**/confirm-email/**")


def open_every_action(page):
    for number in range(page.locator("details.ask").count()):
        page.locator("details.ask").nth(number).evaluate(
            "one => { one.removeAttribute('name'); one.open = true; }"
        )


def screen_without_a_rule(page):
    page.locator("summary", has_text="Screen").click()
    page.locator("details[open]").get_by_role("button").click()
    expect(page.get_by_role("alert")).to_be_visible()


def follow_nowhere(page):
    page.get_by_role("button", name="Follow this place").click()
    page.locator("[role=alert]").first.wait_for()


def bulk(button):
    """Mark two lines of the queue, and look at what would become of them."""

    def marked(page):
        boxes = page.locator("input[form=bulk]")
        boxes.nth(0).check()
        boxes.nth(1).check()
        page.locator("form#bulk").get_by_role("button", name=button).click()
        page.wait_for_load_state()

    return marked


def open_desk_filter(page):
    page.locator("summary", has_text="Filter").click()


def note_nothing(page):
    page.locator("summary", has_text="Note").click()
    page.locator("details[open]").get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()


def decide_stale(page):
    """What somebody sees whose page is older than the last decision."""
    page.locator("summary", has_text="Screen").click()
    panel = page.locator("details[open]")
    panel.locator("[name=version]").evaluate("field => { field.value = 1; }")
    panel.locator("[name=rule]").select_option("3")
    panel.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("What changed since you looked")


def open_menu(page):
    page.locator("summary", has_text="Menu").click()


def read_what_stood_before(page):
    page.locator(".answer__before summary").click()


def add_a_word(page):
    page.locator("#fixed summary").click()


def write_an_answer(page):
    page.locator(".signs summary").click()
    page.get_by_label("The answer").fill("**Soon**: [the plan](https://example.org/plan)\n\n- one\n- two")
    page.locator("#preview strong").wait_for()


def open_filters(page):
    page.locator("summary", has_text="Filter").click()


def reply(page):
    page.locator("summary", has_text="Reply").first.click()


def show_keys(page):
    page.keyboard.press("?")


def make_token(page):
    page.get_by_label("What is it for?").fill("A script")
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_load_state()


def sign_in_to_the_second_step(page):
    page.get_by_label("Email").fill("careful@example.org")
    page.get_by_label("Password").fill("engage-tests")
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/authenticate/**")


def invite_nobody(page):
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("alert")).to_be_visible()


def move_into_the_night(page):
    """To the hour that comes twice: the form asks which of them."""
    night = autumn_night()
    page.get_by_label("Day").fill(night.isoformat())
    page.get_by_label("Time").fill("01:30")
    page.get_by_role("button", name="Move it").click()
    page.get_by_label("Which of the two").wait_for()


def decline_for_no_reason(page):
    page.locator("summary", has_text="Decline").first.click()
    page.locator("details[open]").get_by_role("button", name="Decline it").click()
    page.locator(".usa-error-message").first.wait_for()


STALE = {"console": "status of 409"}
INVALID = {"console": "status of 422"}
FORBIDDEN = {"status": 403, "console": "status of 403"}
GONE = {"status": 410, "console": "status of 410"}
board, desk = f"/{BUSY}/ideas/", f"/{BUSY}/desk/"

VISITS = [
    Visit("home", "/"),
    Visit("home", "/", "with a menu", "commander", open_menu),
    Visit("find", "/find/", "empty"),
    Visit("find", "/find/?q=11354", "a ZIP"),
    Visit("find", "/find/?q=10301", "Staten Island"),
    Visit("find", "/find/?q=99999", "another city's"),
    Visit("find", "/find/?q=what+do+I+know", "nonsense"),
    Visit("find", "/find/?lat=40.7596&lon=-73.8303", "a point"),
    Visit("find", "/find/?lat=40.3&lon=-73.3", "the sea"),
    Visit("commands", "/commands/"),
    Visit("commands", "/commands/?kind=housing", "one kind"),
    Visit("commands", "/commands/?q=zzzz", "none"),
    Visit("command", f"/{BUSY}/", "busy"),
    Visit("command", f"/{EMPTY}/", "empty"),
    Visit("command", f"/{VERIFIED}/", "asks for more"),
    Visit("ideas", board, "busy", then=open_filters),
    Visit("ideas", f"/{EMPTY}/ideas/", "empty"),
    Visit("ideas", f"{board}?q=zzzz&status=acted", "none found"),
    Visit("ideas", f"{board}?sort=near", "near me"),
    Visit("compose", f"{board}new/"),
    Visit("compose", f"{board}new/", "nothing typed", then=send("Send"), **INVALID),
    Visit(
        "compose",
        f"{board}new/",
        "one look",
        then=write("Motorcycles race down Kissena Boulevard. Call 718-555-0123."),
    ),
    Visit("compose", f"{board}new/", "danger", then=write("A man has a gun in front of the school.")),
    Visit("compose", f"/{VERIFIED}/ideas/new/", "wants an e-mail"),
    Visit("compose", f"/{HOME_ZIP}/ideas/new/", "wants a ZIP"),
    *(
        Visit("idea", f"{board}{{{status}}}/", status)
        for status in ("spoken", "heard", "acting", "acted", "referred", "merged")
    ),
    Visit("idea", f"{board}{{cannot}}/", "cannot act"),
    Visit("idea", f"{board}{{edited}}/", "edited", then=read_what_stood_before),
    Visit("idea", f"{board}{{several}}/", "one answer for two"),
    Visit("idea", f"{board}{{acted}}/", "a verdict", then=add_a_word),
    *(Visit("idea", f"{board}{{{status}}}/", status, "moderator") for status in ("waiting", "screened")),
    Visit("idea", f"{board}{{spoken}}/", "a reply", then=reply),
    Visit("idea", f"{board}{{spoken}}/", "an empty comment", then=send("Send comment"), **INVALID),
    Visit("idea", f"/{VERIFIED}/ideas/{{{VERIFIED}}}/", "wants an e-mail"),
    Visit("idea", f"/{HOME_ZIP}/ideas/{{{HOME_ZIP}}}/", "wants a ZIP"),
    Visit("weigh_in", f"/{BUSY}/weigh-in/"),
    Visit("weigh_in", f"/{EMPTY}/weigh-in/", "none left"),
    Visit("weigh_in", f"/{VERIFIED}/weigh-in/", "wants an e-mail"),
    Visit("conduct", "/conduct/"),
    Visit("conduct_edition", "/conduct/1/"),
    Visit("record", f"/{BUSY}/record/"),
    Visit("record", f"/{EMPTY}/record/", "empty"),
    Visit("appeal", f"{board}{{mine_screened}}/appeal/", who="author"),
    Visit(
        "appeal",
        f"{board}{{mine_screened}}/appeal/",
        "nothing typed",
        "author",
        send("Send the appeal"),
        **INVALID,
    ),
    Visit("comment_appeal", f"/{BUSY}/comments/{{mine_comment}}/appeal/", who="author"),
    Visit("withdraw", f"{board}{{mine}}/withdraw/", who="author"),
    Visit("idea", f"{board}{{mine_appealed}}/", "appealed", "author"),
    Visit("mine", f"/{BUSY}/mine/{{mine_link}}/"),
    Visit("mine", f"/{BUSY}/mine/{{screened_link}}/", "screened"),
    Visit("mine_appeal", f"/{BUSY}/mine/{{screened_link}}/appeal/"),
    Visit("mine_withdraw", f"/{BUSY}/mine/{{mine_link}}/withdraw/"),
    Visit("emergency", "/emergency/"),
    Visit("account_login", "/accounts/login/"),
    Visit("account_login", "/accounts/login/", "errors", then=send("Sign in")),
    Visit("account_signup", "/accounts/signup/"),
    Visit("account_signup", "/accounts/signup/", "errors", then=send("Sign Up")),
    Visit("account_logout", "/accounts/logout/", who="resident"),
    Visit("account_inactive", "/accounts/inactive/"),
    Visit("account_reauthenticate", "/accounts/reauthenticate/", who="resident"),
    Visit("account_email", "/accounts/email/", who="resident"),
    Visit("account_email", "/accounts/email/", "errors", "resident", send("Add Email")),
    Visit("account_email_verification_sent", "/accounts/signup/", then=sign_up),
    Visit("account_change_password", "/accounts/password/change/", who="resident"),
    Visit(
        "account_change_password", "/accounts/password/change/", "errors", "resident", send("Change Password")
    ),
    Visit("account_set_password", "/accounts/password/set/", who="resident"),
    Visit("account_reset_password", "/accounts/password/reset/"),
    Visit("account_reset_password", "/accounts/password/reset/", "errors", then=send("Reset My Password")),
    Visit("account_reset_password_done", "/accounts/password/reset/done/"),
    Visit("account_reset_password_from_key", "/accounts/password/reset/key/{key}/"),
    Visit("account_reset_password_from_key", "/accounts/password/reset/key/1-nonsense/", "an old link"),
    Visit("account_reset_password_from_key_done", "/accounts/password/reset/key/done/"),
    Visit("account_request_login_code", "/accounts/login/code/"),
    Visit("account_confirm_login_code", "/accounts/login/code/", then=ask_for_a_code),
    Visit("notices", "/notices/", "none"),
    Visit("notices", "/notices/", who="resident"),
    Visit("following", "/following/", "nothing"),
    Visit("following", "/following/", who="resident"),
    Visit("following", "/following/", "errors", "resident", follow_nowhere, **INVALID),
    Visit("confirm_contact", "/following/confirm/{confirm}/"),
    Visit("confirm_contact", "/following/confirm/x/", "an old link", status=404, console="status of 404"),
    Visit("unsubscribe", "/unsubscribe/{stop}/"),
    Visit("unsubscribe", "/unsubscribe/x/", "gone", status=404, console="status of 404"),
    Visit("outbox", "/outbox/"),
    Visit("outbox_message", "/outbox/{letter}/"),
    Visit("personal_tokens", "/accounts/tokens/", who="resident"),
    Visit("personal_tokens", "/accounts/tokens/", "a new one", "commander", make_token),
    Visit("mfa_index", "/accounts/2fa/", "none yet", "resident"),
    Visit("mfa_index", "/accounts/2fa/", "an app", "careful"),
    Visit("mfa_index", "/accounts/2fa/", "a passkey", "keyholder"),
    Visit("mfa_authenticate", "/accounts/login/", then=sign_in_to_the_second_step),
    Visit("mfa_reauthenticate", "/accounts/2fa/reauthenticate/", who="careful"),
    Visit("mfa_activate_totp", "/accounts/2fa/totp/activate/", who="keyholder"),
    Visit("mfa_activate_totp", "/accounts/2fa/totp/activate/", "errors", "keyholder", send("Set it up")),
    Visit("mfa_deactivate_totp", "/accounts/2fa/totp/deactivate/", who="careful"),
    Visit("mfa_view_recovery_codes", "/accounts/2fa/recovery-codes/", who="careful"),
    Visit("mfa_generate_recovery_codes", "/accounts/2fa/recovery-codes/generate/", who="careful"),
    Visit("mfa_list_webauthn", "/accounts/2fa/webauthn/", "none", "careful"),
    Visit("mfa_list_webauthn", "/accounts/2fa/webauthn/", "one", "keyholder"),
    Visit("mfa_add_webauthn", "/accounts/2fa/webauthn/add/", who="careful"),
    Visit("mfa_edit_webauthn", "/accounts/2fa/webauthn/keys/{city.passkey}/edit/", who="keyholder"),
    Visit("mfa_remove_webauthn", "/accounts/2fa/webauthn/keys/{city.passkey}/remove/", who="keyholder"),
    Visit("mfa_reauthenticate_webauthn", "/accounts/2fa/webauthn/reauthenticate/", who="careful"),
    # Where it is required: test_passkeys.py. Here it leads on.
    Visit("second_step", "/accounts/second-step/", who="resident"),
    Visit("invitation", "/invitations/{city.invitation}/", "a newcomer"),
    Visit("invitation", "/invitations/{city.invitation}/", "no password", then=send("Accept"), **INVALID),
    Visit("invitation", "/invitations/{city.invitation}/", "somebody else", "resident", **FORBIDDEN),
    Visit("invitation", "/invitations/{city.own_invitation}/", "has an account"),
    Visit("invitation", "/invitations/{city.own_invitation}/", "theirs", "resident"),
    Visit("invitation", "/invitations/{city.old_invitation}/", "run out", **GONE),
    Visit("invitation", "/invitations/nonsense/", "unknown", status=404, console="status of 404"),
    Visit("people", f"{desk}people/", who="commander"),
    Visit("people", f"{desk}people/", "errors", "commander", invite_nobody, **INVALID),
    Visit("people", f"/{EMPTY}/desk/people/", "nobody", "administrator"),
    Visit("remove_role", f"{desk}people/{{city.membership}}/remove/", who="commander"),
    Visit("city_people", "/headquarters/people/", who="administrator"),
    Visit("city_people", "/headquarters/people/?q=zzz", "nobody found", "administrator"),
    Visit("city_remove_role", "/headquarters/people/{city.last}/remove/", "the last", "administrator"),
    Visit("desk", desk, who="moderator"),
    Visit("desk", desk, who="reviewer"),
    Visit("desk", f"{desk}?show=open", "heard", "commander"),
    Visit("desk", desk, "keys", "commander", show_keys),
    Visit("desk", f"{desk}?show=none", "nothing waits", "administrator"),
    Visit("desk_idea", f"{desk}ideas/{{waiting}}/", "hints", "moderator"),
    Visit("desk_idea", f"{desk}ideas/{{urgent}}/", "urgent", "moderator"),
    Visit("desk_idea", f"{desk}ideas/{{waiting}}/", "every action", "commander", open_every_action),
    Visit("desk_idea", f"{desk}ideas/{{waiting}}/", "no rule", "moderator", screen_without_a_rule, **INVALID),
    Visit("desk_idea", f"{desk}ideas/{{heard}}/", "every answer", "commander", open_every_action),
    Visit("answer", f"{desk}ideas/{{heard}}/answer/", "a preview", "commander", write_an_answer),
    Visit("answer", f"{desk}ideas/{{heard}}/answer/", "errors", "commander", send("Answer"), **INVALID),
    Visit("edit_answer", f"{desk}ideas/{{edited}}/answer/edit/", who="commander"),
    Visit("desk_comment", f"{desk}comments/{{comment}}/", who="moderator"),
    Visit("agenda", f"/{BUSY}/agenda/", "busy"),
    Visit("agenda", f"/{EMPTY}/agenda/", "empty"),
    Visit("desk_agenda", f"{desk}agenda/", who="reviewer"),
    Visit("desk_merge", f"{desk}ideas/{{waiting}}/merge/?q=idea", "search", "moderator"),
    Visit("desk_merge", f"{desk}ideas/{{waiting}}/merge/?into={{spoken}}", "preview", "moderator"),
    Visit("desk_merge", f"{desk}ideas/{{waiting}}/merge/?into={{acted}}", "closed", "moderator"),
    Visit("desk_move", f"{desk}ideas/{{waiting}}/move/", who="moderator"),
    Visit(
        "desk_move",
        f"{desk}ideas/{{waiting}}/move/",
        "nothing chosen",
        "moderator",
        send("Move it"),
        **INVALID,
    ),
    Visit("desk_move", f"{desk}ideas/{{acted}}/move/", "closed", "moderator"),
    Visit("report_idea", f"{board}{{spoken}}/report/"),
    Visit("report_idea", f"{board}{{spoken}}/report/", "no rule", then=send("Send the report"), **INVALID),
    Visit("report_comment", f"/{BUSY}/comments/{{shown_comment}}/report/"),
    Visit("redact_idea", f"{desk}ideas/{{waiting}}/redact/", who="moderator"),
    Visit(
        "redact_idea",
        f"{desk}ideas/{{waiting}}/redact/",
        "no piece",
        "moderator",
        send("Remove it"),
        **INVALID,
    ),
    Visit("redact_comment", f"{desk}comments/{{shown_comment}}/redact/", "removed", "administrator"),
    Visit("desk_trusted", f"{desk}trusted/", who="moderator"),
    Visit("desk_trusted", f"/{EMPTY}/desk/trusted/", "nobody", "reviewer"),
    Visit("desk", desk, "approve many", "moderator", bulk("Approve")),
    Visit("desk", desk, "screen many", "moderator", bulk("Screen")),
    Visit("desk", f"{desk}?show=waiting&kind=comment&mine=1", "nothing found", "moderator"),
    Visit("desk", desk, "filters", "moderator", open_desk_filter),
    Visit("desk_idea", f"{desk}ideas/{{waiting}}/", "an empty note", "moderator", note_nothing, **INVALID),
    Visit("desk_idea", f"{desk}ideas/{{reported}}/", "reported, held, noted", "moderator"),
    Visit(
        "desk_idea", f"{desk}ideas/{{reported}}/", "undo and what changed", "commander", decide_stale, **STALE
    ),
    Visit("desk_labels", f"{desk}labels/", who="moderator"),
    Visit("desk_labels", f"{desk}labels/", "errors", "moderator", send("Add"), **INVALID),
    Visit("desk_replies", f"{desk}replies/", who="commander"),
    Visit("desk_replies", f"{desk}replies/", "errors", "commander", send("Save"), **INVALID),
    Visit("desk_reply", f"{desk}replies/{{reply}}/", who="moderator"),
    Visit("desk_history", f"{desk}history/", who="commander"),
    Visit("desk_idea_history", f"{desk}ideas/{{acted}}/history/", who="moderator"),
    Visit("desk_row_history", f"{desk}history/saved_reply/{{changed_reply}}/", who="moderator"),
    Visit("desk_webhooks", f"{desk}webhooks/", who="commander"),
    Visit("desk_webhooks", f"{desk}webhooks/", "errors", "commander", send("Add"), **INVALID),
    Visit("desk_webhook", f"{desk}webhooks/{{webhook}}/", who="commander"),
    Visit("desk_settings", f"{desk}settings/", who="commander"),
    Visit("voice", f"{desk}voice/", who="commander"),
    Visit("voice", f"/{EMPTY}/desk/voice/", "empty", "reviewer"),
    Visit("accounts", f"{desk}accounts/", who="commander", then=open_every_action),
    Visit("accounts", f"/{EMPTY}/desk/accounts/", "empty", "administrator"),
    Visit("connect", f"{desk}accounts/connect/bluesky/", who="commander"),
    Visit("connect", f"{desk}accounts/connect/bluesky/", "errors", "commander", send("Connect"), **INVALID),
    Visit("connect_choose", f"{desk}accounts/connect/bluesky/choose/", who="commander"),
    Visit("connect_back", "/connect/bluesky/back/", "over", "commander", status=422, console="status of 422"),
    Visit("desk_alarms", f"{desk}alarms/", who="commander"),
    Visit("desk_alarms", f"/{EMPTY}/desk/alarms/", "none", "reviewer"),
    Visit("headquarters_budgets", "/headquarters/budgets/", who="administrator"),
    Visit("headquarters_budget", f"/headquarters/budgets/{BUSY}/", who="administrator"),
    Visit(
        "headquarters_budget",
        f"/headquarters/budgets/{EMPTY}/",
        "errors",
        "administrator",
        send_empty("Save"),
        **INVALID,
    ),
    Visit("headquarters", "/headquarters/", who="reviewer"),
    Visit("headquarters_goals", "/headquarters/goals/", who="reviewer"),
    Visit("headquarters_goals", "/headquarters/goals/", who="administrator"),
    Visit("headquarters_history", "/headquarters/history/", who="reviewer"),
    Visit("headquarters_history", "/headquarters/history/?of=conduct", "conduct", "reviewer"),
    Visit("headquarters_row_history", "/headquarters/history/service_goal/{goal}/", who="administrator"),
    Visit("headquarters_appeals", "/headquarters/appeals/", who="reviewer"),
    Visit("headquarters_appeals", "/headquarters/appeals/?show=decided", "none", "reviewer"),
    Visit("headquarters_appeal", f"/headquarters/appeals/{BUSY}/{{appeal}}/", who="reviewer"),
    Visit(
        "headquarters_appeal",
        f"/headquarters/appeals/{BUSY}/{{appeal}}/",
        "nothing chosen",
        "reviewer",
        send("Decide the appeal"),
        **INVALID,
    ),
    Visit("headquarters_conduct", "/headquarters/conduct/", who="administrator"),
    Visit(
        "headquarters_conduct",
        "/headquarters/conduct/",
        "no note",
        "administrator",
        send("Show what differs"),
        **INVALID,
    ),
    *pages_hearing.visits(Visit, send, INVALID, open_every_action),
    *pages_guarding.visits(Visit, send, INVALID),
    Visit("nowhere", "/nowhere/", status=404, console="status of 404"),
    Visit("forbidden", "/headquarters/", who="resident", status=403, console="status of 403"),
]

VISITS += pages_writing.visits(Visit, send, BUSY)
plans = f"{desk}voice/"
VISITS += [
    Visit("calendar", f"{plans}calendar/?week={{planned_week}}", "a week", "commander"),
    Visit("calendar", f"{plans}calendar/?week={{autumn_week}}&hours=all", "a switch night", "reviewer"),
    Visit("calendar", f"{plans}calendar/?month={{planned_month}}", "a month", "commander"),
    Visit("calendar", f"/{EMPTY}/desk/voice/calendar/", "empty", "administrator"),
    Visit("move_message", f"{plans}{{planned}}/move/", who="commander"),
    Visit("move_message", f"{plans}{{planned}}/move/", "twice", "commander", move_into_the_night, **INVALID),
    Visit("slots", f"{plans}slots/", who="commander"),
    Visit("slots", f"{plans}slots/", "errors", "commander", send("Add"), **INVALID),
    Visit("bulk_messages", f"{plans}bulk/", who="commander"),
    Visit("bulk_messages", f"{plans}bulk/", "no file", "commander", send("Look at it"), **INVALID),
    Visit("bulk_batch", f"{plans}bulk/{{batch}}/", who="commander"),
    Visit("offers", f"{plans}offers/", who="commander"),
    Visit("offers", f"{plans}offers/", "no reason", "commander", decline_for_no_reason, **INVALID),
    Visit("offers", f"/{EMPTY}/desk/voice/offers/", "none", "reviewer"),
    Visit("weekly_message", f"{plans}weekly/", "nothing", who="commander"),
    Visit("headquarters_broadcasts", "/headquarters/broadcasts/", who="administrator"),
    Visit("headquarters_broadcast_new", "/headquarters/broadcasts/new/", who="administrator"),
    Visit(
        "headquarters_broadcast_new",
        "/headquarters/broadcasts/new/",
        "errors",
        "administrator",
        send("Send it to the commands"),
        **INVALID,
    ),
    Visit("headquarters_broadcast", "/headquarters/broadcasts/{offered}/", who="administrator"),
    Visit("headquarters_broadcast", "/headquarters/broadcasts/{waits}/", "must run", "administrator"),
]


def addresses(patterns=None):
    """The names of all addresses, as the resolver has them."""
    names = set()
    for pattern in patterns or get_resolver().url_patterns:
        if hasattr(pattern, "url_patterns"):
            names |= addresses(pattern.url_patterns)
        elif pattern.name:
            names.add(pattern.name)
    return names
