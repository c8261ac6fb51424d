"""The API of a board and its desk. It calls the same verbs as the pages, in the same order.

An address names a command; a handler stands inside that command, and sees nothing of another. Without an
account one takes part by a signed cookie, as in a browser.
"""

from __future__ import annotations

import base64
import heapq
import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from engage import api_docs
from engage.problems import BadQuery, Conflict, Forbidden, Unprocessable
from ideas import answering, desk, finding, hints, moderating, submitting, views, voting
from ideas import api_examples as examples
from ideas.models import MOVES, Action, Comment, CommentStatus, Idea
from ideas.reading import steps_of
from ideas.serializers import (
    CommentPageSerializer,
    CommentSerializer,
    IdeaDetailSerializer,
    IdeaPageSerializer,
    IdeaSerializer,
    ListQuery,
    NewComment,
    NewCommentDecision,
    NewDecision,
    NewIdea,
    NewVote,
    PageQuery,
    QueueItemSerializer,
    QueuePageSerializer,
    TallySerializer,
)
from ideas.taking_part import Part, missing
from precincts import limits, participants, tenancy
from precincts.access import Permission, permissions_at
from precincts.models import Command
from socialfeeds import composing

Handler = Callable[..., Response]


def in_command(handler: Handler) -> Handler:
    """handler(self, request, command, …), inside the command that the address names.

    Who asks is known by then: that is looked up outside, where a token's use is noted.
    """

    @wraps(handler)
    def entered(self: APIView, request: Request, slug: str, **kwargs: Any) -> Response:
        command = get_object_or_404(Command, slug=slug)
        with tenancy.enter(command):
            return handler(self, request, command, **kwargs)

    return entered


def staff(permission: Permission) -> Callable[[Handler], Handler]:
    """in_command, for those who hold a permission there: 401 for nobody, 403 for anybody else."""

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def checked(self: APIView, request: Request, command: Command, **kwargs: Any) -> Response:
            if not request.user.is_authenticated:
                raise exceptions.NotAuthenticated
            if permission not in permissions_at(request.user, command):
                raise exceptions.PermissionDenied
            return handler(self, request, command, **kwargs)

        return in_command(checked)

    return decorate


@method_decorator(never_cache, name="dispatch")
class BoardView(APIView):
    """An address below a command. What it answers is for who asked, so no cache keeps it."""


# The board


class Ideas(BoardView):
    @extend_schema(
        operation_id="ideas_list",
        tags=["board"],
        summary="A board's issues",
        parameters=[ListQuery],
        responses={200: IdeaPageSerializer, **api_docs.problems(400, 404)},
        examples=[api_docs.page("A page", examples.CARD)],
    )
    @in_command
    def get(self, request: Request, command: Command) -> Response:
        query = _query(ListQuery, request)
        point = finding.Point(query["lat"], query["lon"]) if "lat" in query else None
        asked = finding.Asked(
            sort=finding.Sort(query["sort"]),
            statuses=views.statuses_of(query.get("status", "")),
            topic=query.get("topic", ""),
            words=query.get("q", ""),
            near=point,
            cursor=query.get("cursor", ""),
        )
        try:
            page = finding.board(asked, _plain(request).participant, query["limit"])  # type: ignore[attr-defined]
        except finding.BadCursor as error:
            raise BadQuery({"cursor": str(error) or _("This cursor is not one of this list.")}) from error
        return _page(request, IdeaSerializer, page.ideas, page.next_cursor)

    @extend_schema(
        operation_id="ideas_create",
        tags=["board"],
        summary="Raise an issue",
        description="It waits until a moderator has reviewed it; its writer reads it at once, by the cookie.",
        parameters=[examples.KEY],
        request=NewIdea,
        responses={201: IdeaDetailSerializer, **api_docs.problems(400, 403, 404, 409, 422, 429)},
        examples=[
            api_docs.request("By its text", {"body": examples.CARD["body"]}),
            api_docs.request(
                "With all",
                {key: examples.CARD[key] for key in ("body", "title", "topic", "place", "lat", "lon")},
            ),
            api_docs.answer("Waiting", examples.FRESH, 201),
        ],
    )
    @in_command
    def post(self, request: Request, command: Command) -> Response:
        limits.count(_plain(request), "submit")
        _may(request, command, Part.SUBMIT)
        key = _key(request)
        data = _body(NewIdea, request)
        text = "\n".join([data["title"], data["body"], data["place"]])
        if not data["not_now"] and hints.reads_like_emergency(text):
            raise Unprocessable(
                _("If this is happening now, call 911. Nobody watches this board around the clock."),
                errors=[{"pointer": "#/not_now", "detail": _("If it is not happening now, send true.")}],
            )
        idea = submitting.submit(
            participant=participants.ensure(_plain(request)),
            title=data["title"],
            body=data["body"],
            topic=data.get("topic"),
            place=data["place"],
            latitude=data.get("lat"),
            longitude=data.get("lon"),
            key=key,
        )
        if idea.body != data["body"]:
            raise Conflict(_("This Idempotency-Key was used for another issue. Take a new one."))
        response = _idea(request, command, idea.pk, status=201)
        response["Location"] = request.build_absolute_uri(f"{idea.pk}/")
        return response


