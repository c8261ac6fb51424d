"""New tokens before the old ones end.

A refresh token rotates: asking with it makes it worthless, so no two may ask at once. Who asks has claimed
the account under its row's lock (`refreshing_until`, committed before the call), and writes down what came
only while that claim stands. An answer that was lost is asked for again, with the token that we have: it is
still good, or it is refused, and then the account is dead. See docs/decisions/0028.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from precincts import tenancy
from socialfeeds.models import Account, AccountStatus
from socialfeeds.networks import network_named
from socialfeeds.networks.base import Dead, MayBeSent, NetworkError, NotSent, Refreshed

log = logging.getLogger(__name__)

# So long before a token ends it is refreshed: time for several tries.
EARLY = timedelta(minutes=10)
AGAIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Step:
    """What one worker has claimed."""

    command_id: int
    account: Account
    lease_until: datetime


def due() -> list[tuple[int, int]]:
    """(command, account) of what ends soon, or has, in the whole city."""
    with tenancy.citywide():
        return list(_due().order_by("token_expires_at").values_list("command_id", "pk"))


def refresh(*, command_id: int, account_id: int) -> None:
    """New tokens for an account. Does nothing where it is not due, or somebody else asks already."""
    if connection.in_atomic_block:
        raise RuntimeError("The claim must be committed before the call: refresh outside of any transaction.")
    with tenancy.enter(command_id):
        step = _claim(command_id, account_id)
    if step is None:
        return
    outcome = _ask(step)
    with tenancy.enter(command_id):
        _record(step, outcome)


def lease() -> timedelta:
    """Longer than any network may take to answer."""
    names = ("X", "FACEBOOK", "BLUESKY", "MASTODON")
    longest: float = max(getattr(settings, f"{name}_TIMEOUT_SECONDS") for name in names)
    return timedelta(seconds=4 * longest + 10)


def _due() -> QuerySet[Account]:
    now = timezone.now()
    free = Q(refreshing_until=None) | Q(refreshing_until__lte=now)
    return Account.objects.exclude(status=AccountStatus.DEAD).filter(free, token_expires_at__lte=now + EARLY)


def _claim(command_id: int, account_id: int) -> Step | None:
    account = _due().filter(pk=account_id).select_for_update(skip_locked=True).first()
    if account is None:
        return None
    account.refreshing_until = timezone.now() + lease()
    account.save(update_fields=["refreshing_until"])
    return Step(command_id, account, account.refreshing_until)


def _ask(step: Step) -> Refreshed | NetworkError | None:
    try:
        return network_named(step.account.network).refresh(step.account)
    except NetworkError as error:
        return error
    except Exception:
        log.exception("Account %s: asking for a new token broke", step.account.pk)
        return MayBeSent(_("Something went wrong here while the network was being asked."))


def _record(step: Step, outcome: Refreshed | NetworkError | None) -> None:
    row = Account.objects.select_for_update().get(pk=step.account.pk)
    if row.refreshing_until != step.lease_until:
        return  # overtaken: it was connected again, or given up
    row.refreshing_until = None
    if isinstance(outcome, NetworkError):
        _failed(row, outcome)
        return
    row.token_expires_at = None
    if outcome:
        row.credentials, row.token_expires_at = outcome.credentials, outcome.expires_at
    if row.status == AccountStatus.ACTIVE:
        row.trouble, row.troubled_at = "", None
    row.save()


def _failed(row: Account, error: NetworkError) -> None:
    log.warning("Account %s was not refreshed: %s", row.pk, error)
    now, rows = timezone.now(), Account.objects.filter(pk=row.pk)
    over = row.token_expires_at is not None and row.token_expires_at <= now
    if isinstance(error, Dead):
        rows.die(str(error))
    elif isinstance(error, MayBeSent) and over:
        rows.die(
            _("The network was asked for a new token, and its answer was lost. Connect the account again.")
        )
    else:
        retry_at = error.retry_at if isinstance(error, NotSent) and error.retry_at else now + AGAIN
        words = _("No new token so far: %(why)s") % {"why": error}
        rows.update(refreshing_until=max(retry_at, now + AGAIN))
        if row.status == AccountStatus.ACTIVE:
            rows.update(trouble=words[:300], troubled_at=row.troubled_at or now)
