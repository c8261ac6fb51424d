"""A message of headquarters for many commands: offered to each, or run at each once two people agree.

Headquarters writes the Broadcast, which belongs to no command, and says tasks.spread_soon. A worker carries
it to each command in a transaction of its own, and may be killed between any two: what is still to do is read
from the rows. Once it is withdrawn nothing more of it leaves: the claim asks that too (DeliveryQuerySet.due).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from precincts import tenancy
from precincts.models import Command, User
from socialfeeds import composing, networks, planning, reasons, releasing
from socialfeeds.models import (
    Account,
    AccountStatus,
    Broadcast,
    Certificate,
    Delivery,
    Message,
    Network,
    Offer,
    OfferStatus,
    State,
    Status,
)

log = logging.getLogger(__name__)

UNSENT = [Status.DRAFT, Status.SUBMITTED]


class Refused(Exception):
    """It is not done. The text says why."""


# --- at headquarters, outside of any tenancy ---------------------------------------------------------------


def write(
    *,
    text: str,
    by: User,
    commands: Collection[Command],
    link: str = "",
    must_run: bool = False,
    only: Iterable[str] = (),
    scheduled_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> Broadcast:
    """A broadcast for these commands. An offer is on its way at once; a must-run waits for a second person.

    Raises Refused where its writer has no certificate, and CannotSay for words that no network takes.
    """
    _needs_certificate(by)
    only = list(only)
    if why := why_unsayable(text, link, only):
        raise composing.CannotSay(why)
    with transaction.atomic():
        broadcast = Broadcast.objects.create(
            text=text,
            link=link,
            must_run=must_run,
            networks=only,
            scheduled_at=scheduled_at,
            closes_at=None if must_run else closes_at,
            created_by=by,
        )
        broadcast.commands.set(commands)
    return broadcast


def approve(*, broadcast: Broadcast, by: User) -> Broadcast:
    """The second person's yes to a must-run. Raises Refused."""
    with transaction.atomic():
        broadcast = Broadcast.objects.select_for_update().get(pk=broadcast.pk)
        if broadcast.created_by_id == by.pk:
            raise Refused(_("Whoever wrote it does not approve it. Ask somebody else at headquarters."))
        if not broadcast.must_run or broadcast.approved_by_id or broadcast.ended_at:
            raise Refused(_("This has been decided already."))
        if broadcast.scheduled_at and broadcast.scheduled_at <= timezone.now():
            raise Refused(_("Its time is past. Withdraw it, and write it anew."))
        _needs_certificate(broadcast.created_by)
        broadcast.approved_by, broadcast.approved_at = by, timezone.now()
        broadcast.save()
    return broadcast


def withdraw(*, broadcast: Broadcast, by: User) -> Broadcast:
    """From now on nothing of it leaves. What has left stays."""
    with transaction.atomic():
        broadcast = Broadcast.objects.select_for_update().get(pk=broadcast.pk)
        if not broadcast.ended_at:
            broadcast.ended_at, broadcast.ended_by = timezone.now(), by
            broadcast.save()
        return broadcast


def why_unsayable(text: str, link: str, only: Iterable[str]) -> str:
    """Why these words fit some network not at all. Empty where they do."""
    chosen = list(only) or list(networks.MODULES)
    return planning.why_unsayable(text, link, [name for name in chosen if name in networks.MODULES])


def _needs_certificate(user: User) -> None:
    if not Certificate.objects.valid_at(timezone.now()).filter(user=user).exists():
        raise Refused(
            _("%(who)s has no valid certificate, so nothing of theirs would leave. Take the course first.")
            % {"who": user}
        )


# --- carried to the commands, by a worker ------------------------------------------------------------------


def due(broadcast_id: int | None = None) -> list[tuple[int, int]]:
    """(broadcast, command) where there is still something to do, of one broadcast or of all."""
    with tenancy.citywide():
        found = {*_without_offer(), *_to_run(), *_to_close(), *_to_stop()}
    return sorted(pair for pair in found if broadcast_id in (None, pair[0]))


def _live() -> QuerySet[Broadcast]:
    agreed = Q(must_run=False) | Q(approved_by__isnull=False)
    still_open = Q(closes_at=None) | Q(closes_at__gt=timezone.now())
    return Broadcast.objects.filter(agreed & still_open, ended_at=None)