class IdeaDetail(BoardView):
    @extend_schema(
        operation_id="ideas_retrieve",
        tags=["board"],
        summary="One issue",
        description="One that waits or was screened is found by its author and the desk only.",
        responses={200: IdeaDetailSerializer, **api_docs.problems(404)},
        examples=[api_docs.answer("Heard", examples.DETAIL)],
    )
    @in_command
    def get(self, request: Request, command: Command, id: int) -> Response:
        return _answer(request, views.idea_for_reader(_plain(request), command, id))


class Vote(BoardView):
    @extend_schema(
        operation_id="votes_update",
        tags=["board"],
        summary="Vote, or take it back",
        request=NewVote,
        responses={200: TallySerializer, **api_docs.problems(400, 403, 404, 409, 429)},
        examples=[api_docs.request("Up", {"value": 1}), api_docs.answer("Counted", examples.TALLY)],
    )
    @in_command
    def put(self, request: Request, command: Command, id: int) -> Response:
        idea = get_object_or_404(Idea.objects.public().defer("search"), pk=id)
        limits.count(_plain(request), "vote")
        value = _body(NewVote, request)["value"]
        _may(request, command, Part.VOTE)
        try:
            tally = voting.cast(idea=idea, participant=participants.ensure(_plain(request)), value=value)
        except voting.NotOpen as error:
            raise Conflict(
                _("This issue is closed: it takes no more votes."), idea_status=idea.status
            ) from error
        return Response(tally.as_dict())


class Comments(BoardView):
    @extend_schema(
        operation_id="comments_list",
        tags=["board"],
        summary="An issue's comments, oldest first",
        parameters=[PageQuery],
        responses={200: CommentPageSerializer, **api_docs.problems(400, 404)},
        examples=[api_docs.page("A page", {**examples.COMMENT, "status": "shown"})],
    )
    @in_command
    def get(self, request: Request, command: Command, id: int) -> Response:
        query = _query(PageQuery, request)
        idea = views.idea_for_reader(_plain(request), command, id)
        participant = _plain(request).participant  # type: ignore[attr-defined]
        mine = Q(participant_id=participant.pk, status=CommentStatus.WAITING) if participant else Q()
        seen = idea.comments.filter(
            Q(status=CommentStatus.SHOWN) | mine if participant else Q(status="shown")
        )
        after = _read_cursor(query.get("cursor", ""))
        rows = [*_after(seen, after, "comment")[: query["limit"] + 1]]
        return _keyset_page(request, CommentSerializer, rows, query["limit"])

    @extend_schema(
        operation_id="comments_create",
        tags=["board"],
        summary="Comment, or answer a comment",
        description="A neighbor's waits until it is reviewed; the command's own is shown at once. "
        "An answer to an answer hangs under the first comment.",
        request=NewComment,
        responses={201: CommentSerializer, **api_docs.problems(400, 403, 404, 409, 429)},
        examples=[
            api_docs.request("A comment", {"body": examples.COMMENT["body"]}),
            api_docs.answer("Waiting", examples.COMMENT, 201),
        ],
    )
    @in_command
    def post(self, request: Request, command: Command, id: int) -> Response:
        idea = views.idea_for_reader(_plain(request), command, id)
        limits.count(_plain(request), "comment")
        official = Permission.ANSWER in permissions_at(request.user, command)
        if not official:
            _may(request, command, Part.COMMENT)
        data = _body(NewComment, request)
        try:
            comment = submitting.comment(
                idea=idea,
                body=data["body"],
                participant=None if official else participants.ensure(_plain(request)),
                author=request.user if official else None,  # type: ignore[arg-type]
                parent=_parent(idea, data.get("parent")),
            )
        except voting.NotOpen as error:
            raise Conflict(
                _("This issue is closed: it takes no more comments."), idea_status=idea.status
            ) from error
        return Response(CommentSerializer(comment).data, status=201)


