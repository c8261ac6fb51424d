"""A desk's labels for machines: the list, and making, renaming and removing one."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engage import api_docs
from ideas import moderating, working
from ideas.api.common import BoardView, body_of, staff
from ideas.models import Label
from precincts.access import Permission
from precincts.models import Command

NAME_LENGTH = 40
LABEL = {"id": 4, "name": "Lamps", "issues": 12}
SENT = {"name": LABEL["name"]}


class LabelSerializer(serializers.Serializer[Label]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    issues = serializers.IntegerField(help_text="How many have it.")


class LabelsSerializer(serializers.Serializer[Any]):
    results = LabelSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="Always null: they come all at once.")


class NewLabel(serializers.Serializer[Any]):
    name = serializers.CharField(
        max_length=NAME_LENGTH, help_text="Unlike every other’s, large and small letters being the same."
    )


def _labels() -> Any:
    return Label.objects.annotate(issues=Count("ideas"))


def _saved(label: Label, request: Request, status: int) -> Response:
    name = body_of(NewLabel, request)["name"]
    try:
        working.save_label(label=label, name=name)
    except Label.DoesNotExist as error:
        raise exceptions.NotFound from error
    except moderating.Refused as refused:
        raise exceptions.ValidationError({refused.field: str(refused)}) from refused
    return Response(LabelSerializer(_labels().get(pk=label.pk)).data, status=status)


class Labels(BoardView):
    @extend_schema(
        operation_id="labels_list",
        tags=["desk"],
        summary="The labels by which the desk sorts its issues",
        description="Residents do not see them. `work/` of an issue says which it has.",
        responses={200: LabelsSerializer, **api_docs.problems(401, 403, 404)},
        examples=[api_docs.page("All", LABEL)],
    )
    @staff(Permission.SEE_DESK)
    def get(self, request: Request, command: Command) -> Response:
        return Response({"results": LabelSerializer(_labels(), many=True).data, "next": None})

    @extend_schema(
        operation_id="labels_create",
        tags=["desk"],
        summary="Make a label",
        request=NewLabel,
        responses={201: LabelSerializer, **api_docs.problems(400, 401, 403, 404)},
        examples=[api_docs.request("One", SENT), api_docs.answer("Made", LABEL | {"issues": 0}, 201)],
    )
    @staff(Permission.MODERATE)
    def post(self, request: Request, command: Command) -> Response:
        return _saved(Label(), request, 201)


class LabelDetail(BoardView):
    @extend_schema(
        operation_id="labels_update",
        tags=["desk"],
        summary="Rename a label",
        request=NewLabel,
        responses={200: LabelSerializer, **api_docs.problems(400, 401, 403, 404)},
        examples=[api_docs.request("Another name", SENT), api_docs.answer("Renamed", LABEL)],
    )
    @staff(Permission.MODERATE)
    def put(self, request: Request, command: Command, id: int) -> Response:
        return _saved(get_object_or_404(Label, pk=id), request, 200)

    @extend_schema(
        operation_id="labels_destroy",
        tags=["desk"],
        summary="Remove a label, from every issue too",
        responses={204: None, **api_docs.problems(401, 403, 404)},
    )
    @staff(Permission.MODERATE)
    def delete(self, request: Request, command: Command, id: int) -> Response:
        working.remove(row=get_object_or_404(Label, pk=id))
        return Response(status=204)
