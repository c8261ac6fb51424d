"""Connecting an account in the browser: by a form of ours, or by the network's own page and back again.

What has to be known when somebody comes back stands in their session: for which command they went, and what
the network wants to see again. What they may choose from waits there sealed.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from precincts.access import Permission, staff_of_command, turned_away
from precincts.history import acts_as_staff
from precincts.models import Command
from socialfeeds import connecting, crypto
from socialfeeds.models import Network
from socialfeeds.networks import MODULES, network_named
from socialfeeds.networks.base import Asked, Connection, Dead, NetworkError
from socialfeeds.views.accounts import page

STARTED, FOUND = "connecting_started", "connecting_found"
# So many can be under way in one session, and for so long.
MOST_STARTED = 5
LASTS = timedelta(minutes=20)


class PasswordForm(forms.Form):
    handle = forms.CharField(
        label=gettext_lazy("Handle"),
        help_text=gettext_lazy("For example pct109.bsky.social"),
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "dir": "ltr"}),
    )
    password = forms.CharField(
        label=gettext_lazy("App password"),
        help_text=gettext_lazy(
            "Made on Bluesky under Settings, Privacy and security, App passwords. Used once, and not kept."
        ),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )
    server = forms.CharField(
        label=gettext_lazy("Server"),
        help_text=gettext_lazy("Only where the account lives on a server of its own."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "dir": "ltr"}),
    )


class ServerForm(forms.Form):
    server = forms.CharField(
        label=gettext_lazy("Server"),
        help_text=gettext_lazy("For example mastodon.social: what stands behind the last @ of the handle."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "dir": "ltr"}),
    )


# What is asked here before anything else. The others begin at the network.
FORMS: dict[str, type[forms.Form]] = {Network.BLUESKY: PasswordForm, Network.MASTODON: ServerForm}


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@never_cache
@staff_of_command(Permission.CONNECT, inside=False)
def connect(request: HttpRequest, command: Command, network: str) -> HttpResponse:
    """The first step: a form, or the link that leads to the network."""
    label = _label(network)
    form_class = FORMS.get(network)
    data = request.POST if request.method == "POST" else None
    form = form_class(data) if form_class else None
    context: dict[str, Any] = {"network": network, "label": label, "form": form}
    if form is None:
        context |= _leading(request, command, network)
    elif request.method == "POST" and form.is_valid():
        if network == Network.BLUESKY:
            if _by_password(request, command, network, form):
                return redirect("accounts", slug=command.slug)
        else:
            context |= _leading(request, command, network, form)
    wrong = bool(form and form.errors) or "trouble" in context
    return page(request, command, "socialfeeds/connect.html", context, 422 if wrong else 200)


def _label(network: str) -> str:
    if network not in MODULES or network not in Network.values:
        raise Http404
    return str(Network(network).label)


def _by_password(request: HttpRequest, command: Command, network: str, form: forms.Form) -> bool:
    try:
        (found,) = network_named(network).connections(given=form.cleaned_data)
        _take(request, command, network, found)
    except (NetworkError, connecting.CannotConnect) as error:
        form.add_error(None, str(error))
        return False
    return True


def _leading(
    request: HttpRequest, command: Command, network: str, form: forms.Form | None = None
) -> dict[str, Any]:
    """Where the network's own page is; what it will want to see again waits in the session."""
    state = secrets.token_urlsafe(24)
    server = form.cleaned_data["server"] if form else ""
    try:
        asked = network_named(network).ask(redirect_to=_back_to(network), state=state, server=server)
    except NetworkError as error:
        if form:
            form.add_error("server", str(error))
        return {"trouble": str(error)}
    _remember(request, state, command, network, asked)
    return {"leads_to": asked.url}


def _back_to(network: str) -> str:
    return settings.BASE_URL + reverse("connect_back", args=[network])


def _remember(request: HttpRequest, state: str, command: Command, network: str, asked: Asked) -> None:
    started = request.session.get(STARTED, {})
    started[state] = {
        "command": command.pk,
        "network": network,
        "remember": dict(asked.remember),
        "at": timezone.now().isoformat(),
    }
    request.session[STARTED] = dict(list(started.items())[-MOST_STARTED:])


# --- and back --------------------------------------------------------------------------------------------


