"""The control surface, for tests and the demonstration. Only this machine may use it."""

import functools
import ipaddress
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from .. import db, faults, grants, limits, pictures, problems, shapes, store, switches
from ..faults import Fault
from ..gate import View
from ..limits import Limit
from ..params import InvalidError
from ..store import RefusedError
from .api import read_json

NUMBERS = (
    *("followers_count", "like_count", "retweet_count", "quote_count", "bookmark_count"),
    "impression_count",
)


def local(view: View) -> View:
    """Refuse callers from elsewhere. (Writing takes JSON, which no page of another site can send unasked.)"""

    @functools.wraps(view)
    def call(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not ipaddress.ip_address(request.META["REMOTE_ADDR"]).is_loopback:
            return problems.forbidden("The control surface answers this machine only.")
        try:
            return view(request, **kwargs)
        except InvalidError as error:
            return error.response

    return call


def _fields(request: HttpRequest, **types: Any) -> dict[str, Any]:
    """The fields of a body, each of its type; absent ones are absent. An unknown one is an error."""
    body = read_json(request)
    for name, value in body.items():
        if name not in types:
            raise InvalidError(f"[{name}] is not one of [{','.join(types)}]", **{name: value})
        if value is not None and (not isinstance(value, types[name]) or isinstance(value, bool)):
            raise InvalidError(f"[{name}] has the wrong type", **{name: value})
    return {name: value for name, value in body.items() if value is not None}


def _handle(found: dict[str, Any]) -> str:
    handle: str = found.get("handle", "").lstrip("@")
    if not store.HANDLE.match(handle) or handle.lower() in store.RESERVED:
        raise InvalidError("The handle must be 1 to 30 letters, digits or underscores", handle=handle)
    return handle


@local
def healthz(request: HttpRequest) -> HttpResponse:
    """GET /sandbox/healthz."""
    db.connection().execute("SELECT 1 FROM accounts").fetchone()
    return JsonResponse({"status": "ok"})


def _account(account: store.Account) -> dict[str, Any]:
    return {"id": str(account.id), "handle": account.handle, "name": account.name, "token": account.token}


@local
def list_accounts(request: HttpRequest) -> HttpResponse:
    """GET /sandbox/accounts."""
    return JsonResponse({"accounts": [_account(one.account) for one in store.listed(skip=0, limit=-1)]})


@local
def save_account(request: HttpRequest) -> HttpResponse:
    """POST /sandbox/accounts."""
    found = _fields(request, handle=str, name=str, token=str, secret=str)
    handle = _handle(found)
    if not found.get("token"):
        raise InvalidError("An account needs a token", token="")
    try:
        account, new = store.save_account(
            handle=handle, name=found.get("name") or handle, token=found["token"]
        )
    except RefusedError as error:
        return problems.problem(409, "Conflict", error.detail)
    if found.get("secret"):
        grants.give_secret(account, found["token"], found["secret"])
    return JsonResponse(_account(account), status=201 if new else 200)


def _post(post: store.Post) -> dict[str, Any]:
    return {
        "id": str(post.id),
        "handle": post.author.handle,
        "text": post.text,
        "created_at": shapes.moment(post.at),
        "reply_to": str(post.reply_to) if post.reply_to else None,
        "hidden": post.hidden,
        "pictures": [
            {"id": str(one.id), "type": one.mime, "bytes": one.total, "alt": one.alt}
            for one in (pictures.of(post.id) if post.pictures else [])
        ],
        "path": f"/{post.author.handle}/status/{post.id}",
    }


@local
def list_posts(request: HttpRequest) -> HttpResponse:
    """GET /sandbox/posts?handle=…: texts as they were written, newest first."""
    handle = request.GET.get("handle", "")
    account = store.account_by_handle(handle) if handle else None
    if handle and not account:
        return JsonResponse({"posts": []})
    return JsonResponse({"posts": [_post(post) for post in store.posts(of=account)]})


@local
def write_post(request: HttpRequest) -> HttpResponse:
    """POST /sandbox/posts: as anybody, without limits; `created_at` lays it down in the past."""
    found = _fields(request, handle=str, text=str, name=str, reply_to=str, created_at=str)
    reply_to = found.get("reply_to", "")
    if reply_to and not reply_to.isdecimal():
        raise InvalidError("[reply_to] is not an id", reply_to=reply_to)
    try:
        post = store.write(
            handle=_handle(found),
            text=found.get("text", ""),
            name=found.get("name", ""),
            reply_to=int(reply_to) if reply_to else None,
            at_ms=_past(found.get("created_at")),
        )
    except RefusedError as error:
        raise InvalidError(error.detail, text=found.get("text", "")[:300]) from error
    return JsonResponse(_post(post), status=201)


def _past(text: str | None) -> int | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    ms = int(moment.timestamp() * 1000) if moment and moment.tzinfo else 0
    if not db.EPOCH_MS < ms <= db.now_ms():
        raise InvalidError("[created_at] is not a time in the past with its zone", created_at=text)
    return ms


@local
def list_faults(request: HttpRequest) -> HttpResponse:
    """GET /sandbox/faults."""
    return JsonResponse({"faults": [fault.as_dict() for fault in faults.waiting()]})


@local
def add_fault(request: HttpRequest) -> HttpResponse:
    """POST /sandbox/faults."""
    found = _fields(request, kind=str, count=int, handle=str, path=str, method=str, seconds=(int, float))
    fault = Fault(**{"kind": "", "count": 1, **found})
    if fault.kind not in faults.KINDS:
        raise InvalidError(f"[kind] is not one of [{','.join(sorted(faults.KINDS))}]", kind=fault.kind)
    if fault.count < 1:
        raise InvalidError("[count] is less than 1", count=fault.count)
    if fault.seconds is not None and not 0 <= fault.seconds <= faults.MOST_SECONDS and fault.hold_seconds:
        raise InvalidError(f"[seconds] is not between 0 and {faults.MOST_SECONDS:.0f}", seconds=fault.seconds)
    return JsonResponse(faults.add(fault).as_dict(), status=201)


@local
def clear_faults(request: HttpRequest) -> HttpResponse:
    """DELETE /sandbox/faults."""
    faults.clear()
    return JsonResponse({"faults": []})


def _limits() -> HttpResponse:
    return JsonResponse({"limits": {name: asdict(limit) for name, limit in limits.all_limits().items()}})


@local
def list_limits(request: HttpRequest) -> HttpResponse:
    """GET /sandbox/limits."""
    return _limits()


@local
def set_limits(request: HttpRequest) -> HttpResponse:
    """POST /sandbox/limits: {"post": {"user": 3}}; what is not named stays."""
    wanted = _fields(request, **dict.fromkeys(limits.DEFAULTS, dict))
    names = {field.name for field in fields(Limit)}
    for bucket, changes in wanted.items():
        for name, value in changes.items():
            if (
                name not in names
                or isinstance(value, bool)
                or not isinstance(value, int | float)
                or value < 0
            ):
                raise InvalidError(f"[{bucket}.{name}] is not valid", **{bucket: changes})
    for bucket, changes in wanted.items():
        limits.set_limit(bucket, Limit(**{**asdict(limits.limit_of(bucket)), **changes}))
    return _limits()


@local
def restore_limits(request: HttpRequest) -> HttpResponse:
    """DELETE /sandbox/limits."""
    limits.restore()
    return _limits()


@local
def tokens(request: HttpRequest) -> HttpResponse:
    """POST /sandbox/tokens: `do` issue, expire or revoke an account's; `seconds`: how long new ones live."""
    found = _fields(request, do=str, handle=str, scopes=str, seconds=int)
    if found.get("seconds"):
        switches.put("token_seconds", str(found["seconds"]))
    if not found.get("do"):
        return JsonResponse({"status": "set"})
    account = store.account_by_handle(_handle(found))
    if not account or found["do"] not in ("issue", "expire", "revoke"):
        raise InvalidError("[do] is issue, expire or revoke, for the handle of an account", do=found["do"])
    if found["do"] == "issue":
        scopes = grants.old_names(found["scopes"]) if "scopes" in found else grants.EVERYTHING
        made = grants.issue(account.id, scopes)
        return JsonResponse({"access_token": made.access, "refresh_token": made.refresh}, status=201)
    grants.end(account, refresh_too=found["do"] == "revoke")
    return JsonResponse({"status": "ended"})


@local
def numbers(request: HttpRequest) -> HttpResponse:
    """POST /sandbox/numbers: what people did with a post (`id`), or who follows an account (`handle`)."""
    found = _fields(request, handle=str, id=str, **dict.fromkeys(NUMBERS, int))
    post = store.post_by_id(int(found["id"])) if found.get("id", "").isdecimal() else None
    account = store.account_by_handle(found["handle"]) if found.get("handle") else None
    subject = post or account
    if not subject:
        raise InvalidError("There is no such post or account", id=found.get("id"), handle=found.get("handle"))
    store.set_numbers(subject.id, {name: found[name] for name in NUMBERS if name in found})
    return JsonResponse({"numbers": store.numbers(subject.id)})


@local
def naming(request: HttpRequest) -> HttpResponse:
    """POST /sandbox/naming: {"words": "post"} names everything as specification 2.167 does."""
    words = _fields(request, words=str).get("words", "")
    if words not in ("post", "tweet"):
        raise InvalidError("[words] is post or tweet", words=words)
    switches.put("words", words)
    return JsonResponse({"words": words})


@local
def reset(request: HttpRequest) -> HttpResponse:
    """POST /sandbox/reset: no accounts, no posts, no faults, X's limits."""
    read_json(request)
    db.wipe()
    return JsonResponse({"status": "empty"})
