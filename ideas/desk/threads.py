"""What is done with a thread of the inbox: each a form of its page, sent and led on from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ideas import claiming, from_mentions, working
from ideas.desk.inbox import Asked, asked_of, show, thread_for_desk
from ideas.desk.inbox_forms import (
    AboutForm,
    AnswerForm,
    AssignForm,
    IssueForm,
    NoteForm,
    ReferForm,
    Versioned,
)
from ideas.finding import topics
from ideas.models import Idea, IdeaSource, SavedReply
from precincts.access import Permission, may, staff_of_command
from precincts.models import Command
from socialfeeds import composing, inbox
from socialfeeds.models import Mention, Thread

LARGEST = 2**63


def _to_thread(command: Command, thread: Thread, asked: Asked) -> HttpResponse:
    return redirect(reverse("inbox_thread", args=[command.slug, thread.pk]) + asked.query())


def _refused(
    request: HttpRequest, command: Command, thread: Thread, *, status: int = 422, **refused: forms.Form
) -> HttpResponse:
    """The page again, with a form that was not taken, by its name."""
    return show(request, command, asked_of(request), thread=thread, forms=refused, status=status)


def _stale(
    request: HttpRequest, command: Command, stale: inbox.Stale, form: Versioned, name: str
) -> HttpResponse:
    """What changed since; and what was typed is still there."""
    messages.warning(request, str(stale))
    now = thread_for_desk(stale.thread.pk)
    seen = form.cleaned_data.get("seen")
    shown = {name: form} if name else {}
    lines = inbox.changes(now, seen) if seen else inbox.changes(now)[-5:]
    return show(request, command, asked_of(request), thread=now, forms=shown, changes=lines, status=409)


# --- looking ---------------------------------------------------------------------------------------------


@require_POST
@staff_of_command(Permission.INBOX)
def claim_thread(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """With a script it answers with nothing; without, the page says who looks."""
    thread = thread_for_desk(pk)
    if request.POST.get("release"):
        claiming.release(kind="thread", item=pk, by=request.user)  # type: ignore[arg-type]
        return HttpResponse(status=204)
    claim = claiming.claim(kind="thread", item=pk, by=request.user)  # type: ignore[arg-type]
    if request.POST.get("quiet"):
        return HttpResponse(status=204)
    if claim.user_id == request.user.pk:
        messages.success(request, _("The others see that you are looking at this."))
    else:
        name = claiming.name_of(claim.user)
        messages.info(request, _("%(name)s is looking at this already.") % {"name": name})
    return _to_thread(command, thread, asked_of(request))


# --- beside deciding ---------------------------------------------------------------------------------------


def _saved(
    request: HttpRequest, command: Command, thread: Thread, do: Callable[[], Any], **form: Any
) -> HttpResponse:
    """`form` is one, by its name."""
    if not all(one.is_valid() for one in form.values()):
        return _refused(request, command, thread, **form)
    do()
    messages.success(request, _("Saved."))
    return _to_thread(command, thread, asked_of(request))


@require_POST
@staff_of_command(Permission.INBOX)
def assign_thread(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """To a colleague; with `me`, to oneself."""
    thread = thread_for_desk(pk)
    if request.POST.get("me"):
        inbox.assign(thread=thread, to=request.user)  # type: ignore[arg-type]
        messages.success(request, _("It is yours."))
        return _to_thread(command, thread, asked_of(request))
    form = AssignForm(request.POST, command=command, thread=thread)
    return _saved(
        request,
        command,
        thread,
        lambda: inbox.assign(thread=thread, to=form.cleaned_data["assigned_to"]),
        assign=form,
    )


@require_POST
@staff_of_command(Permission.INBOX)
def note_thread(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    thread, form = thread_for_desk(pk), NoteForm(request.POST)
    return _saved(
        request,
        command,
        thread,
        lambda: inbox.add_note(thread=thread, text=form.cleaned_data["text"], by=request.user),  # type: ignore[arg-type]
        note=form,
    )


@require_POST
@staff_of_command(Permission.INBOX)
def about_thread(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """Its topic and its place, as a person sets them."""
    thread, form = thread_for_desk(pk), AboutForm(request.POST, topics=topics())
    return _saved(
        request,
        command,
        thread,
        lambda: inbox.describe(
            thread=thread, topic=form.cleaned_data["topic"], place=form.cleaned_data["place"]
        ),
        note=form,
    )


# --- deciding --------------------------------------------------------------------------------------------


@require_POST
@staff_of_command(Permission.INBOX)
def finish_thread(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """Done, and on to the next. `undo` takes it back."""
    thread, form, asked = thread_for_desk(pk), Versioned(request.POST), asked_of(request)
    version = form.cleaned_data.get("version") if form.is_valid() else None
    back = bool(request.POST.get("undo"))
    before = inbox.place_of(thread, asked.wanted(request.user))
    try:
        if back:
            inbox.reopen(thread=thread, version=version)
        else:
            inbox.finish(thread=thread, version=version)
    except inbox.Stale as stale:
        return _stale(request, command, stale, form, "")
    if back:
        messages.success(request, _("It is open again."))
        return _to_thread(command, thread, asked)
    messages.success(request, _("Done."))
    return redirect(_next(request, command, replace(asked, after="", undo=pk), before))


def _next(request: HttpRequest, command: Command, asked: Asked, before: inbox.Place) -> str:
    """The next thread of the list that nobody else looks at; where there is none, the list."""
    held = claiming.by_others(request.user)  # type: ignore[arg-type]
    for after in (before, None):
        for one in inbox.stream(asked.wanted(request.user), after):
            if ("thread", one.pk) not in held:
                return reverse("inbox_thread", args=[command.slug, one.pk]) + asked.query()
    return asked.url(command)


@require_POST
@staff_of_command(Permission.INBOX)
def refer_thread(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    thread, form = thread_for_desk(pk), ReferForm(request.POST, source=command)
    if not form.is_valid():
        return _refused(request, command, thread, refer=form)
    to = form.commands[form.cleaned_data["command"]]
    try:
        inbox.refer(
            thread=thread,
            to=to,
            by=request.user,  # type: ignore[arg-type]
            version=form.cleaned_data["version"],
            word=form.cleaned_data["word"],
        )
    except inbox.Stale as stale:
        return _stale(request, command, stale, form, "refer")
    except inbox.Refused as refused:
        form.add_error(refused.field, str(refused))
        return _refused(request, command, thread, refer=form)
    messages.success(request, _("It is with the %(name)s now.") % {"name": to.name})
    return _to_thread(command, thread, asked_of(request))


@require_POST
@staff_of_command(Permission.PUBLISH)
def answer_thread(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """An answer to one of the mentions, from the account to which it was said.

    `insert` sends nothing: it puts a saved reply into the words.
    """
    thread = thread_for_desk(pk)
    there = list(thread.mentions.filter(gone_at=None).order_by("posted_at", "pk"))
    if request.POST.get("insert"):
        form = AnswerForm(initial=_with_reply(request, command, thread), mentions=there)
        return _refused(request, command, thread, answer=form, status=200)
    form = AnswerForm(request.POST, mentions=there)
    if not form.is_valid():
        return _refused(request, command, thread, answer=form)
    mention = get_object_or_404(Mention.objects.select_related("account"), pk=form.cleaned_data["mention"])
    try:
        inbox.answer(
            thread=thread,
            mention=mention,
            text=form.cleaned_data["text"],
            by=request.user,  # type: ignore[arg-type]
            version=form.cleaned_data["version"],
        )
    except inbox.Stale as stale:
        return _stale(request, command, stale, form, "answer")
    except inbox.Refused as refused:
        form.add_error(refused.field, str(refused))
    except composing.CannotSay as error:
        form.add_error("text", str(error))
    else:
        messages.success(request, _("The answer is on its way."))
        return _to_thread(command, thread, asked_of(request))
    return _refused(request, command, thread, answer=form)


def _with_reply(request: HttpRequest, command: Command, thread: Thread) -> dict[str, Any]:
    """What was typed, with a saved reply below; its placeholders filled as far as a thread knows them."""
    typed = {name: request.POST.get(name, "") for name in ("text", "mention")}
    wanted = request.POST.get("reply", "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else 0
    reply = SavedReply.objects.filter(pk=number).first()
    if reply is None:
        messages.info(request, _("Choose a saved reply first."))
        return typed
    topic = next((one for one in topics() if one.slug == thread.topic), None)
    about = Idea(title=_("what you wrote"), place=thread.place, topic=topic)
    text = working.fill(reply.text, idea=about, command=command)
    return typed | {"text": "\n\n".join(filter(None, [typed["text"].rstrip(), text]))}


# --- making it an issue ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_command(Permission.INBOX)
def make_issue(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """A mention becomes an issue of the board. `pk` is the mention's."""
    related = ("thread__suggested_command", "account")
    mention = get_object_or_404(Mention.objects.select_related(*related).filter(thread__isnull=False), pk=pk)
    thread: Any = mention.thread
    if known := IdeaSource.objects.filter(mention=mention).first():
        messages.info(request, _("This is an issue already."))
        return redirect("desk_idea", slug=command.slug, pk=known.idea_id)
    may_approve = may(request.user, Permission.MODERATE, command)
    if request.method != "POST":
        suggested = from_mentions.suggested(thread, mention)
        topic = suggested["topic"]
        initial = suggested | {"topic": topic.slug if topic else "", "approve": may_approve}
        form = IssueForm(initial=initial, may_approve=may_approve)
    else:
        form = IssueForm(request.POST, may_approve=may_approve)
        if form.is_valid():
            return _made(request, command, mention, form)
    context = {"command": command, "mention": mention, "thread": thread, "form": form}
    return render(request, "ideas/inbox_issue.html", context, status=422 if form.errors else 200)


def _made(request: HttpRequest, command: Command, mention: Mention, form: IssueForm) -> HttpResponse:
    data = form.cleaned_data
    idea = from_mentions.make_idea(
        mention=mention,
        by=request.user,  # type: ignore[arg-type]
        title=data["title"],
        body=data["body"],
        topic=data["topic"],
        place=data["place"],
        approve=bool(data.get("approve")),
    )
    if idea.is_public:
        messages.success(request, _("It stands on the board. Who said it is told once it is acted on."))
    else:
        messages.success(request, _("It waits in the queue. Who said it is told once it is acted on."))
    return redirect("desk_idea", slug=command.slug, pk=idea.pk)
