"""Who works here: the people of a command, and of the whole city. Inviting them, and taking roles away."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from precincts import inviting, leaving, limits, second_factor
from precincts.access import Permission, permissions_at, staff_of_city, staff_of_command
from precincts.models import COMMAND_ROLES, Command, Invitation, Membership, Role, Standing, User, place_name

PAGE = 50
# In a line: what somebody of each role is there for. What they may do stands in docs/roles.md.
DOES = {
    Role.COMMANDER: gettext_lazy("decides, answers and posts for the command, and invites its people"),
    Role.MODERATOR: gettext_lazy("reviews what comes in"),
    Role.EDITOR: gettext_lazy("posts on the command's networks"),
    Role.REVIEWER: gettext_lazy("looks at every command, and decides appeals"),
    Role.ADMINISTRATOR: gettext_lazy("people, rules and settings of the whole city"),
    Role.RECORDS_OFFICER: gettext_lazy("produces what was said or hidden"),
}
HEADQUARTERS = "headquarters"


class InviteForm(forms.Form):
    """Of a command: its own roles. Of the city (without one): every role, and where."""

    email = forms.EmailField(
        label=gettext_lazy("Their e-mail address"),
        help_text=gettext_lazy("They get a link there, good for two weeks."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Type their e-mail address."),
            "invalid": gettext_lazy("This is no e-mail address. It looks like name@example.org."),
        },
    )
    place = forms.ChoiceField(
        label=gettext_lazy("Where?"),
        error_messages={
            "required": gettext_lazy("Choose where they work."),
            "invalid_choice": gettext_lazy("Choose where they work from the list."),
        },
    )
    role = forms.ChoiceField(
        label=gettext_lazy("What do they do?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what they do."),
            "invalid_choice": gettext_lazy("Choose what they do from the list."),
        },
    )

    def __init__(self, command: Command | None, data: Any = None) -> None:
        super().__init__(data)
        self.command = command
        role: forms.ChoiceField = self.fields["role"]  # type: ignore[assignment]
        roles = COMMAND_ROLES if command else list(Role)
        role.choices = [(r.value, f"{r.label}: {DOES[r]}") for r in roles]
        if command:
            del self.fields["place"]
        else:
            place: forms.ChoiceField = self.fields["place"]  # type: ignore[assignment]
            place.choices = [
                ("", _("Choose one")),
                (HEADQUARTERS, place_name(None)),
                *Command.objects.values_list("slug", "name"),
            ]

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if self.command is None and {"place", "role"} <= cleaned.keys():
            at_command = cleaned["place"] != HEADQUARTERS
            if (cleaned["role"] in COMMAND_ROLES) != at_command:
                text = (
                    _("Headquarters has no %(role)s.") if not at_command else _("A command has no %(role)s.")
                )
                self.add_error("role", text % {"role": Role(cleaned["role"]).label.lower()})
            elif at_command:
                self.command = Command.objects.get(slug=cleaned["place"])
        return cleaned

    def send(self, by: User) -> Invitation | None:
        """The invitation; None with the reason beside the address."""
        try:
            return inviting.invite(
                email=self.cleaned_data["email"],
                role=Role(self.cleaned_data["role"]),
                command=self.command,
                by=by,
            )
        except inviting.CannotInvite as error:
            self.add_error("email", str(error))
            return None


# --- a command -----------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_command(Permission.INVITE, inside=False)
def people(request: HttpRequest, command: Command) -> HttpResponse:
    return _people(request, command)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_command(Permission.INVITE, inside=False)
def remove_role(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    return _remove(request, get_object_or_404(Membership, pk=pk, command=command), command)


@require_POST
@staff_of_command(Permission.INVITE, inside=False)
def send_invitation(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    return _send_again(request, get_object_or_404(Invitation, pk=pk, command=command), command)


@require_POST
@staff_of_command(Permission.INVITE, inside=False)
def revoke_invitation(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    return _revoke(request, get_object_or_404(Invitation, pk=pk, command=command), command)


# --- the whole city ------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_city(Permission.INVITE, inside=False)
def city_people(request: HttpRequest) -> HttpResponse:
    return _people(request, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_city(Permission.INVITE, inside=False)
def city_remove_role(request: HttpRequest, membership: int) -> HttpResponse:
    return _remove(request, get_object_or_404(Membership, pk=membership), None)


@require_POST
@staff_of_city(Permission.INVITE, inside=False)
def city_send_invitation(request: HttpRequest, invitation: int) -> HttpResponse:
    return _send_again(request, get_object_or_404(Invitation, pk=invitation), None)


@require_POST
@staff_of_city(Permission.INVITE, inside=False)
def city_revoke_invitation(request: HttpRequest, invitation: int) -> HttpResponse:
    return _revoke(request, get_object_or_404(Invitation, pk=invitation), None)


# --- what both do --------------------------------------------------------------------------------------


def _people(request: HttpRequest, command: Command | None) -> HttpResponse:
    form = InviteForm(command, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        limits.count(request, "invite")
        if sent := form.send(request.user):  # type: ignore[arg-type]
            told = {"email": sent.email, "role": str(sent)}
            messages.success(request, _("%(email)s is invited: %(role)s.") % told)
            return redirect(_list_url(command))
    words = request.GET.get("q", "").strip()[:100]
    page = Paginator(_memberships(command, words), PAGE).get_page(request.GET.get("page"))
    held = page.object_list
    return render(
        request,
        "precincts/people.html",
        {
            "command": command,
            "may": {permission.value: True for permission in permissions_at(request.user, command)},
            "form": form,
            "page": page,
            "words": words,
            "lacking": _without_second_factor([membership.user_id for membership in held]),
            "invitations": _invitations(command, words),
        },
        status=422 if form.errors else 200,
    )


def _memberships(command: Command | None, words: str) -> QuerySet[Membership]:
    held = Membership.objects.select_related("user", "command", "granted_by")
    if command:
        held = held.filter(command=command)
    if words:
        held = held.filter(_named(words) | Q(user__email__icontains=words))
    return held.order_by(F("command__name").asc(nulls_first=True), "user__email", "role")


def _invitations(command: Command | None, words: str) -> QuerySet[Invitation]:
    waiting = Invitation.objects.filter(accepted_at=None, revoked_at=None)
    if command:
        waiting = waiting.filter(command=command)
    if words:
        waiting = waiting.filter(_named(words) | Q(email__icontains=words))
    return waiting.select_related("command", "invited_by").order_by("-sent_at", "-pk")[:PAGE]


def _named(words: str) -> Q:
    return Q(command__name__icontains=words) | Q(command__short_name__icontains=words)


def _without_second_factor(users: list[int]) -> set[int]:
    """Whose roles give them nothing yet."""
    if not second_factor.is_required():
        return set()
    having = Authenticator.objects.filter(user__in=users, type__in=second_factor.FACTORS)
    return set(users) - set(having.values_list("user", flat=True))


def _remove(request: HttpRequest, membership: Membership, command: Command | None) -> HttpResponse:
    context = {
        "command": command,
        "membership": membership,
        "back": _list_url(command),
        "own": membership.user_id == request.user.pk,
        "last_administrator": leaving.is_last_administrator(membership),
        "last_commander": _is_last_commander(membership),
        "leaves": not _other_roles_there(membership).exists(),
    }
    if request.method != "POST":
        return render(request, "precincts/remove_role.html", context)
    try:
        left = leaving.end_role(membership=membership)
    except leaving.LastAdministrator:
        return render(
            request, "precincts/remove_role.html", context | {"last_administrator": True}, status=409
        )
    except Membership.DoesNotExist:
        left = False  # somebody else was quicker
    messages.success(
        request,
        _("%(email)s no longer holds this role: %(role)s.")
        % {"email": membership.user.email, "role": str(membership)},
    )
    if not context["own"]:
        return redirect(_list_url(command))
    return redirect("home") if left else redirect(desk_url(membership.command))


def _other_roles_there(membership: Membership) -> QuerySet[Membership]:
    there = Membership.objects.filter(user=membership.user_id, command=membership.command_id)
    return there.exclude(pk=membership.pk)


def _is_last_commander(membership: Membership) -> bool:
    if membership.role != Role.COMMANDER:
        return False
    there = Membership.objects.filter(command=membership.command_id, role=Role.COMMANDER)
    return not there.exclude(pk=membership.pk).exists()


def _send_again(request: HttpRequest, invitation: Invitation, command: Command | None) -> HttpResponse:
    limits.count(request, "invite")
    try:
        inviting.send_again(invitation=invitation, by=request.user)  # type: ignore[arg-type]
    except inviting.NotSent as error:
        messages.error(request, str(error))
    except inviting.NotOpen:
        messages.error(request, _not_open(invitation))
    else:
        messages.success(
            request,
            _("Sent to %(email)s again. The link of before opens nothing any more.")
            % {"email": invitation.email},
        )
    return redirect(_list_url(command))


def _revoke(request: HttpRequest, invitation: Invitation, command: Command | None) -> HttpResponse:
    try:
        inviting.revoke(invitation=invitation)
    except inviting.NotOpen:
        messages.error(request, _not_open(invitation))
    else:
        words = {"email": invitation.email}
        messages.success(request, _("The invitation of %(email)s is revoked.") % words)
    return redirect(_list_url(command))


def _not_open(invitation: Invitation) -> str:
    invitation.refresh_from_db()
    if invitation.standing == Standing.ACCEPTED:
        return _("%(email)s has accepted it meanwhile.") % {"email": invitation.email}
    return _("The invitation of %(email)s was revoked meanwhile.") % {"email": invitation.email}


def desk_url(command: Command | None) -> str:
    """Where somebody who works there goes first."""
    return reverse("desk", args=[command.slug]) if command else reverse("headquarters")


def _list_url(command: Command | None) -> str:
    return reverse("people", args=[command.slug]) if command else reverse("city_people")
