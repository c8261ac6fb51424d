"""Every address × every role × every method, as one table. A new address fails until it stands here."""

import json
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from tests.socialfeeds import (
    access_accounts,
    access_guardrails,
    access_hearing,
    access_planning,
    access_record,
    access_writing,
)
from tests.things import BODY, MADE, things

pytestmark = pytest.mark.django_db

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
AT_COMMAND = ["moderator", "editor", "commander"]
AT_HEADQUARTERS = ["reviewer", "administrator", "records_officer"]
ROLES = [
    "anonymous",
    "resident",
    *AT_COMMAND,
    *[f"{role} elsewhere" for role in AT_COMMAND],
    *AT_HEADQUARTERS,
]

LOGIN = "login"  # a page's answer to nobody: sign in, then come back


class Only:
    """These roles may, and get this status; others 403; nobody is led to sign in, or told 401."""

    def __init__(self, roles, status=200, nobody=LOGIN, others=403):
        self.roles, self.status, self.nobody, self.others = roles, status, nobody, others

    def of(self, role):
        if role == "anonymous":
            return self.nobody
        return self.status if role in self.roles else self.others

    def leading_on(self, status=302):
        """The same people, where another method answers something else."""
        return Only(self.roles, status, self.nobody, self.others)


SIGNED_IN = ROLES[1:]
# Of what is the commander's own, as a neighbor: to all others it is nowhere.
AUTHOR = Only(["commander"], nobody=404, others=404)
DESK = [*AT_COMMAND, *AT_HEADQUARTERS]
MODERATORS = ["moderator", "commander"]
ANSWERERS = ["commander"]
PUBLISHERS = ["editor", "commander"]
SETTERS = ["commander", "administrator"]
HISTORIANS = [*MODERATORS, *AT_HEADQUARTERS]
ADMINISTRATORS = ["administrator"]
REVIEWERS = ["reviewer", "administrator"]

HERE = {"slug": "pct-109"}
IDEA = {"slug": "pct-109", "pk": "idea"}
WAITING = {"slug": "pct-109", "pk": "waiting"}
MERGED = {"slug": "pct-109", "pk": "merged"}
COMMENT = {"slug": "pct-109", "pk": "comment"}
SHOWN = {"slug": "pct-109", "pk": "shown"}
DELIVERY = {"slug": "pct-109", "pk": "delivery"}
MEMBERSHIP = {"slug": "pct-109", "pk": "membership"}
INVITATION = {"slug": "pct-109", "pk": "invitation"}
REMOVED = {"field": "body", "piece": "thi", "rule": 1, "every": True}
ANSWER = {"action": "hear", "answer": BODY, "step": "send"}
CHOICES = dict.fromkeys(["who_may_submit", "who_may_vote", "who_may_comment"], "anybody")

