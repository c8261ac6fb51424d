"""Mastodon's part of the control surface: accounts, what anybody wrote, dead tokens, and switches."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from ..params import InvalidError
from ..views.control import _fields, _past, local
from . import store
from .store import Account, Bounds, Status


def _account(account: Account) -> dict[str, Any]:
    return {"id": str(account.id), "acct": account.acct, "name": account.name}


def _status(found: Status) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "acct": found.account.acct,
        "text": found.text,
        "visibility": found.visibility,
        "created_at": found.at.isoformat(),
        "reply_to": str(found.reply_to) if found.reply_to else None,
        "pictures": [{"alt": one.alt, "mime": one.mime} for one in found.media],
    }


def _acct(found: dict[str, Any]) -> str:
    acct: str = found.get("acct", "").lstrip("@")
    if not store.ACCT.match(acct):
        raise InvalidError("[acct] must be a name, or a name@server", acct=acct)
    return acct


@local
def list_accounts(request: HttpRequest) -> HttpResponse:
    """GET /sandbox/mastodon/accounts."""
    return JsonResponse({"accounts": [_account(one) for one in store.accounts(ours=True)]})


@local
def save_account(request: HttpRequest) -> HttpResponse:
    """POST /sandbox/mastodon/accounts."""
    found = _fields(request, acct=str, name=str, token=str, followers=int)
    acct = _acct(found)
    account = store.save_account(
        acct=acct,
        name=found.get("name") or acct,
        ours=True,
        token=found.get("token", ""),
        followers=found.get("followers", 0),
    )
    return JsonResponse(_account(account), status=201)


@local
def list_statuses(request: HttpRequest) -> HttpResponse:
    """GET /sandbox/mastodon/statuses?acct=: as they were written, newest first."""
    account = store.account_by(request.GET.get("acct", ""))
    if not account:
        raise InvalidError("No account has that name", acct=request.GET.get("acct", ""))
    found = store.statuses(store.OF, account.id, bounds=Bounds(limit=100_000))
    return JsonResponse({"statuses": [_status(one) for one in found]})


@local
def write_status(request: HttpRequest) -> HttpResponse:
    """POST /sandbox/mastodon/statuses: as anybody, without limits."""
    found = _fields(request, acct=str, text=str, name=str, reply_to=str, created_at=str)
    acct, answered = _acct(found), found.get("reply_to", "")
    if not found.get("text"):
        raise InvalidError("[text] must be given", text="")
    if answered and not (answered.isdecimal() and store.status_by(int(answered))):
        raise InvalidError("[reply_to] is not here", reply_to=answered)
    made = store.write(
        acct=acct,
        text=found["text"],
        name=found.get("name", ""),
        reply_to=int(answered) if answered else None,
        at_ms=_past(found.get("created_at")),
    )
    return JsonResponse(_status(made), status=201)


@local
def revoke(request: HttpRequest) -> HttpResponse:
    """POST /sandbox/mastodon/dead: every token of this account dies."""
    return JsonResponse({"tokens": store.revoke(_acct(_fields(request, acct=str)))})


@local
def switches(request: HttpRequest) -> HttpResponse:
    """GET /sandbox/mastodon/switches."""
    return JsonResponse(store.switches())


@local
def switch(request: HttpRequest) -> HttpResponse:
    """POST /sandbox/mastodon/switches: {"keys": 0}; what is not named stays."""
    store.switch(**_fields(request, **dict.fromkeys(store.SWITCHES, int)))
    return JsonResponse(store.switches())
