"""Who may do what with messages and their approvals: rows of tests/test_access.py, and what they name."""

from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from precincts.models import User
from socialfeeds.models import Attachment, Delivery, Message

TEXT = "The lamp at Main St works again."
NUMBERS = ["written", "submitted", "for_city", "posted"]
NOWHERE = dict.fromkeys(NUMBERS, 10**17) | {"picture": uuid4()}
WRITERS = ["editor", "commander"]
DESK = ["moderator", *WRITERS, "reviewer", "administrator", "records_officer"]
RETURN = {"decision": "return", "reason": "Name the street."}


def rows(Only):
    """By the names of addresses. `Only` is the table's own."""
    here = {"slug": "pct-109"}
    publishers = Only(WRITERS)
    reviewers = Only(["reviewer", "administrator"])
    staff = Only(DESK)
    written, submitted = {**here, "pk": "written"}, {**here, "pk": "submitted"}
    return {
        "voice_new": (here, {"GET": publishers, "POST": publishers.leading_on()}, {"text": TEXT}),
        "voice_preview": (here, {"POST": publishers}, {"text": TEXT}),
        "voice_picture": ({**here, "key": "picture"}, {"GET": staff}, None),
        "voice_message": (written, {"GET": staff}, None),
        "voice_edit": (written, {"GET": publishers, "POST": publishers.leading_on()}, {"text": TEXT}),
        "voice_approve": (submitted, {"POST": Only(["commander"], 302)}, RETURN),
        "voice_take_back": (submitted, {"POST": publishers.leading_on()}, {}),
        "voice_withdraw": (written, {"POST": publishers.leading_on()}, {}),
        "voice_delete_post": ({**here, "pk": "posted"}, {"POST": publishers.leading_on()}, {"reason": "x"}),
        "api_messages": (
            here,
            {"GET": Only(DESK, nobody=401), "POST": Only(WRITERS, 201, nobody=401)},
            {"text": TEXT},
        ),
        "api_message": (
            {**here, "id": "written"},
            {"GET": Only(DESK, nobody=401), "PATCH": Only(WRITERS, nobody=401)},
            {"text": TEXT},
        ),
        "api_message_decisions": (
            {**here, "id": "written"},
            {"POST": Only(WRITERS, nobody=401)},
            {"action": "withdraw"},
        ),
        "desk_say": ({**here, "pk": "idea"}, {"POST": publishers.leading_on()}, {}),
        "headquarters_approvals": ({}, {"GET": reviewers}, None),
        "headquarters_approval": (
            {**here, "pk": "for_city"},
            {"GET": reviewers, "POST": reviewers.leading_on()},
            RETURN,
        ),
    }


def things_of_writing(account):
    """Inside a command, with an account of it: a message in each state that an address asks for."""
    author = User.objects.get(email=f"writer@{account.command.slug}.example.org")
    given = {"author": author, "text": TEXT}
    written = Message.objects.create(status="draft", **given)
    waiting = {"status": "submitted", "submitted_at": timezone.now(), **given}
    picture = Attachment.objects.create(message=written, mime="image/jpeg", width=1, height=1, size=2)
    default_storage.save(picture.path, ContentFile(b"\xff\xd8"))
    posted = Delivery.objects.create(
        message=Message.objects.create(**given),
        account=account,
        state="sent",
        external_id="12",
        due_at=None,
        deleted_at=timezone.now(),
    )
    return {
        "written": written.pk,
        "submitted": Message.objects.create(waits_for="command", **waiting).pk,
        "for_city": Message.objects.create(waits_for="city", **waiting).pk,
        "posted": posted.pk,
        "picture": picture.key,
    }
