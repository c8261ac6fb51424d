"""The desk for machines: a decision on what waits."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from engage import api_docs
from engage.problems import Conflict, Forbidden
from ideas import answering, moderating
from ideas.api import examples
from ideas.api.common import (
    BoardView,
    body_of,
    idea_now,
    staff,
)
from ideas.api.serializers import (
    AlsoResultSerializer,
    CommentSerializer,
    IdeaDecidedSerializer,
    NewCommentDecision,
    NewDecision,
)
from ideas.desk.lists import idea_for_desk
from ideas.models import Action, Comment, Idea
from precincts.access import Permission, permissions_at
from precincts.models import Command
from socialfeeds import composing


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
                version=data.get("version"),
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
