"""Taking a piece out of what a resident wrote, and putting it back: a page of its own for each item."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from engage.forms import Prose
from ideas import flagging, moderating, redacting
from ideas.desk.lists import comments, idea_for_desk
from ideas.forms import ScreeningForm
from ideas.models import BODY_LENGTH, Comment, Decision, Idea, Redaction
from ideas.models.board import COMMENT_LENGTH
from precincts.access import Permission, may, permissions_at, staff_of_command
from precincts.models import Command

FIELDS = {
    "title": gettext_lazy("In the title"),
    "body": gettext_lazy("In the text"),
    "place": gettext_lazy("In the place"),
}
REASON_LENGTH = 500
MOST = 2**31 - 1
# Kept apart from the piece itself, which never stands in an address or a log.
NONE_OF_THESE = ("", gettext_lazy("None of these: what I select or type below"))


class RedactionForm(ScreeningForm):
    """What is removed, under which rule, and why."""

    flagged = forms.ChoiceField(label=gettext_lazy("A marked piece"), required=False)
    field = forms.ChoiceField(
        label=gettext_lazy("Where does it stand?"), required=False, widget=forms.RadioSelect
    )
    piece = Prose(
        label=gettext_lazy("The piece to remove"),
        help_text=gettext_lazy("Select it above, or copy it exactly as it stands."),
        required=False,
        max_length=max(BODY_LENGTH, COMMENT_LENGTH),
        widget=forms.Textarea(attrs={"rows": 2, "data-piece": "", "dir": "auto"}),
    )
    every = forms.BooleanField(
        label=gettext_lazy("Everywhere in this text, where it stands more than once"),
        required=False,
        initial=True,
    )
    start = forms.IntegerField(required=False, min_value=0, max_value=MOST, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, min_value=0, max_value=MOST, widget=forms.HiddenInput)
    reason = Prose(
        label=gettext_lazy("Why, in words that everybody can read"),
        help_text=gettext_lazy("It stands beside the rule, and its author is told. Do not repeat the piece."),
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ["flagged", "field", "piece", "every", "rule", "reason", "start", "version"]

    def __init__(self, *args: Any, item: Idea | Comment, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"version": item.version, "field": "body"})
        super().__init__(*args, **kwargs)
        self.item = item
        texts = redacting.TEXTS[type(item)]
        pieces = [each for each in flagging.reasons(item) if each.text and each.field in texts]
        choices = [(each.choice, f"{each.text} ({flagging.label(each.kind)})") for each in pieces]
        self.fields["flagged"].choices = [NONE_OF_THESE, *choices]  # type: ignore[attr-defined]
        self.fields["field"].choices = [  # type: ignore[attr-defined]
            (name, FIELDS[name]) for name in texts if getattr(item, name)
        ]
        self.pieces = {each.choice: each for each in pieces}

    def what(self) -> dict[str, Any]:
        """The marked piece that was chosen, else what was selected or typed."""
        data = self.cleaned_data
        if chosen := self.pieces.get(data["flagged"]):
            return {"field": chosen.field, "piece": chosen.text, "start": chosen.start}
        return {"field": data["field"] or "body", "piece": data["piece"], "start": data["start"]}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_command(Permission.SEE_DESK)
def redact_idea(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    return _answer(request, command, idea_for_desk(pk))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_command(Permission.SEE_DESK)
def redact_comment(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    return _answer(request, command, get_object_or_404(comments(), pk=pk))


def _answer(request: HttpRequest, command: Command, item: Idea | Comment) -> HttpResponse:
    if request.method != "POST":
        return _page(request, command, item, RedactionForm(item=item))
    if not may(request.user, Permission.REDACT, command):
        raise PermissionDenied
    form = RedactionForm(request.POST, item=item)
    form.is_valid()
    version = form.cleaned_data.get("version")
    try:
        if version is not None and version != item.version:
            # Its marked pieces stand elsewhere now: that is no fault of the form.
            raise moderating.Stale(item, version)
        if form.is_valid():
            data, what = form.cleaned_data, form.what()
            redacting.redact(
                item=item,
                **what,
                every=data["every"],
                rule=data["rule"],
                reason=data["reason"],
                by=request.user,  # type: ignore[arg-type]
                version=version,
            )
            return _removed(request, command, item, what["field"], what["piece"])
    except moderating.Stale as stale:
        return _page(
            request, command, stale.item, _fresh(form, stale.item), changes=stale.changes, status=409
        )
    except moderating.Refused as refused:
        form.add_error(refused.field, str(refused))
    return _page(request, command, item, form, status=422)


def _removed(
    request: HttpRequest, command: Command, item: Idea | Comment, field: str, piece: str
) -> HttpResponse:
    """Back to the item; or here again, where the piece is still to be read: a title repeats a first line."""
    item.refresh_from_db(fields=list(redacting.TEXTS[type(item)]))
    left = [
        FIELDS[name] for name in redacting.TEXTS[type(item)] if name != field and piece in getattr(item, name)
    ]
    if not left:
        messages.success(request, _("Removed. Its readers see a gap, and the rule."))
        return redirect(item_url(command, item))
    where = ", ".join(str(name) for name in left)
    messages.warning(
        request,
        _("Removed there. The same still stands elsewhere, for all to read: %(where)s.") % {"where": where},
    )
    return redirect(request.path)


def _fresh(form: RedactionForm, item: Idea | Comment) -> RedactionForm:
    """What was typed, for the item as it stands now."""
    typed = {name: form.data.get(name, "") for name in ("field", "piece", "rule", "reason")}
    return RedactionForm(
        initial={**typed, "every": bool(form.data.get("every")), "version": item.version}, item=item
    )


@require_POST
@staff_of_command(Permission.REDACT)
def put_back(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """Put back what was removed, with a reason."""
    found = get_object_or_404(Redaction.objects.select_related("idea", "comment__idea", "rule"), pk=pk)
    item = (
        get_object_or_404(comments(), pk=found.comment_id) if found.comment else idea_for_desk(found.idea_id)
    )
    reason = request.POST.get("reason", "").replace("\r\n", "\n").replace("\x00", "").strip()
    try:
        if len(reason) > REASON_LENGTH:
            raise moderating.Refused("reason", _("Say it in %(n)d letters at most.") % {"n": REASON_LENGTH})
        redacting.put_back(redaction=found, by=request.user, reason=reason)  # type: ignore[arg-type]
    except moderating.Stale as stale:
        form = RedactionForm(item=stale.item)
        return _page(request, command, stale.item, form, changes=stale.changes, status=409)
    except moderating.Refused as refused:
        back = {"pk": pk, "error": str(refused), "reason": reason}
        return _page(request, command, item, RedactionForm(item=item), back=back, status=422)
    messages.success(request, _("It stands in the text again."))
    return redirect(item_url(command, item))


def item_url(command: Command, item: Idea | Comment) -> str:
    return reverse("desk_idea" if isinstance(item, Idea) else "desk_comment", args=[command.slug, item.pk])


def _page(
    request: HttpRequest,
    command: Command,
    item: Idea | Comment,
    form: RedactionForm,
    *,
    changes: list[Decision] | None = None,
    back: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    allowed = permissions_at(request.user, command)
    mine = {"comment": item} if isinstance(item, Comment) else {"idea": item, "comment": None}
    redactions = Redaction.objects.filter(**mine).select_related("rule", "redacted_by", "restored_by")
    context = {
        "command": command,
        "idea": item if isinstance(item, Idea) else item.idea,
        "item_now": item,
        "item_url": item_url(command, item),
        "form": form,
        "may": {permission.value: permission in allowed for permission in Permission},
        "texts": [
            {"name": name, "label": FIELDS[name], "pieces": flagging.marked(item, name)}
            for name in redacting.TEXTS[type(item)]
            if getattr(item, name)
        ],
        "redactions": list(redactions),
        "changes": changes,
        "back": back,
    }
    return render(request, "ideas/desk_redact.html", context, status=status)
