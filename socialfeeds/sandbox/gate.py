"""What every call of the API goes through: whose token, how many calls are left, which fault is due."""

import functools
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from . import faults, limits, problems, store
from .faults import Fault
from .limits import Taken, Window
from .store import Account

OAUTH1_TOKEN = re.compile(r'oauth_token="([^"]*)"')
View = Callable[..., HttpResponse]
Answers = Mapping[str, Callable[[], HttpResponse]]


def token_of(request: HttpRequest) -> str:
    """The token a call brings. OAuth 1.0a is taken by its token; its signature is not looked at."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    found = OAUTH1_TOKEN.search(rest) if scheme.lower() == "oauth" else None
    return found[1] if found else ""


def endpoint(bucket: str) -> Callable[[View], View]:
    """Make a view part of the API: it gets the account as its second argument."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def call(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            token = token_of(request)
            account = store.account_by_token(token) if token else None
            # All unknown tokens share one window, so that guessing fills no table.
            taken = limits.take(bucket, token if account else "")
            response, taken = _answer(request, account, taken, lambda: view(request, account, **kwargs))
            for name, value in taken.headers().items():
                response[name] = value
            return response

        return call

    return wrap


def _answer(
    request: HttpRequest, account: Account | None, taken: Taken, work: Callable[[], HttpResponse]
) -> tuple[HttpResponse, Taken]:
    if taken.refused_by:
        # X answers with either body; here the user's window gives the newer one and the app's the older.
        return (problems.too_many() if taken.refused_by == "user" else problems.too_many_code88()), taken
    if not account:
        return problems.unauthorized(), taken
    since = faults.clearings()
    fault = faults.take(handle=account.handle, path=request.path, method=request.method or "GET")
    if not fault:
        return work(), taken
    if fault.kind.startswith("429"):
        return (problems.too_many() if fault.kind == "429" else problems.too_many_code88()), _emptied(
            taken, fault
        )
    return go_wrong(request, fault, since, work, ANSWERS), taken


def _emptied(taken: Taken, fault: Fault) -> Taken:
    """The windows as they look in a 429 that was asked for; `seconds` says when to come back."""
    reset = taken.user.reset if fault.seconds is None else int(time.time() + fault.seconds + 0.999)
    return replace(taken, user=Window(taken.user.limit, 0, reset))


# What X says to a call that goes wrong; "" is what it says to all others.
ANSWERS: Answers = {
    "": problems.server_error,
    "401": problems.unauthorized,
    "200-errors": problems.ok_with_errors,
    "timeout": problems.unavailable,
}


def go_wrong(
    request: HttpRequest, fault: Fault, since: int, work: Callable[[], HttpResponse], answers: Answers
) -> HttpResponse:
    """Do to a call what the fault says; `answers` are the network's own words for it."""
    kind = fault.kind.removesuffix("-posted")
    done = work() if kind != fault.kind else None
    if done and done.status_code >= 400:  # refused by a rule: there is no post whose answer could be lost
        return done
    if kind == "slow":
        # The work comes after the wait: a post can still land after the caller has given up.
        faults.hold(request, fault.hold_seconds, since, until_hung_up=False)
        return work()
    if kind == "timeout":
        faults.hold(request, fault.hold_seconds, since, until_hung_up=True)
        return done or answers["timeout"]()
    if kind == "cut":
        faults.cut(request)
    return answers.get(kind, answers[""])()


def methods(**views: View) -> View:
    """One address, a view for each method; another method gets X's 405."""

    @csrf_exempt
    def choose(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        view = views.get(request.method or "")
        if view:
            return view(request, **kwargs)
        response = problems.problem(405, "Method Not Allowed")
        response["Allow"] = ", ".join(views)
        return response

    return choose
