"""The API of commands: the list, one of them, which serve a place; and whose home is where."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engage import api_docs
from engage.fields import DegreesField
from engage.problems import BadQuery
from precincts import geography, limits, participants, roster
from precincts.geography import Located, Precision, Sure
from precincts.models import Command, Kind

CITYWIDE = "Citywide"

# Examples for the schema.
COMMAND: dict[str, Any] = {
    "slug": "pct-109",
    "name": "109th Precinct",
    "short_name": "109 Pct",
    "kind": "precinct",
    "number": 109,
    "borough": "Queens",
    "neighborhoods": "Flushing",
    "parent": "pb-queens-north",
    "url": "https://engage.example/pct-109/",
}
COMMAND_IN_FULL = COMMAND | {
    "board_url": "https://engage.example/pct-109/ideas/",
    "official_url": "https://www.nyc.gov/site/nypd/bureaus/patrol/precincts/109th-precinct.page",
    "address": "37-05 Union Street",
    "zip": "11354",
    "phone": "718-321-2250",
    "point": {"lat": 40.75995, "lon": -73.82732, "confirmed": True},
    "zips_served": ["11354", "11355", "11356"],
    "population": 257000,
    "x_handle": "",
    "who_may_submit": "anybody",
    "who_may_vote": "anybody",
    "who_may_comment": "anybody",
}
PARTICIPANT = {"home_zip": "11354"}
LOCATED = {
    "commands": [
        {"slug": "pct-109", "name": "109th Precinct", "kind": "precinct", "share": 0.9993, "sure": "exact"},
        {"slug": "psa-9", "name": "PSA 9", "kind": "housing", "share": None, "sure": "exact"},
    ],
    "precision": "zip",
    "detail": "",
}


class CommandSerializer(serializers.ModelSerializer[Command]):
    """A command in a list."""

    # DRF's own `parent` is the serializer around this one; a field of that name does not touch it.
    parent = serializers.SlugRelatedField[Command](  # type: ignore[assignment]
        slug_field="slug", read_only=True, help_text="the command above it"
    )
    url = serializers.SerializerMethodField(help_text="its page")

    class Meta:
        model = Command
        fields = ["slug", "name", "short_name", "kind", "number", "borough", "neighborhoods", "parent", "url"]

    def get_url(self, command: Command) -> str:
        return str(self.context["request"].build_absolute_uri(command.get_absolute_url()))


class CommandDetailSerializer(CommandSerializer):
    """Everything that is public about a command."""

    point = serializers.SerializerMethodField()
    board_url = serializers.SerializerMethodField(help_text="its board")
    official_url = serializers.URLField(source="url", help_text="its page at the department, where known")

    class Meta(CommandSerializer.Meta):
        fields = [
            *CommandSerializer.Meta.fields,
            "board_url",
            "official_url",
            "address",
            "zip",
            "phone",
            "point",
            "zips_served",
            "population",
            "x_handle",
            "who_may_submit",
            "who_may_vote",
            "who_may_comment",
        ]

    @extend_schema_field(
        inline_serializer(
            "Point",
            {
                "lat": serializers.FloatField(),
                "lon": serializers.FloatField(),
                "confirmed": serializers.BooleanField(),
            },
            allow_null=True,
        )
    )
    def get_point(self, command: Command) -> dict[str, Any] | None:
        if command.latitude is None or command.longitude is None:
            return None
        return {"lat": command.latitude, "lon": command.longitude, "confirmed": command.point_confirmed}

    def get_board_url(self, command: Command) -> str:
        return f"{self.get_url(command)}ideas/"


class CommandListSerializer(serializers.Serializer[Any]):
    """All of them at once: there are 118, so `next` and `previous` are always null."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = CommandSerializer(many=True)


class ServedSerializer(serializers.Serializer[Any]):
    """One command that serves the place."""

    slug = serializers.CharField(source="command.slug")
    name = serializers.CharField(source="command.name")
    kind = serializers.ChoiceField(source="command.kind", choices=Kind.choices)
    share = serializers.FloatField(
        allow_null=True, help_text="of the ZIP code's area, 0 to 1; null where unknown"
    )
    sure = serializers.ChoiceField(choices=[sure.value for sure in Sure])


class LocatedSerializer(serializers.Serializer[Any]):
    commands = ServedSerializer(many=True)
    precision = serializers.ChoiceField(choices=[precision.value for precision in Precision])
    detail = serializers.CharField(source="note", help_text="a sentence for a person; may be empty")


