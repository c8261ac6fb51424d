"""Connecting a command's account: whose token it is, asked before it is kept; kept only encrypted."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from precincts import tenancy
from precincts.models import Command
from socialfeeds.models import Account, AccountStatus
from socialfeeds.networks import network_named
from socialfeeds.networks.base import Identity


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
    identity = network_named(network).identify(token)
    if handle and identity.handle.lower() != handle.lstrip("@").lower():
        raise CannotConnect(
            _("That token belongs to @%(real)s, not to @%(wanted)s.")
            % {"real": identity.handle, "wanted": handle.lstrip("@")}
        )
    with tenancy.enter(command):
        return _keep(network, identity, token)


def reseal(command: Command) -> int:
    """Seal a command's tokens anew with the first key, so that an older one can go. Says how many."""
    with tenancy.enter(command):
        accounts = list(Account.objects.select_for_update())
        for account in accounts:
            account.token = account.token  # opened with any key, sealed with the first
            account.save(update_fields=["sealed_token"])
    return len(accounts)


def _keep(network: str, identity: Identity, token: str) -> Account:
    """An account is who it is by its id: its handle can change."""
    known = Account.objects.select_for_update().filter(network=network)
    account = known.filter(external_id=identity.external_id).first()
    account = account or known.filter(handle__iexact=identity.handle).first() or Account(network=network)
    if account.external_id != identity.external_id:
        account.mentions_cursor = ""
    account.external_id = identity.external_id
    account.handle = identity.handle
    account.token = token
    account.status = AccountStatus.ACTIVE
    account.resting_until = account.mentions_resting_until = None
    account.save()
    return account
