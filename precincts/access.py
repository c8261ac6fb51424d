"""What each role may do, in one table; and the loaders that hold a view to it.

A command that does not exist is 404. Not signed in leads to signing in, and staff without a second factor to
setting one up. A role that is missing is 403.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from engage.problems import Forbidden
from precincts import second_factor, tenancy
from precincts.history import acts_as_staff
from precincts.models import Command, Membership, PersonalToken, Role, User


class Permission(models.TextChoices):
    """Everything that not everybody may do, each with what it means."""

    SEE_DESK = "see_desk", _("Look at the desk and at what waits there")
    MODERATE = "moderate", _("Approve, screen, merge and refer what residents say")
    REDACT = "redact", _("Redact a piece of what a resident said")
    HISTORY = "history", _("Compare what stood before an edit")
    ANSWER = "answer", _("Answer for the command")
    PUBLISH = "publish", _("Post on the command's networks")
    APPROVE = "approve", _("Approve messages that others wrote")
    CONNECT = "connect", _("Connect the command's accounts on networks")
    INBOX = "inbox", _("Work on what people say on networks")
    HIDE = "hide", _("Ask for a public reply to be hidden, and decide on it")
    SETTINGS = "settings", _("Change the command's settings")
    INVITE = "invite", _("Invite people and take roles away")
    WEBHOOKS = "webhooks", _("Set where the command's events are sent")
    SEE_CITY = "see_city", _("Look at the whole city")
    DECIDE_APPEALS = "decide_appeals", _("Decide appeals")
    CONDUCT = "conduct", _("Publish editions of the code of conduct")
    GOALS = "goals", _("Set the service goals")
    UNSEAL = "unseal", _("Read what was redacted or sealed")
    APPROVE_CITY = "approve_city", _("Approve what the guardrails send to headquarters")
    PAUSE = "pause", _("Pause everything that is sent")
    GUARDRAILS = "guardrails", _("Publish editions of the guardrails")
    TRAINING = "training", _("Edit the course, and see who is due")
    BUDGETS = "budgets", _("Set what a command may spend on networks")
    BROADCAST = "broadcast", _("Offer messages to many commands")
    RECORD = "record", _("Take the record out, and place legal holds")


# What each role may do at its own command. docs/roles.md prints both tables.
AT_COMMAND: dict[Role, set[Permission]] = {
    Role.COMMANDER: {
        Permission.SEE_DESK,
        Permission.MODERATE,
        Permission.REDACT,
        Permission.HISTORY,
        Permission.ANSWER,
        Permission.PUBLISH,
        Permission.APPROVE,
        Permission.CONNECT,
        Permission.INBOX,
        Permission.HIDE,
        Permission.SETTINGS,
        Permission.INVITE,
        Permission.WEBHOOKS,
    },
    Role.MODERATOR: {
        Permission.SEE_DESK,
        Permission.MODERATE,
        Permission.REDACT,
        Permission.HISTORY,
        Permission.INBOX,
        Permission.HIDE,
    },
    Role.EDITOR: {Permission.SEE_DESK, Permission.PUBLISH, Permission.INBOX},
}
# What each role of headquarters may do at every command, and for the city.
AT_HEADQUARTERS: dict[Role, set[Permission]] = {
    Role.REVIEWER: {
        Permission.SEE_DESK,
        Permission.SEE_CITY,
        Permission.HISTORY,
        Permission.DECIDE_APPEALS,
        Permission.APPROVE_CITY,
        Permission.HIDE,
        Permission.PAUSE,
    },
    Role.ADMINISTRATOR: {
        Permission.SEE_DESK,
        Permission.SEE_CITY,
        Permission.HISTORY,
        Permission.SETTINGS,
        Permission.INVITE,
        Permission.WEBHOOKS,
        Permission.DECIDE_APPEALS,
        Permission.CONDUCT,
        Permission.GOALS,
        Permission.UNSEAL,
        Permission.CONNECT,
        Permission.APPROVE_CITY,
        Permission.HIDE,
        Permission.PAUSE,
        Permission.GUARDRAILS,
        Permission.TRAINING,
        Permission.BUDGETS,
        Permission.BROADCAST,
        Permission.RECORD,
    },
    Role.RECORDS_OFFICER: {
        Permission.SEE_DESK,
        Permission.SEE_CITY,
        Permission.HISTORY,
        Permission.UNSEAL,
        Permission.RECORD,
    },
}

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def memberships(user: Any) -> list[Membership]:
    """The user's roles, asked for once a request."""
    if not getattr(user, "is_authenticated", False):
        return []
    if not hasattr(user, "engage_memberships"):
        rows = (
            Membership.objects.filter(user=user).select_related("command").order_by("command__name", "role")
        )
        user.engage_memberships = list(rows)
    return user.engage_memberships


