"""Answering: deciding with an announcement, for several ideas at once; and editing what was answered.

The message to the command's accounts goes with the answer, or neither does.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from engage.markdown import to_plain
from ideas import moderating, photos
from ideas.models import PUBLIC, Action, Decision, Idea, Photo
from precincts.access import Permission
from precincts.models import User
from socialfeeds import composing, drafting
from socialfeeds.models import Account, AccountStatus, Message

DECIDED = ("version", "rule", "reason", "answer", "referred_to", "referred_url", "agency", "acted_on")
# What answers, and can so be announced and serve several.
ANSWERS = [Action.HEAR, Action.ACT, Action.DONE, Action.CANNOT]
MOST_ALSO = 50
# What was done earlier than this is a slip of the finger.
EARLIEST = date(2000, 1, 1)


def decide_and_announce(*, idea: Idea, data: dict[str, Any], by: User) -> Decision:
    """A decision as the desk's form and the API give it: `action`, and as it needs them `version`, `rule`,
    `reason`, `answer`, `acted_on`, `photos`, `referred_to`, `referred_url`, `announce`, `announcement` and
    `show_photos`.

    Raises moderating.Refused, moderating.Stale or composing.CannotSay, and then nothing has happened.
    """
    if data.get("announce") and moderating.NEEDS[data["action"]] != Permission.ANSWER:
        raise moderating.Refused("announce", _("Only an answer can be announced."))
    given = {name: data[name] for name in DECIDED if data.get(name) is not None}
    check_day(given.get("acted_on"))
    with transaction.atomic():
        decision = moderating.decide(idea=idea, asked=moderating.Asked(action=data["action"], by=by, **given))
        if data["action"] == Action.DONE:
            _attach(decision, data.get("photos") or [])
        if data.get("announce"):
            text, show_photos = data.get("announcement", ""), bool(data.get("show_photos"))
            announce(decision=decision, by=by, text=text, show_photos=show_photos)
    return decision


def check_day(day: date | None) -> None:
    """Raises Refused for a day on which nothing can have been done yet, or hardly has been."""
    if day is not None and not EARLIEST <= day <= timezone.localdate():
        raise moderating.Refused("acted_on", _("Give the day on which it was done: today or earlier."))


def _attach(decision: Decision, keys: Sequence[UUID]) -> None:
    """The photos become the answer's. Drafts of the desk only: nobody takes a resident's."""
    drafts = Photo.objects.filter(idea=None, decision=None, participant=None)
    for position, key in enumerate(keys):
        drafts.filter(key=key).update(decision=decision, position=position)


def announce(*, decision: Decision, by: User | None, text: str = "", show_photos: bool = False) -> Message:
    """Say a decision's answer on the command's accounts, with its photos if wanted.

    The message and the answer stand or fall together; what sends it is publishing.py. Its status says where
    a guardrail keeps it (composing.told). Raises composing.CannotSay.
    """
    words = text.strip() or to_plain(decision.answer)
    if not words:
        raise composing.CannotSay(_("Write the message, or an answer that it can begin with."))
    idea = decision.idea
    url = settings.BASE_URL + idea.get_absolute_url()
    message = composing.compose(
        text=composing.announcement(words, url),
        source_url=url,
        author=by,
        shown=photos.described(decision.photos.all()) if show_photos else (),
    )
    decision.message_id = message.pk
    decision.save(update_fields=["message_id"])
    return message


def told(decision: Decision) -> str:
    """What became of a decision's announcement; empty where it was not announced."""
    message = Message.objects.filter(pk=decision.message_id).first() if decision.message_id else None
    return composing.told(message) if message else ""


# A message of one's own about it


def begin_message(*, idea: Idea, by: User) -> Message:
    """A draft about an idea, with its answer's words, its address and the photos of what was done."""
    url = settings.BASE_URL + idea.get_absolute_url()
    given = {
        "text": to_plain(idea.answer).strip() or idea.title,
        "link": url,
        "track_link": True,
        "source_url": url,
    }
    active = Account.objects.filter(status=AccountStatus.ACTIVE).values_list("pk", flat=True)
    with transaction.atomic():
        message = drafting.begin(command=idea.command, by=by, given=given, accounts=list(active))
        with suppress(composing.CannotSay):
            composing.show(message=message, by=by, shown=photos.described(standing(idea).photos))
    return message


# One answer for several


@dataclass(frozen=True)
class Also:
    """Another idea that an answer should serve, as somebody looked at it. Any version if that is None."""

    id: int
    version: int | None = None


@dataclass(frozen=True)
class Served:
    """What became of it. `why` says why it was not answered; empty where it was."""

    id: int
    idea: Idea | None
    why: str = ""


def serve_also(*, decision: Decision, also: Sequence[Also], by: User) -> list[Served]:
    """Answer other ideas of the command as `decision` answered its own, and say of each what became of it.

    One that changed since it was looked at, or that cannot be answered so, is left alone; the others are
    answered. They share the decision's announcement. Call it in the decision's own transaction.
    """
    wanted = {one.id: one for one in also if one.id != decision.idea_id}
    here = Idea.objects.defer("search").in_bulk([pk for pk in wanted if 0 < pk < 2**63])
    # Always in one order, so that two who answer the same ideas never wait for each other.
    return [_serve(decision, here.get(pk), wanted[pk], by) for pk in sorted(wanted)]


