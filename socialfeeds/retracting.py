"""Taking a post back from its network, with a reason. What it said is kept."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from precincts import tenancy
from precincts.models import Command, User
from socialfeeds import record
from socialfeeds.models import Delivery, Did, Kept, MessageStep
from socialfeeds.networks import network_named
from socialfeeds.reasons import Reason, Refused
from socialfeeds.releasing import REASON_LENGTH


def delete(*, command: Command, delivery: Delivery, by: User, reason: str) -> Delivery:
    """Delete a post of ours. Called outside of any tenancy: the network is asked in between.

    What is gone already is not asked for. Raises Refused without a reason, and NetworkError where the network
    did not do it.
    """
    if not reason.strip():
        raise Refused(Reason("why", _("Say why it is deleted. It is kept."), "reason"))
    if delivery.deleted_at:
        return delivery
    if not delivery.external_id:
        raise Refused(
            Reason("unknown", _("Nobody told us where this post stands. Delete it on the network itself."))
        )
    raw = network_named(delivery.account.network).delete(delivery.account, delivery.external_id)
    with tenancy.enter(command):
        rows = Delivery.objects.select_for_update(of=("self",))
        row = rows.select_related("account", "message__author", "message__approved_by").get(pk=delivery.pk)
        if row.deleted_at is None:
            row.deleted_at = timezone.now()
            row.save(update_fields=["deleted_at"])
            told = {"external_id": row.external_id, "reason": reason.strip(), "raw": raw}
            body = record.of_delivery(row, by=record.person(by), **told)
            record.keep(Kept.DELETED, account=row.account, about=f"delivery:{row.pk}", body=body)
            words = f"{row.account}, {row.part}: {reason.strip()}"[:REASON_LENGTH]
            MessageStep.objects.create(
                message=row.message, did=Did.DELETED, by=by, version=row.message.version, reason=words
            )
    return row
