"""Appeals for machines: the author's word against a screening, and headquarters' decision on it."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engage import api_docs
from engage.problems import Conflict, Forbidden
from ideas import appealing
from ideas.api.common import (
    BoardView,
    after_cursor,
    body_of,
    in_command,
    keyset_page,
    plain,
    query_of,
    read_cursor,
    staff,
)
from ideas.api.serializers import PageQuery
from ideas.models import Appeal, Comment, Idea, Outcome
from ideas.moderating import Refused
from ideas.pages.idea import idea_for_reader, is_author
from precincts import limits, tenancy
from precincts.access import Permission, permissions_at
from precincts.history import acts_as_staff
from precincts.models import Command

EXAMPLE: dict[str, Any] = {
    "id": 3,
    "command": "pct-109",
    "idea": 42,
    "comment": None,
    "text": "I named nobody: I wrote about a corner.",
    "rule": 4,
    "edition": 1,
    "reason_screened": "It names a person.",
    "created_at": "2026-02-04T09:00:00-05:00",
    "due_at": "2026-02-18T09:00:00-05:00",
    "outcome": "open",
    "reason": "",
    "decided_at": None,
}
DECIDED = {
    **EXAMPLE,
    "outcome": "overturned",
    "reason": "A corner is no person.",
    "decided_at": "2026-02-05T10:00:00-05:00",
}
OUTCOMES = [Outcome.UPHELD.value, Outcome.OVERTURNED.value]


class NewAppeal(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=appealing.APPEAL_LENGTH, help_text="Why it should be shown.")


class NewOutcome(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    reason = serializers.CharField(
        max_length=appealing.REASON_LENGTH, help_text="The author and the command both read it."
    )


class AppealQuery(PageQuery):
    decided = serializers.BooleanField(default=False, help_text="True for those that were decided.")


class AppealSerializer(serializers.Serializer[Appeal]):
    """An appeal, with what it is about."""

    id = serializers.IntegerField()
    command = serializers.CharField(source="command.slug")
    idea = serializers.IntegerField(source="idea_id")
    comment = serializers.IntegerField(source="comment_id", allow_null=True)
    text = serializers.CharField()
    rule = serializers.SerializerMethodField(help_text="The number of the rule.")
    edition = serializers.SerializerMethodField(
        help_text="The edition of the code of conduct that it stands in."
    )
    reason_screened = serializers.CharField(source="decision.reason")
    created_at = serializers.DateTimeField()
    due_at = serializers.SerializerMethodField(help_text="By when headquarters means to decide.")
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    reason = serializers.CharField(help_text="Headquarters'.")
    decided_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_rule(self, appeal: Appeal) -> int | None:
        return appeal.decision.rule.number if appeal.decision.rule else None

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_edition(self, appeal: Appeal) -> int | None:
        return appeal.decision.rule.edition.number if appeal.decision.rule else None

    @extend_schema_field(serializers.DateTimeField())
    def get_due_at(self, appeal: Appeal) -> Any:
        due = appeal.created_at + self.context["goal"]
        return serializers.DateTimeField().to_representation(due)


class AppealPageSerializer(serializers.Serializer[Any]):
    results = AppealSerializer(many=True)
    next = serializers.URLField(allow_null=True)


def _rows() -> Any:
    return Appeal.objects.select_related("command", "decision__rule__edition")


def _answer(pk: int, status: int) -> Response:
    shape = AppealSerializer(_rows().get(pk=pk), context={"goal": appealing.goal()})
    return Response(shape.data, status=status)


def _appeal(request: Request, item: Idea | Comment) -> Response:
    limits.count(plain(request), "comment")
    text = body_of(NewAppeal, request)["text"]
    try:
        made = appealing.appeal(item=item, participant=item.participant, text=text)
    except Refused as refused:
        raise Conflict(str(refused), item_status=item.status) from refused
    if made.text != text:
        raise Conflict(
            _("You have appealed already. Headquarters reads what you wrote first."), appeal=made.pk
        )
    return _answer(made.pk, 201)


class IdeaAppeals(BoardView):
    @extend_schema(
        operation_id="appeals_create",
        tags=["board"],
        summary="Appeal against the screening of one's own issue",
        description="Once for each screening. Headquarters decides, and never whoever screened.",
        request=NewAppeal,
        responses={201: AppealSerializer, **api_docs.problems(400, 404, 409, 429)},
        examples=[
            api_docs.request("An appeal", {"text": EXAMPLE["text"]}),
            api_docs.answer("Waits", EXAMPLE, 201),
        ],
    )
    @in_command
    def post(self, request: Request, command: Command, id: int) -> Response:
        idea = idea_for_reader(plain(request), command, id)
        if not is_author(plain(request), idea):
            raise Http404
        return _appeal(request, idea)


class CommentAppeals(BoardView):
    @extend_schema(
        operation_id="comment_appeals_create",
        tags=["board"],
        summary="Appeal against the screening of one's own comment",
        request=NewAppeal,
        responses={201: AppealSerializer, **api_docs.problems(400, 404, 409, 429)},
        examples=[
            api_docs.request("An appeal", {"text": EXAMPLE["text"]}),
            api_docs.answer("Waits", {**EXAMPLE, "comment": 7}, 201),
        ],
    )
    @in_command
    def post(self, request: Request, command: Command, id: int) -> Response:
        comment = get_object_or_404(Comment, pk=id)
        participant = plain(request).participant  # type: ignore[attr-defined]
        if not participant or comment.participant_id != participant.pk:
            raise Http404
        return _appeal(request, comment)


class Appeals(BoardView):
    @extend_schema(
        operation_id="appeals_list",
        tags=["headquarters"],
        summary="The city's appeals, oldest first",
        parameters=[AppealQuery],
        responses={200: AppealPageSerializer, **api_docs.problems(400, 401, 403)},
        examples=[api_docs.page("A page", EXAMPLE)],
    )
    def get(self, request: Request) -> Response:
        if not request.user.is_authenticated:
            raise exceptions.NotAuthenticated
        if Permission.DECIDE_APPEALS not in permissions_at(request.user, None):
            raise exceptions.PermissionDenied
        acts_as_staff(plain(request))
        query = query_of(AppealQuery, request)
        after = read_cursor(query.get("cursor", ""))
        with tenancy.citywide():
            rows = _rows().filter(decision__undone_at=None)
            waits = rows.exclude if query["decided"] else rows.filter
            found = [*after_cursor(waits(outcome=Outcome.OPEN), after, "appeal")[: query["limit"] + 1]]
            goal = appealing.goal()
            return keyset_page(request, _with_goal(goal), found, query["limit"])


def _with_goal(goal: Any) -> Any:
    """The shape of an appeal, which a page's maker calls with a context of its own."""

    def shape(rows: Any, *, many: bool, context: dict[str, Any]) -> Any:
        return AppealSerializer(rows, many=many, context={**context, "goal": goal})

    return shape


