"""Redaction: a piece is taken out of a public text, and a marked gap stands in its place.

The piece lies sealed in its Redaction. `gaps` beside the text says where the gaps are, so that a page marks
those that we made, and none that a resident typed. No column, decision or history keeps the piece readable.
An idea that was moved has a row in each command that had it: a redaction reaches all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ideas import copies, flagging, moderating, seen, webhooks
from ideas.models import TITLE_LENGTH, Action, Comment, CommentStatus, Decision, Idea, Redaction, Rule, Status
from ideas.moderating import Refused, Stale
from precincts import tenancy
from precincts.models import User

# Which texts something can be taken out of, and how long each may become.
TEXTS: dict[type[Idea] | type[Comment], dict[str, int]] = {
    Idea: {"title": TITLE_LENGTH, "body": 50_000, "place": 200},
    Comment: {"body": 20_000},
}
MOST_GAPS = 100
Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class _Cut:
    """What is taken out, wherever it is done."""

    field: str
    piece: str
    gap: str
    rule: Rule
    reason: str
    by: User


def redact(
    *,
    item: Idea | Comment,
    field: str,
    piece: str,
    rule: Rule | None,
    reason: str,
    by: User,
    version: int | None = None,
    every: bool = True,
    start: int | None = None,
) -> Redaction:
    """Take a piece out of one text of an item: wherever it stands, or with `every=False` once, at `start`.

    It goes out of the item's copies in other commands too. Raises Refused, with the field to mend, or Stale.
    Call it inside the item's command.
    """
    copies.take_turns()
    item = _lock(item, Action.REDACT, version)
    found = _found(item, field, piece)
    spans = found
    if not every:
        spans = [span for span in found if span[0] == start] or found[:1]
    if rule is None:
        raise Refused("rule", _("Choose the rule that this breaks. Nothing is removed without one."))
    if piece.strip().casefold() in reason.casefold():
        raise Refused(
            "reason", _("The reason says again what you remove. Everybody reads it: say it otherwise.")
        )
    gap = _("[removed under rule %(number)d]") % {"number": rule.number}
    cut = _Cut(field=field, piece=piece, gap=gap, rule=rule, reason=reason, by=by)
    text = getattr(item, field)
    redaction = _take_out(item, spans, cut)
    _record(item, Action.REDACT, by, rule=rule, reason=reason)
    which = [found.index(span) for span in spans]
    for command, idea in copies.elsewhere(_idea_of(item)):
        with tenancy.enter(command):
            for copy in copies.like(item, idea=idea, text=text):
                _take_out_there(copy, cut, which, len(found), redaction)
    return redaction


def _take_out(item: Idea | Comment, spans: list[Span], cut: _Cut) -> Redaction:
    _check_length(item, cut.field, spans, cut.gap)
    idea, comment = (item.idea_id, item.pk) if isinstance(item, Comment) else (item.pk, None)
    redaction = Redaction(
        idea_id=idea,
        comment_id=comment,
        field=cut.field,
        gap=cut.gap,
        rule=cut.rule,
        reason=cut.reason,
        redacted_by=cut.by,
    )
    redaction.piece = cut.piece
    redaction.save()
    _rewrite(item, cut.field, [(*span, cut.gap, _owner(redaction)) for span in spans])
    return redaction


def _take_out_there(copy: Idea | Comment, cut: _Cut, which: list[int], number: int, first: Redaction) -> None:
    """Inside a copy's command. `which` of `number` places it was: all of them, where the copy has others."""
    found = _spans(copy, cut.field, cut.piece)
    if not found:
        return
    redaction = _take_out(copy, [found[n] for n in which] if len(found) == number else found, cut)
    # By its moment it is known to be the same: see put_back.
    Redaction.objects.filter(pk=redaction.pk).update(redacted_at=first.redacted_at)
    _record_there(copy, Action.REDACT, cut.by, rule=cut.rule, reason=cut.reason)


def put_back(*, redaction: Redaction, by: User, reason: str, version: int | None = None) -> Redaction:
    """Put a redacted piece back where it stood, and in copies. It stays sealed here, too.

    Raises Refused or Stale. Call it inside the item's command.
    """
    copies.take_turns()
    item = _lock(redaction.comment or redaction.idea, Action.UNREDACT, version)
    redaction = Redaction.objects.select_for_update(of=("self",)).get(pk=redaction.pk)
    if redaction.restored_at is not None:
        raise Stale(item, version)
    if not reason.strip():
        raise Refused("reason", _("Say why it is put back."))
    text = getattr(item, redaction.field)
    _restore(item, redaction, by, reason)
    _record(item, Action.UNREDACT, by, rule=redaction.rule, reason=reason)
    for command, idea in copies.elsewhere(_idea_of(item)):
        with tenancy.enter(command):
            for copy in copies.like(item, idea=idea, text=text):
                _restore_there(copy, redaction, by, reason)
    return redaction


def _restore(item: Idea | Comment, redaction: Redaction, by: User, reason: str) -> None:
    spans = [
        (gap["start"], gap["end"])
        for gap in item.gaps
        if gap["redaction"] == redaction.pk and gap["field"] == redaction.field
    ]
    piece = redaction.piece
    redaction.restored_at, redaction.restored_by, redaction.restored_reason = timezone.now(), by, reason
    redaction.save(update_fields=["restored_at", "restored_by", "restored_reason"])
    _rewrite(item, redaction.field, [(*span, piece, None) for span in spans])


