"""A command's messages for machines: written as drafts, sent for approval, released, taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engage import api_docs
from engage.problems import Conflict
from precincts.access import Permission, may
from precincts.handlers import BoardView, body_of, page_of, query_of, staff
from precincts.models import Command, User
from socialfeeds import drafting, releasing, wording
from socialfeeds.drafting import Stale
from socialfeeds.models import (
    TEXT_LENGTH,
    Account,
    Approval,
    Delivery,
    Did,
    Message,
    MessageStep,
    Network,
    State,
    Status,
)
from socialfeeds.reasons import Refused

PAGE = 50
LARGEST = 2**63 - 1
REASON_LENGTH = 1000
WRITTEN = (400, 401, 403, 404, 409)


# --- shapes ------------------------------------------------------------------------------------------------


class DeliverySerializer(serializers.Serializer[Delivery]):
    """One part of a message on one account."""

    account = serializers.IntegerField(source="account_id")
    network = serializers.ChoiceField(source="account.network", choices=Network.choices)
    part = serializers.IntegerField(help_text="Of a thread: 1, 2, …")
    state = serializers.ChoiceField(choices=State.choices)
    text = serializers.CharField(help_text="Its words as they are sent; empty until it is released.")
    error = serializers.CharField()
    needs_person = serializers.BooleanField(help_text="Somebody has to look and decide.")
    url = serializers.CharField(help_text="Where the post stands, once there is one.")
    sent_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)


class MessageStepSerializer(serializers.Serializer[MessageStep]):
    did = serializers.ChoiceField(choices=Did.choices)
    by = serializers.EmailField(source="by.email", allow_null=True, default=None)
    at = serializers.DateTimeField()
    reason = serializers.CharField()
    guardrail = serializers.IntegerField(allow_null=True)


class MessageSerializer(serializers.Serializer[Message]):
    id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Status.choices)
    version = serializers.IntegerField(help_text="Send it with what changes or decides.")
    text = serializers.CharField()
    variants = serializers.DictField(child=serializers.CharField(), help_text="Other words on a network.")
    link = serializers.CharField()
    track_link = serializers.BooleanField()
    author = serializers.EmailField(source="author.email", allow_null=True, default=None)
    waits_for = serializers.ChoiceField(
        choices=Approval.choices, allow_blank=True, help_text="Whose approval."
    )
    scheduled_at = serializers.DateTimeField(allow_null=True, help_text="Null: at once when released.")
    approved_by = serializers.EmailField(source="approved_by.email", allow_null=True, default=None)
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()
    deliveries = DeliverySerializer(many=True)


class MessageDetailSerializer(MessageSerializer):
    findings = serializers.ListField(
        child=serializers.DictField(), help_text="What the guardrails found when it was sent for approval."
    )
    steps = MessageStepSerializer(many=True)


class MessagePageSerializer(serializers.Serializer[Any]):
    results = MessageSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class MessagesQuery(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=Status.choices, required=False)
    cursor = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST)


class Moment(serializers.DateTimeField):
    """A time that says its offset: a local one can be an hour that does not exist, or that comes twice."""

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise serializers.ValidationError(
                _("Give the time with its offset from UTC: 2026-03-08T09:00-04:00.")
            )
        return super().enforce_timezone(value)


class MessageChange(serializers.Serializer[Any]):
    """What is left out stays as it is."""

    text = serializers.CharField(required=False, allow_blank=True, max_length=TEXT_LENGTH)
    variants = serializers.DictField(
        required=False, child=serializers.CharField(allow_blank=True, max_length=TEXT_LENGTH)
    )
    link = serializers.URLField(required=False, allow_blank=True, max_length=500)
    track_link = serializers.BooleanField(required=False)
    accounts = serializers.ListField(
        required=False, child=serializers.IntegerField(min_value=1, max_value=LARGEST), max_length=50
    )
    scheduled_at = Moment(required=False, allow_null=True, help_text="With its offset from UTC.")
    version = serializers.IntegerField(required=False, allow_null=True, min_value=1)

    def validate_variants(self, given: dict[str, str]) -> dict[str, str]:
        if unknown := sorted(set(given) - set(Network.values)):
            raise serializers.ValidationError(
                _("There is no such network: %(names)s.") % {"names": ", ".join(unknown)}
            )
        return {name: _clean(text) for name, text in given.items() if text.strip()}

    def validate_text(self, text: str) -> str:
        return _clean(text)

    def validate_accounts(self, numbers: list[int]) -> list[int]:
        known = set(Account.objects.connected().filter(pk__in=numbers).values_list("pk", flat=True))
        if unknown := [str(pk) for pk in numbers if pk not in known]:
            raise serializers.ValidationError(
                _("The command has no such account: %(names)s.") % {"names": ", ".join(unknown)}
            )
        return numbers


class MessageDecision(serializers.Serializer[Any]):
    action = serializers.ChoiceField(
        choices=["submit", "release", "approve", "return", "take_back", "withdraw"]
    )
    version = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=REASON_LENGTH,
        help_text="The answer to what a guardrail warns of; why it is returned; why it may go all the same.",
    )


MESSAGE: dict[str, Any] = {
    "id": 12,
    "status": "draft",
    "version": 1,
    "text": "The lamp at Main St and 41st Ave is fixed.",
    "variants": {},
    "link": "",
    "track_link": False,
    "author": "editor@example.org",
    "waits_for": "",
    "scheduled_at": "2026-02-04T09:00:00-05:00",
    "approved_by": None,
    "created_at": "2026-02-03T09:31:00-05:00",
    "changed_at": "2026-02-03T09:31:00-05:00",
    "deliveries": [
        {
            "account": 4,
            "network": "bluesky",
            "part": 1,
            "state": "held",
            "text": "",
            "error": "",
            "needs_person": False,
            "url": "",
            "sent_at": None,
            "deleted_at": None,
        }
    ],
}
DETAIL: dict[str, Any] = MESSAGE | {"findings": [], "steps": []}


# --- reading -----------------------------------------------------------------------------------------------


def _rows() -> QuerySet[Message]:
    deliveries = Delivery.objects.select_related("account").order_by("account_id", "part")
    rows = Message.objects.select_related("author", "approved_by")
    return rows.prefetch_related(Prefetch("deliveries", deliveries)).order_by("-pk")


def message_now(pk: int) -> Message:
    steps = MessageStep.objects.select_related("by").order_by("pk")
    return get_object_or_404(_rows().prefetch_related(Prefetch("steps", steps)), pk=pk)


def _shown(pk: int, status: int = 200) -> Response:
    return Response(MessageDetailSerializer(message_now(pk)).data, status=status)


def _clean(text: str) -> str:
    try:
        return wording.clean(text)
    except wording.CannotSay as error:
        raise serializers.ValidationError(str(error)) from error


class Messages(BoardView):
    @extend_schema(
        operation_id="messages_list",
        tags=["messages"],
        summary="A command's messages, newest first",
        parameters=[MessagesQuery],
        responses={200: MessagePageSerializer, **api_docs.problems(400, 401, 403, 404)},
        examples=[api_docs.page("A page", MESSAGE)],
    )
    @staff(Permission.SEE_DESK)
    def get(self, request: Request, command: Command) -> Response:
        asked = query_of(MessagesQuery, request)
        rows = _rows()
        if "status" in asked:
            rows = rows.filter(status=asked["status"])
        if "cursor" in asked:
            rows = rows.filter(pk__lt=asked["cursor"])
        found = list(rows[: PAGE + 1])
        cursor = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
        return page_of(request, MessageSerializer, found[:PAGE], cursor)

    @extend_schema(
        operation_id="messages_create",
        tags=["messages"],
        summary="Write a draft",
        description="It goes nowhere until it is released. Pictures are added at the command's desk.",
        request=MessageChange,
        responses={201: MessageDetailSerializer, **api_docs.problems(400, 401, 403, 404)},
        examples=[
            api_docs.request("A draft", {"text": MESSAGE["text"], "accounts": [4]}),
            api_docs.answer("Kept", DETAIL, 201),
        ],
    )
    @staff(Permission.PUBLISH)
    def post(self, request: Request, command: Command) -> Response:
        given = body_of(MessageChange, request)
        accounts = given.pop("accounts", [])
        made = drafting.begin(command=command, by=_me(request), given=given, accounts=accounts)
        return _shown(made.pk, 201)


class MessageDetail(BoardView):
    @extend_schema(
        operation_id="messages_retrieve",
        tags=["messages"],
        summary="One message, with its steps",
        responses={200: MessageDetailSerializer, **api_docs.problems(401, 403, 404)},
        examples=[api_docs.answer("As it stands", DETAIL)],
    )
    @staff(Permission.SEE_DESK)
    def get(self, request: Request, command: Command, id: int) -> Response:
        return _shown(id)

    @extend_schema(
        operation_id="messages_partial_update",
        tags=["messages"],
        summary="Change a draft",
        request=MessageChange,
        responses={200: MessageDetailSerializer, **api_docs.problems(*WRITTEN)},
        examples=[
            api_docs.request("Other words", {"text": MESSAGE["text"], "version": 1}),
            api_docs.answer("Kept", DETAIL),
        ],
    )
    @staff(Permission.PUBLISH)
    def patch(self, request: Request, command: Command, id: int) -> Response:
        message, given = message_now(id), body_of(MessageChange, request)
        version, accounts = given.pop("version", None), given.pop("accounts", None)
        _decide(
            lambda: drafting.save(
                message=message, by=_me(request), given=given, accounts=accounts, version=version
            )
        )
        return _shown(id)


# --- deciding ----------------------------------------------------------------------------------------------


class MessageDecisions(BoardView):
    @extend_schema(
        operation_id="messages_decisions_create",
        tags=["messages"],
        summary="Release a message, send it for approval, approve, return, take back, or withdraw it",
        description=(
            "`release` and `submit` say all at once what keeps it. Nobody approves what they wrote. What "
            "waits for headquarters is decided with a scope of theirs."
        ),
        request=MessageDecision,
        responses={200: MessageDetailSerializer, **api_docs.problems(*WRITTEN)},
        examples=[
            api_docs.request("Release", {"action": "release", "version": 1}),
            api_docs.answer("As it stands now", DETAIL),
        ],
    )
    @staff(Permission.SEE_DESK)
    def post(self, request: Request, command: Command, id: int) -> Response:
        message, asked = message_now(id), body_of(MessageDecision, request)
        _needs(request, _permission(asked["action"], message), command)
        by, version, reason = _me(request), asked.get("version"), asked["reason"]
        city = message.waits_for == Approval.CITY
        done: dict[str, Callable[[], Any]] = {
            "submit": lambda: releasing.submit(message=message, by=by, version=version, because=reason),
            "release": lambda: releasing.release(message=message, by=by, version=version, because=reason),
            "approve": lambda: releasing.approve(
                message=message, by=by, city=city, version=version, reason=reason
            ),
            "return": lambda: releasing.give_back(
                message=message, by=by, city=city, version=version, reason=reason
            ),
            "take_back": lambda: releasing.take_back(message=message, by=by, version=version, reason=reason),
            "withdraw": lambda: releasing.withdraw(message=message, by=by, version=version, reason=reason),
        }
        _decide(done[asked["action"]])
        return _shown(id)


def _permission(action: str, message: Message) -> Permission:
    if action not in ("approve", "return"):
        return Permission.PUBLISH
    return Permission.APPROVE_CITY if message.waits_for == Approval.CITY else Permission.APPROVE


def _needs(request: Request, permission: Permission, command: Command) -> None:
    if not may(request.user, permission, command):
        raise exceptions.PermissionDenied


def _decide(do: Callable[[], Any]) -> None:
    """Do it, or say why not: beside the field where there is one."""
    try:
        do()
    except Stale as stale:
        raise Conflict(str(stale), version=stale.message.version) from stale
    except Refused as refused:
        errors: dict[str, list[str]] = {}
        for reason in refused.reasons:
            errors.setdefault(reason.field or "non_field_errors", []).append(reason.words)
        raise exceptions.ValidationError(errors) from refused


def _me(request: Request) -> User:
    assert not isinstance(request.user, AnonymousUser)
    return request.user
