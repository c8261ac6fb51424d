"""The links in letters: yes, send me notices; and stop. Who has the link needs no account and no cookie."""

from __future__ import annotations

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ideas.models import Cadence, Contact
from ideas.notices import contacts

DIGESTS = {Cadence.DAILY.value, Cadence.WEEKLY.value}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def confirm_contact(request: HttpRequest, token: str) -> HttpResponse:
    """A button, for programs that look at mail follow its links, too."""
    contact = _contact(token)
    if contact is None or contact.stopped_at:
        return render(request, "ideas/confirm_contact.html", {"old": True}, status=404)
    if request.method == "POST":
        contacts.confirm(contact)
    return render(request, "ideas/confirm_contact.html", {"contact": contact, "old": False})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """RFC 8058: a mail program's POST stops it, with no session, no cookie and no question. The token is the
    proof. Opened in a browser it asks what is wanted: less often, or nothing."""
    try:
        contact = contacts.of_token(token, contacts.STOP)
    except signing.BadSignature:
        return render(request, "ideas/unsubscribe.html", {"gone": True}, status=404)
    if contact is None:
        # The address is erased, and more than that nobody can want.
        return render(request, "ideas/unsubscribe.html", {"gone": True})
    if request.method == "POST":
        wanted = request.POST.get("cadence", "")
        if wanted in DIGESTS and "List-Unsubscribe" not in request.POST:
            contacts.choose(contact, cadence=wanted)
        else:
            contacts.stop(contact)
        contact.refresh_from_db()
    return render(
        request, "ideas/unsubscribe.html", {"contact": contact, "gone": False, "digests": _digests()}
    )


def _contact(token: str) -> Contact | None:
    try:
        return contacts.of_token(token, contacts.CONFIRM)
    except signing.BadSignature:
        return None


def _digests() -> list[tuple[str, str]]:
    return [
        (Cadence.DAILY.value, _("Write to me once a day at most")),
        (Cadence.WEEKLY.value, _("Write to me once a week at most")),
    ]