def _restore_there(copy: Idea | Comment, first: Redaction, by: User, reason: str) -> None:
    mine = {"comment": copy} if isinstance(copy, Comment) else {"idea": copy, "comment": None}
    same = Redaction.objects.filter(**mine, field=first.field, redacted_at=first.redacted_at)
    for redaction in same.filter(restored_at=None).select_for_update(of=("self",)):
        _restore(copy, redaction, by, reason)
        _record_there(copy, Action.UNREDACT, by, rule=redaction.rule, reason=reason)


def _idea_of(item: Idea | Comment) -> Idea:
    return item if isinstance(item, Idea) else Idea.objects.defer("search").get(pk=item.idea_id)


def _lock(item: Idea | Comment, action: Action, version: int | None) -> Idea | Comment:
    if isinstance(item, Idea):
        return moderating.lock(item, action=action, version=version)
    now = Comment.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if version is not None and version != now.version:
        raise Stale(now, version)
    return now


def _found(item: Idea | Comment, field: str, piece: str) -> list[Span]:
    """Where the piece stands, outside of gaps. Raises Refused."""
    if field not in TEXTS[type(item)]:
        raise Refused("field", _("Choose the text that it stands in."))
    if not piece.strip():
        raise Refused("piece", _("Select or type the piece to remove."))
    if spans := _spans(item, field, piece):
        return spans
    if piece in getattr(item, field):
        raise Refused("piece", _("Something in it was removed already. Remove what stands around the gap."))
    raise Refused("piece", _("This does not stand there. Copy it exactly as it stands, letter for letter."))


def _spans(item: Idea | Comment, field: str, piece: str) -> list[Span]:
    text, spans, at = getattr(item, field), [], 0
    gaps = [(gap["start"], gap["end"]) for gap in item.gaps if gap["field"] == field]
    while (at := text.find(piece, at)) >= 0:
        end = at + len(piece)
        if all(end <= gap[0] or at >= gap[1] for gap in gaps):
            spans.append((at, end))
        at = end
    return spans


def _check_length(item: Idea | Comment, field: str, spans: list[Span], gap: str) -> None:
    grown = len(getattr(item, field)) + sum(len(gap) - (end - start) for start, end in spans)
    if grown > TEXTS[type(item)][field] or len(spans) > MOST_GAPS:
        raise Refused(
            "piece",
            ngettext(
                "With a gap there the text would grow too long. Remove a longer piece.",
                "With %(n)d gaps there the text would grow too long. Remove a longer piece, or only one.",
                len(spans),
            )
            % {"n": len(spans)},
        )


def _owner(redaction: Redaction) -> dict[str, int]:
    """Whose a gap is, and what it says beside its place."""
    return {"redaction": redaction.pk, "rule": redaction.rule.number}


def _rewrite(
    item: Idea | Comment, field: str, changes: list[tuple[int, int, str, dict[str, int] | None]]
) -> None:
    """Replace pieces of a text: (from, to, what stands there now, whose gap it is). Other gaps move along."""
    text: str = getattr(item, field)
    changed = {change[0] for change in changes}
    stay = [
        (
            gap["start"],
            gap["end"],
            text[gap["start"] : gap["end"]],
            {k: gap[k] for k in ("redaction", "rule")},
        )
        for gap in item.gaps
        if gap["field"] == field and gap["start"] not in changed
    ]
    gaps, out, length, at = [gap for gap in item.gaps if gap["field"] != field], [], 0, 0
    for start, end, new, owner in sorted([*changes, *stay], key=lambda change: change[0]):
        out += [text[at:start], new]
        length += start - at
        if owner is not None:
            gaps.append({"field": field, "start": length, "end": length + len(new), **owner})
        length += len(new)
        at = end
    setattr(item, field, "".join([*out, text[at:]]))
    item.gaps = gaps
    flagging.look_again(item)
    item.save(update_fields=[field, "gaps", "flags", "risk"])
    seen.forget(item)
    if not (isinstance(item, Comment) and item.author_id):
        seen.remember(item)


def _record(item: Idea | Comment, action: Action, by: User, **kept: Any) -> Decision:
    """A decision that moves nothing: it counts as a version, and is told as others are."""
    if isinstance(item, Idea):
        # What residents say to an answer is not answered by a redaction.
        return moderating.move(
            idea=item,
            action=action,
            by=by,
            to=Status(item.status),
            changes={"reopened_at": item.reopened_at},
            **kept,
        )
    item.version += 1
    item.save(update_fields=["version"])
    return Decision.objects.create(
        idea_id=item.idea_id,
        comment=item,
        action=action,
        from_status=item.status,
        to_status=CommentStatus(item.status),
        version=item.version,
        decided_by=by,
        decided_at=timezone.now(),
        **kept,
    )


def _record_there(copy: Idea | Comment, action: Action, by: User, **kept: Any) -> None:
    """People are told from where it was done; the machines of this command hear of it here."""
    webhooks.emit(_record(copy, action, by, told_at=timezone.now(), **kept))
