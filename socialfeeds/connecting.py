"""Connecting a command's account: whose token it is, asked before it is kept; kept only encrypted."""

from __future__ import annotations

import re

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from precincts import tenancy
from precincts.models import Command, User
from socialfeeds.models import Account, AccountStatus
from socialfeeds.networks import network_named
from socialfeeds.networks.base import Connection


class CannotConnect(ValueError):
    """The token is not what it should be. The text says what to do."""


def connect(*, command: Command, network: str, handle: str = "", token: str) -> Account:
    """Ask the network whose token it is, and keep it. An account that had died lives again.

    `handle`, where given, must be whose it is. Raises CannotConnect, and what the network's call raises.
    Called outside of any tenancy, for it asks the network.
    """
    token = token.strip()
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise CannotConnect(_("That is not a token: it must be one line of letters, digits and signs."))
    identity = network_named(network).connections(given={"access_token": token})[0]
    if handle and identity.handle.lower() != handle.lstrip("@").lower():
        raise CannotConnect(
            _("That token belongs to @%(real)s, not to @%(wanted)s.")
            % {"real": identity.handle, "wanted": handle.lstrip("@")}
        )
    return take(command=command, network=network, connection=identity)


def take(*, command: Command, network: str, connection: Connection, by: User | None = None) -> Account:
    """Make the account the command's. Raises CannotConnect where it is another's.

    Called outside of any tenancy, for it looks at the whole city first.
    """
    with tenancy.citywide():
        others = Account.objects.connected().filter(network=network, external_id=connection.external_id)
        if others.exclude(command=command).exists():
            raise CannotConnect(
                _(
                    "%(account)s is connected for another command already. Have it disconnected there first, "
                    "or ask headquarters."
                )
                % {"account": connection.handle}
            )
    with tenancy.enter(command):
        return keep(network, connection, by=by)


def reseal(command: Command) -> int:
    """Seal a command's tokens anew with the first key, so that an older one can go. Says how many."""
    with tenancy.enter(command):
        accounts = list(Account.objects.select_for_update())
        for account in accounts:
            account.credentials = account.credentials  # opened with any key, sealed with the first
            account.save(update_fields=["sealed_credentials"])
    return len(accounts)


def keep(network: str, connection: Connection, *, by: User | None = None) -> Account:
    """An account is who it is by its id: its handle can change. Called inside tenancy.enter."""
    known = Account.objects.select_for_update().filter(network=network, server=connection.server)
    account = known.filter(external_id=connection.external_id).first()
    # One of the same name is another only where it still works: a network can number its accounts anew.
    account = account or known.filter(handle__iexact=connection.handle).first() or Account(network=network)
    if account.external_id != connection.external_id:
        account.mentions_cursor = ""
    account.external_id, account.server = connection.external_id, connection.server
    account.handle, account.name = connection.handle, connection.name
    account.credentials = connection.credentials
    account.token_expires_at, account.limits = connection.expires_at, dict(connection.limits)
    account.status, account.trouble, account.troubled_at = AccountStatus.ACTIVE, "", None
    account.refreshing_until = account.disconnected_at = None
    account.resting_until = account.mentions_resting_until = None
    account.connected_by = by
    account.save()
    return account


# --- what becomes of it: inside a tenancy ----------------------------------------------------------------


def pause(*, account: Account, by: User) -> bool:
    """Nothing more goes out on it; it is still listened to. False where it was not active."""
    words = _("Paused by %(who)s.") % {"who": by.email}
    return bool(_of(account, AccountStatus.ACTIVE).update(**_now(AccountStatus.PAUSED, words)))


def resume(*, account: Account) -> bool:
    """It goes on, with what waited. False where it was not paused."""
    return bool(
        _of(account, AccountStatus.PAUSED).update(status=AccountStatus.ACTIVE, trouble="", troubled_at=None)
    )


def disconnect(*, account: Account, by: User) -> bool:
    """Its tokens are forgotten. What it said and heard is kept, and what waits for it too."""
    row = Account.objects.select_for_update().get(pk=account.pk)
    if row.disconnected_at:
        return False
    row.credentials = {}
    row.disconnected_at = row.troubled_at = timezone.now()
    row.status, row.trouble = AccountStatus.DEAD, _("Disconnected by %(who)s.") % {"who": by.email}
    row.token_expires_at = row.refreshing_until = None
    row.save()
    return True


def _of(account: Account, status: AccountStatus) -> QuerySet[Account]:
    return Account.objects.filter(pk=account.pk, status=status)


def _now(status: AccountStatus, words: str) -> dict[str, object]:
    return {"status": status, "trouble": words[:300], "troubled_at": timezone.now()}