def _serve(decision: Decision, idea: Idea | None, asked: Also, by: User) -> Served:
    if idea is None or not idea.is_public:
        return Served(asked.id, None, _("There is no such issue on the board."))
    try:
        with transaction.atomic():
            made = moderating.decide(
                idea=idea,
                asked=moderating.Asked(
                    action=Action(decision.action),
                    by=by,
                    answer=decision.answer,
                    acted_on=decision.idea.acted_on if decision.action == Action.DONE else None,
                    version=asked.version,
                ),
            )
            made.along_with, made.message_id = decision, decision.message_id
            made.save(update_fields=["along_with", "message_id"])
    except moderating.Stale as stale:
        changed = asked.version is not None and stale.item.version != asked.version
        return Served(
            asked.id,
            idea,
            _("It changed in the meantime. Look at it again.")
            if changed
            else _("It cannot be answered so where it stands: %(status)s.")
            % {"status": stale.item.get_status_display()},
        )
    return Served(asked.id, idea)


# Editing


def edit(
    *,
    idea: Idea,
    by: User | None,
    answer: str,
    acted_on: date | None = None,
    alts: dict[UUID, str] | None = None,
    version: int | None = None,
) -> Decision:
    """Put an answer in other words. What stood before stays on the record, and the public can read it.

    The status stays, nobody is told, and what was announced on a network stays as it is. `alts` are new
    words for the answer's photos, by key. Raises moderating.Refused or moderating.Stale.
    """
    idea = moderating.lock(idea, action=Action.EDIT, version=version)
    if not idea.answer:
        raise moderating.Refused("answer", _("Nothing was answered yet that could be edited."))
    if not answer.strip():
        raise moderating.Refused("answer", _("Write the answer that residents will read."))
    check_day(acted_on)
    photos = {photo.key: photo for photo in standing(idea).photos}
    alts = {key: alt.strip() for key, alt in (alts or {}).items() if key in photos}
    if not all(alts.values()):
        raise moderating.Refused("answer", _("Say of each photo what it shows."))
    changed = [key for key, alt in alts.items() if alt != photos[key].alt]
    day = acted_on if idea.acted_on and acted_on else idea.acted_on
    if answer == idea.answer and day == idea.acted_on and not changed:
        raise moderating.Refused("answer", _("Nothing is different yet. Change the words first."))
    for key in changed:
        Photo.objects.filter(key=key).update(alt=alts[key])
    return moderating.move(
        idea=idea,
        action=Action.EDIT,
        by=by,
        changes={
            "answer": answer,
            "answered_at": idea.answered_at,
            "answer_edited_at": timezone.now(),
            "acted_on": day,
            # Other words do not mend what neighbors say is broken.
            "reopened_at": idea.reopened_at,
        },
        answer=answer,
    )


# Reading


@dataclass(frozen=True)
class Earlier:
    """Words that stood there once."""

    text: str
    since: datetime
    until: datetime


@dataclass
class Standing:
    """What belongs to the answer that stands, beside its words."""

    photos: list[Photo] = field(default_factory=list)
    before: list[Earlier] = field(default_factory=list)
    others: list[Idea] = field(default_factory=list)
    announced: bool = False


def standing(idea: Idea) -> Standing:
    """The photos, the earlier words and the company of an idea's answer. Three queries, none without one."""
    if not idea.answer:
        return Standing()
    said = idea.decisions.filter(comment=None, undone_at=None).exclude(answer="")
    base: Decision | None = None
    edits: list[Decision] = []
    for decision in said.order_by("-decided_at", "-pk"):
        if decision.action != Action.EDIT:
            base = decision
            break
        edits.insert(0, decision)
    result = Standing(before=_earlier(idea, edits))
    if base:
        root = base.along_with_id or base.pk
        result.announced = base.message_id is not None
        result.photos = list(Photo.objects.filter(decision__in={root, base.pk}).select_related("command"))
        same = Decision.objects.filter(Q(pk=root) | Q(along_with=root), undone_at=None).exclude(pk=base.pk)
        result.others = list(
            Idea.objects.filter(pk__in=same.values("idea"), status__in=PUBLIC)
            .exclude(pk=idea.pk)
            .select_related("command")
            .defer("search")
            .order_by("pk")
        )
    return result


def is_shown(photo: Photo) -> bool:
    """Whether anybody can see this photo of an answer: on an idea of the board it stands, and is the last.

    One answer may serve several ideas. Its photo is read wherever it stands, whatever became of the others.
    """
    answers = Decision.objects.filter(comment=None, undone_at=None).exclude(answer="")
    last = answers.exclude(action=Action.EDIT).filter(idea=OuterRef("idea")).order_by("-decided_at", "-pk")
    here = answers.filter(Q(pk=photo.decision_id) | Q(along_with=photo.decision_id))
    shown = here.filter(pk=Subquery(last.values("pk")[:1]), idea__status__in=PUBLIC)
    return shown.exclude(idea__answer="").exists()


def _earlier(idea: Idea, edits: list[Decision]) -> list[Earlier]:
    """Newest first. An edit that changed the day or a photo's words alone replaced no text."""
    found: list[Earlier] = []
    since = idea.answered_at or idea.created_at
    for made in edits:
        text = made.before.get("answer", "")
        if text and text != made.answer:
            found.insert(0, Earlier(text=text, since=since, until=made.decided_at))
            since = made.decided_at
    return found