# By its name: what stands for its arguments, what each method answers (a number: to everybody; a method that
# is not named: 405), and what is sent. HEAD answers as GET does.
ROUTES = {
    # For everybody
    "healthz": ({}, {"GET": (200, 503)}, None),
    "home": ({}, {"GET": 200}, None),
    "find": ({}, {"GET": 200}, None),
    "commands": ({}, {"GET": 200}, None),
    "city_geojson": ({}, {"GET": 200}, None),
    "conduct": ({}, {"GET": 200}, None),
    "conduct_edition": ({"number": 1}, {"GET": 200}, None),
    "emergency": ({}, {"GET": 200}, None),
    "command": (HERE, {"GET": 200}, None),
    "ideas": (HERE, {"GET": 200}, None),
    "idea": (IDEA, {"GET": 200}, None),
    "photo": ({**HERE, "key": "photo", "size": "small"}, {"GET": 200}, None),
    "home_zip": (HERE, {"POST": 302}, {"home_zip": "11354"}),
    "compose": (HERE, {"GET": 200, "POST": 302}, {"body": BODY}),
    "suggest": (HERE, {"POST": 200}, {"body": BODY}),
    "vote": (IDEA, {"POST": 302}, {"value": 1}),
    "comment": (IDEA, {"POST": 302}, {"body": BODY}),
    "verdict": ({"slug": "pct-109", "pk": "acted"}, {"POST": 302}, {"fixed": "yes"}),
    "agenda": (HERE, {"GET": 200}, None),
    "weigh_in": (HERE, {"GET": 200, "POST": 200}, {}),
    "record": (HERE, {"GET": 200}, None),
    "mine": ({**HERE, "key": "link"}, {"GET": 200}, None),
    "mine_appeal": ({**HERE, "key": "screened_link"}, {"GET": 200, "POST": 302}, {"text": BODY}),
    "mine_follow": ({**HERE, "key": "link"}, {"POST": 302}, {}),
    "mine_withdraw": ({**HERE, "key": "link"}, {"GET": 200, "POST": 302}, {"version": 2}),
    "invitation": (
        {"secret": "key_of_invitation"},
        {"GET": Only([], nobody=200), "POST": Only([], nobody=422)},
        {},
    ),
    # One's own
    "appeal": ({**HERE, "pk": "own_screened"}, {"GET": AUTHOR, "POST": AUTHOR.leading_on()}, {"text": BODY}),
    "comment_appeal": (
        {**HERE, "pk": "own_comment"},
        {"GET": AUTHOR, "POST": AUTHOR.leading_on()},
        {"text": BODY},
    ),
    "withdraw": ({**HERE, "pk": "own"}, {"GET": AUTHOR, "POST": AUTHOR.leading_on()}, {"version": 2}),
    "second_step": ({}, {"GET": Only(SIGNED_IN, 302)}, None),
    "personal_tokens": ({}, {"GET": Only(SIGNED_IN), "POST": Only(SIGNED_IN)}, {"name": "A script"}),
    "notices": ({}, {"GET": 200}, None),
    "notices_count": ({}, {"GET": 200}, None),
    "read_notices": ({}, {"POST": 302}, {}),
    "following": ({}, {"GET": 200}, None),
    "follow": ({}, {"POST": 302}, {"kind": "command", "command": "pct-109"}),
    "unfollow_idea": ({}, {"POST": 404}, {"command": "pct-109", "idea": "nonsense"}),
    "unfollow": ({"pk": "follow"}, {"POST": Only(["commander"], 302, nobody=404, others=404)}, {}),
    "contact": ({}, {"POST": 302}, {"email": "a@example.org", "cadence": "daily", "time_zone": "Asia/Tokyo"}),
    "stop_contact": ({}, {"POST": 302}, {}),
    # Whoever has the link; tests/ideas/test_contact.py has a good one.
    "confirm_contact": ({"token": "nonsense"}, {"GET": 404, "POST": 404}, {}),
    "unsubscribe": ({"token": "nonsense"}, {"GET": 404, "POST": 404}, {}),
    # The mail provider, where one is set; tests/ideas/test_bounces.py.
    "bounces": ({}, {"POST": 404}, {}),
    # The demonstration's only; tests/ideas/test_outbox_page.py.
    "outbox": ({}, {"GET": 404}, None),
    "outbox_message": ({"name": "nonsense"}, {"GET": 404}, None),
    "outbox_html": ({"name": "nonsense"}, {"GET": 404}, None),
    "revoke_token": ({"pk": "token"}, {"POST": Only(["commander"], 302, others=404)}, {}),
    # The desk
    "desk": (HERE, {"GET": Only(DESK)}, None),
    "desk_idea": (WAITING, {"GET": Only(DESK)}, None),
    "desk_comment": (COMMENT, {"GET": Only(DESK)}, None),
    "decide": (WAITING, {"POST": Only(MODERATORS, 302)}, {"action": "approve", "version": 1}),
    "decide_comment": (COMMENT, {"POST": Only(MODERATORS, 302)}, {"action": "approve"}),
    "answer": (IDEA, {"GET": Only(ANSWERERS), "POST": Only(ANSWERERS, 302)}, ANSWER),
    "edit_answer": (
        {"slug": "pct-109", "pk": "acted"},
        {"GET": Only(ANSWERERS), "POST": Only(ANSWERERS, 302)},
        {"answer": "In other words.", "step": "send"},
    ),
    "preview_answer": (HERE, {"POST": Only(ANSWERERS)}, {"answer": "**Mended**"}),
    "desk_holds": (HERE, {"GET": Only(DESK)}, None),
    "undo": ({**HERE, "pk": "decision"}, {"POST": Only(["commander"], 302, others=403)}, {}),
    "claim_idea": (WAITING, {"POST": Only(MODERATORS, 302)}, {}),
    "claim_comment": (COMMENT, {"POST": Only(MODERATORS, 302)}, {}),
    "assign": (WAITING, {"POST": Only(MODERATORS, 302)}, {"assigned_to": ""}),
    "due": (WAITING, {"POST": Only(MODERATORS, 302)}, {"due_on": ""}),
    "label": (WAITING, {"POST": Only(MODERATORS, 302)}, {"new": "Lamps"}),
    "note": (WAITING, {"POST": Only(MODERATORS, 302)}, {"text": BODY}),
    "keep_idea": (IDEA, {"POST": Only(MODERATORS, 302)}, {"upto": "1"}),
    "keep_comment": (COMMENT, {"POST": Only(MODERATORS, 302)}, {"upto": "1"}),
    "note_outcome": ({**HERE, "pk": "outcome"}, {"POST": Only(MODERATORS, 302)}, {}),
    "desk_labels": (HERE, {"GET": Only(MODERATORS), "POST": Only(MODERATORS, 302)}, {"name": "Lamps"}),
    "desk_label": ({**HERE, "pk": "label"}, {"POST": Only(MODERATORS, 302)}, {"name": "Parks"}),
    "desk_replies": (
        HERE,
        {"GET": Only(MODERATORS), "POST": Only(MODERATORS, 302)},
        {"name": "Thanks", "text": "Thank you for {title}."},
    ),
    "desk_reply": (
        {**HERE, "pk": "reply"},
        {"GET": Only(MODERATORS), "POST": Only(MODERATORS, 302)},
        {"name": "Thanks", "text": "Thank you for {title}."},
    ),
    "desk_agenda": (HERE, {"GET": Only(DESK)}, None),
    "desk_merge": (
        WAITING,
        {"GET": Only(MODERATORS), "POST": Only(MODERATORS, 302)},
        {"into": "{idea}", "version": 1},
    ),
    "desk_split": (MERGED, {"POST": Only(MODERATORS, 302)}, {}),
    "desk_move": (
        WAITING,
        {"GET": Only(MODERATORS), "POST": Only(MODERATORS, 302)},
        {"command": "psa-6", "version": 1},
    ),
    "desk_settings": (HERE, {"GET": Only(SETTERS), "POST": Only(SETTERS, 302)}, CHOICES),
    "desk_idea_history": (IDEA, {"GET": Only(HISTORIANS)}, None),
    "desk_history": (HERE, {"GET": Only(HISTORIANS)}, None),
    "desk_row_history": ({**HERE, "kind": "saved_reply", "pk": "reply"}, {"GET": Only(HISTORIANS)}, None),
    "desk_webhooks": (HERE, {"GET": Only(SETTERS), "POST": Only(SETTERS, 422)}, {"url": "http://x"}),
    "desk_webhook": (
        {**HERE, "pk": "webhook"},
        {"GET": Only(SETTERS), "POST": Only(SETTERS, 302)},
        {"events": ["idea.heard"]},
    ),
    "desk_webhook_secret": ({**HERE, "pk": "webhook"}, {"POST": Only(SETTERS)}, {}),
    "desk_webhook_pause": ({**HERE, "pk": "webhook"}, {"POST": Only(SETTERS, 302)}, {}),
    "desk_webhook_remove": ({**HERE, "pk": "webhook"}, {"POST": Only(SETTERS, 302)}, {}),
    "desk_call_again": ({**HERE, "pk": "call"}, {"POST": Only(SETTERS, 302)}, {}),
    "voice": (HERE, {"GET": Only(DESK)}, None),
    "send_again": (DELIVERY, {"POST": Only(PUBLISHERS, 302)}, {}),
    "was_sent": (DELIVERY, {"POST": Only(PUBLISHERS, 302)}, {}),
    "people": (HERE, {"GET": Only(SETTERS), "POST": Only(SETTERS, 422)}, {}),
    "remove_role": (MEMBERSHIP, {"GET": Only(SETTERS), "POST": Only(SETTERS, 302)}, {}),
    "send_invitation": (INVITATION, {"POST": Only(SETTERS, 302)}, {}),
    "revoke_invitation": (INVITATION, {"POST": Only(SETTERS, 302)}, {}),
    # Headquarters
    "city_people": ({}, {"GET": Only(ADMINISTRATORS), "POST": Only(ADMINISTRATORS, 422)}, {}),
    "city_remove_role": (
        {"membership": "membership"},
        {"GET": Only(ADMINISTRATORS), "POST": Only(ADMINISTRATORS, 302)},
        {},
    ),
    "city_send_invitation": ({"invitation": "invitation"}, {"POST": Only(ADMINISTRATORS, 302)}, {}),
    "city_revoke_invitation": ({"invitation": "invitation"}, {"POST": Only(ADMINISTRATORS, 302)}, {}),
    "headquarters": ({}, {"GET": Only(AT_HEADQUARTERS)}, None),
    "headquarters_appeals": ({}, {"GET": Only(REVIEWERS)}, None),
    "headquarters_appeal": (
        {**HERE, "pk": "appeal"},
        {"GET": Only(REVIEWERS), "POST": Only(REVIEWERS, 302)},
        {"outcome": "upheld", "reason": BODY},
    ),
    "headquarters_conduct": (
        {},
        {"GET": Only(["administrator"]), "POST": Only(["administrator"])},
        {"do": "add"},
    ),
    "headquarters_goals": (
        {},
        {"GET": Only(AT_HEADQUARTERS), "POST": Only(["administrator"], 302)},
        {"review": 24, "hear": 168, "act": 720, "appeal": 336},
    ),
    "headquarters_history": ({}, {"GET": Only(AT_HEADQUARTERS)}, None),
    "headquarters_row_history": (
        {"kind": "service_goal", "row": "goal"},
        {"GET": Only(AT_HEADQUARTERS)},
        None,
    ),
    # Reports, redaction, trust, many at once
    "report_idea": (IDEA, {"GET": 200, "POST": 302}, {"rule": 1}),
    "report_comment": (SHOWN, {"GET": 200, "POST": 302}, {"rule": 1}),
    "redact_idea": (IDEA, {"GET": Only(DESK), "POST": Only(MODERATORS, 302)}, REMOVED),
    "redact_comment": (SHOWN, {"GET": Only(DESK), "POST": Only(MODERATORS, 302)}, REMOVED),
    "put_back": ({**HERE, "pk": "redaction"}, {"POST": Only(MODERATORS, 302)}, {"reason": "It was a sign."}),
    "approve_and_trust": ({**HERE, "pk": "by_somebody"}, {"POST": Only(MODERATORS, 302)}, {"version": 1}),
    "desk_trusted": (HERE, {"GET": Only(DESK)}, None),
    "revoke_trust": ({**HERE, "pk": "trust"}, {"POST": Only(MODERATORS, 302)}, {}),
    "desk_bulk": (HERE, {"POST": Only(MODERATORS)}, {"action": "approve", "item": "idea:1:1"}),
    "undo_bulk": (HERE, {"POST": Only(MODERATORS)}, {"decision": "1"}),
    "api_idea_reports": ({**HERE, "id": "idea"}, {"POST": 201}, {"rule": 1}),
    "api_comment_reports": ({**HERE, "id": "shown"}, {"POST": 201}, {"rule": 1}),
    "api_idea_redactions": ({**HERE, "id": "idea"}, {"POST": Only(MODERATORS, 201, nobody=401)}, REMOVED),
    "api_comment_redactions": ({**HERE, "id": "shown"}, {"POST": Only(MODERATORS, 201, nobody=401)}, REMOVED),
    "api_trust": ({**HERE, "id": "by_somebody"}, {"POST": Only(MODERATORS, 201, nobody=401)}, {"version": 1}),
    "api_bulk": (
        HERE,
        {"POST": Only(MODERATORS, nobody=401)},
        {"action": "approve", "items": [{"type": "idea", "id": 1, "version": 1}]},
    ),
    # The API
    "schema": ({}, {"GET": 200}, None),
    "api_docs": ({}, {"GET": 200}, None),
    "api/": ({}, dict.fromkeys(METHODS, 404), None),
    "api_commands": ({}, {"GET": 200}, None),
    "api_command": (HERE, {"GET": 200}, None),
    "api_locate": ({}, {"GET": 200}, None),
    "api_participant": ({}, {"GET": 200, "PUT": 200}, {"home_zip": "11354"}),
    "api_ideas": (HERE, {"GET": 200, "POST": 201}, {"title": "Dark lamp", "body": BODY}),
    "api_idea": ({**HERE, "id": "idea"}, {"GET": 200}, None),
    "api_withdrawal": ({**HERE, "id": "own"}, {"POST": AUTHOR.leading_on(201)}, {}),
    "api_vote": ({**HERE, "id": "idea"}, {"PUT": 200}, {"value": 1}),
    "api_verdict": ({**HERE, "id": "acted"}, {"PUT": 200}, {"fixed": True}),
    "api_comments": ({**HERE, "id": "idea"}, {"GET": 200, "POST": 201}, {"body": BODY}),
    "api_appeal": ({**HERE, "id": "own_screened"}, {"POST": AUTHOR.leading_on(201)}, {"text": BODY}),
    "api_comment_appeal": ({**HERE, "id": "own_comment"}, {"POST": AUTHOR.leading_on(201)}, {"text": BODY}),
    "api_appeals": ({}, {"GET": Only(REVIEWERS, nobody=401)}, None),
    "api_appeal_decision": (
        {**HERE, "id": "appeal"},
        {"POST": Only(REVIEWERS, 201, nobody=401)},
        {"outcome": "upheld", "reason": BODY},
    ),
    "api_agenda": (HERE, {"GET": 200}, None),
    "api_merges": (
        {**HERE, "id": "waiting"},
        {"POST": Only(MODERATORS, 201, nobody=401)},
        {"into": "{idea}", "version": 1},
    ),
    "api_splits": ({**HERE, "id": "merged"}, {"POST": Only(MODERATORS, 201, nobody=401)}, {}),
    "api_moves": (
        {**HERE, "id": "waiting"},
        {"POST": Only(MODERATORS, 201, nobody=401)},
        {"command": "psa-6", "version": 1},
    ),
    "api_idea_claim": (
        {**HERE, "id": "idea"},
        {"PUT": Only(MODERATORS, nobody=401), "DELETE": Only(MODERATORS, 204, nobody=401)},
        {},
    ),
    "api_comment_claim": (
        {**HERE, "id": "comment"},
        {"PUT": Only(MODERATORS, nobody=401), "DELETE": Only(MODERATORS, 204, nobody=401)},
        {},
    ),
    "api_work": (
        {**HERE, "id": "idea"},
        {"GET": Only(DESK, nobody=401), "PATCH": Only(MODERATORS, nobody=401)},
        {"due_on": None},
    ),
    "api_notes": (
        {**HERE, "id": "idea"},
        {"GET": Only(MODERATORS, nobody=401), "POST": Only(MODERATORS, 201, nobody=401)},
        {"text": BODY},
    ),
    "api_undo": ({**HERE, "id": "decided"}, {"POST": Only(MODERATORS, (200, 409), nobody=401)}, {}),
    "api_comment_undo": (
        {**HERE, "id": "decided_comment"},
        {"POST": Only(MODERATORS, (200, 409), nobody=401)},
        {},
    ),
    "api_keep": ({**HERE, "id": "idea"}, {"POST": Only(MODERATORS, nobody=401)}, {"upto": 1}),
    "api_comment_keep": ({**HERE, "id": "comment"}, {"POST": Only(MODERATORS, nobody=401)}, {"upto": 1}),
    "api_outcome_noted": ({**HERE, "id": "outcome"}, {"POST": Only(MODERATORS, 204, nobody=401)}, {}),
    "api_replies": (
        HERE,
        {"GET": Only(MODERATORS, nobody=401), "POST": Only(MODERATORS, 201, nobody=401)},
        {"name": "Lamp", "text": BODY},
    ),
    "api_labels": (
        HERE,
        {"GET": Only(DESK, nobody=401), "POST": Only(MODERATORS, 201, nobody=401)},
        {"name": "Lamps"},
    ),
    "api_label": (
        {**HERE, "id": "label"},
        {"PUT": Only(MODERATORS, nobody=401), "DELETE": Only(MODERATORS, 204, nobody=401)},
        {"name": "Lamps"},
    ),
    "api_reply": (
        {**HERE, "id": "reply"},
        {"PUT": Only(MODERATORS, nobody=401), "DELETE": Only(MODERATORS, 204, nobody=401)},
        {"name": "Lamp", "text": BODY},
    ),
    "api_idea_history": ({**HERE, "id": "idea"}, {"GET": Only(HISTORIANS, nobody=401)}, None),
    "api_history": (HERE, {"GET": Only(HISTORIANS, nobody=401)}, None),
    "api_webhooks": (
        HERE,
        {"GET": Only(SETTERS, nobody=401), "POST": Only(SETTERS, 400, nobody=401)},
        {"url": "http://x"},
    ),
    "api_webhook": (
        {**HERE, "id": "webhook"},
        {"PATCH": Only(SETTERS, nobody=401), "DELETE": Only(SETTERS, 204, nobody=401)},
        {"active": False},
    ),
    "api_webhook_secret": ({**HERE, "id": "webhook"}, {"POST": Only(SETTERS, 201, nobody=401)}, {}),
    "api_calls": ({**HERE, "id": "webhook"}, {"GET": Only(SETTERS, nobody=401)}, None),
    "api_call_again": ({**HERE, "id": "call"}, {"POST": Only(SETTERS, nobody=401)}, {}),
    "api_queue": (HERE, {"GET": Only(DESK, nobody=401)}, None),
    "api_decisions": (
        {**HERE, "id": "waiting"},
        {"POST": Only(MODERATORS, 201, nobody=401)},
        {"action": "approve", "version": 1},
    ),
    "api_comment_decisions": (
        {**HERE, "id": "comment"},
        {"POST": Only(MODERATORS, 201, nobody=401)},
        {"action": "approve"},
    ),
    **access_record.routes(Only),
    **access_hearing.routes(Only),
}
ROUTES |= access_accounts.routes(Only, DESK, SIGNED_IN)
ROUTES |= access_guardrails.routes(Only, ROLES)
ROUTES |= access_planning.rows(Only)
ROUTES |= access_writing.rows(Only)
# Views that another project wrote, by the beginning of their module: one test for all of them.
GROUPS = ("allauth.",)
QUERIES = {"api_locate": "?zip=11354"}


