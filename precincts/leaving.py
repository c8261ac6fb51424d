"""Taking a role away. It ends at once: permissions are asked of the rows, and the sessions are ended."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import models, transaction
from django.utils import timezone

from precincts.models import Invitation, Membership, Role, User


class LastAdministrator(Exception):
    """Without them nobody could let anybody in: somebody else has to become one first."""


def is_last_administrator(membership: Membership) -> bool:
    return membership.role == Role.ADMINISTRATOR and not _others(membership).exists()


def end_role(*, membership: Membership) -> bool:
    """Take one role away. Where it was their last one at the place they have left it: they are signed out
    everywhere, and what they were invited to there is revoked.

    Returns whether they have left. Raises LastAdministrator, or Membership.DoesNotExist where it is gone.
    """
    with transaction.atomic():
        if membership.role == Role.ADMINISTRATOR:
            # Two administrators who take away each other's role: the second waits, and is then the last.
            list(_administrators().select_for_update(of=("self",)).order_by("pk"))
            if is_last_administrator(membership):
                raise LastAdministrator
        found = Membership.objects.select_for_update().get(pk=membership.pk)
        found.delete()
        left = not Membership.objects.filter(user=found.user_id, command=found.command_id).exists()
        if left:
            _revoke_invitations(found)
            User.objects.get(pk=found.user_id).end_sessions()
        return left


def _administrators() -> models.QuerySet[Membership]:
    return Membership.objects.filter(role=Role.ADMINISTRATOR, command=None, user__is_active=True)


def _others(membership: Membership) -> models.QuerySet[Membership]:
    return _administrators().exclude(pk=membership.pk)


def _revoke_invitations(membership: Membership) -> None:
    theirs = EmailAddress.objects.filter(user=membership.user_id).values_list("email", flat=True)
    emails = {membership.user.email.lower(), *(email.lower() for email in theirs)}
    waiting = Invitation.objects.filter(
        email__in=emails, command=membership.command_id, accepted_at=None, revoked_at=None
    )
    waiting.update(revoked_at=timezone.now())
