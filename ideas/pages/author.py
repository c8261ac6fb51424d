"""What an author does with what they wrote: follow it up, appeal a screening, withdraw it.

Its author is known by the cookie, by an account, or by the private link, which any browser may open. All
three lead to the same pages; `Ways` says where each of them goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engage.forms import Prose
from ideas import appealing, authors, finding, withdrawing
from ideas.board import board_context
from ideas.models import Action, Comment, Idea, Status
from ideas.moderating import Refused, Stale
from ideas.notices import following
from ideas.pages.idea import PARTS, idea_for_reader, is_author
from ideas.reading import steps_of
from precincts import limits, participants, tenancy
from precincts.access import in_command
from precincts.models import Command


class AppealForm(forms.Form):
    text = Prose(
        label=gettext_lazy("Why should it be shown?"),
        help_text=gettext_lazy("Say why you think that the rule does not fit. Headquarters reads it."),
        max_length=appealing.APPEAL_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Say in a sentence why it should be shown.")},
    )


@dataclass(frozen=True)
class Ways:
    """Where an author goes from here."""

    back: str
    appeal: str
    withdraw: str = ""

    @classmethod
    def of_idea(cls, command: Command, idea: Idea) -> Ways:
        here = [command.slug, idea.pk]
        return cls(reverse("idea", args=here), reverse("appeal", args=here), reverse("withdraw", args=here))

    @classmethod
    def of_comment(cls, command: Command, comment: Comment) -> Ways:
        back = reverse("idea", args=[command.slug, comment.idea_id]) + "#comments"
        return cls(back, reverse("comment_appeal", args=[command.slug, comment.pk]))

    @classmethod
    def of_link(cls, command: Command, key: str) -> Ways:
        here = [command.slug, key]
        return cls(*(reverse(name, args=here) for name in ("mine", "mine_appeal", "mine_withdraw")))


@dataclass(frozen=True)
class Case:
    """What an author asks about: an idea or a comment, and where they came from."""

    command: Command
    item: Idea | Comment
    ways: Ways


# What an idea's own page adds for its author


def author_part(request: HttpRequest, idea: Idea) -> dict[str, Any]:
    """Why it is screened and what can be said against it; withdrawing; the private link, once."""
    if not is_author(request, idea):
        return {}
    sent = "sent" in request.GET and not request.user.is_authenticated
    return standing_of(idea) | {
        "ways": Ways.of_idea(idea.command, idea),
        "can_withdraw": idea.allows(Action.WITHDRAW) and idea.moved_to_id is None,
        "private_link": request.build_absolute_uri(authors.link_of(idea)) if sent else "",
    }


def standing_of(item: Idea | Comment) -> dict[str, Any]:
    """What its author should know of a screening, and of what became of an appeal."""
    screening = appealing.screening_of(item)
    if screening is None:
        return {"screening": None, "appeal": appealing.last_appeal(item)}
    appeal = appealing.appeal_of(screening)
    return {
        "screening": screening,
        "appeal": appeal,
        "last_day": appealing.last_day(screening),
        "can_appeal": appeal is None and appealing.in_time(screening),
        "due": (appeal.created_at + appealing.goal()) if appeal else None,
        "goal_days": max(1, round(appealing.goal().total_seconds() / 86400)) if appeal is None else 0,
    }


PARTS.append(author_part)


# By the cookie or the account


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@in_command
def appeal(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    found = _own(request, command, pk)
    return _appeal(request, Case(command, found, Ways.of_idea(command, found)))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@in_command
def comment_appeal(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    found = get_object_or_404(Comment.objects.select_related("idea"), pk=pk)
    participant = request.participant  # type: ignore[attr-defined]
    if not participant or found.participant_id != participant.pk:
        raise Http404
    return _appeal(request, Case(command, found, Ways.of_comment(command, found)))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@in_command
def withdraw(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    found = _own(request, command, pk)
    return _withdraw(request, command, found, Ways.of_idea(command, found))


def _own(request: HttpRequest, command: Command, pk: int) -> Idea:
    found = idea_for_reader(request, command, pk)
    if not is_author(request, found):
        raise Http404
    return found


# By the private link


LinkView = Callable[[HttpRequest, Command, Idea, Ways], HttpResponse]


def by_link(view: LinkView) -> Callable[..., HttpResponseBase]:
    """view(request, command, idea, ways) for whoever has the link; 404 for a key that is not ours."""

    @never_cache
    @in_command
    def entered(request: HttpRequest, command: Command, key: str) -> HttpResponseBase:
        limits.count(request, "link")
        idea = authors.idea_of(key)
        if idea is None:
            raise Http404
        response: HttpResponseBase
        if (onward := _where_it_went(idea)) and request.method in ("GET", "HEAD"):
            response = redirect(authors.link_of(onward))
        else:
            response = view(request, command, idea, Ways.of_link(command, key))
        # Nobody hears of the address from this page: no site that it links to, no log, no search engine.
        # "no-referrer" would say less by nothing but our own name, and browsers then send forms from
        # nowhere ("Origin: null"), which the check against forged forms refuses.
        response["Referrer-Policy"] = "strict-origin"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return wraps(view)(entered)


def _where_it_went(idea: Idea) -> Idea | None:
    """The issue as the command has it that took it over; its author's link leads there."""
    if idea.moved_to_id is None or idea.moved_to_idea is None:
        return None
    with tenancy.enter(idea.moved_to_id):
        there = Idea.objects.defer("search").select_related("command")
        return there.filter(pk=idea.moved_to_idea).first()


