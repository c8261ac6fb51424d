"""What /api/schema/ says of the board's API beside its shapes: one example of everything."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter

CARD: dict[str, Any] = {
    "id": 42,
    "url": "https://engage.example/pct-109/ideas/42/",
    "status": "heard",
    "title": "Cars race along the boulevard after eleven",
    "body": "Every night from Thursday to Sunday. They line up at the light and go when it turns green.",
    "gaps": [],
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
    "answer": {
        "text": "Our traffic officers look at the times **you name**.",
        "html": '<p dir="auto">Our traffic officers look at the times <strong>you name</strong>.</p>',
        "at": "2026-02-03T09:30:00-05:00",
        "edited_at": None,
        "acted_on": None,
    },
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
DETAIL = {
    **CARD,
    "answer": {**CARD["answer"], "photos": [], "before": [], "also": []},
    "version": 3,
    "verdicts": None,
    "mine": False,
    "history": STEPS,
}
VERDICT = {"round": 311, "fixed": 2, "not_fixed": 1, "mine": False, "reopened": False}
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
    "verdicts": None,
    "mine": True,
    "history": STEPS[:1],
}
WITHDRAWN = {
    **FRESH,
    "status": "withdrawn",
    "version": 2,
    "history": [
        STEPS[0],
        {
            "at": "2026-02-02T12:00:00-05:00",
            "what": "Withdrawn by its author",
            "status": "withdrawn",
            "text": "",
            "rule": None,
            "links": [],
        },
    ],
}
TALLY = {"score": 16, "up": 18, "down": 2, "value": 1}
COMMENT: dict[str, Any] = {
    "id": 7,
    "parent": None,
    "body": "Sundays too, around one.",
    "gaps": [],
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
