"""Reporting something public that breaks a rule: a small form, for an issue or a comment."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from engage.forms import Prose
from ideas import reporting
from ideas.board import board_context
from ideas.forms import UnderRuleForm
from ideas.models import Comment, Idea, Report, Rule
from ideas.pages.idea import idea_for_reader
from precincts import limits, participants
from precincts.access import in_command
from precincts.models import Command


class RuleField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Rule) -> str:
        return str(obj)


class ReportForm(UnderRuleForm):
    rule = RuleField(
        Rule.objects.in_force(),
        to_field_name="number",
        empty_label=None,
        widget=forms.RadioSelect,
        label=gettext_lazy("Which rule does it break?"),
        error_messages={
            "required": gettext_lazy("Choose the rule that it breaks."),
            "invalid_choice": gettext_lazy("There is no such rule any more. Choose one of these."),
        },
    )
    text = Prose(
        label=gettext_lazy("Anything that helps us see it"),
        required=False,
        max_length=reporting.TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@in_command
def report_idea(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    return _answer(request, command, idea_for_reader(request, command, pk), None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@in_command
def report_comment(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    comment = comment_for_reader(request, command, pk)
    return _answer(request, command, comment.idea, comment)


def comment_for_reader(request: HttpRequest, command: Command, pk: int) -> Comment:
    """A comment below an idea that this reader may see, if it is public or was. Otherwise 404."""
    comment = get_object_or_404(Comment.objects.exclude(status="waiting"), pk=pk)
    comment.idea = idea_for_reader(request, command, comment.idea_id)
    return comment


def _answer(request: HttpRequest, command: Command, idea: Idea, comment: Comment | None) -> HttpResponse:
    try:
        reporting.check(idea, comment)
    except reporting.NotHere as error:
        # What was typed stays on the page, to take it where it belongs.
        return _page(
            request, command, idea, comment, ReportForm(request.POST or None), closed=str(error), status=409
        )
    if request.method != "POST":
        return _page(request, command, idea, comment, ReportForm())
    form = ReportForm(request.POST)
    try:
        limits.count(request, "report")
    except limits.TooMany as error:
        form.add_error(None, str(error.detail))
        response = _page(request, command, idea, comment, form, status=429)
        response["Retry-After"] = str(error.retry_after)
        return response
    if not form.is_valid():
        return _page(request, command, idea, comment, form, status=422)
    made, new = reporting.report(
        idea=idea,
        comment=comment,
        participant=participants.ensure(request),
        rule=form.cleaned_data["rule"],
        text=form.cleaned_data["text"],
    )
    messages.success(request, _told(made, new))
    return redirect(idea.get_absolute_url() + (f"#comment-{comment.pk}" if comment else ""))


def _told(made: Report, new: bool) -> str:
    if new:
        return _("Thank you. A person at the desk looks at it; until they decide, it stays.")
    if made.handled_at:
        return _("You reported this before. The desk looked at it, and decided.")
    return _("You reported this already. A person at the desk looks at it.")


def _page(
    request: HttpRequest,
    command: Command,
    idea: Idea,
    comment: Comment | None,
    form: ReportForm,
    *,
    closed: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"idea": idea, "comment": comment, "form": form, "closed": closed}
    return render(request, "ideas/report.html", board_context(request, command) | context, status=status)
