"""Connecting to a Mastodon server: which server is meant, our app there, and what a code is worth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.utils.translation import gettext as _

from engage import reaching
from socialfeeds.models import NetworkApp
from socialfeeds.networks.base import Cannot, Connection, Dead, NetworkError, NotSent
from socialfeeds.networks.mastodon_calls import call, clean, client, send
from socialfeeds.networks.mastodon_text import LINK, USUAL_LIMIT

NAME = "mastodon"
# Of a server's address and of our number there, as they are kept.
LONGEST = 200
SCOPES = " ".join(
    ["read:accounts", "read:notifications", "read:search", "read:statuses", "write:media", "write:statuses"]
)


def server_named(typed: str) -> str:
    """The server that somebody means by "mastodon.social", a link to it, or a whole handle.

    Raises Cannot, with a sentence for the form, where nobody there may be asked.
    """
    text = typed.strip()
    if "://" not in text:
        text = f"https://{text.rpartition('@')[2]}"
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError) as error:
        raise Cannot(_("This is not the address of a Mastodon server.")) from error
    if ":" in host:
        host = f"[{host}]"
    server = f"{parts.scheme}://{host}{f':{port}' if port else ''}"
    if parts.scheme == "http":
        # Only this machine can be asked so, and a server on it may stand below another's address.
        server += parts.path.partition("/@")[0].rstrip("/")
    if len(server) > LONGEST:
        raise Cannot(_("This is not the address of a Mastodon server."))
    try:
        reaching.place_of(server, loopback=settings.MASTODON_TO_LOOPBACK)
    except reaching.CannotReach as error:
        raise Cannot(str(error)) from error
    return server


def instance(server: str) -> dict[str, Any]:
    """What a server says of itself. Raises Cannot where it is none that we know how to speak to."""
    try:
        found = call(client(server).instance_v2)
    except NetworkError as error:
        if not isinstance(error, NotSent) or not error.permanent:
            raise
        found = {}
    if not isinstance(found, dict) or not isinstance(found.get("configuration"), dict):
        raise Cannot(_("There is no Mastodon server at %(server)s.") % {"server": server})
    return found


def address_to_ask(server: str, *, redirect_to: str, state: str) -> str:
    """Where a person grants us their account."""
    client_id, _secret = _app(server, redirect_to)
    query = {
        "client_id": client_id,
        "redirect_uri": redirect_to,
        "response_type": "code",
        "scope": SCOPES,
        "state": state,
    }
    return f"{server}/oauth/authorize?{urlencode(query)}"


def _app(server: str, redirect_to: str) -> tuple[str, str]:
    """Our registration there: made once, and again where we have moved or lost its secret."""
    known = NetworkApp.objects.filter(network=NAME, server=server).first()
    if known and (secret := _secret_of(known, redirect_to)):
        return known.client_id, secret
    made = send(
        server,
        "/api/v1/apps",
        client_name="Engage",
        redirect_uris=redirect_to,
        scopes=SCOPES,
        website=settings.BASE_URL,
    )
    client_id, secret = _text(made, "client_id"), _text(made, "client_secret")
    if not client_id or not secret or len(client_id) > LONGEST:
        raise Cannot(_("The server does not let Engage register. Ask those who run it."))
    app = known or NetworkApp(network=NAME, server=server)
    app.client_id, app.secret = client_id, json.dumps({"secret": secret, "redirect_to": redirect_to})
    # Two who ask at once make two apps; whoever is second wins, and the first asks again.
    NetworkApp.objects.update_or_create(
        network=NAME,
        server=server,
        defaults={"client_id": app.client_id, "sealed_secret": app.sealed_secret},
    )
    return client_id, secret


def _secret_of(app: NetworkApp, redirect_to: str) -> str:
    """The app's secret, where it may come back to this address."""
    try:
        kept = json.loads(app.secret)
    except InvalidToken:
        return ""
    return str(kept["secret"]) if kept["redirect_to"] == redirect_to else ""


def token_for(server: str, *, code: str, redirect_to: str) -> str:
    """A person's token for the code that they came back with."""
    client_id, secret = _app(server, redirect_to)
    try:
        given = send(
            server,
            "/oauth/token",
            grant_type="authorization_code",
            code=code,
            client_id=client_id,
            client_secret=secret,
            redirect_uri=redirect_to,
            scope=SCOPES,
        )
    except Dead as error:
        raise NotSent(_("The server does not know this grant. Connect once more."), permanent=True) from error
    if token := _text(given, "access_token"):
        return token
    raise NotSent(_("The server gave no token. Connect once more."), permanent=True)


def connection(server: str, token: str) -> Connection:
    """Whose token it is, and what the server allows."""
    told = instance(server)
    who = call(client(server, token).account_verify_credentials)
    if not isinstance(who, dict) or not who.get("id") or not _text(who, "username"):
        raise NotSent(_("The server did not say whose token this is."), permanent=True)
    domain = _text(told, "domain") or urlsplit(server).netloc
    return Connection(
        external_id=str(who["id"]),
        handle=clean(f"{who['username']}@{domain}")[:120],
        name=clean(_text(who, "display_name"))[:120],
        credentials={"access_token": token},
        server=server,
        limits=_limits(told["configuration"]),
    )


def _limits(configuration: Mapping[str, Any]) -> dict[str, Any]:
    statuses, media = _dict(configuration, "statuses"), _dict(configuration, "media_attachments")
    types = media.get("supported_mime_types")
    return {
        "characters": _number(statuses, "max_characters", USUAL_LIMIT),
        "link": _number(statuses, "characters_reserved_per_url", LINK),
        "pictures": _number(statuses, "max_media_attachments", 4),
        "picture_bytes": _number(media, "image_size_limit", 16_777_216),
        "alt": _number(media, "description_limit", 1500),
        "types": [str(one) for one in types if "image/" in str(one)] if isinstance(types, list) else [],
    }


def _dict(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _number(body: Mapping[str, Any], name: str, usual: int) -> int:
    found = body.get(name)
    return found if isinstance(found, int) and 0 < found < 2**31 else usual


def _text(body: Any, name: str) -> str:
    found = body.get(name) if isinstance(body, Mapping) else None
    return found if isinstance(found, str) else ""
