"""Hiding a reply on a network, and the log of all that was: asked by one person, decided by another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas.forms import ScreeningForm
from precincts.access import Permission, permissions_at, staff_of_command
from precincts.models import Command
from socialfeeds import hiding, inbox
from socialfeeds.models import Hiding, Mention

PAGE = 30


class HidingForm(ScreeningForm):
    """The rule that it breaks, and why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"auto_id": "id_hide_%s"})
        self.fields["rule"].error_messages["required"] = _("Choose the rule that this breaks.")
        self.fields["rule"].required = True
        self.fields["reason"].label = _("Why, in words to whoever decides")
        self.fields["reason"].max_length = 1000  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_command(Permission.HIDE)
def ask_hiding(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """Ask that a reply be hidden. Another person decides."""
    mention = get_object_or_404(Mention.objects.select_related("account", "thread"), pk=pk)
    form = HidingForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        rule = form.cleaned_data["rule"]
        try:
            hiding.ask(
                mention=mention,
                edition=rule.edition.number,
                rule=rule.number,
                rule_title=rule.title,
                reason=form.cleaned_data["reason"],
                by=request.user,  # type: ignore[arg-type]
            )
        except inbox.Refused as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, _("Asked. Nothing happens to it until somebody else has decided."))
            return redirect("inbox_hidden", slug=command.slug)
    context = {"command": command, "mention": mention, "form": form}
    return render(request, "ideas/inbox_hide.html", context, status=422 if form.errors else 200)


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def hidden(request: HttpRequest, command: Command) -> HttpResponse:
    """The log: everything that was hidden here, or asked to be."""
    allowed = permissions_at(request.user, command)
    context = {
        "command": command,
        "may": {one.value: one in allowed for one in Permission},
        "page": Paginator(hiding.for_desk(), PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "ideas/inbox_hidden.html", context)


@require_POST
@staff_of_command(Permission.HIDE)
def decide_hiding(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    row, hide = get_object_or_404(Hiding, pk=pk), request.POST.get("hide") == "yes"
    said = _("It is being hidden.") if hide else _("It stays as it is.")
    return _decided(request, command, said, lambda: hiding.decide(hiding=row, hide=hide, by=request.user))  # type: ignore[arg-type]


@require_POST
@staff_of_command(Permission.HIDE)
def undo_hiding(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    row = get_object_or_404(Hiding, pk=pk)
    said = _("It is being shown again.")
    return _decided(request, command, said, lambda: hiding.undo(hiding=row, by=request.user))  # type: ignore[arg-type]


def _decided(request: HttpRequest, command: Command, said: str, do: Any) -> HttpResponse:
    try:
        do()
    except inbox.Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, said)
    return redirect("inbox_hidden", slug=command.slug)