def addresses(*, ours=True):
    """Every address as (route, name), also those of what is included; or all of the GROUPS."""

    def walk(patterns, before=""):
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern.url_patterns, route)
            elif pattern.callback.__module__.startswith(GROUPS) is not ours:
                yield route, pattern.name or route

    return list(walk(get_resolver().url_patterns))


def test_every_address_is_in_the_table():
    known = {name for _route, name in addresses()}
    missing = [f"{route} (named {name})" for route, name in addresses() if name not in ROUTES]
    assert not missing, "Say in ROUTES of tests/test_access.py who may do what at: " + ", ".join(missing)
    assert not set(ROUTES) - known, f"There is no such address any more: {set(ROUTES) - known}"


def test_no_two_addresses_have_one_name():
    names = [name for _route, name in [*addresses(), *addresses(ours=False)]]
    assert sorted(names) == sorted(set(names))


@pytest.fixture
def browsers(pct_109, pct_110, make_user):
    """A browser of each role."""
    made = {"anonymous": Client()}
    for role in ROLES[1:]:
        name = role.partition(" ")[0]
        at = None if name in AT_HEADQUARTERS else pct_110 if "elsewhere" in role else pct_109
        user = make_user(
            f"{role.replace(' ', '.')}@example.org", role=None if name == "resident" else name, command=at
        )
        made[role] = Client()
        made[role].force_login(user)
    return made


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def address(name, named, slug="pct-109"):
    arguments = {key: named.get(value, value) for key, value in ROUTES[name][0].items()}
    if "slug" in arguments:
        arguments["slug"] = slug
    return (f"/{name}" if "/" in name else reverse(name, kwargs=arguments)) + QUERIES.get(name, "")


