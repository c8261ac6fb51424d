"""The desk's own lists: labels, and saved replies."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas import working
from ideas.desk.forms import LabelForm, SavedReplyForm
from ideas.models import Label, SavedReply
from ideas.moderating import Refused
from precincts.access import Permission, permissions_at, staff_of_command
from precincts.models import Command


def _page(request: HttpRequest, command: Command, template: str, status: int, **more: Any) -> HttpResponse:
    allowed = permissions_at(request.user, command)
    context = {"command": command, "may": {p.value: p in allowed for p in Permission}} | more
    return render(request, template, context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_command(Permission.MODERATE)
def labels(request: HttpRequest, command: Command) -> HttpResponse:
    form = LabelForm(request.POST or None)
    if request.method == "POST" and _label_saved(form):
        messages.success(request, _("Saved."))
        return redirect("desk_labels", slug=command.slug)
    return _labels(request, command, form, 422 if request.method == "POST" else 200)


@require_http_methods(["POST"])
@staff_of_command(Permission.MODERATE)
def one_label(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """Rename it, or take it away: from every issue too."""
    found = get_object_or_404(Label, pk=pk)
    if request.POST.get("remove"):
        working.remove(row=found)
        messages.success(request, _("Removed."))
        return redirect("desk_labels", slug=command.slug)
    form = LabelForm(request.POST, instance=found, auto_id=f"id_label_{pk}_%s")
    if _label_saved(form):
        messages.success(request, _("Saved."))
        return redirect("desk_labels", slug=command.slug)
    return _labels(request, command, LabelForm(), 422, refused=form)


def _label_saved(form: LabelForm) -> bool:
    if not form.is_valid():
        return False
    try:
        working.save_label(label=form.instance, name=form.cleaned_data["name"])
    except Label.DoesNotExist as error:
        raise Http404 from error
    except Refused as refused:
        form.add_error(refused.field, str(refused))
        return False
    return True


def _labels(
    request: HttpRequest, command: Command, form: LabelForm, status: int, refused: LabelForm | None = None
) -> HttpResponse:
    rows = Label.objects.annotate(n=Count("ideas"))
    shown = [
        {
            "label": row,
            "form": refused
            if refused and refused.instance.pk == row.pk
            else LabelForm(instance=row, auto_id=f"id_label_{row.pk}_%s"),
        }
        for row in rows
    ]
    return _page(request, command, "ideas/desk_labels.html", status, form=form, rows=shown, refused=refused)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_command(Permission.MODERATE)
def replies(request: HttpRequest, command: Command) -> HttpResponse:
    form = SavedReplyForm(request.POST or None)
    if request.method == "POST" and _reply_saved(request, form):
        return redirect("desk_replies", slug=command.slug)
    status = 422 if request.method == "POST" else 200
    rows = list(SavedReply.objects.all())
    return _page(request, command, "ideas/desk_replies.html", status, form=form, rows=rows)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_command(Permission.MODERATE)
def one_reply(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    found = get_object_or_404(SavedReply, pk=pk)
    if request.POST.get("remove"):
        working.remove(row=found)
        messages.success(request, _("Removed."))
        return redirect("desk_replies", slug=command.slug)
    form = SavedReplyForm(request.POST or None, instance=found)
    if request.method == "POST" and _reply_saved(request, form):
        return redirect("desk_replies", slug=command.slug)
    status = 422 if request.method == "POST" else 200
    return _page(request, command, "ideas/desk_reply.html", status, form=form, reply=found)


def _reply_saved(request: HttpRequest, form: SavedReplyForm) -> bool:
    if not form.is_valid():
        return False
    try:
        working.save_reply(reply=form.instance, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
    except SavedReply.DoesNotExist as error:
        raise Http404 from error
    except Refused as refused:
        form.add_error(refused.field, str(refused))
        return False
    messages.success(request, _("Saved."))
    return True
