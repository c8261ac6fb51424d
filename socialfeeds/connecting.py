"""Connecting a command's account: whose token it is, asked before it is kept; kept only encrypted."""

from __future__ import annotations

import re

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
    with tenancy.enter(command):
        return keep(network, identity)


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
    account = known.filter(external_id=connection.external_id).first() or Account(network=network)
    account.external_id, account.server = connection.external_id, connection.server
    account.handle, account.name = connection.handle, connection.name
    account.credentials = connection.credentials
    account.token_expires_at, account.limits = connection.expires_at, dict(connection.limits)
    account.status, account.trouble, account.troubled_at = AccountStatus.ACTIVE, "", None
    account.resting_until = account.mentions_resting_until = None
    account.connected_by = by
    account.save()
    return account