def ask(client, method, name, url):
    """The status that came back, or LOGIN; and nothing of it stays."""
    data = ROUTES[name][2]
    if data is not None:
        data = {key: MADE.get(str(value), value) for key, value in data.items()}
    with transaction.atomic():
        if name.startswith("api") or method not in ("GET", "HEAD", "POST"):
            response = client.generic(
                method, url, json.dumps(data) if data is not None else b"", content_type="application/json"
            )
        else:
            response = getattr(client, method.lower())(url, data if method == "POST" else None)
        transaction.set_rollback(True)
    for close in getattr(response, "_resource_closers", ()):
        close()
    if response.status_code == 302 and response.url.startswith("/accounts/login/"):
        return LOGIN
    return response.status_code


def expected(name, method, role):
    cell = ROUTES[name][1].get("GET" if method == "HEAD" and "HEAD" not in ROUTES[name][1] else method, 405)
    return cell.of(role) if isinstance(cell, Only) else cell


@pytest.mark.parametrize("name", ROUTES)
def test_who_may_do_what(browsers, pct_109, media, name):
    url = address(name, things(pct_109))
    wrong = []
    for method in METHODS:
        for role, client in browsers.items():
            should, is_ = expected(name, method, role), ask(client, method, name, url)
            if is_ != should and not (isinstance(should, tuple) and is_ in should):
                wrong.append(f"{method} {url} as {role}: {is_}, not {should}")
    assert not wrong, "\n".join(wrong)


