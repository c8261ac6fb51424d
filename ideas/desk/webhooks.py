"""Where the command's machines want to hear of what happens: set up, looked at, tried again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ideas import webhooks
from ideas.models import Call, CallState, Webhook
from ideas.moderating import Refused
from precincts.access import Permission, permissions_at, staff_of_command
from precincts.models import Command

SHOWN = 50


class EventsForm(forms.Form):
    events = forms.MultipleChoiceField(
        label=gettext_lazy("What it hears of"),
        help_text=gettext_lazy("None chosen is all of them, and those that come later."),
        choices=[(event, event) for event in webhooks.ALL_EVENTS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class WebhookForm(EventsForm):
    url = forms.CharField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("It starts with https:// and can be reached from the internet."),
        max_length=300,
        widget=forms.URLInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )
    field_order = ["url", "events"]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_command(Permission.WEBHOOKS)
def webhook_list(request: HttpRequest, command: Command) -> HttpResponse:
    """All of them. A new one's secret is shown in the answer that makes it, and never again."""
    form, made, secret = WebhookForm(request.POST or None), None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = webhooks.add(**form.cleaned_data, by=request.user)  # type: ignore[arg-type]
            form = WebhookForm()
        except Refused as refused:
            form.add_error(refused.field, str(refused))
    context = {"form": form, "secret": secret, "webhooks": _with_counts()}
    status = 422 if request.method == "POST" and not made else 200
    return _page(request, command, "ideas/desk_webhooks.html", context, status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_command(Permission.WEBHOOKS)
def one_webhook(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """One, what it hears of, and what was sent."""
    webhook = get_object_or_404(Webhook, pk=pk)
    form = EventsForm(request.POST if request.method == "POST" else {"events": webhook.events})
    if request.method == "POST" and form.is_valid():
        webhooks.choose(webhook=webhook, events=form.cleaned_data["events"])
        messages.success(request, _("Saved."))
        return redirect("desk_webhook", slug=command.slug, pk=pk)
    return _one(request, command, webhook, form, status=422 if request.method == "POST" else 200)


@never_cache
@require_POST
@staff_of_command(Permission.WEBHOOKS)
def rotate(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """A new secret, shown in this answer and never again."""
    webhook = get_object_or_404(Webhook, pk=pk)
    secret = webhooks.rotate(webhook=webhook)
    return _one(request, command, webhook, EventsForm({"events": webhook.events}), secret=secret)


@require_POST
@staff_of_command(Permission.WEBHOOKS)
def pause(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """Rest, or go on."""
    webhook = get_object_or_404(Webhook, pk=pk)
    if request.POST.get("go_on"):
        webhooks.resume(webhook=webhook)
        messages.success(request, _("It goes on."))
    else:
        webhooks.pause(webhook=webhook)
        messages.success(request, _("It is paused. What happens meanwhile waits."))
    return redirect("desk_webhook", slug=command.slug, pk=pk)


@require_POST
@staff_of_command(Permission.WEBHOOKS)
def remove(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    get_object_or_404(Webhook, pk=pk).delete()
    messages.success(request, _("The webhook is removed. Nothing more is sent there."))
    return redirect("desk_webhooks", slug=command.slug)


@require_POST
@staff_of_command(Permission.WEBHOOKS)
def send_again(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    call = webhooks.send_again(call=get_object_or_404(Call, pk=pk))
    messages.success(request, _("It is sent again, with the same id."))
    return redirect("desk_webhook", slug=command.slug, pk=call.webhook_id)


def _with_counts() -> list[Webhook]:
    failed = Count("calls", filter=Q(calls__state=CallState.FAILED))
    waits = Count("calls", filter=Q(calls__state=CallState.READY))
    return list(Webhook.objects.annotate(failed=failed, waits=waits))


def _one(
    request: HttpRequest,
    command: Command,
    webhook: Webhook,
    form: EventsForm,
    *,
    status: int = 200,
    secret: str = "",
) -> HttpResponse:
    calls = list(webhook.calls.order_by("-pk").defer("payload")[: SHOWN + 1])
    context = {
        "webhook": webhook,
        "form": form,
        "secret": secret,
        "calls": calls[:SHOWN],
        "more": len(calls) > SHOWN,
    }
    return _page(request, command, "ideas/desk_webhook.html", context, status)


def _page(
    request: HttpRequest, command: Command, template: str, context: dict[str, Any], status: int
) -> HttpResponse:
    allowed = permissions_at(request.user, command)
    may = {permission.value: permission in allowed for permission in Permission}
    return render(request, template, {"command": command, "may": may} | context, status=status)