@require_safe
@by_link
def mine(request: HttpRequest, command: Command, idea: Idea, ways: Ways) -> HttpResponse:
    """All that its author can know and do, in any browser."""
    context = board_context(request, command) | standing_of(idea)
    return render(
        request,
        "ideas/mine.html",
        context
        | {
            "idea": idea,
            "steps": steps_of(idea),
            "ways": ways,
            "can_withdraw": idea.allows(Action.WITHDRAW) and idea.moved_to_id is None,
            "link_key": authors.key_of(idea),
        },
    )


@require_POST
@never_cache
def mine_follow(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Who has the link hears of the issue in this browser too, and by e-mail if they like.

    It is kept outside of the command: what a neighbor follows is nobody's at a desk.
    """
    command = get_object_or_404(Command, slug=slug)
    limits.count(request, "link")
    with tenancy.enter(command):
        idea = authors.idea_of(key)
    if idea is None:
        raise Http404
    try:
        following.follow_idea(participant=participants.ensure(request), idea=idea)
    except following.TooMany as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("You follow this issue. Say below if you want to hear of it by e-mail."))
    return redirect("following")


@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def mine_appeal(request: HttpRequest, command: Command, idea: Idea, ways: Ways) -> HttpResponse:
    return _appeal(request, Case(command, idea, ways))


@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def mine_withdraw(request: HttpRequest, command: Command, idea: Idea, ways: Ways) -> HttpResponse:
    return _withdraw(request, command, idea, ways)


# Appealing and withdrawing, wherever they were asked for


def _appeal(request: HttpRequest, case: Case) -> HttpResponse:
    item, ways = case.item, case.ways
    form = AppealForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _appeal_page(request, case, form)
    try:
        limits.count(request, "comment")
    except limits.TooMany as error:
        form.add_error(None, str(error.detail))
        response = _appeal_page(request, case, form, status=429)
        response["Retry-After"] = str(error.retry_after)
        return response
    if not form.is_valid():
        return _appeal_page(request, case, form, status=422)
    try:
        made = appealing.appeal(item=item, participant=item.participant, text=form.cleaned_data["text"])
    except Refused as refused:
        form.add_error(refused.field, str(refused))
        return _appeal_page(request, case, form, status=409)
    if made.text != form.cleaned_data["text"]:
        form.add_error("text", _("You have appealed already. Headquarters reads what you wrote first."))
        return _appeal_page(request, case, form, status=409)
    messages.success(request, _("Your appeal is with headquarters. What they decide is said on this page."))
    return redirect(ways.appeal)


def _appeal_page(request: HttpRequest, case: Case, form: AppealForm, status: int = 200) -> HttpResponse:
    item, ways = case.item, case.ways
    standing = standing_of(item)
    if not (standing["screening"] or standing["appeal"] or form.is_bound):
        messages.info(request, _("This is not screened any more, so there is nothing to appeal."))
        return redirect(ways.back)
    context = board_context(request, case.command) | standing
    idea = item.idea if isinstance(item, Comment) else item
    context |= {
        "idea": idea,
        "comment": item if isinstance(item, Comment) else None,
        "ways": ways,
        "form": form,
    }
    return render(request, "ideas/appeal.html", context, status=status)


def _withdraw(request: HttpRequest, command: Command, idea: Idea, ways: Ways) -> HttpResponse:
    """Asks once, and says what becomes of the votes and comments; then does it."""
    changes, status = [], 200
    if request.method == "POST":
        version = request.POST.get("version", "")[:9]
        try:
            withdrawing.withdraw(idea=idea, version=int(version) if version.isdecimal() else None)
        except Refused:
            status = 409  # The page says why.
        except Stale as stale:
            changes, status = stale.changes, 409
        else:
            messages.success(request, _("You have withdrawn this issue. It is not public any more."))
            return redirect(ways.back)
        idea = finding.for_cards(Idea.objects.filter(pk=idea.pk), None).get()
    if idea.status == Status.WITHDRAWN:
        return redirect(ways.back)
    context = board_context(request, command) | {
        "idea": idea,
        "ways": ways,
        "why_not": withdrawing.why_not(idea),
        "changes": changes,
    }
    return render(request, "ideas/withdraw.html", context, status=status)
