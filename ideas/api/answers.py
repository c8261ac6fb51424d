"""Answers for machines: whether residents find it fixed."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engage import api_docs
from engage.problems import Conflict
from ideas import verdicts
from ideas.api import examples
from ideas.api.common import BoardView, body_of, in_command, may_take_part, plain
from ideas.api.serializers import VerdictsSerializer
from ideas.models import Idea
from ideas.pages.verdict import LARGEST, closed_words
from ideas.taking_part import Part
from precincts import limits, participants
from precincts.models import Command


class NewVerdict(serializers.Serializer[Any]):
    fixed = serializers.BooleanField(help_text="Whether what the command did helped.")
    text = serializers.CharField(
        required=False, allow_blank=True, max_length=500, help_text="To the command's desk alone."
    )
    round = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=LARGEST,
        help_text="Of the idea's `verdicts` as you saw it: if the command has acted anew since, it is 409.",
    )


class GivenVerdictSerializer(VerdictsSerializer):
    reopened = serializers.BooleanField(help_text="Whether this one brought the idea back to the command.")


class Verdict(BoardView):
    @extend_schema(
        operation_id="verdicts_update",
        tags=["board"],
        summary="Say whether it is fixed",
        description="Of an idea that the command has acted on. One verdict a participant; the last one "
        "counts. Enough noes bring the idea back to the command, which closes the round.",
        request=NewVerdict,
        responses={200: GivenVerdictSerializer, **api_docs.problems(400, 403, 404, 409, 429)},
        examples=[
            api_docs.request("Not yet", {"fixed": False, "text": "It is dark again."}),
            api_docs.answer("Counted", examples.VERDICT),
        ],
    )
    @in_command
    def put(self, request: Request, command: Command, id: int) -> Response:
        idea = get_object_or_404(Idea.objects.public().defer("search"), pk=id)
        limits.count(plain(request), "verdict")
        data = body_of(NewVerdict, request)
        may_take_part(request, command, Part.VOTE)
        try:
            tally = verdicts.give(
                idea=idea,
                participant=participants.ensure(plain(request)),
                fixed=data["fixed"],
                text=data.get("text", ""),
                round=data.get("round"),
            )
        except verdicts.Closed as error:
            raise Conflict(closed_words(), idea_status=idea.status) from error
        return Response(tally.as_dict())
