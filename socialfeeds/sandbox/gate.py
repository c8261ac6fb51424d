"""What every call of the API goes through: whose token, how many calls are left, which fault is due."""

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from . import faults, grants, limits, problems, signing, switches
from .faults import Fault
from .limits import Taken, Window
from .store import Account

View = Callable[..., HttpResponse]
Answers = Mapping[str, Callable[[], HttpResponse]]


def caller_of(request: HttpRequest) -> tuple[Account | None, frozenset[str]]:
    """Whose call it is and what it may do: by a token of OAuth 2, or signed by OAuth 1.0a."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return grants.behind(rest.strip()) if rest.strip() else (None, frozenset())
    if scheme.lower() == "oauth":
        signed = signing.read(rest)
        account, secret = grants.secret_of(signed.token)
        if account and signed.holds(request, secret):
            return account, grants.EVERYTHING
    return None, frozenset()


def endpoint(bucket: str, scope: str = "tweet.read") -> Callable[[View], View]:
    """Make a view part of the API: it gets the account as its second argument.

    `scope` is what the caller must have been granted.
    """

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def call(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            account, granted = caller_of(request)
            # All unknown tokens share one window, so that guessing fills no table.
            taken = limits.take(bucket, str(account.id) if account else "")
            work = functools.partial(view, request, account, **kwargs)
            if scope not in granted:
                work = functools.partial(
                    problems.forbidden, "Your client app does not have the required scopes."
                )
            response, taken = _answer(request, account, taken, work)
            response = switches.named(response)
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
