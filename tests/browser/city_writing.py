"""What the small city has been writing: drafts, what waits, what is planned, a thread, pictures."""

from __future__ import annotations

import io
from datetime import timedelta

from django.utils import timezone
from PIL import Image

from socialfeeds import composing, drafting, releasing
from socialfeeds.models import Account, Delivery, Effect, Message, State

LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitän" * 2
LONG = (
    "The crossing at the school is painted anew, and the lamp stands where it stood. "
    "From Friday on, an officer is there each morning until the bell has rung. " * 5
)
FOUND = [
    {
        "number": number,
        "key": effect.value,
        "title": f"A guardrail that says {effect.label.lower()}",
        "explanation": f"Residents read this for years. {LONG_WORD}",
        "better": "Say what was done, and not who did it.",
        "effect": effect.value,
        "start": 0,
        "end": 3,
        "words": "The",
        "picture": 1 if effect == Effect.HINT else None,
    }
    for number, effect in enumerate(Effect, 1)
]


def build(users, command):
    """Inside the busy command."""
    accounts = list(Account.objects.values_list("pk", flat=True))
    tomorrow = timezone.now() + timedelta(days=1)

    def draft(text, who="commander", **given):
        return drafting.begin(
            command=command, by=users[who], given={"text": text, **given}, accounts=accounts
        )

    written = draft(
        f"A draft with {LONG_WORD}.", variants={"x": f"On X: {LONG_WORD}"}, link="https://example.org/"
    )
    composing.show(message=written, by=users["commander"], shown=[(_picture(), "A lamp"), (_picture(), "")])
    waits = releasing.submit(
        message=draft("It waits for the command.", who="moderator"), by=users["moderator"]
    )
    city = releasing.submit(message=draft("It waits for headquarters."), by=users["commander"])
    expired = releasing.submit(message=draft("Nobody looked in time."), by=users["commander"])
    for message, fields in [
        (city, {"waits_for": "city", "findings": FOUND}),
        (expired, {"submitted_at": timezone.now() - timedelta(days=9)}),
    ]:
        Message.objects.filter(pk=message.pk).update(**fields)
    releasing.expire()
    planned = releasing.release(message=draft(LONG, scheduled_at=tomorrow), by=users["commander"])
    said = releasing.release(message=draft(LONG + "And said."), by=users["commander"])
    for number, post in enumerate(said.deliveries.order_by("part")):
        Delivery.objects.filter(pk=post.pk).update(
            state=State.SENT, external_id=f"90{number}", sent_at=timezone.now(), due_at=None
        )
    return {
        "written": written.pk,
        "to_approve": waits.pk,
        "for_city": city.pk,
        "expired": expired.pk,
        "planned": planned.pk,
        "said": said.pk,
        "empty_draft": draft("", who="commander").pk,
    }


def _picture():
    data = io.BytesIO()
    Image.new("RGB", (640, 480), "#456").save(data, "JPEG")
    return data.getvalue()
