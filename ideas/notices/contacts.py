"""Where and how often somebody wants e-mail. Nothing is sent to an address before its reader said so there.

Somebody without an account leaves an address and opens the link in the one message that goes there. Somebody
with an account may use the address that they verified. One click stops it, and so does a bounce; a month
later the address is gone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from ideas.models import Cadence, Contact, Letter, Notice
from ideas.notices.clock import next_digest
from precincts.models import Participant, User
from socialfeeds import crypto

CONFIRM, STOP = "engage.contact.confirm", "engage.contact.stop"
LINK_LASTS = timedelta(days=7)
# Links to one address in a day, whoever asks: nobody is to be pestered with our help.
MOST_LINKS = 3
# An address that is no longer written to is erased after so long; one that nobody confirmed with its link.
FORGET_AFTER = timedelta(days=30)
LETTERS_KEPT = timedelta(days=90)


def of(participant: Participant) -> Contact | None:
    return Contact.objects.filter(participant=participant).first()


def digest_of(email: str, key: str | bytes | None = None) -> str:
    """What finds an address again without it being there to read."""
    return salted_hmac("engage.contact", email.strip().lower(), secret=key, algorithm="sha256").hexdigest()


def digests_of(email: str) -> list[str]:
    """With every secret key that is still accepted."""
    return [digest_of(email, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def verified_email(user: Any) -> str:
    """The address that a signed-in person has verified, or nothing."""
    if not getattr(user, "is_authenticated", False):
        return ""
    rows = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "pk")
    return rows.values_list("email", flat=True).first() or ""


# Choosing


def ask(*, participant: Participant, email: str, user: User | Any = None, **wishes: str) -> Contact:
    """Keep where and how often. `wishes`: cadence, language, time_zone.

    Sent to at once where it is the user's own verified address, or confirmed before; else its reader has to
    open a link first. Nobody learns from this whether an address is known.
    """
    now = timezone.now()
    with transaction.atomic():
        Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
        contact = of(participant) or Contact(participant=participant)
        same = contact.pk is not None and contact.email_digest in digests_of(email)
        known = same and contact.works
        own = email.lower() == verified_email(user).lower()
        for name, value in wishes.items():
            setattr(contact, name, value)
        contact.sealed_email, contact.email_digest = crypto.seal(email), digest_of(email)
        contact.stopped_at = contact.bounced_at = None
        if not known:
            contact.confirmed_at = now if own else None
        _wait_for_digest(contact, now)
        contact.save()
        if not contact.confirmed_at:
            _send_link(contact, now)
    return contact


def choose(contact: Contact, **wishes: str) -> None:
    """How often, in which language and time zone, from now on."""
    for name, value in wishes.items():
        setattr(contact, name, value)
    _wait_for_digest(contact, timezone.now())
    contact.save(update_fields=[*wishes, "digest_at"])


def _wait_for_digest(contact: Contact, now: datetime) -> None:
    """When the next digest is due. What waits already for who wants it at once goes out now."""
    contact.digest_at = None
    if not contact.works:
        return
    waiting = Notice.objects.filter(participant=contact.participant_id, letter=None, read_at=None)
    waiting.filter(created_at__gt=contact.confirmed_at).update(at_once=contact.cadence == Cadence.AT_ONCE)
    if contact.cadence != Cadence.AT_ONCE:
        contact.digest_at = next_digest(now, contact.time_zone, weekly=contact.cadence == Cadence.WEEKLY)


# The link


def _send_link(contact: Contact, now: datetime) -> None:
    key = f"confirm:{contact.email_digest}:"
    day = now - timedelta(days=1)
    if Letter.objects.filter(key__startswith=key, created_at__gt=day).count() < MOST_LINKS:
        letter = Letter(participant_id=contact.participant_id, key=f"{key}{contact.pk}:{now:%y%m%d%H%M%S%f}")
        letter.save()


def token(contact: Contact, purpose: str) -> str:
    """For a link in a letter. It names the address, too: a later one at the same place is not meant."""
    return signing.dumps([contact.pk, contact.email_digest[:16]], salt=purpose)


def of_token(text: str, purpose: str) -> Contact | None:
    """Whose link it is. Raises signing.BadSignature where it is none of ours, or too old."""
    pk, digest = signing.loads(text, salt=purpose, max_age=LINK_LASTS if purpose == CONFIRM else None)
    return Contact.objects.filter(pk=pk, email_digest__startswith=digest).first()


def confirm(contact: Contact) -> None:
    """Its reader said yes, at the address itself."""
    if contact.confirmed_at is None and contact.stopped_at is None:
        contact.confirmed_at = timezone.now()
        _wait_for_digest(contact, contact.confirmed_at)
        contact.save(update_fields=["confirmed_at", "digest_at"])


# Stopping


def stop(contact: Contact) -> None:
    """No e-mail from now on. What they follow stays, and notices stay on their page."""
    _silence(Contact.objects.filter(pk=contact.pk, stopped_at=None), "stopped_at")


def bounced(email: str) -> int:
    """Mail for this address does not arrive: nothing more is sent there. Says how many wanted it there."""
    return _silence(Contact.objects.filter(email_digest__in=digests_of(email), bounced_at=None), "bounced_at")


def complained(email: str) -> int:
    """Its reader told their mail provider that they do not want it."""
    return _silence(Contact.objects.filter(email_digest__in=digests_of(email), stopped_at=None), "stopped_at")


def _silence(contacts: Any, since: str) -> int:
    return contacts.update(**{since: timezone.now(), "digest_at": None})


def masked(contact: Contact) -> str:
    """Enough for its owner to know it again: j…@example.org."""
    name, _at, host = contact.email.rpartition("@")
    return f"{name[:1]}…@{host}"


def forget() -> None:
    """Hold less: addresses that are not written to any more, and letters that went out long ago."""
    now = timezone.now()
    for since in ("stopped_at", "bounced_at"):
        Contact.objects.filter(**{f"{since}__lt": now - FORGET_AFTER}).delete()
    Contact.objects.filter(confirmed_at=None, created_at__lt=now - LINK_LASTS - timedelta(days=1)).delete()
    Letter.objects.filter(created_at__lt=now - LETTERS_KEPT).delete()


def reseal() -> int:
    """Seal every address anew with the first key, so that an older one can go. Says how many."""
    count = 0
    for pk in Contact.objects.values_list("pk", flat=True):
        with transaction.atomic():
            contact = Contact.objects.select_for_update().filter(pk=pk).first()
            if contact:
                contact.sealed_email = crypto.seal(contact.email)
                contact.save(update_fields=["sealed_email"])
                count += 1
    return count
