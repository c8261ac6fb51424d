"""The addresses of hearing and the inbox, for the table of access: who may do what, and what they name."""

from precincts import tenancy
from precincts.models import Command
from socialfeeds.models import Account, Alarm, Hiding, Mention, Thread, WatchedWords
from tests.socialfeeds.voice import an_account

HERE = {"slug": "pct-109"}
DESK = ["moderator", "editor", "commander", "reviewer", "administrator", "records_officer"]
INBOX = ["moderator", "editor", "commander"]
PUBLISHERS = ["editor", "commander"]
HIDERS = ["moderator", "commander", "reviewer", "administrator"]
ANSWER = "Thank you. We look at it tonight."
# `free` is a mention that nobody asked to hide so far.
NUMBERS = ["thread", "mention", "free", "hiding", "surge", "watched"]
CITY = ["reviewer", "administrator", "records_officer"]


def routes(only):
    """Their rows. `only` is the table's own word for "these roles alone"."""
    thread, mention, free, hiding = ({**HERE, "pk": name} for name in NUMBERS[:4])
    by_api = {**HERE, "id": "thread"}

    def of(roles, status=200):
        return only(roles, status, nobody=401)

    return {
        "hook_facebook": ({}, {"GET": 403, "POST": 403}, {}),
        "voice_numbers": (HERE, {"GET": only(DESK)}, None),
        "inbox": (HERE, {"GET": only(DESK)}, None),
        "inbox_thread": (thread, {"GET": only(DESK)}, None),
        "inbox_hidden": (HERE, {"GET": only(DESK)}, None),
        "inbox_surge": ({**HERE, "pk": "surge"}, {"GET": only(DESK)}, None),
        "inbox_words": (HERE, {"GET": only(INBOX), "POST": only(INBOX, 422)}, {"words": ""}),
        "unwatch_words": ({**HERE, "pk": "watched"}, {"POST": only(INBOX, 302)}, {}),
        "claim_thread": (thread, {"POST": only(INBOX, 302)}, {}),
        "assign_thread": (thread, {"POST": only(INBOX, 302)}, {"me": "1"}),
        "note_thread": (thread, {"POST": only(INBOX, 302)}, {"text": "A note"}),
        "about_thread": (thread, {"POST": only(INBOX, 302)}, {"topic": "", "place": ""}),
        "finish_thread": (thread, {"POST": only(INBOX, 302)}, {}),
        "refer_thread": (thread, {"POST": only(INBOX, 302)}, {"command": "psa-6"}),
        "answer_thread": (thread, {"POST": only(PUBLISHERS, 302)}, {"text": ANSWER, "mention": "{mention}"}),
        "make_issue": (
            mention,
            {"GET": only(INBOX), "POST": only(INBOX, 302)},
            {"title": "Dark lamp", "body": "It has been dark for weeks."},
        ),
        "ask_hiding": (free, {"GET": only(HIDERS), "POST": only(HIDERS, 302)}, {"rule": 1, "edition": 1}),
        "decide_hiding": (hiding, {"POST": only(HIDERS, 302)}, {"hide": "no"}),
        "undo_hiding": (hiding, {"POST": only(HIDERS, 302)}, {}),
        "headquarters_surges": ({}, {"GET": only(CITY)}, None),
        "api_inbox": (HERE, {"GET": of(DESK)}, None),
        "api_inbox_thread": (by_api, {"GET": of(DESK), "PATCH": of(INBOX)}, {"place": "Main St"}),
        "api_inbox_notes": (by_api, {"POST": of(INBOX, 201)}, {"text": "A note"}),
        "api_inbox_done": (by_api, {"PUT": of(INBOX)}, {"done": True}),
        "api_inbox_referral": (by_api, {"PUT": of(INBOX)}, {"command": "psa-6"}),
        "api_inbox_answers": (by_api, {"POST": of(PUBLISHERS, 201)}, {"text": ANSWER}),
        "api_inbox_issues": (by_api, {"POST": of(INBOX, 201)}, {}),
    }


def things(user):
    """What they name, in the entered command."""
    account = an_account("demo_inbox", external_id="inbox")
    thread = Thread.objects.create(account=account, conversation_id="1")
    free, mention = (
        Mention.objects.create(
            account=account,
            thread=thread,
            external_id=name,
            author_handle="maria",
            text="The lamp is dark, and has been for weeks.",
            posted_at=thread.last_at,
        )
        for name in ("1", "2")
    )
    hiding = Hiding.objects.create(
        mention=mention, edition=1, rule=1, rule_title="A rule", snapshot={"text": "x"}, asked_by=user
    )
    alarm = Alarm.objects.create(kind="surge", key="heard", words="Many.", about={"mentions": [mention.pk]})
    watched = WatchedWords.objects.create(account=account, words="#flushing")
    with tenancy.enter(Command.objects.get(slug="psa-6")):
        # Somebody to refer to: who has an account has an inbox.
        if not Account.objects.filter(handle="demo_psa6").exists():
            an_account("demo_psa6")
    made = {"thread": thread, "mention": mention, "free": free, "hiding": hiding, "surge": alarm}
    made["watched"] = watched
    return {name: row.pk for name, row in made.items()}
