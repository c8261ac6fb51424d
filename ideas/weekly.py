"""“You’ve spoken, we’ve acted”: a command's week in a message, as a draft that a person sends.

Called inside tenancy.enter. Of one week there is one, however often a worker or a person asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ideas import answering, photos
from ideas.models import PUBLIC, Decision, Idea, Photo
from ideas.models import Status as IdeaStatus
from ideas.record import ACTED, HEARD
from precincts.models import Command, User
from socialfeeds import composing, planning, scheduling
from socialfeeds.models import Account, AccountStatus, Attachment, Message, Status

# On Mondays, from this hour of the command's own clock.
MORNING = 7
LONGEST_TITLE = 90
_LOCK = 0x7765656B


class Nothing(Exception):
    """There is no message in it. The text says why."""


@dataclass(frozen=True)
class Week:
    """What came in, was answered and was done from a Monday to the next; and what most people had wanted."""

    monday: date
    spoken: int
    heard: int
    acted: int
    top: Idea | None

    @property
    def name(self) -> str:
        year, number, _weekday = self.monday.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)


def week_before(command: Command) -> Week:
    """The last whole week, by the command's own clock."""
    today = scheduling.utc_to_local(timezone.now(), command.time_zone).date()
    monday = today - timedelta(days=today.weekday() + 7)
    since = scheduling.start_of(monday, command.time_zone)
    until = scheduling.start_of(monday + timedelta(days=7), command.time_zone)
    decided = Decision.objects.filter(
        Q(decided_at__gte=since, decided_at__lt=until), comment=None, undone_at=None, idea__status__in=PUBLIC
    )
    published = Idea.objects.filter(status__in=PUBLIC, published_at__gte=since, published_at__lt=until)
    done = decided.filter(action__in=ACTED).values("idea")
    top = Idea.objects.filter(pk__in=done, status=IdeaStatus.ACTED, moved_to=None).defer("search")
    return Week(
        monday=monday,
        spoken=published.count(),
        heard=decided.filter(action__in=HEARD).values("idea").distinct().count(),
        acted=done.distinct().count(),
        top=top.select_related("command").order_by("-score", "pk").first(),
    )


def words(week: Week, command: Command) -> str:
    """What it says, without the link, so short that the tightest network takes both."""
    said = _("Last week at the %(name)s: %(spoken)s, %(heard)s, %(acted)s.") % {
        "name": command.name,
        "spoken": ngettext("%(n)d issue raised", "%(n)d issues raised", week.spoken) % {"n": week.spoken},
        "heard": ngettext("%(n)d answered", "%(n)d answered", week.heard) % {"n": week.heard},
        "acted": ngettext("%(n)d acted on", "%(n)d acted on", week.acted) % {"n": week.acted},
    }
    end = _("You’ve spoken, we’ve acted.")
    if week.top:
        title = Truncator(week.top.title).chars(LONGEST_TITLE)
        said += " " + _("Done: “%(title)s”.") % {"title": title}
    url = link(command)
    return composing.announcement(f"{said} {end}", url).removesuffix(url).strip()


def link(command: Command) -> str:
    return settings.BASE_URL + reverse("ideas", args=[command.slug])


def write(*, command: Command, by: User | None = None) -> Message:
    """The draft of the last whole week, with a picture of what was done. The one that is there, if it is.

    Raises Nothing where the week had none of it, or the command has nowhere to say it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, command.pk])
    week = week_before(command)
    if there := _written(week, command).exclude(status=Status.WITHDRAWN).first():
        return there
    if not (week.spoken or week.heard or week.acted):
        raise Nothing(_("Nothing was raised, answered or done in that week."))
    accounts = list(Account.objects.filter(status=AccountStatus.ACTIVE).order_by("pk"))
    if not accounts:
        raise Nothing(_("The command has no working account on a network. Connect one first."))
    message = planning.make_draft(
        text=words(week, command),
        link=link(command),
        accounts=accounts,
        author=by,
        zone=command.time_zone,
        source_url=_source(week, command),
    )
    if week.top:
        _attach(message, week.top)
    return message


def write_if_due(command: Command) -> Message | None:
    """On a Monday from the morning on, if nobody wrote that week's before; also if it was withdrawn since."""
    if not is_due(command) or _written(week_before(command), command).exists():
        return None
    try:
        return write(command=command)
    except Nothing:
        return None


def is_due(command: Command, now: datetime | None = None) -> bool:
    local = scheduling.utc_to_local(now or timezone.now(), command.time_zone)
    return local.weekday() == 0 and local.hour >= MORNING


def _written(week: Week, command: Command) -> QuerySet[Message]:
    return Message.objects.filter(source_url=_source(week, command)).order_by("pk")


def _source(week: Week, command: Command) -> str:
    """What it announces, and the mark by which it is known again."""
    return f"{link(command)}#{week.name}"


def _attach(message: Message, idea: Idea) -> None:
    """The picture of the answer, copied: the message keeps it whatever becomes of the idea."""
    photo: Photo | None = next(iter(answering.standing(idea).photos), None)
    if photo is None:
        return
    with default_storage.open(photos.path_of(photo, "full")) as file:
        data = file.read()
    attachment = Attachment.objects.create(
        message=message,
        alt=photo.alt or _("What was done about “%(title)s”") % {"title": idea.title},
        mime="image/jpeg",
        width=photo.width,
        height=photo.height,
        size=len(data),
    )
    default_storage.save(attachment.path, ContentFile(data))
