"""Where a request came from, without keeping it: a keyed hash of the address, with a new key each day."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def source_of(request: HttpRequest) -> str:
    """A name for the sender that lasts until midnight UTC and cannot be turned back into an address."""
    day = datetime.now(UTC).date().isoformat()
    return salted_hmac("engage.source", f"{day}:{address_of(request)}", algorithm="sha256").hexdigest()[:32]


def address_of(request: HttpRequest) -> str:
    """The sender's address; behind n trusted proxies, the n-th from the right that they added."""
    address = request.META.get("REMOTE_ADDR") or "unknown"
    if settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if len(hops) >= settings.TRUSTED_PROXIES:
            return hops[-settings.TRUSTED_PROXIES]
    return address
