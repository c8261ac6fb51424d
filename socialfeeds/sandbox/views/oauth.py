"""Connecting an app: the page where a person says yes, and the endpoint that gives tokens for it."""

import base64
import binascii
import re
from urllib.parse import urlencode, urlsplit

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from .. import faults, gate, grants, problems, store
from ..grants import NotGrantedError, Tokens
from ..store import Account

PARAMETERS = {
    *("response_type", "client_id", "redirect_uri", "scope", "state"),
    *("code_challenge", "code_challenge_method"),
}


class AllowForm(forms.Form):
    """Which account is connected: here a person is whoever they say."""

    account = forms.ChoiceField(label=gettext_lazy("Account"))

    def __init__(self, *args: object, **kwargs: object):
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.label_suffix = ""
        own = [one.account for one in store.listed(skip=0, limit=-1) if one.account.token]
        self.fields["account"].choices = [  # type: ignore[attr-defined]
            (one.handle, f"{one.name} (@{one.handle})") for one in sorted(own, key=lambda one: one.handle)
        ]


@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """GET /i/oauth2/authorize: the app asks, a person answers, and is led back."""
    if not _is_well_asked(request):
        return render(request, "sandbox/authorize.html", {"wrong": True}, status=400)
    form = AllowForm(request.POST or None)
    if request.method == "POST" and "allow" not in request.POST:
        return _lead_back(request, error="access_denied")
    if request.method == "POST" and form.is_valid():
        account = store.account_by_handle(form.cleaned_data["account"])
        if account:
            return _lead_back(request, code=_code(request, account))
    scopes = grants.old_names(request.GET["scope"])
    context = {"form": form, "scopes": [words for name, words in grants.SCOPES.items() if name in scopes]}
    response = render(request, "sandbox/authorize.html", context, status=422 if form.errors else 200)
    back = urlsplit(request.GET["redirect_uri"])
    # A browser holds the answer of a form against the page's policy, also where it leads on from here.
    response._csp_update = {"form-action": [f"{back.scheme}://{back.netloc}"]}  # type: ignore[attr-defined]
    return response


def _is_well_asked(request: HttpRequest) -> bool:
    given = request.GET
    scopes = grants.old_names(given.get("scope", ""))
    return (
        given.keys() == PARAMETERS
        and all(len(values) == 1 for _, values in given.lists())
        and given["response_type"] == "code"
        and given["client_id"] == grants.CLIENT_ID
        and grants.may_lead_back_to(given["redirect_uri"])
        and bool(scopes)
        and scopes <= grants.EVERYTHING
        and 0 < len(given["state"]) <= 500
        and given["code_challenge_method"] in ("S256", "plain")
        and re.fullmatch(r"[A-Za-z0-9\-._~]{43,128}", given["code_challenge"]) is not None
    )


def _code(request: HttpRequest, account: Account) -> str:
    return grants.give_code(
        account,
        redirect_uri=request.GET["redirect_uri"],
        challenge=request.GET["code_challenge"],
        method=request.GET["code_challenge_method"],
        scopes=request.GET["scope"],
    )


def _lead_back(request: HttpRequest, **answer: str) -> HttpResponse:
    query = urlencode({"state": request.GET["state"], **answer})
    return HttpResponseRedirect(f"{request.GET['redirect_uri']}?{query}")


def token(request: HttpRequest) -> HttpResponse:
    """POST /2/oauth2/token."""
    form = request.POST
    handle = grants.handle_of(code=form.get("code", ""), refresh=form.get("refresh_token", ""))
    since = faults.clearings()
    fault = faults.take(handle=handle, path=request.path, method="POST")
    if not fault:
        return _tokens(request)
    if fault.kind.startswith("429"):
        return problems.too_many() if fault.kind == "429" else problems.too_many_code88()
    return gate.go_wrong(request, fault, since, lambda: _tokens(request), gate.ANSWERS)


def _tokens(request: HttpRequest) -> HttpResponse:
    try:
        _know_the_app(request)
        made = _granted(request)
    except NotGrantedError as error:
        body = {"error": error.error, "error_description": error.description}
        return JsonResponse(body, status=error.status)
    answer: dict[str, object] = {
        "token_type": "bearer",
        "expires_in": made.seconds,
        "access_token": made.access,
        "scope": " ".join(sorted(made.scopes)),
    }
    if made.refresh:
        answer["refresh_token"] = made.refresh
    response = JsonResponse(answer)
    response["Cache-Control"] = "no-store"
    return response


def _granted(request: HttpRequest) -> Tokens:
    form = request.POST
    if request.content_type != "application/x-www-form-urlencoded":
        raise NotGrantedError("invalid_request", "The body is not a form.")
    if form.get("grant_type") == "refresh_token":
        return grants.renew(form.get("refresh_token", ""))
    if form.get("grant_type") == "authorization_code":
        return grants.exchange(
            form.get("code", ""),
            redirect_uri=form.get("redirect_uri", ""),
            verifier=form.get("code_verifier", ""),
        )
    raise NotGrantedError("invalid_request", "Missing required parameter [grant_type].")


def _know_the_app(request: HttpRequest) -> None:
    """The app has a secret, and shows it."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    try:
        said = base64.b64decode(rest, validate=True).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        said = ""
    if said != f"{grants.CLIENT_ID}:{grants.CLIENT_SECRET}":
        raise NotGrantedError("unauthorized_client", "Missing valid authorization header", 401)
