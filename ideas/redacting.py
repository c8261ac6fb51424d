"""Redaction: a piece is taken out of a public text, and a marked gap stands in its place.

The piece lies sealed in its Redaction. `gaps` beside the text says where the gaps are, so that a page marks
those that we made, and none that a resident typed. No column, decision or history keeps the piece readable.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ideas import flagging, moderating, seen
from ideas.models import TITLE_LENGTH, Action, Comment, CommentStatus, Decision, Idea, Redaction, Rule, Status
from ideas.moderating import Refused, Stale
from precincts.models import User

# Which texts something can be taken out of, and how long each may become.
TEXTS: dict[type[Idea] | type[Comment], dict[str, int]] = {
    Idea: {"title": TITLE_LENGTH, "body": 50_000, "place": 200},
    Comment: {"body": 20_000},
}
MOST_GAPS = 100
Span = tuple[int, int]


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

    Raises Refused, with the field to mend, or Stale. Call it inside the item's command.
    """
    item = _lock(item, Action.REDACT, version)
    spans = _found(item, field, piece)
    if not every:
        spans = [span for span in spans if span[0] == start] or spans[:1]
    if rule is None:
        raise Refused("rule", _("Choose the rule that this breaks. Nothing is removed without one."))
    if piece.strip().casefold() in reason.casefold():
        raise Refused(
            "reason", _("The reason says again what you remove. Everybody reads it: say it otherwise.")
        )
    gap = _("[removed under rule %(number)d]") % {"number": rule.number}
    _check_length(item, field, spans, gap)
    idea, comment = (item.idea_id, item.pk) if isinstance(item, Comment) else (item.pk, None)
    redaction = Redaction(
        idea_id=idea,
        comment_id=comment,
        field=field,
        gap=gap,
        rule=rule,
        reason=reason,
        redacted_by=by,
    )
    redaction.piece = piece
    redaction.save()
    _rewrite(item, field, [(*span, gap, _owner(redaction)) for span in spans])
    _record(item, Action.REDACT, by, rule=rule, reason=reason)
    return redaction


def put_back(*, redaction: Redaction, by: User, reason: str, version: int | None = None) -> Redaction:
    """Put a redacted piece back where it stood. It stays sealed here, too. Raises Refused or Stale."""
    item = _lock(redaction.comment or redaction.idea, Action.UNREDACT, version)
    redaction = Redaction.objects.select_for_update(of=("self",)).get(pk=redaction.pk)
    if redaction.restored_at is not None:
        raise Stale(item, version)
    if not reason.strip():
        raise Refused("reason", _("Say why it is put back."))
    spans = [
        (gap["start"], gap["end"])
        for gap in item.gaps
        if gap["redaction"] == redaction.pk and gap["field"] == redaction.field
    ]
    piece = redaction.piece
    redaction.restored_at, redaction.restored_by, redaction.restored_reason = timezone.now(), by, reason
    redaction.save(update_fields=["restored_at", "restored_by", "restored_reason"])
    _rewrite(item, redaction.field, [(*span, piece, None) for span in spans])
    _record(item, Action.UNREDACT, by, rule=redaction.rule, reason=reason)
    return redaction


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
    text, spans, at = getattr(item, field), [], 0
    gaps = [(gap["start"], gap["end"]) for gap in item.gaps if gap["field"] == field]
    while (at := text.find(piece, at)) >= 0:
        end = at + len(piece)
        if all(end <= gap[0] or at >= gap[1] for gap in gaps):
            spans.append((at, end))
        at = end
    if spans:
        return spans
    if piece in text:
        raise Refused("piece", _("Something in it was removed already. Remove what stands around the gap."))
    raise Refused("piece", _("This does not stand there. Copy it exactly as it stands, letter for letter."))


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


def _record(item: Idea | Comment, action: Action, by: User, **kept: Any) -> None:
    """A decision that moves nothing: it counts as a version, and is told as others are."""
    if isinstance(item, Idea):
        # What residents say to an answer is not answered by a redaction.
        moderating.move(
            idea=item,
            action=action,
            by=by,
            to=Status(item.status),
            changes={"reopened_at": item.reopened_at},
            **kept,
        )
        return
    item.version += 1
    item.save(update_fields=["version"])
    Decision.objects.create(
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
