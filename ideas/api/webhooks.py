"""Webhooks for machines: set them up, see what was sent, send it again."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engage import api_docs
from engage.problems import BadQuery
from ideas import webhooks
from ideas.api.common import BoardView, body_of, page_of, query_of, staff
from ideas.api.serializers import PageQuery
from ideas.api.work import me
from ideas.models import Call, CallState, Webhook
from ideas.moderating import Refused
from precincts.access import Permission
from precincts.models import Command

EVENTS = serializers.ListField(
    child=serializers.ChoiceField(choices=[(event, event) for event in webhooks.ALL_EVENTS]),
    required=False,
    help_text="Empty is all of them, and those that come later.",
)
SECRET = "The key of the signatures. It is not shown again."  # noqa: S105


class WebhookSerializer(serializers.Serializer[Webhook]):
    id = serializers.IntegerField()
    url = serializers.CharField()
    events = EVENTS
    active = serializers.BooleanField(help_text="False while it is paused.")
    gone_at = serializers.DateTimeField(allow_null=True, help_text="When its receiver answered 410.")
    created_at = serializers.DateTimeField()


class WebhookMadeSerializer(WebhookSerializer):
    secret = serializers.CharField(source="shown_once", help_text=SECRET)


class WebhooksSerializer(serializers.Serializer[Any]):
    results = WebhookSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="Always null: they come all at once.")


class NewWebhook(serializers.Serializer[Any]):
    url = serializers.CharField(
        max_length=300, help_text="It starts with https:// and is reached from the internet."
    )
    events = EVENTS


class WebhookChange(serializers.Serializer[Any]):
    """What is left out stays as it is."""

    events = EVENTS
    active = serializers.BooleanField(required=False)


class SecretSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField(help_text=SECRET)


class CallSerializer(serializers.Serializer[Call]):
    """One event, as it was or is to be sent."""

    id = serializers.IntegerField()
    event_id = serializers.UUIDField(help_text="The `webhook-id` that its receiver sees, each time the same.")
    event = serializers.CharField()
    state = serializers.ChoiceField(choices=CallState.choices)
    tries = serializers.IntegerField()
    status_code = serializers.IntegerField(allow_null=True, help_text="What the receiver answered last.")
    error = serializers.CharField()
    due_at = serializers.DateTimeField(help_text="The next try, while it waits.")
    created_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)


class CallsSerializer(serializers.Serializer[Any]):
    results = CallSerializer(many=True)
    next = serializers.URLField(allow_null=True)


WEBHOOK: dict[str, Any] = {
    "id": 3,
    "url": "https://city.example/engage",
    "events": ["idea.heard", "idea.acted"],
    "active": True,
    "gone_at": None,
    "created_at": "2026-02-01T09:00:00-05:00",
}
NEW = {"url": WEBHOOK["url"], "events": WEBHOOK["events"]}
A_SECRET = {"secret": "whsec_…"}
CALL = {
    "id": 11,
    "event_id": "0d2b5b0c-8f7e-5c55-9d0e-6f6f1d8f0c11",
    "event": "idea.heard",
    "state": "ready",
    "tries": 1,
    "status_code": 503,
    "error": "",
    "due_at": "2026-02-03T09:36:00-05:00",
    "created_at": "2026-02-03T09:31:00-05:00",
    "delivered_at": None,
}


class Webhooks(BoardView):
    @extend_schema(
        operation_id="webhooks_list",
        tags=["webhooks"],
        summary="A command's webhooks",
        responses={200: WebhooksSerializer, **api_docs.problems(401, 403, 404)},
        examples=[api_docs.page("All", WEBHOOK)],
    )
    @staff(Permission.WEBHOOKS)
    def get(self, request: Request, command: Command) -> Response:
        rows: Any = Webhook.objects.all()
        return Response({"results": WebhookSerializer(rows, many=True).data, "next": None})

    @extend_schema(
        operation_id="webhooks_create",
        tags=["webhooks"],
        summary="Be told of events",
        description="Calls are signed as Standard Webhooks has it, sent at least once, and tried for three "
        "days. No redirect is followed. 410 ends them.",
        request=NewWebhook,
        responses={201: WebhookMadeSerializer, **api_docs.problems(400, 401, 403, 404)},
        examples=[api_docs.request("Two events", NEW), api_docs.answer("Made", WEBHOOK | A_SECRET, 201)],
    )
    @staff(Permission.WEBHOOKS)
    def post(self, request: Request, command: Command) -> Response:
        data = body_of(NewWebhook, request)
        try:
            webhook, secret = webhooks.add(url=data["url"], events=data.get("events", []), by=me(request))
        except Refused as refused:
            raise exceptions.ValidationError({refused.field: str(refused)}) from refused
        webhook.shown_once = secret  # type: ignore[attr-defined]
        return Response(WebhookMadeSerializer(webhook).data, status=201)


class WebhookDetail(BoardView):
    @extend_schema(
        operation_id="webhooks_partial_update",
        tags=["webhooks"],
        summary="Choose other events, pause, or go on",
        request=WebhookChange,
        responses={200: WebhookSerializer, **api_docs.problems(400, 401, 403, 404)},
        examples=[api_docs.request("Pause", {"active": False}), api_docs.answer("Now", WEBHOOK)],
    )
    @staff(Permission.WEBHOOKS)
    def patch(self, request: Request, command: Command, id: int) -> Response:
        webhook, data = get_object_or_404(Webhook, pk=id), body_of(WebhookChange, request)
        if "events" in data:
            webhooks.choose(webhook=webhook, events=data["events"])
        if "active" in data:
            (webhooks.resume if data["active"] else webhooks.pause)(webhook=webhook)
        return Response(WebhookSerializer(webhook).data)

    @extend_schema(
        operation_id="webhooks_destroy",
        tags=["webhooks"],
        summary="Remove a webhook",
        responses={204: None, **api_docs.problems(401, 403, 404)},
    )
    @staff(Permission.WEBHOOKS)
    def delete(self, request: Request, command: Command, id: int) -> Response:
        get_object_or_404(Webhook, pk=id).delete()
        return Response(status=204)


class WebhookSecret(BoardView):
    @extend_schema(
        operation_id="webhooks_rotate",
        tags=["webhooks"],
        summary="A new secret",
        description="For a day, calls are signed with the old one as well.",
        request=None,
        responses={201: SecretSerializer, **api_docs.problems(401, 403, 404)},
        examples=[api_docs.answer("Made", A_SECRET, 201)],
    )
    @staff(Permission.WEBHOOKS)
    def post(self, request: Request, command: Command, id: int) -> Response:
        return Response({"secret": webhooks.rotate(webhook=get_object_or_404(Webhook, pk=id))}, status=201)


class Calls(BoardView):
    @extend_schema(
        operation_id="calls_list",
        tags=["webhooks"],
        summary="What was sent, or waits to be, newest first",
        parameters=[PageQuery],
        responses={200: CallsSerializer, **api_docs.problems(400, 401, 403, 404)},
        examples=[api_docs.page("A page", CALL)],
    )
    @staff(Permission.WEBHOOKS)
    def get(self, request: Request, command: Command, id: int) -> Response:
        query = query_of(PageQuery, request)
        rows = get_object_or_404(Webhook, pk=id).calls.defer("payload").order_by("-pk")
        if cursor := query.get("cursor", ""):
            rows = rows.filter(pk__lt=_number(cursor))
        found = list(rows[: query["limit"] + 1])
        shown = found[: query["limit"]]
        return page_of(request, CallSerializer, shown, str(shown[-1].pk) if len(found) > len(shown) else "")


def _number(cursor: str) -> int:
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 19:
        return int(cursor)
    raise BadQuery({"cursor": "This cursor is not one of this list."})


class CallAgain(BoardView):
    @extend_schema(
        operation_id="calls_again",
        tags=["webhooks"],
        summary="Send it again, with the same id",
        request=None,
        responses={200: CallSerializer, **api_docs.problems(401, 403, 404)},
        examples=[api_docs.answer("Waits", CALL)],
    )
    @staff(Permission.WEBHOOKS)
    def post(self, request: Request, command: Command, id: int) -> Response:
        call = get_object_or_404(Call, pk=id)
        return Response(CallSerializer(webhooks.send_again(call=call)).data)
