"""Writing an answer with all that belongs to it, for one idea or several; and editing one that stands."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from engage.markdown import MOST
from ideas import answering, moderating, verdicts
from ideas.desk.answer_form import AnswerForm, Drafts, Words, as_uuid, drafts_of
from ideas.desk.item import PARTS
from ideas.desk.lists import idea_for_desk
from ideas.models import Action, Idea, Status
from precincts.access import Permission, staff_of_command
from precincts.models import Command
from socialfeeds import composing

# Where one action is the likely one. Everywhere else: acting.
LIKELY = {Status.SPOKEN: Action.HEAR, Status.ACTING: Action.DONE, Status.ACTED: Action.DONE}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_command(Permission.ANSWER)
def answer(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """The form. Sent with `step` "send" it answers; with any other it comes back with everything typed."""
    idea = _idea(command, pk)
    if not any(idea.allows(action) for action in answering.ANSWERS):
        messages.info(request, _("This cannot be answered where it stands."))
        return redirect("desk_idea", slug=command.slug, pk=pk)
    if request.method != "POST":
        likely = request.GET.get("action") or LIKELY.get(Status(idea.status), Action.ACT)
        form = AnswerForm(initial={"action": likely, "version": idea.version}, idea=idea)
        return _form(request, command, idea, form, Drafts())
    drafts, form = drafts_of(request), AnswerForm(request.POST, idea=idea)
    if request.POST.get("step") != "send":
        return _looked_at(request, command, idea, form, drafts)
    for message in drafts.refused:
        form.add_error(None, message)
    if not form.is_valid():
        return _form(request, command, idea, form, drafts, status=422)
    return _send(request, command, idea, form, drafts)


def _looked_at(
    request: HttpRequest, command: Command, idea: Idea, form: AnswerForm, drafts: Drafts
) -> HttpResponse:
    """Nothing is decided: how it will look, and what is still to mend."""
    for message in drafts.refused:
        form.add_error(None, message)
    # A photo that just came has no words yet: nothing is wrong with that.
    status = 422 if form.errors and not request.FILES else 200
    return _form(request, command, idea, form, drafts, status=status, preview=_words(form))


def _words(form: Any) -> str:
    return form.data.get("answer", "")[: MOST + 1].replace("\x00", "")


def _send(
    request: HttpRequest, command: Command, idea: Idea, form: AnswerForm, drafts: Drafts
) -> HttpResponse:
    data = form.cleaned_data
    action = Action(data["action"])
    given = {**data, "action": action, "photos": drafts.keys()}
    if action != Action.DONE:
        given |= {"acted_on": None, "photos": []}
    try:
        drafts.store_words()
        decision = answering.decide_and_announce(idea=idea, data=given, by=request.user)  # type: ignore[arg-type]
    except moderating.Stale as stale:
        now = _idea(command, idea.pk)
        messages.warning(request, str(stale))
        return _form(request, command, now, form, drafts, status=409, changes=stale.changes)
    except moderating.Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    except composing.CannotSay as error:
        form.add_error("announcement", str(error))
    else:
        served = answering.serve_also(decision=decision, also=data["wanted"], by=request.user)  # type: ignore[arg-type]
        _tell(request, answering.told(decision), served)
        return redirect("desk_idea", slug=command.slug, pk=idea.pk)
    return _form(request, command, idea, form, drafts, status=422)


def _tell(request: HttpRequest, announced: str, served: list[answering.Served]) -> None:
    """What went through, and of each that did not, why."""
    went = sum(not one.why for one in served)
    messages.success(
        request,
        ngettext("Answered, and %(count)d other too.", "Answered, and %(count)d others too.", went)
        % {"count": went}
        if went
        else _("Answered."),
    )
    if announced:
        messages.success(request, announced)
    for one in served:
        if one.why:
            messages.warning(
                request,
                format_html(
                    "{} {}",
                    _("Not answered: %(title)s.") % {"title": one.idea.title if one.idea else f"#{one.id}"},
                    one.why,
                ),
            )


def _form(
    request: HttpRequest,
    command: Command,
    idea: Idea,
    form: AnswerForm,
    drafts: Drafts,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """`more`: preview, the words to draw; changes, what was decided since the page was made."""
    version = _version(request, idea, status)
    context = {
        "command": command,
        "idea": idea,
        "form": form,
        "drafts": drafts,
        "preview": _words(form),
        "version": version,
        "live_url": reverse("preview_answer", args=[command.slug]),
        **more,
    }
    return render(request, "ideas/desk_answer.html", context, status=status)


def _version(request: HttpRequest, idea: Idea, status: int) -> str | int:
    """The version that whoever writes has seen: after a 409 that is the one of now, which they are shown."""
    sent = request.POST.get("version", "")
    known = sent.isascii() and sent.isdigit() and len(sent) < 10
    return sent if known and status != 409 else idea.version


# Editing what stands


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_command(Permission.ANSWER)
def edit_answer(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """Other words for an answer that stands. Sent with `step` "send" they are kept; else looked at."""
    idea = _idea(command, pk)
    if not idea.answer or not idea.allows(Action.EDIT):
        messages.info(request, _("There is no answer here that could be edited."))
        return redirect("desk_idea", slug=command.slug, pk=pk)
    if request.method != "POST":
        started = {"answer": idea.answer, "acted_on": idea.acted_on, "version": idea.version}
        return _edit_form(request, command, idea, Words(initial=started), preview=idea.answer)
    form = Words(request.POST)
    if request.POST.get("step") != "send":
        return _edit_form(
            request, command, idea, form, status=422 if form.errors else 200, preview=_words(form)
        )
    if form.is_valid():
        try:
            answering.edit(
                idea=idea,
                by=request.user,  # type: ignore[arg-type]
                answer=form.cleaned_data["answer"],
                acted_on=form.cleaned_data["acted_on"],
                alts=_alts(request),
                version=form.cleaned_data["version"],
            )
        except moderating.Stale as stale:
            messages.warning(request, str(stale))
            now = _idea(command, pk)
            return _edit_form(request, command, now, form, status=409, changes=stale.changes)
        except moderating.Refused as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, _("Edited. Residents can read what stood before."))
            return redirect("desk_idea", slug=command.slug, pk=pk)
    return _edit_form(request, command, idea, form, status=422)


def _alts(request: HttpRequest) -> dict[UUID, str]:
    """Words for photos, by the photo's key."""
    sent = ((as_uuid(name.removeprefix("alt-")), name) for name in request.POST if name.startswith("alt-"))
    return {key: request.POST[name].replace("\x00", "")[:200] for key, name in sent if key}


