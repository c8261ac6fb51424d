"""Invitations: a role, for whoever reads the mail of an address.

The key goes out with the mail and is not kept. It proves the address: who brings it may set the password of
an account that nobody has verified yet, and of no other.
"""

from __future__ import annotations

import hashlib
import logging
import secrets

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from engage import mail
from precincts.models import (
    Command,
    Invitation,
    Membership,
    Role,
    Standing,
    User,
    in_two_weeks,
    place_name,
)

log = logging.getLogger(__name__)


class CannotInvite(Exception):
    """The text says why, to whoever invites."""


class NotSent(CannotInvite):
    """The mail did not go out, so nothing has changed."""


class NotOpen(Exception):
    """The invitation was used, revoked or has run out meanwhile: see its `standing`."""


class HasAccount(Exception):
    """Somebody has this address already: they sign in first."""


# --- inviting ------------------------------------------------------------------------------------------


def invite(*, email: str, role: Role, command: Command | None, by: User) -> Invitation:
    """Send an invitation. One that has run out is renewed. Raises CannotInvite."""
    email = email.strip().lower()
    place = {"command": command, "role": role}
    holder = account_of(email)
    if holder and Membership.objects.filter(user=holder, **place).exists():
        raise CannotInvite(_("They hold this role already."))
    try:
        with transaction.atomic():
            was = Invitation.objects.select_for_update().filter(
                email=email, accepted_at=None, revoked_at=None, **place
            )
            found = was.first() or Invitation(email=email, **place)
            if found.pk and found.standing == Standing.OPEN:
                raise CannotInvite(_("They are invited to this already. You can send it again below."))
            found.invited_by = by
            _send(found)
            return found
    except IntegrityError as error:  # by two people at once
        raise CannotInvite(_("They are invited to this already. You can send it again below.")) from error


def send_again(*, invitation: Invitation, by: User) -> None:
    """With a new key, for two more weeks; the link that was sent before opens nothing any more.

    Raises NotOpen, or NotSent.
    """
    with transaction.atomic():
        found = _locked(invitation)
        if found.standing not in (Standing.OPEN, Standing.EXPIRED):
            raise NotOpen
        found.invited_by = by
        _send(found)


def revoke(*, invitation: Invitation) -> None:
    """Raises NotOpen where it was accepted meanwhile. Twice is as good as once."""
    with transaction.atomic():
        found = _locked(invitation)
        if found.standing == Standing.ACCEPTED:
            raise NotOpen
        if found.standing != Standing.REVOKED:
            found.revoked_at = timezone.now()
            found.save(update_fields=["revoked_at"])


def _send(invitation: Invitation) -> None:
    """Keep it under a new key, and mail that. Inside a transaction: after NotSent nothing was kept."""
    key = secrets.token_urlsafe(32)
    invitation.digest = digest_of(key)
    invitation.sent_at, invitation.expires_at = timezone.now(), in_two_weeks()
    invitation.save()
    try:
        mail.hand_over(_letter(invitation, key))
    except mail.AddressRefused as error:
        raise NotSent(_("This address takes no mail.")) from error
    except mail.NotSent as error:
        raise NotSent(_("The e-mail could not be sent. Please try again in a while.")) from error
    except mail.MayBeSent as error:
        log.warning("Perhaps the invitation %s was not sent: %s", invitation.pk, error)


def _letter(invitation: Invitation, key: str) -> EmailMultiAlternatives:
    subject = _("%(place)s invites you to Engage") % {"place": place_name(invitation.command)}
    context = {
        "subject": subject,
        "invitation": invitation,
        "place": place_name(invitation.command),
        "url": settings.BASE_URL + reverse("invitation", args=[key]),
        "base_url": settings.BASE_URL,
        "demo_mode": settings.ENGAGE_DEMO,
    }
    message = EmailMultiAlternatives(
        subject,
        render_to_string("mail/invitation.txt", context).strip() + "\n",
        to=[invitation.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string("mail/invitation.html", context), "text/html")
    return message


# --- accepting -----------------------------------------------------------------------------------------


def find(key: str) -> Invitation | None:
    return (
        Invitation.objects.select_related("command", "invited_by", "accepted_by")
        .filter(digest=digest_of(key))
        .first()
    )


def digest_of(key: str) -> str:
    # The key is 256 random bits, so a plain hash cannot be guessed back.
    return hashlib.sha256(key.encode()).hexdigest()


def account_of(email: str) -> User | None:
    """Whoever has an account that is theirs for sure: they verified this address, or another one of it."""
    verified = EmailAddress.objects.filter(verified=True).filter(
        Q(email__iexact=email) | Q(user__email__iexact=email)
    )
    address = verified.select_related("user").order_by("pk").first()
    return address and address.user


def is_theirs(invitation: Invitation, user: User) -> bool:
    """Whether the invitation is for this very user: its address is one that they verified."""
    return EmailAddress.objects.filter(user=user, email__iexact=invitation.email, verified=True).exists()


def accept(*, invitation: Invitation, user: User) -> Membership:
    """The role is theirs from now on. Raises NotOpen.

    Twice is as good as once, but never brings back a role that was taken away since.
    """
    with transaction.atomic():
        found = _locked(invitation)
        if found.standing == Standing.OPEN:
            return _accept(found, user)
        place = {"command": found.command_id, "role": found.role}
        held = Membership.objects.filter(user=user, **place).first()
        if found.accepted_by_id != user.pk or held is None:
            raise NotOpen
        return held


def join(*, invitation: Invitation, password: str) -> User:
    """For a newcomer: an account with this password and the verified address, and the role.

    An account that somebody began with this address, and never verified, is the newcomer's from now on:
    whatever was set before no longer opens it. Raises NotOpen, or HasAccount.
    """
    with transaction.atomic():
        found = _locked(invitation)
        if found.standing != Standing.OPEN:
            raise NotOpen
        user = _newcomer(found.email, password)
        _accept(found, user)
    return user


def _newcomer(email: str, password: str) -> User:
    if account_of(email):
        raise HasAccount
    user = User.objects.select_for_update().filter(email__iexact=email).first()
    if user is None:
        try:
            with transaction.atomic():
                user = User.objects.create_user(email, password)
        except IntegrityError as error:  # two of their invitations at once
            raise HasAccount from error
    elif not user.is_active:
        raise HasAccount
    else:
        user.set_password(password)
        user.save(update_fields=["password"])
        user.end_sessions()
        EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def _accept(invitation: Invitation, user: User) -> Membership:
    membership, _new = Membership.objects.get_or_create(
        user=user,
        command=invitation.command,
        role=invitation.role,
        defaults={"granted_by": invitation.invited_by},
    )
    invitation.accepted_at, invitation.accepted_by = timezone.now(), user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return membership


def _locked(invitation: Invitation) -> Invitation:
    return Invitation.objects.select_for_update().get(pk=invitation.pk)