WITH_SLUG = [name for name in ROUTES if "slug" in ROUTES[name][0]]
# Who may most at a place: a command's appeals are for headquarters alone.
HOLDERS = dict.fromkeys(
    ["headquarters_appeal", "headquarters_approval", "api_appeal_decision", "voice_hold_lift"],
    "administrator",
)
WITH_THING = [name for name in ROUTES if {"pk", "id", "key"} & set(ROUTES[name][0])]


@pytest.mark.parametrize("name", WITH_SLUG)
def test_a_command_that_there_is_not(browsers, pct_109, media, name):
    url = address(name, things(pct_109), slug="pct-999")
    for method in ROUTES[name][1]:
        for role in ("anonymous", "commander", "administrator"):
            assert ask(browsers[role], method, name, url) == 404, (method, url, role)


@pytest.mark.parametrize("name", WITH_THING)
def test_what_is_another_commands_is_not_here(browsers, pct_109, pct_110, media, name):
    """With all the rights here, below one's own address: 404, as if it were nowhere."""
    url, holder = address(name, things(pct_110)), browsers[HOLDERS.get(name, "commander")]
    for method in ROUTES[name][1]:
        assert ask(holder, method, name, url) == 404, (method, url)
    assert ask(holder, next(iter(ROUTES[name][1])), name, address(name, things(pct_109))) < 400


