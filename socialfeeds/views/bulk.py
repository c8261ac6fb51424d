"""Messages from a file: send it, look at every row, say yes; and what was left out, to put it right."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from precincts.access import Permission, staff_of_command
from precincts.models import Command
from socialfeeds import bulk
from socialfeeds.models import Batch

ROWS = 100


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy("Up to 5,000 messages, one in each line. Nothing is made until you say yes."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        max_length=200,
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty. Choose another."),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_command(Permission.PUBLISH)
def bulk_messages(request: HttpRequest, command: Command) -> HttpResponse:
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            # One byte more than is taken is enough to know.
            data = file.read(bulk.MOST_BYTES + 1)
            batch = bulk.keep(data=data, name=file.name, command=command, by=request.user)  # type: ignore[arg-type]
            return redirect("bulk_batch", slug=command.slug, pk=batch.pk)
        except bulk.CannotRead as error:
            form.add_error("file", str(error))
    context = {
        "command": command,
        "form": form,
        "batches": Batch.objects.defer("rows").select_related("uploaded_by").order_by("-pk")[:10],
    }
    return render(request, "socialfeeds/bulk.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_command(Permission.PUBLISH)
def bulk_batch(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """Every row with what is wrong with it; and the yes, which counts once."""
    batch = get_object_or_404(Batch.objects.select_related("uploaded_by"), pk=pk)
    if request.method == "POST":
        submit = request.POST.get("then") == "submit"
        batch = bulk.confirm(batch=batch, command=command, by=request.user, submit=submit)  # type: ignore[arg-type]
        words = ngettext("%(count)d message was made.", "%(count)d messages were made.", batch.made)
        messages.success(request, words % {"count": batch.made})
        return redirect("bulk_batch", slug=command.slug, pk=batch.pk)
    wrong = [row for row in batch.rows if row["errors"]]
    only_wrong = request.GET.get("show") == "wrong"
    page = Paginator(wrong if only_wrong else batch.rows, ROWS).get_page(request.GET.get("page"))
    context = {
        "command": command,
        "batch": batch,
        "columns": bulk.COLUMNS,
        "page": page,
        "rows": [_line(row) for row in page],
        "wrong": len(wrong),
        "all": len(batch.rows),
        "only_wrong": only_wrong,
    }
    return render(request, "socialfeeds/bulk_batch.html", context)


def _line(row: dict) -> dict:
    cells = [
        {"name": name, "text": row["cells"][name], "error": row["errors"].get(name, "")}
        for name in bulk.COLUMNS
    ]
    return {"line": row["line"], "cells": cells, "wrong": bool(row["errors"])}


@require_safe
@staff_of_command(Permission.PUBLISH)
def bulk_rejected(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    return _file(bulk.rejected(get_object_or_404(Batch, pk=pk)), _("left-out"))


@require_safe
@staff_of_command(Permission.PUBLISH)
def bulk_template(request: HttpRequest, command: Command) -> HttpResponse:
    return _file(bulk.template(), _("messages"))


def _file(text: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)
