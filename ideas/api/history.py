"""What was changed, by whom, for machines."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engage import api_docs
from engage.problems import BadQuery
from ideas import changes
from ideas.api.common import BoardView, page_of, query_of, staff
from ideas.api.serializers import PageQuery
from ideas.changes import Change
from ideas.desk.history import SUBJECTS
from ideas.desk.lists import idea_for_desk
from precincts.access import Permission
from precincts.models import Command


class DifferenceSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class ChangeSerializer(serializers.Serializer[Change]):
    """One change. Residents are never named."""

    kind = serializers.CharField(help_text="What was changed: `idea`, `comment`, `settings`, `role` …")
    id = serializers.IntegerField(source="pk", help_text="Which one of its kind.")
    at = serializers.DateTimeField(source="when")
    who = serializers.CharField(help_text="An address of the staff; `A neighbor`, or `Engage` itself.")
    roles = serializers.SerializerMethodField(help_text="In which roles.")
    what = serializers.CharField(help_text="A sentence's end.")
    how = serializers.CharField(help_text="By which request or task.")
    differences = DifferenceSerializer(many=True)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_roles(self, change: Change) -> list[str]:
        return list(change.context.get("roles", []))


class ChangesSerializer(serializers.Serializer[Any]):
    results = ChangeSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class HistoryQuery(PageQuery):
    of = serializers.ChoiceField(
        choices=list(SUBJECTS), required=False, help_text="Only what was changed about this."
    )


CHANGE = {
    "kind": "idea",
    "id": 42,
    "at": "2026-02-03T09:30:00-05:00",
    "who": "commander@example.org",
    "roles": ["commander"],
    "what": "changed the issue: answer",
    "how": "POST /pct-109/desk/ideas/42/decisions/ (8c4f…)",
    "differences": [{"name": "answer", "before": "We look.", "after": "We look this week."}],
}


class IdeaHistory(BoardView):
    @extend_schema(
        operation_id="idea_history_list",
        tags=["desk"],
        summary="Everything that was changed about an issue, newest first",
        parameters=[PageQuery],
        responses={200: ChangesSerializer, **api_docs.problems(400, 401, 403, 404)},
        examples=[api_docs.page("A page", CHANGE)],
    )
    @staff(Permission.HISTORY)
    def get(self, request: Request, command: Command, id: int) -> Response:
        return _page(request, query_of(PageQuery, request), changes.of_idea(idea_for_desk(id)))


class CommandHistory(BoardView):
    @extend_schema(
        operation_id="history_list",
        tags=["desk"],
        summary="What was changed about the command's settings, people and lists, newest first",
        parameters=[HistoryQuery],
        responses={200: ChangesSerializer, **api_docs.problems(400, 401, 403, 404)},
        examples=[
            api_docs.page(
                "A page", CHANGE | {"kind": "settings", "what": "changed the settings: who may vote"}
            )
        ],
    )
    @staff(Permission.HISTORY)
    def get(self, request: Request, command: Command) -> Response:
        query = query_of(HistoryQuery, request)
        kinds = SUBJECTS[query["of"]][1] if "of" in query else changes.OF_COMMAND
        return _page(request, query, changes.of_command(command, kinds))


def _page(request: Request, query: dict[str, Any], found: list[Change]) -> Response:
    cursor = query.get("cursor", "")
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 9):
        raise BadQuery({"cursor": "This cursor is not one of this list."})
    page = Paginator(found, query["limit"]).get_page(int(cursor or 1))
    following = str(page.next_page_number()) if page.has_next() else ""
    return page_of(request, ChangeSerializer, list(page), following)
