"""Personal tokens: a signed-in person's keys for the API."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

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


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def personal_tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens. A new one is shown in the answer that makes it, and never again."""
    user: User = request.user  # type: ignore[assignment]
    form, key = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        if user.personal_tokens.count() >= MOST:
            form.add_error(None, _("You have as many tokens as there can be. Revoke one first."))
        else:
            _token, key = PersonalToken.issue(user, form.cleaned_data["name"])
            form = TokenForm()
    return render(
        request,
        "precincts/tokens.html",
        {"form": form, "key": key, "tokens": user.personal_tokens.order_by("-created_at", "-pk")},
        status=422 if form.errors else 200,
    )


@require_POST
@login_required
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(PersonalToken, pk=pk, user=request.user)
    token.delete()
    messages.success(request, _("“%(name)s” is revoked. It opens nothing any more.") % {"name": token.name})
    return redirect("personal_tokens")
