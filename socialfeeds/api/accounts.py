"""A command's accounts, for machines: how they stand; rest, go on, give up. Keys are never told."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engage import api_docs
from engage.problems import Conflict
from precincts.access import Permission
from precincts.handlers import BoardView, body_of, staff
from precincts.models import Command
from socialfeeds import connecting
from socialfeeds.models import Account, AccountStatus, Network
from socialfeeds.views.accounts import with_numbers


class AccountSerializer(serializers.Serializer[Account]):
    id = serializers.IntegerField()
    network = serializers.ChoiceField(choices=Network.choices)
    handle = serializers.CharField()
    name = serializers.CharField()
    server = serializers.CharField(help_text="The Mastodon instance or the Bluesky server, else empty.")
    url = serializers.CharField(help_text="Where it can be read.")
    status = serializers.ChoiceField(choices=AccountStatus.choices)
    trouble = serializers.CharField(help_text="Why it is not active, in words.")
    troubled_at = serializers.DateTimeField(allow_null=True)
    waiting = serializers.IntegerField(help_text="Messages that have still to leave on it.")
    followers = serializers.IntegerField(allow_null=True)
    mentions_fetched_at = serializers.DateTimeField(allow_null=True)
    disconnected_at = serializers.DateTimeField(allow_null=True, help_text="Since when it is given up.")
    created_at = serializers.DateTimeField()


class AccountsSerializer(serializers.Serializer[Any]):
    results = AccountSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="Always null: they come all at once.")


class AccountChange(serializers.Serializer[Any]):
    paused = serializers.BooleanField(help_text="Nothing goes out on it. It is still listened to.")


ACCOUNT: dict[str, Any] = {
    "id": 4,
    "network": "bluesky",
    "handle": "pct109.bsky.social",
    "name": "",
    "server": "https://bsky.social",
    "url": "https://bsky.app/profile/pct109.bsky.social",
    "status": "active",
    "trouble": "",
    "troubled_at": None,
    "waiting": 0,
    "followers": 1841,
    "mentions_fetched_at": "2026-02-03T09:31:00-05:00",
    "disconnected_at": None,
    "created_at": "2026-02-01T09:00:00-05:00",
}


def account_now(pk: int) -> Account:
    found = with_numbers(Account.objects.filter(pk=pk))
    if not found:
        raise Http404
    return found[0]


class Accounts(BoardView):
    @extend_schema(
        operation_id="accounts_list",
        tags=["accounts"],
        summary="A command's accounts on networks",
        description="They are connected in a browser, at the command's desk.",
        responses={200: AccountsSerializer, **api_docs.problems(401, 403, 404)},
        examples=[api_docs.page("All", ACCOUNT)],
    )
    @staff(Permission.SEE_DESK)
    def get(self, request: Request, command: Command) -> Response:
        rows: Any = with_numbers(Account.objects.all())
        return Response({"results": AccountSerializer(rows, many=True).data, "next": None})


class AccountDetail(BoardView):
    @extend_schema(
        operation_id="accounts_retrieve",
        tags=["accounts"],
        summary="One account",
        responses={200: AccountSerializer, **api_docs.problems(401, 403, 404)},
        examples=[api_docs.answer("As it stands", ACCOUNT)],
    )
    @staff(Permission.SEE_DESK)
    def get(self, request: Request, command: Command, id: int) -> Response:
        return Response(AccountSerializer(account_now(id)).data)

    @extend_schema(
        operation_id="accounts_partial_update",
        tags=["accounts"],
        summary="Pause an account, or let it go on",
        request=AccountChange,
        responses={200: AccountSerializer, **api_docs.problems(400, 401, 403, 404, 409)},
        examples=[api_docs.request("Pause", {"paused": True}), api_docs.answer("Now", ACCOUNT)],
    )
    @staff(Permission.CONNECT)
    def patch(self, request: Request, command: Command, id: int) -> Response:
        account, by = account_now(id), _me(request)
        if account.status == AccountStatus.DEAD:
            raise Conflict("This account must be connected again first.")
        if body_of(AccountChange, request)["paused"]:
            connecting.pause(account=account, by=by)
        else:
            connecting.resume(account=account)
        return Response(AccountSerializer(account_now(id)).data)

    @extend_schema(
        operation_id="accounts_destroy",
        tags=["accounts"],
        summary="Disconnect an account",
        description="Its keys are forgotten here. What was said and heard on it is kept.",
        responses={204: None, **api_docs.problems(401, 403, 404)},
    )
    @staff(Permission.CONNECT)
    def delete(self, request: Request, command: Command, id: int) -> Response:
        connecting.disconnect(account=account_now(id), by=_me(request))
        return Response(status=204)


def _me(request: Request) -> Any:
    return request.user