def _parent(idea: Idea, pk: int | None) -> Comment | None:
    if pk is None:
        return None
    parent = idea.comments.filter(status=CommentStatus.SHOWN, pk=pk).first()
    if parent is None:
        raise exceptions.ValidationError({"parent": _("There is no such comment under this issue.")})
    return parent


# The desk


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
        query = _query(PageQuery, request)
        after, most = _read_cursor(query.get("cursor", "")), query["limit"] + 1
        ideas = Idea.objects.waiting().defer("search")
        comments = Comment.objects.filter(status=CommentStatus.WAITING).select_related("idea")
        both = heapq.merge(
            _after(ideas, after, "idea")[:most],
            _after(comments, after, "comment")[:most],
            key=_place_in_line,
        )
        allowed = permissions_at(request.user, command)
        rows = list(islice(both, most))
        return _keyset_page(
            request, QueueItemSerializer, rows, query["limit"], shape=lambda row: _item(row, allowed)
        )


class IdeaDecisions(BoardView):
    @extend_schema(
        operation_id="decisions_create",
        tags=["desk"],
        summary="Decide on an issue",
        description="Approve, refer and screen (under a `rule`) take a moderator or the commander; hear, act "
        "and done the commander. Hear, done and refer need an `answer`. A 409 carries the idea's current "
        "`idea_status` and `version`.",
        request=NewDecision,
        responses={201: IdeaDetailSerializer, **api_docs.problems(400, 401, 403, 404, 409)},
        examples=[
            api_docs.request("Approve", {"action": "approve", "version": 1}),
            api_docs.request(
                "Screen", {"action": "screen", "rule": 3, "reason": "It names a neighbor.", "version": 1}
            ),
            api_docs.request(
                "Answer and announce",
                {"action": "hear", "answer": examples.CARD["answer"]["text"], "announce": True, "version": 2},
            ),
            api_docs.answer("Decided", examples.DETAIL, 201),
        ],
    )
    @staff(Permission.SEE_DESK)
    def post(self, request: Request, command: Command, id: int) -> Response:
        idea = desk.idea_for_desk(id)
        idea.command = command
        data = _body(NewDecision, request)
        action = Action(data["action"])
        if moderating.NEEDS[action] not in permissions_at(request.user, command):
            raise Forbidden(_("Your role here does not include this decision."))
        announce, words = data.get("announce", (False, ""))
        try:
            answering.decide_and_announce(
                idea=idea,
                data={**data, "action": action, "announce": announce, "announcement": words},
                by=request.user,  # type: ignore[arg-type]
            )
        except moderating.Stale as stale:
            raise Conflict(str(stale), idea_status=stale.idea.status, version=stale.idea.version) from stale
        except moderating.Refused as refused:
            raise exceptions.ValidationError({refused.field: str(refused)}) from refused
        except composing.CannotSay as error:
            raise exceptions.ValidationError({"announce": str(error)}) from error
        return _idea(request, command, idea.pk, status=201)


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
        data = _body(NewCommentDecision, request)
        try:
            comment = moderating.decide_comment(
                comment=comment,
                approve=data["action"] == Action.APPROVE,
                by=request.user,  # type: ignore[arg-type]
                rule=data.get("rule"),
                reason=data.get("reason", ""),
            )
        except moderating.Refused as refused:
            if refused.field == "action":
                raise Conflict(str(refused), comment_status=comment.status) from refused
            raise exceptions.ValidationError({refused.field: str(refused)}) from refused
        return Response(CommentSerializer(comment).data, status=201)