def _without_offer() -> Iterable[tuple[int, int]]:
    wanted = Broadcast.commands.through.objects.filter(broadcast__in=_live())
    there = Offer.objects.filter(broadcast=OuterRef("broadcast_id"), command=OuterRef("command_id"))
    return wanted.filter(~Exists(there)).values_list("broadcast_id", "command_id")


def _to_run() -> Iterable[tuple[int, int]]:
    """Must-runs that found no account: once there is one, if it is still in time."""
    late = Offer.objects.filter(
        broadcast__in=_live().filter(must_run=True, scheduled_at__gt=timezone.now()),
        status=OfferStatus.OPEN,
        message=None,
    )
    rows = late.select_related("broadcast")
    return [(row.broadcast_id, command) for row in rows if (command := row.command_id) and _could_run(row)]


def _could_run(offer: Offer) -> bool:
    words = planning.words_of(offer.broadcast.text, offer.broadcast.link)
    accounts = _chosen(Account.objects.filter(command=offer.command_id), offer.broadcast)
    return any(_fits(account, words) for account in accounts)


def _to_close() -> Iterable[tuple[int, int]]:
    over = Q(broadcast__ended_at__isnull=False) | Q(broadcast__closes_at__lte=timezone.now())
    return Offer.objects.filter(over, status=OfferStatus.OPEN).values_list("broadcast_id", "command_id")


def _to_stop() -> Iterable[tuple[int, int]]:
    ready = Delivery.objects.filter(message=OuterRef("pk"), state=State.READY)
    unsent = Q(status__in=UNSENT) | Q(Exists(ready), status=Status.RELEASED)
    messages = Message.objects.filter(unsent, broadcast__ended_at__isnull=False)
    return messages.values_list("broadcast_id", "command_id")


def spread(*, broadcast_id: int) -> None:
    """Carry it to every command that still waits for it. One that fails keeps no other waiting."""
    for _broadcast, command_id in due(broadcast_id):
        try:
            with tenancy.enter(command_id):
                carry(broadcast_id=broadcast_id, command_id=command_id)
        except Exception:
            log.exception("Broadcast %s did not reach command %s", broadcast_id, command_id)


def carry(*, broadcast_id: int, command_id: int) -> None:
    """Whatever is to be done about it at the entered command. Done twice it is the same as once."""
    broadcast = Broadcast.objects.get(pk=broadcast_id)
    closed = broadcast.closes_at is not None and broadcast.closes_at <= timezone.now()
    if broadcast.ended_at or closed:
        _close(broadcast)
        return
    if broadcast.must_run and not broadcast.approved_by_id:
        return
    offer = Offer.objects.get_or_create(broadcast=broadcast)[0]
    offer = Offer.objects.select_for_update().get(pk=offer.pk)
    if broadcast.must_run and offer.status == OfferStatus.OPEN and offer.message_id is None:
        _run(offer, broadcast, Command.objects.get(pk=command_id))


def _close(broadcast: Broadcast) -> None:
    Offer.objects.filter(broadcast=broadcast, status=OfferStatus.OPEN).update(status=OfferStatus.CLOSED)
    if broadcast.ended_at:
        for message in Message.objects.filter(broadcast=broadcast).order_by("pk"):
            planning.stop(
                message=message, by=broadcast.ended_by, reason=_("Headquarters withdrew the broadcast.")
            )


def _run(offer: Offer, broadcast: Broadcast, command: Command) -> None:
    """The must-run on the command's accounts, in the name of whoever wrote it. Or why it cannot be."""
    accounts = list(_chosen(Account.objects.order_by("pk"), broadcast))
    words = planning.words_of(broadcast.text, broadcast.link)
    fits = [account for account in accounts if _fits(account, words)]
    offer.trouble = _trouble(accounts, fits, broadcast)
    try:
        with transaction.atomic():
            message = _released(broadcast, fits, command) if fits else None
    except reasons.Refused as error:
        offer.trouble, message = str(error)[:300], None
    if message:
        offer.message, offer.status, offer.decided_at = message, OfferStatus.RUN, timezone.now()
    offer.save()


def _released(broadcast: Broadcast, accounts: list[Account], command: Command) -> Message:
    message = planning.make_draft(
        text=broadcast.text,
        link=broadcast.link,
        accounts=accounts,
        author=broadcast.created_by,
        scheduled_at=broadcast.scheduled_at,
        zone=command.time_zone,
        broadcast=broadcast,
    )
    return releasing.run(message=message, by=broadcast.approved_by, city=True)


