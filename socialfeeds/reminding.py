"""Letters to those whose certificate ends soon: one 30 days before, one 7 days before."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from engage import mail
from socialfeeds import training
from socialfeeds.models import Certificate

log = logging.getLogger(__name__)


def remind(now: datetime) -> int:
    """Write to everybody who was not told yet. Says how many letters left."""
    return sum(_tell(certificate, days) for certificate, days in training.ending(now))


def _tell(certificate: Certificate, days: int) -> bool:
    """Kept before it is sent: a letter that may have left is not sent again."""
    untold = Certificate.objects.filter(pk=certificate.pk).filter(Q(reminded=None) | Q(reminded__gt=days))
    if not untold.update(reminded=days):
        return False
    try:
        mail.hand_over(_letter(certificate))
    except mail.NotSent as error:
        if not error.permanent:
            Certificate.objects.filter(pk=certificate.pk, reminded=days).update(reminded=certificate.reminded)
        log.warning("The letter on certificate %s was not sent: %s", certificate.pk, error)
        return False
    except mail.MayBeSent as error:
        log.warning("Perhaps the letter on certificate %s was not sent: %s", certificate.pk, error)
    return True


def _letter(certificate: Certificate) -> EmailMultiAlternatives:
    subject = _("Your certificate for posting ends soon")
    context = {
        "subject": subject,
        "certificate": certificate,
        "url": settings.BASE_URL + reverse("course"),
        "base_url": settings.BASE_URL,
        "demo_mode": settings.ENGAGE_DEMO,
    }
    message = EmailMultiAlternatives(
        subject,
        render_to_string("mail/certificate.txt", context).strip() + "\n",
        to=[certificate.user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string("mail/certificate.html", context), "text/html")
    return message
