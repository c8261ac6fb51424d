"""What a desk does about an item beside deciding: who takes it on, by when, labels, notes, saved replies.

None of it is a decision, and residents see none of it. Call these inside a tenancy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from ideas.models import Appeal, Comment, Idea, IdeaLabel, Label, Note, Report, SavedReply
from ideas.moderating import Refused
from precincts import tenancy
from precincts.models import Command, User

# The same words by the same person within this are one note that was sent twice.
AT_ONCE = timedelta(minutes=1)
# What a saved reply may leave open, each with what stands there in an answer.
PLACEHOLDERS = ("title", "place", "topic", "command", "phone", "date")
PLACEHOLDER = re.compile(r"\{([^{}\n]{0,40})\}")
# A command's labels and saved replies are named one at a time.
_LOCK = 0x6E616D65


def officers(command: Command) -> QuerySet[User]:
    """Who an idea can be assigned to: the command's own people."""
    here = Q(memberships__command=command, is_active=True)
    return User.objects.filter(here).order_by("email").distinct()


def assign(*, idea: Idea, to: User | None) -> None:
    Idea.objects.filter(pk=idea.pk).update(assigned_to=to)


def set_due(*, idea: Idea, on: date | None) -> None:
    Idea.objects.filter(pk=idea.pk).update(due_on=on)


def add_note(*, idea: Idea, text: str, by: User) -> Note:
    """Sent twice (a double click) it is made once."""
    # Of two clicks the second waits here, and sees the first.
    Idea.objects.select_for_update(no_key=True).values_list("pk").get(pk=idea.pk)
    since = timezone.now() - AT_ONCE
    known = Note.objects.filter(idea=idea, author=by, text=text, created_at__gt=since).first()
    return known or Note.objects.create(idea=idea, text=text, author=by)


# Labels, and saved replies


def _take_turns() -> None:
    """Whoever changes a list of the command at this moment is waited for; what stands is asked after that."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, tenancy.current_command_id()])


def _require_here(row: Label | SavedReply) -> None:
    """What somebody removed a moment ago does not come back by being saved."""
    if row.pk and not type(row)._default_manager.filter(pk=row.pk).exists():
        raise type(row).DoesNotExist


def _is_taken(row: Label | SavedReply, name: str) -> bool:
    return type(row)._default_manager.filter(name__iexact=name).exclude(pk=row.pk).exists()


def save_label(*, label: Label, name: str) -> Label:
    """Make a label, or give one another name. Raises Refused, or DoesNotExist where it was removed."""
    _take_turns()
    _require_here(label)
    if _is_taken(label, name):
        raise Refused("name", _("There is such a label already."))
    label.name = name
    label.save()
    return label


def remove(*, row: Label | SavedReply) -> None:
    """Take it off the list; a label from every issue, too."""
    _take_turns()
    row.delete()


def set_labels(*, idea: Idea, labels: Iterable[Label] = (), new: Iterable[str] = ()) -> None:
    """These labels and no others, and those of these names: made where there is none."""
    _take_turns()
    wanted = set(Label.objects.filter(pk__in=[label.pk for label in labels]).values_list("pk", flat=True))
    for name in new:
        known = Label.objects.filter(name__iexact=name).first()
        wanted.add((known or Label.objects.create(name=name)).pk)
    IdeaLabel.objects.filter(idea=idea).exclude(label__in=wanted).delete()
    rows = [IdeaLabel(idea=idea, label_id=pk) for pk in wanted]
    IdeaLabel.objects.bulk_create(rows, ignore_conflicts=True)


def save_reply(*, reply: SavedReply, name: str, text: str, by: User) -> SavedReply:
    """Make a saved reply, or change one. Raises Refused, or DoesNotExist where it was removed."""
    _take_turns()
    _require_here(reply)
    if _is_taken(reply, name):
        raise Refused("name", _("There is a reply of this name already."))
    reply.name, reply.text, reply.changed_by = name, text, by
    reply.save()
    return reply


# What was reported, and what was appealed


def open_reports(item: Idea | Comment) -> QuerySet[Report]:
    this = {"comment": item} if isinstance(item, Comment) else {"idea": item, "comment": None}
    return Report.objects.filter(handled_at__isnull=True, **this).select_related("rule").order_by("pk")


def keep(*, item: Idea | Comment, by: User, upto: int) -> int:
    """No rule is broken: the reports up to the newest that was looked at are dealt with. Says how many."""
    seen = open_reports(item).filter(pk__lte=upto).order_by()
    return seen.update(handled_at=timezone.now(), handled_by=by)


def take_note(*, appeal: Appeal, by: User) -> None:
    """The desk has read how headquarters decided."""
    unseen = Appeal.objects.filter(pk=appeal.pk, decided_at__isnull=False, seen_at__isnull=True)
    unseen.update(seen_at=timezone.now(), seen_by=by)


# Saved replies


def unknown_placeholders(text: str) -> list[str]:
    """What stands in braces and is no placeholder."""
    return list(dict.fromkeys(name for name in PLACEHOLDER.findall(text) if name not in PLACEHOLDERS))


def fill(text: str, *, idea: Idea, command: Command) -> str:
    """A saved reply for one idea, its placeholders filled."""
    values = {
        "title": idea.title,
        "place": idea.place or _("your block"),
        "topic": idea.topic.name if idea.topic else _("your issue"),
        "command": command.name,
        "phone": command.phone,
        "date": formats.date_format(timezone.localdate(), "DATE_FORMAT"),
    }
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)