def _item(row: Idea | Comment, allowed: set[Permission]) -> dict[str, Any]:
    """A line of the queue."""
    is_idea = isinstance(row, Idea)
    idea = row if isinstance(row, Idea) else row.idea
    actions = (
        [action for action in MOVES if idea.allows(action)] if is_idea else [Action.APPROVE, Action.SCREEN]
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
        "urgent": desk.urgent(row),
        "hints": [hint.says for hint in hints.personal_data(desk.text_of(row))],
        "created_at": row.created_at,
    }


# What the handlers share


def _plain(request: Request) -> HttpRequest:
    """Django's own request: it carries the participant, and takes the one whose cookie is to be given.

    DRF has put the user there that a personal token names, before anything asks for the participant.
    """
    return request._request


def _may(request: Request, command: Command, part: Part) -> None:
    if lacking := missing(_plain(request), command, part):
        raise Forbidden(lacking.message, requires=lacking.who.value)


def _body(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = shape(data=request.data)
    given.is_valid(raise_exception=True)
    return given.validated_data


def _query(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = shape(data={name: request.query_params[name] for name in request.query_params})
    if not given.is_valid():
        raise BadQuery(given.errors)
    return given.validated_data


def _key(request: Request) -> UUID | None:
    text = request.headers.get("Idempotency-Key", "")
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise exceptions.ParseError(_("The Idempotency-Key is not a UUID.")) from error


def _idea(request: Request, command: Command, pk: int, status: int = 200) -> Response:
    """An idea as it stands now."""
    found = finding.for_cards(Idea.objects.filter(pk=pk), participants.find(_plain(request))).get()
    found.command = command
    return _answer(request, found, status)


def _answer(request: Request, idea: Idea, status: int = 200) -> Response:
    idea.steps = steps_of(idea)  # type: ignore[attr-defined]
    return Response(IdeaDetailSerializer(idea, context={"request": request}).data, status=status)


def _page(
    request: Request, shape: type[serializers.Serializer[Any]], rows: list[Any], cursor: str
) -> Response:
    results = shape(rows, many=True, context={"request": request}).data
    url = replace_query_param(request.build_absolute_uri(), "cursor", cursor) if cursor else None
    return Response({"results": results, "next": url})


# Lists in order of time, of one table or two: a cursor is the moment, the kind and the id of the last row.

KINDS = {Idea: "idea", Comment: "comment"}
Cursor = tuple[datetime, str, int]


def _place_in_line(row: Idea | Comment) -> Cursor:
    return row.created_at, KINDS[type(row)], row.pk


def _after(rows: Any, cursor: Cursor | None, kind: str) -> Any:
    """Rows of a kind that come after the cursor, in order."""
    rows = rows.order_by("created_at", "pk")
    if cursor is None:
        return rows
    moment, last_kind, pk = cursor
    later = Q(created_at__gt=moment)
    if kind > last_kind:
        return rows.filter(later | Q(created_at=moment))
    return rows.filter(later | Q(created_at=moment, pk__gt=pk)) if kind == last_kind else rows.filter(later)


def _keyset_page(
    request: Request,
    serializer: type[serializers.Serializer[Any]],
    rows: list[Any],
    limit: int,
    shape: Callable[[Any], Any] = lambda row: row,
) -> Response:
    """A page of `rows`, which are one more than the limit where there are more."""
    shown, cursor = rows[:limit], ""
    if len(rows) > limit:
        moment, kind, pk = _place_in_line(shown[-1])
        text = json.dumps([moment.isoformat(), kind, pk])
        cursor = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return _page(request, serializer, [shape(row) for row in shown], cursor)


def _read_cursor(text: str) -> Cursor | None:
    if not text:
        return None
    try:
        moment, kind, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        when = datetime.fromisoformat(moment)
        if kind in KINDS.values() and type(pk) is int and 0 < pk < 2**63 and when.tzinfo:
            return when, kind, pk
    except (ValueError, TypeError):
        pass
    raise BadQuery({"cursor": _("This cursor is not one of this list.")})
