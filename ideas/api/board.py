"""The board for machines: read it, raise an issue, vote, comment; and withdraw what one raised."""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from engage import api_docs
from engage.problems import BadQuery, Conflict, Unprocessable
from ideas import finding, hints, moving, submitting, voting, withdrawing
from ideas.api import examples
from ideas.api.common import (
    BoardView,
    after_cursor,
    answer_with,
    body_of,
    idea_now,
    in_command,
    key_of,
    keyset_page,
    may_take_part,
    page_of,
    plain,
    query_of,
    read_cursor,
)
from ideas.api.serializers import (
    CommentPageSerializer,
    CommentSerializer,
    IdeaDetailSerializer,
    IdeaPageSerializer,
    IdeaSerializer,
    ListQuery,
    NewComment,
    NewIdea,
    NewVote,
    NewWithdrawal,
    PageQuery,
    TallySerializer,
)
from ideas.models import Comment, CommentStatus, Idea, Status
from ideas.moderating import Refused, Stale
from ideas.pages.board import statuses_of
from ideas.pages.idea import idea_for_reader, is_author
from ideas.taking_part import Part
from precincts import limits, participants
from precincts.access import Permission, permissions_at
from precincts.models import Command


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
        query = query_of(ListQuery, request)
        point = finding.Point(query["lat"], query["lon"]) if "lat" in query else None
        asked = finding.Asked(
            sort=finding.Sort(query["sort"]),
            statuses=statuses_of(query.get("status", "")),
            topic=query.get("topic", ""),
            words=query.get("q", ""),
            near=point,
            cursor=query.get("cursor", ""),
        )
        try:
            page = finding.board(asked, plain(request).participant, query["limit"])  # type: ignore[attr-defined]
        except finding.BadCursor as error:
            raise BadQuery({"cursor": str(error) or _("This cursor is not one of this list.")}) from error
        return page_of(request, IdeaSerializer, page.ideas, page.next_cursor)

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
        limits.count(plain(request), "submit")
        may_take_part(request, command, Part.SUBMIT)
        key = key_of(request)
        data = body_of(NewIdea, request)
        text = "\n".join([data["title"], data["body"], data["place"]])
        if not data["not_now"] and hints.reads_like_emergency(text):
            raise Unprocessable(
                _("If this is happening now, call 911. Nobody watches this board around the clock."),
                errors=[{"pointer": "#/not_now", "detail": _("If it is not happening now, send true.")}],
            )
        idea = submitting.submit(
            participant=participants.ensure(plain(request)),
            title=data["title"],
            body=data["body"],
            topic=data.get("topic"),
            place=data["place"],
            latitude=data.get("lat"),
            longitude=data.get("lon"),
            key=key,
            hurried=limits.hurried(plain(request)),
        )
        if idea.body != data["body"]:
            raise Conflict(_("This Idempotency-Key was used for another issue. Take a new one."))
        response = idea_now(request, command, idea.pk, status=201)
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
        return answer_with(request, idea_for_reader(plain(request), command, id))


class Withdrawal(BoardView):
    @extend_schema(
        operation_id="withdrawals_create",
        tags=["board"],
        summary="Take one's own issue off the board, for good",
        description="For its author, known by the cookie or the account. Votes and comments stay with it, "
        "out of sight. Sent again, it is answered with 200. A 409 says why it stays, with its `idea_status` "
        "and `version`.",
        request=NewWithdrawal,
        responses={
            200: IdeaDetailSerializer,
            201: IdeaDetailSerializer,
            **api_docs.problems(400, 404, 409),
        },
        examples=[
            api_docs.request("As seen", {"version": 1}),
            api_docs.answer("Withdrawn before", examples.WITHDRAWN),
            api_docs.answer("Withdrawn", examples.WITHDRAWN, 201),
        ],
    )
    @in_command
    def post(self, request: Request, command: Command, id: int) -> Response:
        idea = idea_for_reader(plain(request), command, id)
        if not is_author(plain(request), idea):
            raise Http404
        version = body_of(NewWithdrawal, request).get("version")
        if idea.status == Status.WITHDRAWN:
            return answer_with(request, idea)
        try:
            withdrawing.withdraw(idea=idea, version=version)
        except Stale as stale:
            now = stale.item
            raise Conflict(str(stale), idea_status=now.status, version=now.version) from stale
        except Refused as refused:
            raise Conflict(str(refused), idea_status=idea.status, version=idea.version) from refused
        return idea_now(request, command, idea.pk, status=201)


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
        limits.count(plain(request), "vote")
        value = body_of(NewVote, request)["value"]
        may_take_part(request, command, Part.VOTE)
        try:
            tally = voting.cast(idea=idea, participant=participants.ensure(plain(request)), value=value)
        except voting.NotOpen as error:
            raise Conflict(
                moving.where_now(idea) or _("This issue is closed: it takes no more votes."),
                idea_status=idea.status,
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
        query = query_of(PageQuery, request)
        idea = idea_for_reader(plain(request), command, id)
        participant = plain(request).participant  # type: ignore[attr-defined]
        mine = Q(participant_id=participant.pk, status=CommentStatus.WAITING) if participant else Q()
        seen = idea.comments.filter(
            Q(status=CommentStatus.SHOWN) | mine if participant else Q(status="shown")
        )
        after = read_cursor(query.get("cursor", ""))
        rows = [*after_cursor(seen, after, "comment")[: query["limit"] + 1]]
        return keyset_page(request, CommentSerializer, rows, query["limit"])

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
        idea = idea_for_reader(plain(request), command, id)
        limits.count(plain(request), "comment")
        official = Permission.ANSWER in permissions_at(request.user, command)
        if not official:
            may_take_part(request, command, Part.COMMENT)
        data = body_of(NewComment, request)
        try:
            comment = submitting.comment(
                idea=idea,
                body=data["body"],
                participant=None if official else participants.ensure(plain(request)),
                author=request.user if official else None,  # type: ignore[arg-type]
                parent=_parent(idea, data.get("parent")),
                hurried=not official and limits.hurried(plain(request)),
            )
        except voting.NotOpen as error:
            raise Conflict(
                moving.where_now(idea) or _("This issue is closed: it takes no more comments."),
                idea_status=idea.status,
            ) from error
        return Response(CommentSerializer(comment).data, status=201)


def _parent(idea: Idea, pk: int | None) -> Comment | None:
    if pk is None:
        return None
    parent = idea.comments.filter(status=CommentStatus.SHOWN, pk=pk).first()
    if parent is None:
        raise exceptions.ValidationError({"parent": _("There is no such comment under this issue.")})
    return parent