class AppealDecision(BoardView):
    @extend_schema(
        operation_id="appeals_decide",
        tags=["headquarters"],
        summary="Uphold or overturn",
        description="Overturned, the issue or comment is put back where it stood. Whoever screened it is "
        "refused with 403; where another reviewer was faster, the 409 carries the `outcome`.",
        request=NewOutcome,
        responses={201: AppealSerializer, **api_docs.problems(400, 401, 403, 404, 409)},
        examples=[
            api_docs.request("Overturn", {"outcome": "overturned", "reason": DECIDED["reason"]}),
            api_docs.answer("Decided", DECIDED, 201),
        ],
    )
    @staff(Permission.DECIDE_APPEALS)
    def post(self, request: Request, command: Command, id: int) -> Response:
        found = get_object_or_404(Appeal, pk=id)
        data = body_of(NewOutcome, request)
        try:
            appealing.decide(
                appeal=found,
                by=request.user,  # type: ignore[arg-type]
                overturn=data["outcome"] == Outcome.OVERTURNED,
                reason=data["reason"],
            )
        except appealing.OwnDecision as error:
            raise Forbidden(str(error)) from error
        except appealing.Decided as decided:
            raise Conflict(str(decided), outcome=decided.appeal.outcome) from decided
        except Refused as refused:
            raise Conflict(str(refused)) from refused
        return _answer(found.pk, 201)
