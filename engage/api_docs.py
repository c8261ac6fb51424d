"""What /api/schema/ says everywhere: how examples are written, and which problems there are."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers

from engage.problems import MEDIA_TYPE, problem


class ErrorSerializer(serializers.Serializer[Any]):
    """One thing to mend."""

    pointer = serializers.CharField(required=False, help_text="A JSON pointer into what was sent: `#/rule`.")
    parameter = serializers.CharField(required=False, help_text="Or the parameter of the address.")
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """What is wrong, as RFC 9457 has it."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False, help_text="A sentence for a person.")
    errors = ErrorSerializer(many=True, required=False)  # type: ignore[assignment]


def page(name: str, item: Any) -> OpenApiExample:
    """An example of a page of a list."""
    return answer(name, {"results": [item], "next": None})


def answer(name: str, value: Any, status: int = 200) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)])


def request(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


# What each status means here, and how it looks.
PROBLEMS: dict[int, tuple[str, dict[str, Any]]] = {
    400: (
        "Something in it cannot be taken: `errors` says what.",
        {
            "detail": "Some of what was sent cannot be taken.",
            "errors": [{"pointer": "#/body", "detail": "…"}],
        },
    ),
    401: ("Nobody is signed in.", {"detail": "Authentication credentials were not provided."}),
    403: (
        "Not for this person as things stand: `detail` says what would help.",
        {
            "detail": "Sign in with a verified e-mail address first. It is never shown.",
            "requires": "verified",
        },
    ),
    404: ("There is no such thing in this command.", {"detail": "Not found."}),
    409: ("It has changed, or is closed.", {"detail": "This issue is closed: it takes no more votes."}),
    422: (
        "It reads like an emergency. **Call 911.** If it is none, send it again with `not_now`.",
        {
            "detail": "If this is happening now, call 911.",
            "errors": [{"pointer": "#/not_now", "detail": "…"}],
        },
    ),
    429: ("Too much at once: `Retry-After` says for how many seconds.", {"detail": "Please take a break."}),
}


def problems(*statuses: int) -> dict[Any, OpenApiResponse]:
    """The problems that an address may answer with, for extend_schema's `responses`."""
    return {
        (status, MEDIA_TYPE): OpenApiResponse(
            ProblemSerializer,
            PROBLEMS[status][0],
            [
                OpenApiExample(
                    f"problem {status}",
                    value=problem(status, **PROBLEMS[status][1]),
                    media_type=MEDIA_TYPE,
                    response_only=True,
                    status_codes=[str(status)],
                )
            ],
        )
        for status in statuses
    }
