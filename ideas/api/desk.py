"""The desk for machines: what waits, and a decision on it."""

from __future__ import annotations

import heapq
from itertools import islice
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from engage import api_docs
from engage.problems import Conflict, Forbidden
from ideas import answering, hints, moderating
from ideas.api import examples
from ideas.api.common import (
    BoardView,
    after_cursor,
    body_of,
    idea_now,
    keyset_page,
    place_in_line,
    query_of,
    read_cursor,
    staff,
)
from ideas.api.serializers import (
    AlsoResultSerializer,
    CommentSerializer,
    IdeaDecidedSerializer,
    NewCommentDecision,
    NewDecision,
    PageQuery,
    QueueItemSerializer,
    QueuePageSerializer,
)
from ideas.desk.lists import idea_for_desk, text_of, urgent
from ideas.models import DECISIONS, Action, Comment, CommentStatus, Idea
from precincts.access import Permission, permissions_at
from precincts.models import Command
from socialfeeds import composing


class Queue(BoardView):
    @extend_schema(
        operation_id="queue_list",
        tags=["desk"],
        summary="What waits for review, oldest first",
        parameters=[PageQuery],
        responses={200: QueuePageSerializer, **api_docs.problems(400, 401, 403, 404)},
        examples=[api_docs.page("A page", examples.QUEUE_ITEM)],
    )
    @staff(Permission.SEE_DESK)
    def get(self, request: Request, command: Command) -> Response:
        query = query_of(PageQuery, request)
        after, most = read_cursor(query.get("cursor", "")), query["limit"] + 1
        ideas = Idea.objects.waiting().defer("search")
        comments = Comment.objects.filter(status=CommentStatus.WAITING).select_related("idea")
        both = heapq.merge(
            after_cursor(ideas, after, "idea")[:most],
            after_cursor(comments, after, "comment")[:most],
            key=place_in_line,
        )
        allowed = permissions_at(request.user, command)
        rows = list(islice(both, most))
        return keyset_page(
            request, QueueItemSerializer, rows, query["limit"], shape=lambda row: _item(row, allowed)
        )


class IdeaDecisions(BoardView):
    @extend_schema(
        operation_id="decisions_create",
        tags=["desk"],
        summary="Decide on an issue",
        description="Approve, refer and screen (under a `rule`) take a moderator or the commander; hear, "
        "act, done, cannot and edit the commander. All of these but act need an `answer`, and so does refer. "
        "Edit puts a standing answer in other words. A 409 carries the idea's current `idea_status` and "
        "`version`.",
        request=NewDecision,
        responses={201: IdeaDecidedSerializer, **api_docs.problems(400, 401, 403, 404, 409)},
        examples=[
            api_docs.request("Approve", {"action": "approve", "version": 1}),
            api_docs.request(
                "Screen", {"action": "screen", "rule": 3, "reason": "It names a neighbor.", "version": 1}
            ),
            api_docs.request(
                "Answer and announce",
                {"action": "hear", "answer": examples.CARD["answer"]["text"], "announce": True, "version": 2},
            ),
            api_docs.request(
                "One answer for several",
                {
                    "action": "done",
                    "answer": "Mended.",
                    "acted_on": "2026-02-03",
                    "also": [{"id": 43, "version": 2}],
                },
            ),
            api_docs.request("Edit", {"action": "edit", "answer": "In other words.", "version": 3}),
            api_docs.answer("Decided", {**examples.DETAIL, "also": []}, 201),
        ],
    )
    @staff(Permission.SEE_DESK)
    def post(self, request: Request, command: Command, id: int) -> Response:
        idea = idea_for_desk(id)
        idea.command = command
        data = body_of(NewDecision, request)
        action = Action(data["action"])
        if moderating.NEEDS[action] not in permissions_at(request.user, command):
            raise Forbidden(_("Your role here does not include this decision."))
        if data.get("also") and action not in answering.ANSWERS:
            raise exceptions.ValidationError({"also": _("Only an answer can serve several.")})
        try:
            served = _decide(request, idea, action, data)
        except moderating.Stale as stale:
            raise Conflict(str(stale), idea_status=stale.item.status, version=stale.item.version) from stale
        except moderating.Refused as refused:
            raise exceptions.ValidationError({refused.field: str(refused)}) from refused
        except composing.CannotSay as error:
            raise exceptions.ValidationError({"announce": str(error)}) from error
        response = idea_now(request, command, idea.pk, status=201)
        response.data["also"] = AlsoResultSerializer(served, many=True).data
        return response


class CommentDecisions(BoardView):
    @extend_schema(
        operation_id="comment_decisions_create",
        tags=["desk"],
        summary="Show a comment, or screen it under a rule",
        request=NewCommentDecision,
        responses={201: CommentSerializer, **api_docs.problems(400, 401, 403, 404, 409)},
        examples=[
            api_docs.request("Approve", {"action": "approve"}),
            api_docs.answer("Shown", {**examples.COMMENT, "status": "shown"}, 201),
        ],
    )
    @staff(Permission.MODERATE)
    def post(self, request: Request, command: Command, id: int) -> Response:
        comment = get_object_or_404(Comment, pk=id)
        data = body_of(NewCommentDecision, request)
        try:
            comment = moderating.decide_comment(
                comment=comment,
                approve=data["action"] == Action.APPROVE,
                by=request.user,  # type: ignore[arg-type]
                rule=data.get("rule"),
                reason=data.get("reason", ""),
            )
        except moderating.Stale as stale:
            raise Conflict(
                str(stale), comment_status=stale.item.status, version=stale.item.version
            ) from stale
        except moderating.Refused as refused:
            raise exceptions.ValidationError({refused.field: str(refused)}) from refused
        return Response(CommentSerializer(comment).data, status=201)


def _decide(request: Request, idea: Idea, action: Action, data: dict[str, Any]) -> list[answering.Served]:
    """Decide, or put an answer in other words. Gives what became of the ideas that it should serve too."""
    by: Any = request.user
    if action == Action.EDIT:
        answering.edit(
            idea=idea,
            by=by,
            answer=data.get("answer", ""),
            acted_on=data.get("acted_on"),
            version=data.get("version"),
        )
        return []
    announce, words = data.get("announce", (False, ""))
    decision = answering.decide_and_announce(
        idea=idea, data={**data, "action": action, "announce": announce, "announcement": words}, by=by
    )
    also = [answering.Also(**one) for one in data.get("also") or []]
    return answering.serve_also(decision=decision, also=also, by=by) if also else []


def _item(row: Idea | Comment, allowed: set[Permission]) -> dict[str, Any]:
    """A line of the queue."""
    is_idea = isinstance(row, Idea)
    idea = row if isinstance(row, Idea) else row.idea
    actions = (
        [action for action in DECISIONS if idea.allows(action)]
        if is_idea
        else [Action.APPROVE, Action.SCREEN]
    )
    return {
        "type": "idea" if is_idea else "comment",
        "id": row.pk,
        "idea": idea.pk,
        "title": idea.title,
        "body": row.body,
        "place": idea.place if is_idea else "",
        "version": idea.version if is_idea else None,
        "actions": [action for action in actions if moderating.NEEDS[action] in allowed],
        "urgent": urgent(row),
        "hints": [hint.says for hint in hints.personal_data(text_of(row))],
        "created_at": row.created_at,
    }
