"""What /api/schema/ says of the board's API beside its shapes: problems, and one example of everything."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from engage.problems import MEDIA_TYPE, problem
from ideas.serializers import ProblemSerializer

CARD: dict[str, Any] = {
    "id": 42,
    "url": "https://engage.example/pct-109/ideas/42/",
    "status": "heard",
    "title": "Cars race along the boulevard after eleven",
    "body": "Every night from Thursday to Sunday. They line up at the light and go when it turns green.",
    "topic": "speeding",
    "place": "Kissena Blvd & 45 Av",
    "lat": 40.7532,
    "lon": -73.823,
    "precision": "point",
    "up": 18,
    "down": 2,
    "score": 16,
    "value": 1,
    "comment_count": 1,
    "answer": {"text": "Our traffic officers look at the times you name.", "at": "2026-02-03T09:30:00-05:00"},
    "referred": None,
    "photos": [
        {
            "url": "https://engage.example/pct-109/photos/3f0e8f52-5d8c-4c22-9be1-6d0b6a3a4e11/full.jpg",
            "thumbnail_url": "https://engage.example/pct-109/photos/3f0e8f52-5d8c-4c22-9be1-6d0b6a3a4e11/small.jpg",
            "width": 1600,
            "height": 1200,
            "alt": "Tire marks on a crossing.",
        }
    ],
    "created_at": "2026-02-01T23:40:00-05:00",
    "published_at": "2026-02-02T08:05:00-05:00",
}
STEPS: list[dict[str, Any]] = [
    {
        "at": "2026-02-01T23:40:00-05:00",
        "what": "Raised by a neighbor",
        "status": "waiting",
        "text": "",
        "rule": None,
        "links": [],
    },
    {
        "at": "2026-02-03T09:30:00-05:00",
        "what": "The command answered",
        "status": "heard",
        "text": "Our traffic officers look at the times you name.",
        "rule": None,
        "links": ["https://x.com/demo_pct109/status/1"],
    },
]
DETAIL = {**CARD, "version": 3, "mine": False, "history": STEPS}
FRESH = {
    **CARD,
    "status": "waiting",
    "up": 0,
    "down": 0,
    "score": 0,
    "value": 0,
    "comment_count": 0,
    "answer": None,
    "photos": [],
    "published_at": None,
    "version": 1,
    "mine": True,
    "history": STEPS[:1],
}
TALLY = {"score": 16, "up": 18, "down": 2, "value": 1}
COMMENT = {
    "id": 7,
    "parent": None,
    "body": "Sundays too, around one.",
    "official": False,
    "status": "waiting",
    "created_at": "2026-02-02T10:00:00-05:00",
}
QUEUE_ITEM = {
    "type": "idea",
    "id": 42,
    "idea": 42,
    "title": CARD["title"],
    "body": CARD["body"],
    "place": CARD["place"],
    "version": 1,
    "actions": ["approve", "refer", "screen"],
    "urgent": False,
    "hints": [],
    "created_at": CARD["created_at"],
}

KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "format": "uuid"},
    OpenApiParameter.HEADER,
    description="A UUID of yours. Sent again with the same one, an issue is raised once.",
)


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
