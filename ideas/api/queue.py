"""Everything that waits for a command's desk, for machines: riskiest first, then oldest."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engage import api_docs
from engage.problems import BadQuery
from ideas import claiming, flagging, goals, hints, moderating, waiting
from ideas.api import examples
from ideas.api.common import BoardView, page_of, query_of, staff
from ideas.api.serializers import PageQuery
from ideas.api.work import CLAIM, ClaimSerializer
from ideas.desk.lists import item_of, text_of, urgent
from ideas.goals import Goals
from ideas.models import DECISION_CHOICES, DECISIONS, Action, Claim, Comment, CommentStatus, Idea
from ideas.waiting import Entry, Kind
from precincts.access import Permission, permissions_at
from precincts.models import Command


class QueueQuery(PageQuery):
    kind = serializers.ChoiceField(
        choices=Kind.choices, required=False, help_text="Only what waits for this reason."
    )
    mine = serializers.BooleanField(required=False, default=False, help_text="Only what is assigned to you.")


class FlagSerializer(serializers.Serializer[Any]):
    """A hint, and no more: only a person hides."""

    kind = serializers.CharField()
    says = serializers.CharField()
    field = serializers.CharField(help_text="`title`, `body` or `place`; empty where it is about all of it.")
    start = serializers.IntegerField()
    end = serializers.IntegerField()


class QueueItemSerializer(serializers.Serializer[Any]):
    """Something that waits, with what this person may do with it."""

    kind = serializers.ChoiceField(choices=Kind.choices, help_text="Why it waits.")
    key = serializers.IntegerField(help_text="The row of that reason: the newest report, the appeal.")
    n = serializers.IntegerField(help_text="How often it was said: reports.")
    since = serializers.DateTimeField(help_text="Since when it waits.")
    type = serializers.ChoiceField(choices=["idea", "comment"])
    id = serializers.IntegerField()
    idea = serializers.IntegerField(help_text="The idea that a comment stands under; else the idea itself.")
    title = serializers.CharField(help_text="For a comment, that of its idea.")
    body = serializers.CharField()
    place = serializers.CharField()
    status = serializers.CharField()
    version = serializers.IntegerField(help_text="Send it with a decision.")
    actions = serializers.ListField(child=serializers.ChoiceField(choices=DECISION_CHOICES))
    urgent = serializers.BooleanField(help_text="Whether it reads like an emergency.")
    late = serializers.BooleanField(help_text="Whether it is over headquarters' service goal.")
    hints = serializers.ListField(child=serializers.CharField(), help_text="What looks like personal data.")
    flags = FlagSerializer(many=True)
    claim = ClaimSerializer(allow_null=True, help_text="Who looks at it at this moment.")
    assigned_to = serializers.EmailField(allow_null=True)
    created_at = serializers.DateTimeField()


class QueuePageSerializer(serializers.Serializer[Any]):
    results = QueueItemSerializer(many=True)
    next = serializers.URLField(allow_null=True)


ITEM = {
    **examples.QUEUE_ITEM,
    "kind": "idea",
    "key": 42,
    "n": 1,
    "since": examples.CARD["created_at"],
    "status": "waiting",
    "late": False,
    "flags": [
        {"kind": "phone", "says": "This looks like a phone number.", "field": "body", "start": 4, "end": 16}
    ],
    "claim": CLAIM,
    "assigned_to": None,
}


class Queue(BoardView):
    @extend_schema(
        operation_id="queue_list",
        tags=["desk"],
        summary="All that waits: riskiest first, then oldest",
        description="Ideas and comments to review, reports by readers, “not fixed” by residents, and "
        "appeals that headquarters decided.",
        parameters=[QueueQuery],
        responses={200: QueuePageSerializer, **api_docs.problems(400, 401, 403, 404)},
        examples=[api_docs.page("A page", ITEM)],
    )
    @staff(Permission.SEE_DESK)
    def get(self, request: Request, command: Command) -> Response:
        query = query_of(QueueQuery, request)
        user: Any = request.user
        wanted = waiting.Wanted(
            kind=Kind(query["kind"]) if "kind" in query else None, mine=user if query["mine"] else None
        )
        found = waiting.entries(wanted, _place(query.get("cursor", "")), query["limit"] + 1)
        shown = found[: query["limit"]]
        cursor = shown[-1].place.cursor() if len(found) > len(shown) else ""
        return page_of(request, QueueItemSerializer, _items(request, command, shown), cursor)


def _place(cursor: str) -> waiting.Place | None:
    try:
        return waiting.Place.read(cursor) if cursor else None
    except waiting.BadCursor as error:
        raise BadQuery({"cursor": str(error) or "This cursor is not one of this list."}) from error


def _items(request: Request, command: Command, entries: list[Entry]) -> list[dict[str, Any]]:
    """As many queries however many there are."""
    allowed, held, aims = permissions_at(request.user, command), claiming.held(), goals.in_force()
    ideas = Idea.objects.select_related("assigned_to").defer("search")
    comments = Comment.objects.select_related("idea__assigned_to").defer("idea__search")
    rows: dict[tuple[str, int], Idea | Comment] = {}
    for name, table in (("idea", ideas), ("comment", comments)):
        keys = {pk for kind, pk in (entry.item for entry in entries) if kind == name}
        if keys:
            rows |= {(name, row.pk): row for row in table.filter(pk__in=keys)}
    return [_item(entry, rows[entry.item], allowed, held, aims) for entry in entries if entry.item in rows]


def _item(
    entry: Entry,
    row: Idea | Comment,
    allowed: set[Permission],
    held: dict[tuple[str, int], Claim],
    aims: Goals,
) -> dict[str, Any]:
    idea = row if isinstance(row, Idea) else row.idea
    late = aims.idea_over(row) if isinstance(row, Idea) else aims.comment_over(row)
    return {
        "kind": entry.place.kind.value,
        "key": entry.place.key,
        "n": entry.n,
        "since": entry.place.since,
        "type": entry.item[0],
        "id": row.pk,
        "idea": idea.pk,
        "title": idea.title,
        "body": row.body,
        "place": idea.place if row is idea else "",
        "status": row.status,
        "version": row.version,
        "actions": [action for action in _possible(row) if moderating.NEEDS[action] in allowed],
        "urgent": urgent(row),
        "late": bool(late),
        "hints": [hint.says for hint in hints.personal_data(text_of(row))],
        "flags": [_flag(flag) for flag in row.flags],
        "claim": held.get(item_of(row)),
        "assigned_to": idea.assigned_to.email if idea.assigned_to else None,
        "created_at": row.created_at,
    }


def _possible(row: Idea | Comment) -> list[Action]:
    """What the row as it stands takes, whoever asks."""
    if isinstance(row, Idea):
        return [action for action in DECISIONS if row.allows(action)]
    return {
        CommentStatus.WAITING.value: [Action.APPROVE, Action.SCREEN],
        CommentStatus.SHOWN.value: [Action.SCREEN],
    }.get(row.status, [])


def _flag(flag: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": flag["kind"],
        "says": flagging.says(flag["kind"]),
        "field": flag.get("field", ""),
        "start": flag.get("start", 0),
        "end": flag.get("end", 0),
    }