@require_safe
@never_cache
def back(request: HttpRequest, network: str) -> HttpResponse:
    """From the network's page. What it gave is asked for its accounts; a person says which one."""
    label = _label(network)
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    started = _started(request, network)
    if started is None:
        return render(request, "socialfeeds/connect_over.html", {"label": label}, status=422)
    command = get_object_or_404(Command, pk=started["command"])
    if away := turned_away(request, Permission.CONNECT, command):
        return away
    try:
        found = _granted(request, network, started)
    except NetworkError as error:
        messages.error(request, str(error))
        return redirect("accounts", slug=command.slug)
    _keep_sealed(request, command, network, found)
    return redirect("connect_choose", slug=command.slug, network=network)


def _granted(request: HttpRequest, network: str, started: dict[str, Any]) -> list[Connection]:
    """The accounts behind what came back. Raises NetworkError where there are none."""
    if request.GET.get("error") or not request.GET.get("code"):
        words = _("%(network)s did not grant the account, so nothing was connected.")
        raise Dead(words % {"network": _label(network)})
    given = request.GET.dict() | started["remember"]
    found = network_named(network).connections(given=given, redirect_to=_back_to(network))
    if not found:
        raise Dead(_("There is no account behind this that could be connected."))
    return found


def _keep_sealed(request: HttpRequest, command: Command, network: str, found: list[Connection]) -> None:
    request.session[FOUND] = {
        "command": command.pk,
        "network": network,
        "at": timezone.now().isoformat(),
        "sealed": crypto.seal(json.dumps([_flat(one) for one in found])).hex(),
    }


def _started(request: HttpRequest, network: str) -> dict[str, Any] | None:
    """What was begun under this state. It counts once."""
    started = request.session.get(STARTED, {})
    known = started.pop(request.GET.get("state", ""), None)
    request.session[STARTED] = started
    return known if known and known["network"] == network and _is_fresh(known) else None


def _is_fresh(known: dict[str, Any]) -> bool:
    return datetime.fromisoformat(known["at"]) > timezone.now() - LASTS


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_command(Permission.CONNECT, inside=False)
def choose(request: HttpRequest, command: Command, network: str) -> HttpResponse:
    """Which of the accounts behind the grant is the command's: said by a person, also where it is one."""
    label, found = _label(network), _found(request, command, network)
    if not found:
        return render(
            request, "socialfeeds/connect_over.html", {"label": label, "command": command}, status=422
        )
    form = _choices(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        chosen = found[int(form.cleaned_data["account"])]
        try:
            _take(request, command, network, chosen)
        except connecting.CannotConnect as error:
            form.add_error("account", str(error))
        else:
            request.session.pop(FOUND, None)
            return redirect("accounts", slug=command.slug)
    context = {"network": network, "label": label, "form": form}
    return page(request, command, "socialfeeds/connect_choose.html", context, 422 if form.errors else 200)


def _choices(found: list[Connection], data: Any) -> forms.Form:
    form = forms.Form(data)
    form.fields["account"] = forms.ChoiceField(
        label=_("Account"),
        choices=[(str(number), _called(one)) for number, one in enumerate(found)],
        widget=forms.RadioSelect,
        initial="0" if len(found) == 1 else None,
        error_messages={"required": _("Choose one.")},
    )
    return form


def _called(one: Connection) -> str:
    return f"{one.name} ({one.handle})" if one.name and one.name != one.handle else one.handle


def _found(request: HttpRequest, command: Command, network: str) -> list[Connection]:
    known = request.session.get(FOUND)
    if not known or (known["command"], known["network"]) != (command.pk, network) or not _is_fresh(known):
        return []
    return [_whole(one) for one in json.loads(crypto.unseal(bytes.fromhex(known["sealed"])))]


def _flat(one: Connection) -> dict[str, Any]:
    return asdict(one) | {"expires_at": one.expires_at.isoformat() if one.expires_at else None}


def _whole(flat: dict[str, Any]) -> Connection:
    ends = flat.pop("expires_at")
    return Connection(**flat, expires_at=datetime.fromisoformat(ends) if ends else None)


def _take(request: HttpRequest, command: Command, network: str, connection: Connection) -> None:
    acts_as_staff(request)
    by: Any = request.user
    account = connecting.take(command=command, network=network, connection=connection, by=by)
    words = _("%(account)s is connected. What waited for it goes out now.") % {"account": account}
    messages.success(request, words)