def granted_at(user: Any, command: Command | None) -> set[Permission]:
    """What the user's roles give at a command; without one, for the city."""
    granted: set[Permission] = set()
    for membership in memberships(user):
        if membership.command_id is None:
            granted |= AT_HEADQUARTERS[Role(membership.role)]
        elif command is not None and membership.command_id == command.pk:
            granted |= AT_COMMAND[Role(membership.role)]
    return granted


def granted_anywhere(user: Any) -> set[Permission]:
    """What the user's roles give at some place or other."""
    tables = AT_COMMAND | AT_HEADQUARTERS
    return set().union(*(tables[Role(membership.role)] for membership in memberships(user)))


def permissions_anywhere(user: Any) -> set[Permission]:
    """What the user may do at some place or other. Without a second factor that is nothing."""
    return set() if second_factor.is_missing(user) else granted_anywhere(user)


def permissions_at(user: Any, command: Command | None) -> set[Permission]:
    """All that the user may do at a command; without one, for the city.

    Without a second factor that is nothing, whatever the roles. Who comes with a personal token may do no
    more than its scopes.
    """
    granted = granted_at(user, command)
    if granted and second_factor.is_missing(user):
        return set()
    if token := token_of(user):
        granted &= set(token.scopes)
    return granted


def token_of(user: Any) -> PersonalToken | None:
    """The personal token by which this request knows the user, where it is not by a session."""
    return getattr(user, "engage_token", None)


def why_not(user: Any) -> Forbidden | None:
    """What keeps a user from doing what their roles would give; None where it is the roles alone."""
    if memberships(user) and second_factor.is_missing(user):
        return Forbidden(
            str(_("Whoever works here signs in with a second step. Set one up under your account first.")),
            requires="second_factor",
        )
    token = token_of(user)
    if token and not granted_anywhere(user) <= set(token.scopes):
        return Forbidden(
            str(_("Not for this token: it reaches as far as its scopes and its owner's roles.")),
            requires="scope",
            scopes=token.scopes,
        )
    return None


def may(user: User | Any, permission: Permission, command: Command | None = None) -> bool:
    return permission in permissions_at(user, command)


def turned_away(
    request: HttpRequest, permission: Permission, command: Command | None = None
) -> HttpResponse | None:
    """Where a page leads who may not open it, if anything would help; None for who may.

    Raises PermissionDenied where a role is missing.
    """
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if may(request.user, permission, command):
        return None
    if permission in granted_at(request.user, command) and second_factor.is_missing(request.user):
        return second_factor.lead_to_it(request)
    raise PermissionDenied


def in_command(view: View) -> Callable[..., HttpResponseBase]:
    """view(request, command, …), standing inside the command that the address names."""

    @wraps(view)
    def entered(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
        command = get_object_or_404(Command, slug=slug)
        # Known before: a session that was ended is put away then, and inside a command nothing can be.
        _ = request.user.is_authenticated
        with tenancy.enter(command):
            return view(request, command, **kwargs)

    return entered


def staff_of_command(
    permission: Permission, *, inside: bool = True
) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """in_command, for those who hold a permission there.

    With inside=False the command is not entered: for what belongs to no tenant, such as its settings.
    """

    def decorate(view: View) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def checked(request: HttpRequest, command: Command, **kwargs: Any) -> HttpResponseBase:
            if away := turned_away(request, permission, command):
                return away
            acts_as_staff(request)
            return view(request, command, **kwargs)

        return in_command(checked) if inside else _beside_command(checked)

    return decorate


def _beside_command(view: View) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def found(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
        return view(request, get_object_or_404(Command, slug=slug), **kwargs)

    return found


def staff_of_city(
    permission: Permission, *, inside: bool = True
) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """For those at headquarters: the view sees the whole city, and changes nothing.

    With inside=False it stands in no tenancy: for what the whole city shares, which is written there alone.
    """

    def decorate(view: View) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def checked(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if away := turned_away(request, permission):
                return away
            acts_as_staff(request)
            if not inside:
                return view(request, **kwargs)
            with tenancy.citywide():
                return view(request, **kwargs)

        return checked

    return decorate


def staff(view: View) -> Callable[..., HttpResponseBase]:
    """For whoever holds a role, wherever that is. The view stands in no tenancy."""

    @wraps(view)
    def checked(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not memberships(request.user):
            raise PermissionDenied
        if second_factor.is_missing(request.user):
            return second_factor.lead_to_it(request)
        acts_as_staff(request)
        return view(request, **kwargs)

    return checked
