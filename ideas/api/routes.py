"""Where an idea goes, for machines: into another one, off again, or to another command; and the agenda."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engage import api_docs
from engage.problems import Conflict
from ideas import agenda, merging, moderating, moving
from ideas.api import examples
from ideas.api.common import BoardView, body_of, idea_now, in_command, plain, staff
from ideas.api.serializers import IdeaDetailSerializer, IdeaSerializer
from ideas.desk.lists import idea_for_desk
from ideas.models import BODY_LENGTH, Idea
from precincts import participants, tenancy
from precincts.access import Permission, permissions_at
from precincts.history import acts_as_staff
from precincts.models import Command

VERSION = "As you saw it: if it has changed since, the answer is 409."
# What a row's number can be.
LARGEST = 2**63 - 1


class NewMove(serializers.Serializer[Any]):
    command = serializers.CharField(max_length=40, help_text="The slug of the command that takes it on.")
    answer = serializers.CharField(
        required=False, allow_blank=True, max_length=BODY_LENGTH, help_text="A word to residents."
    )
    version = serializers.IntegerField(required=False, allow_null=True, min_value=1, help_text=VERSION)


class NewMerge(serializers.Serializer[Any]):
    into = serializers.IntegerField(
        min_value=1, max_value=LARGEST, help_text="The issue that it is merged into, an open one."
    )
    version = serializers.IntegerField(required=False, allow_null=True, min_value=1, help_text=VERSION)
    into_version = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, help_text="The same of the other one."
    )


class NewSplit(serializers.Serializer[Any]):
    version = serializers.IntegerField(required=False, allow_null=True, min_value=1, help_text=VERSION)


class Moves(BoardView):
    @extend_schema(
        operation_id="moves_create",
        tags=["desk"],
        summary="Hand an issue to another command",
        description="It goes into that command's queue with its history, votes, comments, photos and "
        "followers; the answer is the issue as it is there. The old address stays and leads on.",
        request=NewMove,
        responses={201: IdeaDetailSerializer, **api_docs.problems(400, 401, 403, 404, 409)},
        examples=[
            api_docs.request("Move", {"command": "pct-110", "version": 2}),
            api_docs.answer("Moved", examples.DETAIL, 201),
        ],
    )
    def post(self, request: Request, slug: str, id: int) -> Response:
        # Not inside the command: it is written in two.
        command = get_object_or_404(Command, slug=slug)
        if not request.user.is_authenticated:
            raise exceptions.NotAuthenticated
        if Permission.MODERATE not in permissions_at(request.user, command):
            raise exceptions.PermissionDenied
        acts_as_staff(plain(request))
        with tenancy.enter(command):
            idea_for_desk(id)
        data = body_of(NewMove, request)
        try:
            target = moving.board_named(data["command"])
            new = moving.hand_over(
                source=command,
                pk=id,
                target=target,
                by=request.user,
                version=data.get("version"),
                answer=data.get("answer", ""),
            )
        except Idea.DoesNotExist as error:
            raise Http404 from error
        except moderating.Refused as refused:
            raise exceptions.ValidationError({refused.field: str(refused)}) from refused
        except moderating.Stale as stale:
            raise conflict(stale) from stale
        with tenancy.enter(target):
            return idea_now(request, target, new.pk, status=201)


class Merges(BoardView):
    @extend_schema(
        operation_id="merges_create",
        tags=["desk"],
        summary="Merge an issue into another one",
        description="Its votes count there, once a person; its page leads there. A 409 "
        "names the one of the two that has changed, with its `version`.",
        request=NewMerge,
        responses={201: IdeaDetailSerializer, **api_docs.problems(400, 401, 403, 404, 409)},
        examples=[
            api_docs.request("Merge", {"into": 41, "version": 2, "into_version": 3}),
            api_docs.answer("Merged", {**examples.DETAIL, "status": "merged"}, 201),
        ],
    )
    @staff(Permission.MODERATE)
    def post(self, request: Request, command: Command, id: int) -> Response:
        idea = idea_for_desk(id)
        data = body_of(NewMerge, request)
        into = Idea.objects.defer("search").filter(pk=data["into"]).first()
        if into is None:
            raise exceptions.ValidationError({"into": "There is no issue with this number here."})
        try:
            merging.merge(
                idea=idea,
                into=into,
                by=request.user,  # type: ignore[arg-type]
                version=data.get("version"),
                into_version=data.get("into_version"),
            )
        except moderating.Refused as refused:
            raise exceptions.ValidationError({refused.field: str(refused)}) from refused
        except moderating.Stale as stale:
            raise conflict(stale) from stale
        return idea_now(request, command, idea.pk, status=201)


class Splits(BoardView):
    @extend_schema(
        operation_id="splits_create",
        tags=["desk"],
        summary="Split a merged issue off again",
        description="It stands where it stood, and its votes are its own.",
        request=NewSplit,
        responses={201: IdeaDetailSerializer, **api_docs.problems(400, 401, 403, 404, 409)},
        examples=[
            api_docs.request("Split", {"version": 3}),
            api_docs.answer("Split", examples.DETAIL, 201),
        ],
    )
    @staff(Permission.MODERATE)
    def post(self, request: Request, command: Command, id: int) -> Response:
        idea = idea_for_desk(id)
        data = body_of(NewSplit, request)
        try:
            merging.split(idea=idea, by=request.user, version=data.get("version"))  # type: ignore[arg-type]
        except moderating.Stale as stale:
            raise conflict(stale) from stale
        return idea_now(request, command, idea.pk, status=201)


def conflict(stale: moderating.Stale) -> Conflict:
    """What stands now. It begins with the title of the idea, for a merge takes two."""
    title = stale.item.title if isinstance(stale.item, Idea) else ""
    return Conflict(f"“{title}”: {stale}", idea_status=stale.item.status, version=stale.item.version)


class AgendaSerializer(serializers.Serializer[Any]):
    first = IdeaSerializer(many=True, help_text="In the order of the agenda.")
    longest = IdeaSerializer(many=True, help_text="Of the others, what waits longest for an answer.")


class Agenda(BoardView):
    @extend_schema(
        operation_id="agenda_retrieve",
        tags=["board"],
        summary="What this community wants done first",
        description="From votes, spread over places, topics and time.",
        responses={200: AgendaSerializer, **api_docs.problems(404)},
        examples=[api_docs.answer("An agenda", {"first": [examples.CARD], "longest": []})],
    )
    @in_command
    def get(self, request: Request, command: Command) -> Response:
        found = agenda.agenda(participants.find(plain(request)))
        return Response(AgendaSerializer(found, context={"request": request}).data)