def _chosen(accounts: QuerySet[Account], broadcast: Broadcast) -> QuerySet[Account]:
    return accounts.filter(network__in=broadcast.networks) if broadcast.networks else accounts


def _fits(account: Account, words: str) -> bool:
    network = networks.network_named(account.network)
    return network.length(words) <= network.limit(account)


def _trouble(accounts: list[Account], fits: list[Account], broadcast: Broadcast) -> str:
    """What stands in its way there, in words."""
    if not accounts:
        names = [Network(name).label for name in broadcast.networks]
        if names:
            return _("The command has no account on %(networks)s.") % {"networks": ", ".join(names)}
        return _("The command has no account on a network.")
    short = [str(account) for account in accounts if account not in fits]
    if short:
        return _("Too long for %(accounts)s.") % {"accounts": ", ".join(short)[:250]}
    waits = [str(account) for account in fits if account.status != AccountStatus.ACTIVE]
    if waits:
        return _("It waits for %(accounts)s to work again.") % {"accounts": ", ".join(waits)[:250]}
    return ""


# --- at the command's desk, inside its tenancy -------------------------------------------------------------


def adopt(*, offer: Offer, by: User, releases: bool, moment: datetime | None, command: Command) -> Offer:
    """Say it in headquarters' words, which stay those of whoever wrote them there.

    Who may approve at the command (`releases`) lets it go by that; else it waits for somebody who may. Nobody
    approves their own. Raises Refused and CannotSay.
    """
    offer = _open(offer)
    broadcast = offer.broadcast
    message = _draft(offer, author=broadcast.created_by, moment=moment, command=command)
    if releases and by.pk != broadcast.created_by_id:
        try:
            message = releasing.run(message=message, by=by, city=False)
        except reasons.Refused as error:
            raise composing.CannotSay(str(error)) from error
    else:
        planning.submit(messages=[message], by=by)
    return _decided(offer, OfferStatus.ADOPTED, by, message)


def edit(*, offer: Offer, by: User, command: Command) -> Offer:
    """Take it as a draft, to be put in one's own words. Raises Refused and CannotSay."""
    offer = _open(offer)
    moment = offer.broadcast.scheduled_at
    still = moment if moment and moment > timezone.now() else None
    return _decided(offer, OfferStatus.EDITED, by, _draft(offer, author=by, moment=still, command=command))


def decline(*, offer: Offer, by: User, reason: str) -> Offer:
    offer = _open(offer)
    offer.reason = reason
    return _decided(offer, OfferStatus.DECLINED, by, None)


def _open(offer: Offer) -> Offer:
    offer = (
        Offer.objects.select_for_update(of=("self",)).select_related("broadcast__created_by").get(pk=offer.pk)
    )
    broadcast = offer.broadcast
    if broadcast.must_run:
        raise Refused(_("This one is headquarters’ to run."))
    if offer.status not in (OfferStatus.OPEN, OfferStatus.CLOSED):
        raise Refused(_("Somebody decided on this already: %(what)s.") % {"what": offer.get_status_display()})
    closed = broadcast.closes_at is not None and broadcast.closes_at <= timezone.now()
    if broadcast.ended_at or closed or offer.status == OfferStatus.CLOSED:
        raise Refused(_("Headquarters no longer offers this."))
    return offer


def _draft(offer: Offer, *, author: User, moment: datetime | None, command: Command) -> Message:
    broadcast = offer.broadcast
    working = Account.objects.filter(status=AccountStatus.ACTIVE).order_by("pk")
    accounts = list(_chosen(working, broadcast))
    if not accounts:
        raise composing.CannotSay(_("The command has no working account for this. Connect one first."))
    if why := planning.why_unsayable(broadcast.text, broadcast.link, [each.network for each in accounts]):
        raise composing.CannotSay(why)
    return planning.make_draft(
        text=broadcast.text,
        link=broadcast.link,
        accounts=accounts,
        author=author,
        scheduled_at=moment,
        zone=command.time_zone,
        broadcast=broadcast,
    )


def _decided(offer: Offer, status: OfferStatus, by: User, message: Message | None) -> Offer:
    offer.status, offer.decided_by, offer.decided_at, offer.message = status, by, timezone.now(), message
    offer.save()
    return offer
