"""Personal tokens: a signed-in person's keys for the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from precincts import access, second_factor
from precincts.models import PersonalToken, User

# More than anybody can tell apart.
MOST = 20


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("What is it for?"),
        help_text=gettext_lazy("So that you know later which one can go."),
        max_length=60,
        error_messages={"required": gettext_lazy("Say in a word or two what it is for.")},
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What may it do?"),
        help_text=gettext_lazy(
            "Without any of these it does what a neighbor can: raise, vote and comment."
            " To change something at the desk it has to look at the desk, too."
        ),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("You cannot do that yourself.")},
    )
    lasts = forms.TypedChoiceField(
        label=gettext_lazy("How long is it good for?"),
        choices=[
            ("30", gettext_lazy("30 days")),
            ("90", gettext_lazy("90 days")),
            ("365", gettext_lazy("A year")),
            ("", gettext_lazy("Until I revoke it")),
        ],
        coerce=int,
        empty_value=None,
        initial="90",
        required=False,
    )

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        held = access.permissions_anywhere(user)
        if held:
            scopes: forms.MultipleChoiceField = self.fields["scopes"]  # type: ignore[assignment]
            scopes.choices = [(p.value, p.label) for p in access.Permission if p in held]
        else:
            del self.fields["scopes"]

    def issue(self, user: User) -> str:
        """The new token's key."""
        days = self.cleaned_data["lasts"]
        expires_at = timezone.now() + timedelta(days=days) if days else None
        return PersonalToken.issue(
            user, self.cleaned_data["name"], self.cleaned_data.get("scopes", []), expires_at
        )[1]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def personal_tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens. A new one is shown in the answer that makes it, and never again."""
    user: User = request.user  # type: ignore[assignment]
    form, key = TokenForm(user, request.POST if request.method == "POST" else None), ""
    if request.method == "POST" and form.is_valid():
        if user.personal_tokens.count() >= MOST:
            form.add_error(None, _("You have as many tokens as there can be. Revoke one first."))
        else:
            key = form.issue(user)
            form = TokenForm(user)
    return render(
        request,
        "precincts/tokens.html",
        {
            "form": form,
            "key": key,
            "tokens": _listed(user),
            # A token with scopes must not outlive the guess of a password.
            "needs_second_step": access.memberships(user) and second_factor.is_missing(user),
        },
        status=422 if form.errors else 200,
    )


def _listed(user: User) -> list[dict[str, Any]]:
    tokens = user.personal_tokens.order_by("-created_at", "-pk")
    return [
        {"token": token, "scopes": [p.label for p in access.Permission if p in token.scopes]}
        for token in tokens
    ]


@require_POST
@login_required
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(PersonalToken, pk=pk, user=request.user)
    token.delete()
    messages.success(request, _("“%(name)s” is revoked. It opens nothing any more.") % {"name": token.name})
    return redirect("personal_tokens")