def _edit_form(
    request: HttpRequest, command: Command, idea: Idea, form: Words, *, status: int = 200, **more: Any
) -> HttpResponse:
    form.fields["acted_on"].help_text = _("The day, today or earlier. Left empty, it stays.")
    standing = answering.standing(idea)
    for photo in standing.photos:
        photo.alt = request.POST.get(f"alt-{photo.key}", photo.alt)
    context = {
        "command": command,
        "idea": idea,
        "form": form,
        "preview": form.data.get("answer", ""),
        "standing": standing,
        "version": _version(request, idea, status),
        "live_url": reverse("preview_answer", args=[command.slug]),
        **more,
    }
    return render(request, "ideas/desk_answer_edit.html", context, status=status)


@require_POST
@never_cache
@staff_of_command(Permission.ANSWER)
def preview_answer(request: HttpRequest, command: Command) -> HttpResponse:
    """How the words will look, while one types."""
    words = request.POST.get("answer", "")[: MOST + 1].replace("\x00", "")
    return render(request, "ideas/preview.html", {"preview": words})


def _idea(command: Command, pk: int) -> Idea:
    """An idea on the board. What was never reviewed is not answered."""
    idea = idea_for_desk(pk)
    if not idea.is_public:
        raise Http404
    idea.command = command
    return idea


# What the desk's page of an idea shows of it


def answered(request: HttpRequest, command: Command, idea: Idea) -> dict[str, Any]:
    return {"answered": answering.standing(idea)}


PARTS += [answered, verdicts.rounds_for_desk]
