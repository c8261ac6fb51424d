"""Reports by readers, redaction, trust, and many decisions at once, for machines."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engage import api_docs
from engage.problems import Conflict
from ideas import bulk, moderating, redacting, reporting, trusting
from ideas.api import examples
from ideas.api.common import BoardView, body_of, idea_now, in_command, plain, staff
from ideas.api.conduct import UnderRule
from ideas.api.serializers import REASON_LENGTH, CommentSerializer, IdeaDetailSerializer
from ideas.desk.lists import idea_for_desk
from ideas.models import Action, Comment, Idea
from ideas.pages.idea import idea_for_reader
from ideas.pages.report import comment_for_reader
from precincts import limits, participants
from precincts.access import Permission
from precincts.models import Command

LARGEST = 2**31 - 1


class NewReport(UnderRule):
    rule = serializers.IntegerField(help_text="The number of the rule that it breaks.")
    text = serializers.CharField(required=False, allow_blank=True, max_length=reporting.TEXT_LENGTH)


class ReportSerializer(serializers.Serializer[Any]):
    rule = serializers.IntegerField(source="rule.number")
    text = serializers.CharField()
    created_at = serializers.DateTimeField()
    handled = serializers.SerializerMethodField(help_text="Whether the desk has looked at it and decided.")

    def get_handled(self, report: Any) -> bool:
        return report.handled_at is not None


REPORT = {
    "rule": 3,
    "text": "It names my neighbor.",
    "created_at": "2026-02-02T10:00:00-05:00",
    "handled": False,
}


def _report(what: str) -> Any:
    return extend_schema(
        operation_id=f"{what}_reports_create",
        tags=["board"],
        summary=f"Report that {'an issue' if what == 'idea' else 'a comment'} breaks a rule",
        description="Once for each participant: sent again, the first one is answered with 200. A person "
        "looks at it; reports hide nothing.",
        request=NewReport,
        responses={
            200: ReportSerializer,
            201: ReportSerializer,
            **api_docs.problems(400, 404, 409, 429),
        },
        examples=[
            api_docs.request("Under rule 3", {"rule": 3, "text": REPORT["text"]}),
            api_docs.answer("Sent before", REPORT),
            api_docs.answer("Sent", REPORT, 201),
        ],
    )


def _take_report(request: Request, idea: Idea, comment: Comment | None) -> Response:
    limits.count(plain(request), "report")
    data = body_of(NewReport, request)
    try:
        reporting.check(idea, comment)
        made, new = reporting.report(
            idea=idea,
            comment=comment,
            participant=participants.ensure(plain(request)),
            rule=data["rule"],
            text=data.get("text", ""),
        )
    except reporting.NotHere as error:
        raise Conflict(str(error), idea_status=idea.status) from error
    return Response(ReportSerializer(made).data, status=201 if new else 200)


class IdeaReports(BoardView):
    @_report("idea")
    @in_command
    def post(self, request: Request, command: Command, id: int) -> Response:
        return _take_report(request, idea_for_reader(plain(request), command, id), None)


class CommentReports(BoardView):
    @_report("comment")
    @in_command
    def post(self, request: Request, command: Command, id: int) -> Response:
        comment = comment_for_reader(plain(request), command, id)
        return _take_report(request, comment.idea, comment)


# Redaction


class NewRedaction(UnderRule):
    """A piece to remove. A gap stands in its place, and readers see the rule."""

    field = serializers.ChoiceField(choices=["title", "body", "place"], default="body")
    piece = serializers.CharField(
        max_length=5000, trim_whitespace=False, help_text="Exactly as it stands in the text."
    )
    every = serializers.BooleanField(default=True, help_text="Wherever it stands in that text, or only once.")
    start = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=LARGEST,
        help_text="With `every` false: which one, by where it begins.",
    )
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=500, help_text="Read by everybody; without the piece."
    )
    version = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LARGEST)


REDACTION = {"field": "body", "piece": "718-555-0134", "rule": 3, "reason": "A phone number.", "version": 1}


def _redact(request: Request, item: Idea | Comment) -> None:
    data = body_of(NewRedaction, request)
    try:
        redacting.redact(
            item=item,
            field=data["field"],
            piece=data["piece"],
            every=data["every"],
            start=data.get("start"),
            rule=data.get("rule"),
            reason=data.get("reason", ""),
            by=request.user,  # type: ignore[arg-type]
            version=data.get("version"),
        )
    except moderating.Stale as stale:
        raise Conflict(str(stale), status_now=stale.item.status, version=stale.item.version) from stale
    except moderating.Refused as refused:
        raise exceptions.ValidationError({refused.field: str(refused)}) from refused


class IdeaRedactions(BoardView):
    @extend_schema(
        operation_id="redactions_create",
        tags=["desk"],
        summary="Remove a piece of an issue, under a rule",
        request=NewRedaction,
        responses={201: IdeaDetailSerializer, **api_docs.problems(400, 401, 403, 404, 409)},
        examples=[
            api_docs.request("A phone number", REDACTION),
            api_docs.answer("Removed", examples.DETAIL, 201),
        ],
    )
    @staff(Permission.REDACT)
    def post(self, request: Request, command: Command, id: int) -> Response:
        idea = idea_for_desk(id)
        _redact(request, idea)
        return idea_now(request, command, idea.pk, status=201)


class CommentRedactions(BoardView):
    @extend_schema(
        operation_id="comment_redactions_create",
        tags=["desk"],
        summary="Remove a piece of a comment, under a rule",
        request=NewRedaction,
        responses={201: CommentSerializer, **api_docs.problems(400, 401, 403, 404, 409)},
        examples=[
            api_docs.request("A phone number", REDACTION),
            api_docs.answer("Removed", {**examples.COMMENT, "status": "shown"}, 201),
        ],
    )
    @staff(Permission.REDACT)
    def post(self, request: Request, command: Command, id: int) -> Response:
        comment = get_object_or_404(Comment, pk=id)
        _redact(request, comment)
        return Response(CommentSerializer(Comment.objects.get(pk=id)).data, status=201)


# Trust


class NewTrust(serializers.Serializer[Any]):
    version = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LARGEST)


class IdeaTrust(BoardView):
    @extend_schema(
        operation_id="trust_create",
        tags=["desk"],
        summary="Approve an issue, and hold nothing of its author any more",
        description="What carries any flag is held all the same.",
        request=NewTrust,
        responses={201: IdeaDetailSerializer, **api_docs.problems(400, 401, 403, 404, 409)},
        examples=[
            api_docs.request("As seen", {"version": 1}),
            api_docs.answer("On the board", examples.DETAIL, 201),
        ],
    )
    @staff(Permission.MODERATE)
    def post(self, request: Request, command: Command, id: int) -> Response:
        idea = idea_for_desk(id)
        data = body_of(NewTrust, request)
        try:
            trusting.approve_and_trust(idea=idea, by=request.user, version=data.get("version"))  # type: ignore[arg-type]
        except moderating.Stale as stale:
            raise Conflict(str(stale), idea_status=stale.item.status, version=stale.item.version) from stale
        except moderating.Refused as refused:
            raise Conflict(str(refused)) from refused
        return idea_now(request, command, idea.pk, status=201)


# Many at once


class BulkItem(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=["idea", "comment"])
    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    version = serializers.IntegerField(min_value=1, max_value=LARGEST, help_text="As you saw it.")


class NewBulk(UnderRule):
    """One decision on many items. Each is decided on by itself."""

    action = serializers.ChoiceField(choices=[action.value for action in bulk.ACTIONS])
    items = BulkItem(many=True, allow_empty=False)
    rule = serializers.IntegerField(required=False, allow_null=True, help_text="Needed to screen.")
    reason = serializers.CharField(required=False, allow_blank=True, max_length=REASON_LENGTH)
    dry_run = serializers.BooleanField(default=False, help_text="Only say what would happen to each.")

    def validate_items(self, items: list[dict[str, Any]]) -> list[bulk.Name]:
        try:
            return bulk.names(f"{item['type']}:{item['id']}:{item['version']}" for item in items)
        except bulk.TooMany as error:
            raise serializers.ValidationError(str(error)) from error


class BulkResult(serializers.Serializer[Any]):
    type = serializers.CharField(source="name.kind")
    id = serializers.IntegerField(source="name.pk")
    outcome = serializers.SerializerMethodField(
        help_text="`done` (or would be), `stale` (it changed), `refused`, or `unknown` (not here)."
    )
    detail = serializers.CharField(source="says", help_text="A sentence, where it is not done.")
    version = serializers.SerializerMethodField(
        help_text="The item's version now; null where it is not here."
    )
    hints = serializers.ListField(
        source="reasons", child=serializers.CharField(), help_text="Why somebody should look at it."
    )

    def get_outcome(self, line: bulk.Line) -> str:
        return line.problem or "done"

    def get_version(self, line: bulk.Line) -> int | None:
        if line.decision:
            return line.decision.version
        return line.item.version if line.item else None


class BulkResults(serializers.Serializer[Any]):
    results = BulkResult(many=True)


RESULTS = [
    {"type": "idea", "id": 42, "outcome": "done", "detail": "", "version": 2, "hints": []},
    {
        "type": "comment",
        "id": 7,
        "outcome": "stale",
        "detail": "It changed since you looked at it. It stays as it is.",
        "version": 3,
        "hints": ["This looks like a phone number."],
    },
]


class Bulk(BoardView):
    @extend_schema(
        operation_id="queue_bulk_create",
        tags=["desk"],
        summary="Approve many, or screen many under one rule",
        description=f"At most {bulk.MOST} items. What changed meanwhile stays as it is and is named; the "
        "rest goes through.",
        request=NewBulk,
        responses={200: BulkResults, **api_docs.problems(400, 401, 403, 404, 409)},
        examples=[
            api_docs.request(
                "Approve",
                {
                    "action": "approve",
                    "items": [
                        {"type": "idea", "id": 42, "version": 1},
                        {"type": "comment", "id": 7, "version": 1},
                    ],
                },
            ),
            api_docs.answer("Done", {"results": RESULTS}),
        ],
    )
    @staff(Permission.MODERATE)
    def post(self, request: Request, command: Command) -> Response:
        data = body_of(NewBulk, request)
        action = Action(data["action"])
        if action == Action.SCREEN and data.get("rule") is None:
            raise exceptions.ValidationError(
                {"rule": _("Choose the rule that this breaks. Nothing is screened without one.")}
            )
        if data["dry_run"]:
            lines = bulk.look(data["items"], action)
        else:
            lines = bulk.apply(
                data["items"],
                action=action,
                by=request.user,  # type: ignore[arg-type]
                rule=data.get("rule"),
                reason=data.get("reason", ""),
            )
        return Response(BulkResults({"results": lines}).data)
