"""The page behind an invitation's link: who invites to what, and how one accepts."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from precincts import inviting
from precincts.history import acts_as_staff
from precincts.models import Invitation, Standing, User
from precincts.people import DOES, desk_url

# Unknown: nobody was ever sent this link, or a newer one was sent since.
UNKNOWN = "unknown"


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=gettext_lazy("Choose a password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": gettext_lazy("Choose a password.")},
    )

    def __init__(self, email: str, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.email = email
        self.fields["password"].help_text = " ".join(password_validators_help_texts()[1:2])

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.email))
        return password


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    found = inviting.find(secret)
    if found is None:
        return _over(request, UNKNOWN, 404)
    if request.user.is_authenticated:
        return _as_somebody(request, found, request.user)
    if found.standing != Standing.OPEN:
        return _over(request, found.standing, 410)
    if inviting.account_of(found.email):
        return _has_account(request, found)
    return _as_newcomer(request, found)


def _has_account(request: HttpRequest, found: Invitation) -> HttpResponse:
    """They sign in first; unless the account is the one that this very link made a moment ago."""
    found.refresh_from_db()
    if found.standing != Standing.OPEN:
        return _over(request, found.standing, 410)
    return _page(request, found, "sign_in")


def _as_somebody(request: HttpRequest, found: Invitation, user: User) -> HttpResponse:
    """Signed in: one button, for whoever has this very address."""
    if found.accepted_by_id == user.pk:
        return _accepted(request, found, user)
    if found.standing != Standing.OPEN:
        return _over(request, found.standing, 410)
    if not inviting.is_theirs(found, user):
        return _page(request, found, "somebody_else", status=403)
    if request.method != "POST":
        return _page(request, found, "accept")
    return _accepted(request, found, user)


def _accepted(request: HttpRequest, found: Invitation, user: User) -> HttpResponse:
    acts_as_staff(request)
    try:
        membership = inviting.accept(invitation=found, user=user)
    except inviting.NotOpen:
        return _over(request, Standing.ACCEPTED, 410)
    if request.method == "POST":
        messages.success(request, _("Welcome. Your role: %(role)s.") % {"role": str(membership)})
    return redirect(desk_url(membership.command))


def _as_newcomer(request: HttpRequest, found: Invitation) -> HttpResponse:
    """Nobody has this address yet: a password makes the account, since the link came by its mail."""
    form = PasswordForm(found.email, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, found, "newcomer", form=form, status=422 if form.errors else 200)
    password = form.cleaned_data["password"]
    try:
        user = inviting.join(invitation=found, password=password)
    except inviting.HasAccount:
        return redirect(request.path)  # made at this moment: they sign in
    except inviting.NotOpen:
        return _over(request, Standing.ACCEPTED, 410)
    messages.success(request, _("Welcome. Your role: %(role)s.") % {"role": str(found)})
    login = Login(user=user, redirect_url=desk_url(found.command))
    return perform_password_login(request, {"email": user.email}, login)


def _page(
    request: HttpRequest, found: Invitation, who: str, *, form: PasswordForm | None = None, status: int = 200
) -> HttpResponse:
    context = {"invitation": found, "does": DOES[found.role], "who": who, "form": form}  # type: ignore[index]
    return render(request, "precincts/invitation.html", context, status=status)


def _over(request: HttpRequest, why: str, status: int) -> HttpResponse:
    return render(request, "precincts/invitation_over.html", {"why": str(why)}, status=status)