class CommandList(APIView):
    """Every command."""

    @extend_schema(
        operation_id="commands_list",
        parameters=[
            OpenApiParameter("kind", OpenApiTypes.STR, enum=Kind.values),
            OpenApiParameter("borough", OpenApiTypes.STR, description="for example Queens, or Citywide"),
        ],
        responses={200: CommandListSerializer, **api_docs.problems(400)},
        examples=[api_docs.answer("The list", {"next": None, "previous": None, "results": [COMMAND]})],
    )
    def get(self, request: Request) -> Response:
        commands = Command.objects.select_related("parent").order_by("kind", "number", "name")
        if kind := request.query_params.get("kind"):
            commands = commands.filter(kind=_one_of("kind", kind, Kind.values))
        if borough := request.query_params.get("borough"):
            commands = commands.filter(borough=_one_of("borough", borough, [*roster.boroughs(), CITYWIDE]))
        results = CommandSerializer(commands, many=True, context={"request": request})
        return Response({"next": None, "previous": None, "results": results.data})


class CommandDetail(APIView):
    """One command: where it is, what it serves, and who may take part on its board."""

    @extend_schema(
        operation_id="commands_retrieve",
        responses={200: CommandDetailSerializer, **api_docs.problems(404)},
        examples=[api_docs.answer("A precinct", COMMAND_IN_FULL)],
    )
    def get(self, request: Request, slug: str) -> Response:
        command = get_object_or_404(Command.objects.select_related("parent"), slug=slug)
        return Response(CommandDetailSerializer(command, context={"request": request}).data)


class Locate(APIView):
    """Which commands serve a place, and how sure that is. Nothing found is no error: see `detail`."""

    @extend_schema(
        operation_id="locate",
        parameters=[
            OpenApiParameter("zip", OpenApiTypes.STR, description="five digits"),
            OpenApiParameter("lat", OpenApiTypes.DOUBLE),
            OpenApiParameter("lon", OpenApiTypes.DOUBLE),
            OpenApiParameter("q", OpenApiTypes.STR, description="whatever somebody typed"),
        ],
        responses={200: LocatedSerializer, **api_docs.problems(400, 429)},
        examples=[api_docs.answer("By ZIP code", LOCATED)],
    )
    def get(self, request: Request) -> Response:
        limits.count(request._request, "locate")
        return Response(LocatedSerializer(_locate(request.query_params)).data)


class ParticipantSerializer(serializers.Serializer[Any]):
    """What is known about whoever takes part: no more than this."""

    home_zip = serializers.RegexField(
        r"^[0-9]{5}$",
        error_messages={"invalid": _lazy("A ZIP code has five digits.")},
        help_text="five digits; empty until it is said. Some boards ask for it",
    )


@method_decorator(never_cache, name="dispatch")
class ParticipantDetail(APIView):
    """You, as far as Engage knows you: by your account, or else by this client's cookie."""

    @extend_schema(
        operation_id="participant_retrieve",
        responses={200: ParticipantSerializer},
        examples=[api_docs.answer("You", PARTICIPANT)],
    )
    def get(self, request: Request) -> Response:
        participant = participants.find(request._request)
        return Response({"home_zip": participant.home_zip if participant else ""})

    @extend_schema(
        operation_id="participant_update",
        request=ParticipantSerializer,
        responses={200: ParticipantSerializer, **api_docs.problems(400)},
        examples=[api_docs.request("A home", PARTICIPANT), api_docs.answer("You", PARTICIPANT)],
    )
    def put(self, request: Request) -> Response:
        given = ParticipantSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        participant = participants.ensure(request._request)
        participant.home_zip = given.validated_data["home_zip"]
        participant.save(update_fields=["home_zip"])
        return Response({"home_zip": participant.home_zip})


def _locate(asked: Any) -> Located:
    """By point, else by ZIP code, else by words. BadQuery names what is missing or malformed."""
    if "lat" in asked or "lon" in asked:
        point = _Point(data=asked)
        if not point.is_valid():
            raise BadQuery(point.errors)
        return geography.locate_point(point.validated_data["lat"], point.validated_data["lon"])
    if "zip" in asked:
        zip_code = asked["zip"].strip()
        if not geography.is_zip(zip_code):
            raise BadQuery({"zip": _("A ZIP code has five digits.")})
        return geography.locate_zip(zip_code)
    if asked.get("q", "").strip():
        return geography.locate(asked["q"])
    raise BadQuery({"zip": _("Say a place: zip, or lat and lon, or q.")})


class _Point(serializers.Serializer[Any]):
    lat = DegreesField(min_value=-90, max_value=90)
    lon = DegreesField(min_value=-180, max_value=180)


def _one_of(name: str, value: str, known: list[str]) -> str:
    for choice in known:
        if choice.lower() == value.strip().lower():
            return choice
    raise BadQuery({name: _("One of: %(known)s.") % {"known": ", ".join(known)}})
