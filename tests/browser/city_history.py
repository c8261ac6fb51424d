"""What the small city has of histories and webhooks."""

from __future__ import annotations

from ideas import goals
from ideas.models import Call, CallState, SavedReply, ServiceGoal, Webhook


def build(city, users):
    """Inside the busy command: a reply that was changed, and a webhook with a call of each kind."""
    reply = SavedReply.objects.order_by("pk").first()
    if reply is None:
        reply = SavedReply.objects.create(name="Heard", text="We heard it.")
    reply.text += " We look at the corner this week."
    reply.save()
    webhook = Webhook.objects.create(
        url="https://city.example/engage/hooks/for-the-109th-precinct",
        secret="whsec_eA==",
        created_by=users["commander"],
    )
    for state, code, error in [
        (CallState.DELIVERED, 204, ""),
        (CallState.FAILED, None, "It took too long to answer."),
        (CallState.READY, 503, ""),
    ]:
        Call.objects.create(
            webhook=webhook,
            event="idea.heard",
            payload={},
            state=state,
            status_code=code,
            error=error,
            tries=3,
            # Nobody is asked while the pages are looked at.
            due_at=webhook.created_at.replace(year=webhook.created_at.year + 1),
        )
    city.ideas |= {"webhook": webhook.pk, "changed_reply": reply.pk}


def of_the_city(users):
    """Outside of any command: a goal that was set twice."""
    for hours in (160, 168):
        goals.set_goals(hours={"hear": hours}, by=users["administrator"])
    return {"goal": ServiceGoal.objects.get(measure="hear").pk}
