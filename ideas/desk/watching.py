"""The page of watched words: a hashtag, a place, a street that the command listens for on a network."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from precincts.access import Permission, staff_of_command
from precincts.models import Command
from socialfeeds import inbox, watching
from socialfeeds.models import Account, WatchedWords


class AccountField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Account) -> str:
        return f"{obj} ({obj.get_network_display()})"


class WordsForm(forms.Form):
    account = AccountField(
        Account.objects.none(),
        label=gettext_lazy("On which account’s network?"),
        empty_label=None,
        error_messages=dict.fromkeys(
            ["required", "invalid_choice"], gettext_lazy("Choose one of the command’s accounts.")
        ),
    )
    words = forms.CharField(
        label=gettext_lazy("Words to listen for"),
        help_text=gettext_lazy("A hashtag, a place or a street. All of the words must stand in a post."),
        max_length=WatchedWords._meta.get_field("words").max_length,
        error_messages={"required": gettext_lazy("Write the words first.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = Account.objects.order_by("network", "handle")  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_command(Permission.INBOX)
def watched_words(request: HttpRequest, command: Command) -> HttpResponse:
    """The list, and a form for one more."""
    form = WordsForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            watching.watch(account=form.cleaned_data["account"], words=form.cleaned_data["words"])
        except inbox.Refused as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, _("They are searched for within a quarter of an hour."))
            return redirect("inbox_words", slug=command.slug)
    rows = WatchedWords.objects.select_related("account").order_by("account", "words")
    context = {"command": command, "form": form, "rows": rows, "can": Account.objects.exists()}
    return render(request, "ideas/inbox_words.html", context, status=422 if form.errors else 200)


@require_POST
@staff_of_command(Permission.INBOX)
def unwatch_words(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    watching.unwatch(watched=get_object_or_404(WatchedWords, pk=pk))
    messages.success(request, _("Removed. What was found stays."))
    return redirect("inbox_words", slug=command.slug)
