"""What every call of the Graph goes through: whose token, the app's proof, limits, faults; and its errors."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from .. import faults, limits, settings
from ..gate import Answers, go_wrong
from ..limits import Taken
from . import store
from .store import Page, RefusedError, Token

THROTTLES = {4: "Application request limit reached", 17: "User request limit reached"} | {
    32: "Page request limit reached",
    613: "Calls to this api have exceeded the rate limit.",
}
WORDS = THROTTLES | {
    1: "An unknown error occurred",
    2: "An unexpected error has occurred. Please retry your request later.",
    10: "(#10) This endpoint requires the 'pages_manage_posts' permission",
    190: "Error validating access token: The session has been invalidated because the user changed their"
    " password",
    200: "(#200) The user has not granted the app what it needs",
    368: "The action attempted has been deemed abusive or is otherwise disallowed",
    506: "Duplicate status message",
}


def error(code: int, words: str = "", *, subcode: int = 0, status: int = 400) -> HttpResponse:
    """The Graph's one shape of an error."""
    body: dict[str, Any] = {
        "message": words or WORDS.get(code, "Invalid request"),
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": secrets.token_urlsafe(8),
    }
    if subcode:
        body["error_subcode"] = subcode
    if code in {1, 2, *THROTTLES}:
        body["is_transient"] = True
    return JsonResponse({"error": body}, status=status)


def refusal(refused: RefusedError) -> HttpResponse:
    return error(refused.code, refused.words, subcode=refused.subcode)


def proof(token: str) -> str:
    return hmac.new(settings.FACEBOOK_APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()


def token_of(request: HttpRequest) -> str:
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() in {"bearer", "oauth"}:
        return rest.strip()
    return str(given(request).get("access_token", ""))


def given(request: HttpRequest) -> dict[str, str]:
    """The parameters of a call; a form's count as the query's do."""
    return {**request.GET.dict(), **request.POST.dict()}


def through(request: HttpRequest, work: Callable[[Token], HttpResponse]) -> HttpResponse:
    """Do the work for whoever's token this is, or say why not."""
    name = token_of(request)
    token = store.token_by(name) if name else None
    page = store.page_by(token.page) if token and token.page else None
    taken = limits.take("facebook", name if token else "")
    response = _answer(request, token, page, taken, work)
    for header, value in _usage(taken, page).items():
        response[header] = value
    return response


def _answer(
    request: HttpRequest,
    token: Token | None,
    page: Page | None,
    taken: Taken,
    work: Callable[[Token], HttpResponse],
) -> HttpResponse:
    if taken.refused_by:
        return error(32 if taken.refused_by == "user" and page else 4)
    if not token or token.dead:
        return error(190, subcode=460) if token else error(190, "Invalid OAuth access token")
    shown = given(request).get("appsecret_proof", "")
    if not hmac.compare_digest(shown.encode(), proof(token.token).encode()):
        return error(100, "API calls from the server require an appsecret_proof argument that fits the token")
    since = faults.clearings()
    handle = page.username if page else ""
    fault = faults.take(handle=handle, path=request.path, method=request.method or "GET")
    if not fault:
        return work(token)
    return go_wrong(request, fault, since, lambda: work(token), ANSWERS)


def _usage(taken: Taken, page: Page | None) -> dict[str, str]:
    """How much is used up, in hundredths; when it may ask again, in minutes, only where it may not."""

    def hundredths(limit: int, remaining: int) -> int:
        return 100 if not limit else (limit - remaining) * 100 // limit

    app = hundredths(taken.app.limit, taken.app.remaining)
    found = {"X-App-Usage": json.dumps({"call_count": app, "total_time": 0, "total_cputime": 0})}
    if page:
        used = {
            "type": "pages",
            "call_count": hundredths(taken.user.limit, taken.user.remaining),
            "total_cputime": 0,
            "total_time": 0,
            "estimated_time_to_regain_access": 60 if taken.refused_by == "user" else 0,
        }
        found["X-Business-Use-Case-Usage"] = json.dumps({str(page.id): [used]})
    return found


def _says(code: int, status: int = 400) -> Callable[[], HttpResponse]:
    return lambda: error(code, status=status)


# A fault of this kind looks like this. What it does not name is code 2 with a 500: that can have posted.
ANSWERS: Answers = {
    "": _says(2, 500),
    "timeout": _says(2, 503),
    "401": _says(190),
    "429": _says(32),
    "429-code88": _says(4),
    "200-errors": _says(1, 200),
    **{f"code-{code}": _says(code) for code in WORDS},
}
