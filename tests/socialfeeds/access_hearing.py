"""The addresses of hearing and the inbox, for the table of access: who may do what, and what they name."""

from socialfeeds.models import Alarm, Hiding, Mention, Thread
from tests.socialfeeds.voice import an_account

HERE = {"slug": "pct-109"}
DESK = ["moderator", "editor", "commander", "reviewer", "administrator", "records_officer"]
INBOX = ["moderator", "editor", "commander"]
PUBLISHERS = ["editor", "commander"]
HIDERS = ["moderator", "commander", "reviewer", "administrator"]
CITY = ["reviewer", "administrator", "records_officer"]


def routes(only):
    """Their rows. `only` is the table's own word for "these roles alone"."""
    thread, mention, hiding = ({**HERE, "pk": name} for name in ("thread", "mention", "hiding"))
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
        "claim_thread": (thread, {"POST": only(INBOX, 302)}, {}),
        "assign_thread": (thread, {"POST": only(INBOX, 302)}, {"me": "1"}),
        "note_thread": (thread, {"POST": only(INBOX, 302)}, {"text": "A note"}),
        "about_thread": (thread, {"POST": only(INBOX, 302)}, {"topic": "", "place": ""}),
        "finish_thread": (thread, {"POST": only(INBOX, 302)}, {}),
        # Nobody else has an inbox here.
        "refer_thread": (thread, {"POST": only(INBOX, 422)}, {"command": "psa-6"}),
        "answer_thread": (thread, {"POST": only(PUBLISHERS, 422)}, {"text": ""}),
        "make_issue": (mention, {"GET": only(INBOX), "POST": only(INBOX, 422)}, {"title": ""}),
        "ask_hiding": (mention, {"GET": only(HIDERS), "POST": only(HIDERS, 422)}, {"rule": ""}),
        "decide_hiding": (hiding, {"POST": only(HIDERS, 302)}, {"hide": "no"}),
        "undo_hiding": (hiding, {"POST": only(HIDERS, 302)}, {}),
        "headquarters_surges": ({}, {"GET": only(CITY)}, None),
        "api_inbox": (HERE, {"GET": of(DESK)}, None),
        "api_inbox_thread": (by_api, {"GET": of(DESK), "PATCH": of(INBOX)}, {"place": "Main St"}),
        "api_inbox_notes": (by_api, {"POST": of(INBOX, 201)}, {"text": "A note"}),
        "api_inbox_done": (by_api, {"PUT": of(INBOX)}, {"done": True}),
        "api_inbox_referral": (by_api, {"PUT": of(INBOX, 400)}, {"command": "psa-6"}),
        "api_inbox_answers": (by_api, {"POST": of(PUBLISHERS, 400)}, {"text": ""}),
        "api_inbox_issues": (by_api, {"POST": of(INBOX, 201)}, {}),
    }


def things(user):
    """What they name, in the entered command."""
    account = an_account("demo_inbox", external_id="inbox")
    thread = Thread.objects.create(account=account, conversation_id="1")
    mention = Mention.objects.create(
        account=account,
        thread=thread,
        external_id="1",
        author_handle="maria",
        text="The lamp is dark, and has been for weeks.",
        posted_at=thread.last_at,
    )
    hiding = Hiding.objects.create(
        mention=mention, edition=1, rule=1, rule_title="A rule", snapshot={"text": "x"}, asked_by=user
    )
    alarm = Alarm.objects.create(
        kind="surge", key="heard", words="Many.", about={"mentions": [mention.pk]}
    )
    return {"thread": thread.pk, "mention": mention.pk, "hiding": hiding.pk, "surge": alarm.pk}
