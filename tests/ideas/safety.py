"""What tests of flags, reports, redaction and trust share."""

from ideas import redacting, submitting
from ideas.models import Comment, CommentStatus, Idea, Redaction, Rule, Trust
from precincts import tenancy
from precincts.models import Participant
from tests.ideas.factory import a_waiting_idea

API = "/api/v1/commands/pct-109/"
BOARD = "/pct-109/ideas/"
DESK = "/pct-109/desk/"
PHONE = "718-555-0134"


def a_rule(number=3):
    return Rule.objects.in_force().get(number=number)


def a_comment(idea, body="Sundays too.", shown=True, participant=None):
    with tenancy.enter(idea.command_id):
        made = submitting.comment(idea=idea, body=body, participant=participant)
        if shown:
            Comment.objects.filter(pk=made.pk).update(status=CommentStatus.SHOWN)
        return Comment.objects.select_related("idea").get(pk=made.pk)


def redact(item, piece, by, **fields):
    """A redaction, as the desk makes it."""
    fields = {"field": "body", "rule": a_rule(), "reason": ""} | fields
    with tenancy.enter(item.command_id):
        return redacting.redact(item=item, piece=piece, by=by, **fields)


def now(item):
    with tenancy.enter(item.command_id):
        return type(item).objects.get(pk=item.pk)


def by_a_neighbor(command, **fields):
    """An idea that waits, by somebody: (idea, participant)."""
    participant = Participant.objects.create()
    return a_waiting_idea(command, participant=participant, **fields), participant


def send_again(participant, command, body, title="Another one"):
    with tenancy.enter(command):
        made = submitting.submit(participant=participant, title=title, body=body)
        return Idea.objects.get(pk=made.pk)


def redactions(item):
    with tenancy.enter(item.command_id):
        return list(Redaction.objects.filter(idea=getattr(item, "idea_id", item.pk)))


def things_of_safety(command, user, idea):
    """What the addresses of this room name, for the table of access."""
    shown = a_comment(idea, body="Something at the corner")
    _written, participant = by_a_neighbor(command, body="Nobody has swept our street for a month.")
    removed = redact(idea, idea.body[:10], user)
    with tenancy.enter(command):
        trust = Trust.objects.create(participant=participant, given_by=user)
        trust_of_nobody = by_a_neighbor(command, body="The crossing by the school has no paint left.")[0]
    return {
        "shown": shown.pk,
        "by_somebody": trust_of_nobody.pk,
        "redaction": removed.pk,
        "trust": trust.pk,
    }
