"""One's notices as a page or a letter shows them: newest first, and what is about one issue together.

A notice holds no word that a resident wrote. The issue is looked up when it is read, so that one that was
screened, withdrawn or redacted since says no more here than on its own page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import Truncator

from engage import markdown
from ideas.models import PUBLIC, Decision, Idea, Notice, Rule
from ideas.notices import words
from precincts import tenancy
from precincts.models import Command, Participant

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGE = 30
# The header counts no further.
MANY = 99
SALT = "engage.notices.cursor"
CURSOR_LENGTH = 200
# Of an answer; the rest stands on its own page.
EXCERPT = 600


@dataclass(frozen=True)
class Line:
    """One thing that happened."""

    pk: int
    when: datetime
    unread: bool
    what: StrOrPromise
    because: StrOrPromise
    answer: str = ""
    reason: str = ""
    rule: Rule | None = None
    can_appeal: bool = False


@dataclass(frozen=True)
class Group:
    """All that a page says about one issue. Without a title it is not to be seen by this reader any more."""

    idea_id: int
    command: Command
    title: str = ""
    url: str = ""
    lines: list[Line] = field(default_factory=list)

    @property
    def unread(self) -> bool:
        return any(line.unread for line in self.lines)


@dataclass(frozen=True)
class Page:
    groups: list[Group]
    next_cursor: str


def unread_count(participant: Participant) -> int:
    """How many are unread, up to MANY + 1."""
    unread = Notice.objects.filter(participant=participant, read_at=None).values_list("pk")
    return len(unread[: MANY + 1])


def read_page(participant: Participant, cursor: str = "") -> Page:
    """Raises signing.BadSignature for a cursor that this list did not give."""
    notices = Notice.objects.filter(participant=participant).order_by("-created_at", "-pk")
    if cursor:
        moment, pk = _open(cursor)
        notices = notices.filter(Q(created_at__lt=moment) | Q(created_at=moment, pk__lt=pk))
    rows = list(notices.select_related("command")[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    following = signing.dumps([rows[-1].created_at.isoformat(), rows[-1].pk], salt=SALT) if more else ""
    return Page(grouped(rows, participant), following)


def _open(cursor: str) -> tuple[datetime, int]:
    moment, pk = signing.loads(cursor[:CURSOR_LENGTH], salt=SALT)
    if (parsed := parse_datetime(moment)) is None:
        raise signing.BadSignature
    return parsed, pk


def mark_read(participant: Participant, *, before: int | None = None, idea_id: int | None = None) -> int:
    """All that is unread, or what is about one issue; up to the notice `before`, which was on the page."""
    notices = Notice.objects.filter(participant=participant, read_at=None)
    if before is not None:
        notices = notices.filter(pk__lte=before)
    if idea_id is not None:
        notices = notices.filter(idea_id=idea_id)
    return notices.update(read_at=timezone.now(), at_once=False)


def grouped(notices: Iterable[Notice], participant: Participant) -> list[Group]:
    """Groups in the order of their newest notice. Give notices newest first, with their commands."""
    rows = list(notices)
    ideas, decisions = _looked_up(rows)
    groups: dict[int, Group] = {}
    for notice in rows:
        if notice.idea_id not in groups:
            groups[notice.idea_id] = _group(notice, ideas.get(notice.idea_id), participant)
        group = groups[notice.idea_id]
        group.lines.append(_line(notice, decisions.get(notice.decision_id or 0), bool(group.title)))
    return list(groups.values())


def _looked_up(rows: list[Notice]) -> tuple[dict[int, Idea], dict[int, Decision]]:
    with tenancy.citywide():
        ideas = Idea.objects.only("title", "status", "participant", "command").in_bulk(
            {row.idea_id for row in rows}
        )
        decisions = (
            Decision.objects.filter(undone_at=None)
            .select_related("rule")
            .in_bulk({row.decision_id for row in rows if row.decision_id})
        )
    return ideas, decisions


def readable(idea: Idea | None, participant: Participant) -> bool:
    """On the board, or one's own."""
    return idea is not None and (idea.status in PUBLIC or idea.participant_id == participant.pk)


def _group(notice: Notice, idea: Idea | None, participant: Participant) -> Group:
    if idea is None or not readable(idea, participant):
        return Group(idea_id=notice.idea_id, command=notice.command)
    idea.command = notice.command
    return Group(idea_id=idea.pk, command=notice.command, title=idea.title, url=idea.get_absolute_url())


def _line(notice: Notice, decision: Decision | None, shown: bool) -> Line:
    """What was said with it stands there only where the issue itself does; a reason is its author's."""
    mine = notice.why == "author"
    return Line(
        pk=notice.pk,
        when=notice.created_at,
        unread=notice.read_at is None,
        what=words.what(notice.event, notice.why),
        because=words.because(notice.event, notice.why),
        answer=Truncator(markdown.to_plain(decision.answer)).chars(EXCERPT) if decision and shown else "",
        reason=decision.reason if decision and mine else "",
        rule=decision.rule if decision and mine else None,
        can_appeal=mine and notice.event in words.SCREENED,
    )


def of_letter(notices: QuerySet[Notice], participant: Participant) -> list[Group]:
    """As on the page; but what this reader can no longer see is left out."""
    rows = notices.select_related("command").order_by("-created_at", "-pk")
    return [group for group in grouped(rows, participant) if group.title]
