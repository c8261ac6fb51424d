"""Hiding a public reply: under a published rule, with a snapshot, by two people; and showing it again.

    asked → hiding → hidden → showing → shown
          → refused       → failed (the network will not)

Software never asks and never decides: only these verbs do, and each takes a person. Nobody is blocked by it.
The call is made outside of any transaction, by a worker. It says how the reply is to stand and not what to
change, so one whose answer was lost is simply made again.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from precincts import tenancy
from precincts.models import User
from socialfeeds import record, tasks
from socialfeeds.inbox import Refused
from socialfeeds.models import Account, Hiding, HidingState, Mention
from socialfeeds.networks import network_named
from socialfeeds.networks.base import Dead, NetworkError, NotSent

log = logging.getLogger(__name__)

SWEEP = 200
LEASE = timedelta(minutes=2)
WAIT = timedelta(minutes=1)
# A network that gives no answer for so long is asked no more: a person looks.
GIVE_UP = timedelta(days=1)
UNDER_WAY = (HidingState.HIDING, HidingState.SHOWING)


def ask(*, mention: Mention, edition: int, rule: int, rule_title: str, reason: str, by: User) -> Hiding:
    """Somebody asks that a reply be hidden. Nothing happens to it until another person agrees."""
    if mention.gone_at:
        raise Refused("rule", _("Its author took it away already."))
    try:
        with transaction.atomic():
            return Hiding.objects.create(
                mention=mention,
                edition=edition,
                rule=rule,
                rule_title=rule_title,
                reason=reason,
                snapshot=_snapshot(mention),
                asked_by=by,
            )
    except IntegrityError as error:
        raise Refused("rule", _("Somebody asked for this already.")) from error


def _snapshot(mention: Mention) -> dict[str, Any]:
    """What it said, as somebody read it who asked."""
    return {
        "text": mention.text,
        "author_handle": mention.author_handle,
        "author_name": mention.author_name,
        "author_id": mention.author_id,
        "posted_at": mention.posted_at.isoformat(),
        "url": mention.url,
        "external_id": mention.external_id,
    }


def decide(*, hiding: Hiding, hide: bool, by: User) -> Hiding:
    """A second person agrees, or does not. Raises Refused."""
    row = _lock(hiding)
    if row.asked_by_id == by.pk:
        raise Refused("", _("You asked for it, so somebody else decides."))
    if row.state != HidingState.ASKED:
        raise Refused("", _("This is decided already: %(state)s.") % {"state": row.get_state_display()})
    row.decided_by, row.decided_at = by, timezone.now()
    row.state = HidingState.HIDING if hide else HidingState.REFUSED
    return _under_way(row)


def undo(*, hiding: Hiding, by: User) -> Hiding:
    """Show it again. That takes one person."""
    row = _lock(hiding)
    if row.state not in (HidingState.HIDDEN, HidingState.HIDING):
        raise Refused("", _("It is not hidden: %(state)s.") % {"state": row.get_state_display()})
    row.undone_by, row.undone_at = by, timezone.now()
    row.state, row.error = HidingState.SHOWING, ""
    return _under_way(row)


def _lock(hiding: Hiding) -> Hiding:
    return Hiding.objects.select_for_update(of=("self",)).get(pk=hiding.pk)


def _under_way(row: Hiding) -> Hiding:
    row.due_at = timezone.now() if row.state in UNDER_WAY else None
    row.save()
    if row.due_at:
        tasks.hide_soon(row)
    return row


def for_desk() -> QuerySet[Hiding]:
    """The log: what waits for a second person first, then the newest."""
    related = ("mention__account", "mention__thread", "asked_by", "decided_by", "undone_by")
    return Hiding.objects.select_related(*related).order_by("-asked_at", "-pk")


# --- the worker --------------------------------------------------------------------------------------------


def due() -> list[tuple[int, int]]:
    """(command, hiding) of the calls to make now."""
    with tenancy.citywide():
        rows = Hiding.objects.filter(state__in=UNDER_WAY, due_at__lte=timezone.now())
        return list(rows.order_by("due_at", "pk").values_list("command_id", "pk")[:SWEEP])


def carry_out(*, command_id: int, hiding_id: int) -> None:
    """Tell the network, once it is due and nobody else does."""
    if connection.in_atomic_block:
        raise RuntimeError("The network is asked outside of any transaction.")
    with tenancy.enter(command_id):
        row = _claim(hiding_id)
    if row is None:
        return
    mention, hidden = row.mention, row.state == HidingState.HIDING
    try:
        network = network_named(mention.account.network)
        raw, error = network.hide(mention.account, mention.external_id, hidden=hidden), None
    except NetworkError as failed:
        raw, error = failed.raw, failed
    with tenancy.enter(command_id):
        _record(row, raw, error)


def _claim(hiding_id: int) -> Hiding | None:
    """Its row, if it is due. A worker that dies after this is followed by another when the lease ends."""
    now = timezone.now()
    rows = Hiding.objects.filter(pk=hiding_id, state__in=UNDER_WAY, due_at__lte=now)
    row = rows.select_related("mention__account").select_for_update(of=("self",), skip_locked=True).first()
    if row is not None:
        row.due_at = now + LEASE
        row.save(update_fields=["due_at"])
    return row


def _record(claimed: Hiding, raw: Any, error: NetworkError | None) -> None:
    people = ("asked_by", "decided_by", "undone_by", "mention__account")
    row = Hiding.objects.select_for_update(of=("self",)).select_related(*people).get(pk=claimed.pk)
    if row.state != claimed.state:
        # Somebody wants it shown again meanwhile: that call is still to come.
        return
    hidden = row.state == HidingState.HIDING
    if error is None:
        row.state = HidingState.HIDDEN if hidden else HidingState.SHOWN
        row.due_at, row.error = None, ""
        Mention.objects.filter(pk=row.mention_id).update(hidden_at=timezone.now() if hidden else None)
        record.tell_hidden(row, hidden=hidden, raw=raw)
    else:
        _not_done(row, error)
    row.save()


def _not_done(row: Hiding, error: NetworkError) -> None:
    log.warning("Hiding %s: %s", row.pk, error)
    row.error, now = str(error)[:300], timezone.now()
    if isinstance(error, Dead):
        Account.objects.filter(pk=row.mention.account_id).die(str(error))
    begun = row.undone_at or row.decided_at or now
    for_good = isinstance(error, NotSent) and error.permanent and not isinstance(error, Dead)
    if for_good or now - begun > GIVE_UP:
        # What could not be shown again is still hidden, and can be asked for again.
        row.state = HidingState.FAILED if row.state == HidingState.HIDING else HidingState.HIDDEN
        row.due_at = None
        return
    retry_at = error.retry_at if isinstance(error, NotSent) else None
    row.due_at = retry_at or now + WAIT
