"""What every call of the API goes through: whose token, its scopes, limits, faults; and its errors."""

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from .. import faults, limits
from ..gate import Answers, View, go_wrong
from ..limits import Taken
from . import store
from .store import Account, RefusedError


def error(status: int, words: str, **more: str) -> HttpResponse:
    return JsonResponse({"error": words, **more}, status=status)


def endpoint(scope: str, bucket: str = "mastodon") -> Callable[[View], View]:
    """Make a view part of the API: it gets the account as its second argument."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def call(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            kind, _, token = request.headers.get("Authorization", "").partition(" ")
            owner = store.owner_of(token.strip()) if kind.lower() == "bearer" else None
            taken = limits.take(bucket, owner[0].acct if owner else "")

            def work() -> HttpResponse:
                try:
                    assert owner
                    return view(request, owner[0], **kwargs)
                except RefusedError as refused:
                    return error(refused.status, refused.words)

            response = _answer(request, owner, scope, taken, work)
            for name, value in _told(taken).items():
                response[name] = value
            return response

        return call

    return wrap


def _answer(
    request: HttpRequest,
    owner: tuple[Account, set[str]] | None,
    scope: str,
    taken: Taken,
    work: Callable[[], HttpResponse],
) -> HttpResponse:
    if taken.refused_by:
        return error(429, "Too many requests")
    if not owner:
        return error(401, "The access token is invalid")
    if not {scope, scope.partition(":")[0]} & owner[1]:
        return error(403, "This action is outside the authorized scopes")
    since = faults.clearings()
    fault = faults.take(handle=owner[0].acct, path=request.path, method=request.method or "GET")
    return go_wrong(request, fault, since, work, ANSWERS) if fault else work()


def _told(taken: Taken) -> dict[str, str]:
    reset = datetime.fromtimestamp(taken.user.reset, UTC).isoformat(timespec="microseconds")
    return {
        "X-RateLimit-Limit": str(taken.user.limit),
        "X-RateLimit-Remaining": str(taken.user.remaining),
        "X-RateLimit-Reset": reset.replace("+00:00", "Z"),
    }


def careful(view: View) -> View:
    """A view that needs no token: a refusal becomes an answer."""

    @functools.wraps(view)
    def call(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, **kwargs)
        except RefusedError as refused:
            return error(refused.status, refused.words)

    return call


def _says(status: int, words: str) -> Callable[[], HttpResponse]:
    return lambda: error(status, words)


ANSWERS: Answers = {
    "": _says(500, "There was a problem communicating with the server"),
    "timeout": _says(503, "Service unavailable"),
    "401": _says(401, "The access token was revoked"),
    "429": _says(429, "Too many requests"),
    "429-code88": _says(429, "Too many requests"),
    "200-errors": lambda: JsonResponse({}),
}
