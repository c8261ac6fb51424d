"""Where a network tells us that something was said. It is not believed what: it only says "look now"."""

from __future__ import annotations

import hmac
import json
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from precincts import tenancy
from socialfeeds import networks, tasks
from socialfeeds.models import Account, Network

# A call names the Pages that have news; Facebook sends a few at once.
MOST_PAGES = 100
LARGEST = 1_000_000


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def facebook(request: HttpRequest) -> HttpResponse:
    """GET: Facebook asks whether the address is ours. POST: Pages have news, signed with the app's secret."""
    if request.method != "POST":
        return _challenge(request)
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        return HttpResponse(status=413)
    if not _is_signed(request.body, request.headers.get("X-Hub-Signature-256", "")):
        return HttpResponse(status=403)
    for command_id, account_id in _accounts(_pages(request.body)):
        tasks.fetch_mentions.delay(command_id, account_id)
    return HttpResponse(status=204)


def _challenge(request: HttpRequest) -> HttpResponse:
    wanted, given = settings.FACEBOOK_VERIFY_TOKEN, request.GET.get("hub.verify_token", "")
    if request.GET.get("hub.mode") != "subscribe" or not wanted:
        return HttpResponse(status=403)
    if not hmac.compare_digest(wanted.encode(), given.encode()):
        return HttpResponse(status=403)
    return HttpResponse(request.GET.get("hub.challenge", ""), content_type="text/plain")


def _is_signed(body: bytes, signature: str) -> bool:
    """Facebook's module knows how; without it nobody can have signed anything."""
    if Network.FACEBOOK not in networks.MODULES:
        return False
    module: Any = import_module(networks.MODULES[Network.FACEBOOK])
    return bool(module.verify(body, signature))


def _pages(body: bytes) -> list[str]:
    try:
        told = json.loads(body)
    except ValueError:
        return []
    entries = told.get("entry") if isinstance(told, dict) else None
    ids = [one.get("id") for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    return [str(one) for one in ids if one][:MOST_PAGES]


def _accounts(pages: list[str]) -> list[tuple[int, int]]:
    if not pages:
        return []
    with tenancy.citywide():
        due = Account.objects.due_to_listen().filter(network=Network.FACEBOOK, external_id__in=pages)
        return list(due.values_list("command_id", "pk"))