@pytest.mark.parametrize("name", WITH_THING)
def test_what_is_nowhere(browsers, pct_109, media, name):
    numbers = ["idea", "merged", "acted", "follow", "waiting", "comment", "delivery", "token"]
    numbers += ["decision", "outcome", "label", "reply", "webhook", "call", "decided", "decided_comment"]
    numbers += ["membership", "invitation"]
    numbers += ["own", "own_screened", "own_comment", "appeal"]
    numbers += ["somebody", "lesson", "question", "pause", "lifted"]
    numbers += ["shown", "by_somebody", "redaction", "trust"]
    numbers += ["account", "alarm"]
    numbers += ["planned", "slot", "batch", "offer"]
    numbers += ["hold"]
    numbers += access_hearing.NUMBERS
    named = dict.fromkeys(numbers, 10**17) | {"photo": uuid4(), "link": "x", "screened_link": "x"}
    named |= access_writing.NOWHERE
    for method in ROUTES[name][1]:
        assert ask(browsers[HOLDERS.get(name, "commander")], method, name, address(name, named)) == 404


@pytest.mark.parametrize("name", ROUTES)
def test_no_form_is_taken_from_another_site(make_user, pct_109, media, name):
    """A browser that brings its session, but not the page's token."""
    url, client = address(name, things(pct_109)), Client(enforce_csrf_checks=True)
    client.force_login(make_user(role="commander", command=pct_109))
    for method in set(ROUTES[name][1]) - {"GET", "HEAD"}:
        assert ask(client, method, name, url) in (403, 404), (method, url)


@pytest.mark.parametrize("role", ["anonymous", "resident", "commander", "administrator"])
def test_the_pages_of_signing_in_break_for_nobody(browsers, role):
    for route, _name in addresses(ours=False):
        url = "/" + route if "(?P" not in route else "/accounts/password/reset/key/1-set-password/"
        known = {200, 302, 405} | ({404} if "<int:pk>" in url else set())
        for method in ("get", "post"):
            response = getattr(browsers[role], method)(
                url.replace("<int:pk>", "1"), {} if method == "post" else None
            )
            assert response.status_code in known, (method, url)
