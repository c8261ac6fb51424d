"""A letter in words: plain text, and the same as HTML, in its reader's language and time zone."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ideas.models import Contact, Letter
from ideas.notices import contacts, inbox
from ideas.notices.clock import zone

CONFIRM = "confirm"
# A letter is to be read: what is more than this is counted, and stands on the page.
MOST_GROUPS = 25


def write(letter: Letter, contact: Contact) -> EmailMultiAlternatives | None:
    """The message, or None where it has lost its sense meanwhile."""
    with translation.override(contact.language), timezone.override(zone(contact.time_zone)):
        if letter.key.startswith(f"{CONFIRM}:"):
            return _confirmation(letter, contact)
        return _notices(letter, contact)


def _confirmation(letter: Letter, contact: Contact) -> EmailMultiAlternatives | None:
    _kind, digest, pk, _when = letter.key.split(":")
    if contact.confirmed_at or contact.stopped_at or (contact.email_digest, str(contact.pk)) != (digest, pk):
        return None
    token = contacts.token(contact, contacts.CONFIRM)
    context = {"url": _absolute("confirm_contact", token), "days": contacts.LINK_LASTS.days}
    return _message(letter, contact, _("Confirm that you want notices"), "confirm", context)


def _notices(letter: Letter, contact: Contact) -> EmailMultiAlternatives | None:
    if not contact.works:
        return None
    groups = inbox.of_letter(letter.notices.filter(read_at=None), contact.participant)
    if not groups:
        return None
    stop = _absolute("unsubscribe", contacts.token(contact, contacts.STOP))
    context = {
        "groups": groups[:MOST_GROUPS],
        "more": len(groups[MOST_GROUPS:]),
        "cadence": contact.cadence,
        "stop_url": stop,
        "notices_url": _absolute("notices"),
        "following_url": _absolute("following"),
    }
    message = _message(letter, contact, _subject(groups), "notices", context)
    message.extra_headers |= {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return message


def _subject(groups: list[inbox.Group]) -> str:
    first = " ".join(groups[0].title.split())
    if len(groups) == 1:
        return f"{Truncator(first).chars(60)}: {groups[0].lines[0].what}"
    others = len(groups) - 1
    return ngettext(
        "%(title)s, and news of %(others)s other issue",
        "%(title)s, and news of %(others)s other issues",
        others,
    ) % {"title": Truncator(first).chars(60), "others": others}


def _message(
    letter: Letter, contact: Contact, subject: str, name: str, context: dict[str, Any]
) -> EmailMultiAlternatives:
    context |= {"base_url": settings.BASE_URL, "subject": subject, "demo_mode": settings.ENGAGE_DEMO}
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"mail/{name}.txt", context).strip() + "\n",
        to=[contact.email],
        headers={"Message-ID": _message_id(letter), "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string(f"mail/{name}.html", context), "text/html")
    return message


def _message_id(letter: Letter) -> str:
    """The same whenever this letter is sent, so that a mail program can tell that it has it already."""
    name = salted_hmac("engage.letter", letter.key, algorithm="sha256").hexdigest()[:32]
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<letter.{name}@{host}>"


def _absolute(name: str, *args: Any) -> str:
    return settings.BASE_URL + reverse(name, args=args)
