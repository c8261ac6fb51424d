"""Registering an app, the page in which a person grants it their account, and a token for the code."""

import hmac
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from .. import granting
from . import gate, store
from .store import RefusedError

SCOPES = {
    *("read", "write", "follow", "push", "read:accounts", "read:notifications", "read:search"),
    *("read:statuses", "write:media", "write:statuses"),
}


@gate.careful
def create_app(request: HttpRequest) -> HttpResponse:
    """POST /api/v1/apps."""
    given = request.POST
    scopes = given.get("scopes", "read")
    uris = [urlsplit(one) for one in given.get("redirect_uris", "").split()]
    if not given.get("client_name") or not uris or not all(one.scheme and one.netloc for one in uris):
        raise RefusedError(422, "Validation failed: Redirect URI must be an absolute URI.")
    if set(scopes.split()) - SCOPES:
        raise RefusedError(422, "Validation failed: Scopes doesn't match configured on the server.")
    client_id, secret = store.new_app(given["client_name"], given["redirect_uris"], scopes)
    return JsonResponse(
        {"id": "1", "name": given["client_name"], "client_id": client_id, "client_secret": secret}
    )


@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """GET shows the page, POST leads back with a code, or with an error where it was not granted."""
    asked = request.GET
    back_to, scopes = asked.get("redirect_uri", ""), asked.get("scope", "read")
    state = {"state": asked["state"]} if "state" in asked else {}
    app = store.app_by(asked.get("client_id", ""))
    if not app or asked.get("response_type") != "code":
        return HttpResponse(_("Client authentication failed: this app is not known here."), status=401)
    if back_to not in app["redirect_uris"].split():
        return HttpResponse(_("The redirect URI included is not valid."), status=400)
    if set(scopes.split()) - set(app["scopes"].split()):
        return HttpResponse(_("The requested scope is invalid, unknown, or malformed."), status=400)
    accounts = {str(one.id): one for one in store.accounts(ours=True)}
    if request.method == "GET":
        choices = [(number, f"{one.name} (@{one.acct})") for number, one in accounts.items()]
        return granting.page(request, network="Mastodon", app=app["name"], choices=choices, back_to=back_to)
    who = request.POST.get("who", "")
    if request.POST.get("answer") != "yes" or who not in accounts:
        words = "The resource owner or authorization server denied the request."
        return granting.back(back_to, error="access_denied", error_description=words, **state)
    code = store.new_code(app["client_id"], accounts[who].id, back_to, scopes)
    return granting.back(back_to, code=code, **state)


def token(request: HttpRequest) -> HttpResponse:
    """POST /oauth/token."""
    given = request.POST
    app = store.app_by(given.get("client_id", ""))
    if not app or not hmac.compare_digest(app["secret"], given.get("client_secret", "")):
        words = "Client authentication failed due to unknown client."
        return gate.error(401, "invalid_client", error_description=words)
    if given.get("grant_type") != "authorization_code":
        return gate.error(400, "unsupported_grant_type")
    try:
        made, scopes = store.token_for(given.get("code", ""), app["client_id"], given.get("redirect_uri", ""))
    except RefusedError as refused:
        return gate.error(refused.status, "invalid_grant", error_description=refused.words)
    return JsonResponse({"access_token": made, "token_type": "Bearer", "scope": scopes, "created_at": 0})
