"""Writing a message: one form for several accounts. Whatever is pressed, what was typed is kept first.

It works the same with and without JavaScript. With it, the preview answers and the draft is kept while one
types; without it, each button does both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engage.images import RefusedPhoto
from precincts.access import Permission, staff_of_command
from precincts.models import Command
from socialfeeds import drafting, pictures, reasons, releasing, repeating
from socialfeeds.drafting import Stale
from socialfeeds.forms import ComposerForm, alts_of
from socialfeeds.models import Account, Attachment, Message, Pause, Status
from socialfeeds.reasons import Judged, Reason, Refused
from socialfeeds.views.looking import cards

NOTHING = {"", None}


@dataclass
class Sheet:
    """The composer's page, as one person sees it now."""

    request: HttpRequest
    command: Command
    message: Message | None
    form: ComposerForm
    stale: Stale | None = None
    refused: list[str] = field(default_factory=list)

    @property
    def attachments(self) -> list[Attachment]:
        if self.message is None:
            return []
        found = list(self.message.attachments.all())
        for picture in found:
            picture.alt = self.request.POST.get(f"alt-{picture.key}", picture.alt)
        return found

    def draw(self, status: int = 200) -> HttpResponse:
        message, attachments = self.message, self.attachments
        context = {
            "command": self.command,
            "message": message,
            "form": self.form,
            "attachments": attachments,
            "pictures_left": pictures.MOST - len(attachments),
            "seen": seen_of(message),
            "stale": self.stale,
            "refused": self.refused,
            "paused": Pause.objects.covering(self.command.pk, self.command.parent_id).exists(),
            **_look(self.request, self.command, self.form, message, attachments),
        }
        return render(self.request, "socialfeeds/compose.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_command(Permission.PUBLISH)
def new(request: HttpRequest, command: Command) -> HttpResponse:
    message = _draft_named(request)
    form = _form(request, command, message)
    if request.method == "POST":
        return _take(Sheet(request, command, message, form))
    return Sheet(request, command, message, form).draw()


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_command(Permission.PUBLISH)
def edit(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    message = get_object_or_404(Message.objects.select_related("author", "command"), pk=pk)
    if request.method == "POST":
        return _take(Sheet(request, command, message, _form(request, command, message)))
    if message.status != Status.DRAFT:
        messages.info(request, _("This is no draft any more. Take it back first to change it."))
        return redirect("voice_message", slug=command.slug, pk=pk)
    return Sheet(request, command, message, _form(request, command, message)).draw()


def _draft_named(request: HttpRequest) -> Message | None:
    """The draft that this page began, while its address still says that it is new."""
    sent = request.POST.get("draft", "")
    known = sent.isascii() and sent.isdigit() and len(sent) < 19
    return Message.objects.select_related("author", "command").filter(pk=sent).first() if known else None


def _form(request: HttpRequest, command: Command, message: Message | None) -> ComposerForm:
    accounts = Account.objects.order_by("network", "handle")
    data = request.POST if request.method == "POST" else None
    return ComposerForm(data, command=command, accounts=accounts, message=message)


# Taking what was sent


def _take(sheet: Sheet) -> HttpResponse:
    step = sheet.request.POST.get("step", "save")
    sheet.form.is_valid()
    try:
        _keep(sheet, by_itself=step == "autosave")
        if step == "autosave":
            return _kept(sheet)
        if sheet.message is not None:
            _take_pictures(sheet, step)
        return _go_on(sheet, step)
    except Stale as stale:
        sheet.stale = stale
        sheet.message = stale.message
        if step == "autosave":
            return _kept(sheet)
        return sheet.draw(409)


def _keep(sheet: Sheet, *, by_itself: bool) -> None:
    """The draft as it was typed, as far as it is right."""
    form, request = sheet.form, sheet.request
    given = form.given(by_itself=by_itself)
    chosen = [account.pk for account in form.chosen()] if "accounts" in form.cleaned_data else None
    if sheet.message is None:
        if any(given.get(name) not in NOTHING for name in ("text", "link")) or request.FILES or chosen:
            sheet.message = drafting.begin(
                command=sheet.command,
                by=request.user,  # type: ignore[arg-type]
                given=given,
                accounts=chosen or (),
            )
        return
    alts, wrong = alts_of(request.POST, sheet.message.attachments.all())
    sheet.refused += wrong
    version, seen_at = _seen(request)
    sheet.message = drafting.save(
        message=sheet.message,
        by=request.user,  # type: ignore[arg-type]
        given=given,
        accounts=chosen,
        alts=alts,
        version=version,
        seen_at=seen_at,
        by_itself=by_itself,
    )


def _take_pictures(sheet: Sheet, step: str) -> None:
    """Those that were sent, and what was asked of one that is there."""
    request, message = sheet.request, sheet.message
    assert message is not None
    by: Any = request.user
    for upload in request.FILES.getlist("pictures"):
        try:
            pictures.attach(message=message, by=by, upload=upload.file, size=upload.size or 0)  # type: ignore[arg-type]
        except RefusedPhoto as error:
            sheet.refused.append(f"{upload.name}: {error}")
    what, _colon, text = step.partition(":")
    if (key := _uuid(text)) and what == "remove":
        pictures.remove(message=message, by=by, key=key)
    elif key and what == "earlier":
        pictures.earlier(message=message, by=by, key=key)
    sheet.message = Message.objects.select_related("author", "command").get(pk=message.pk)


def _go_on(sheet: Sheet, step: str) -> HttpResponse:
    """Where the button leads; or back to the page, with all that is to be mended."""
    message, form = sheet.message, sheet.form
    if message is None and not form.errors:
        form.add_error("text", _("Nothing is written yet."))
    for words in sheet.refused:
        form.add_error(None, words)
    if form.errors or message is None:
        return sheet.draw(422)
    slug = sheet.command.slug
    if step not in ("submit", "release"):
        if step == "save":
            messages.success(sheet.request, _("Saved as a draft."))
        where = {"preview": "#preview", "save": ""}.get(step, "#pictures")
        return redirect(reverse("voice_edit", args=[slug, message.pk]) + where)
    verb = releasing.submit if step == "submit" else releasing.release
    try:
        done = verb(
            message=message,
            by=sheet.request.user,  # type: ignore[arg-type]
            version=message.version,
            because=form.cleaned_data.get("because", ""),
        )
    except Refused as refused:
        form.refuse(refused.reasons)
        return sheet.draw(422)
    messages.success(sheet.request, _told(done))
    return redirect("voice_message", slug=slug, pk=message.pk)


def _told(message: Message) -> str:
    if message.status == Status.SUBMITTED:
        return (
            _("Sent to headquarters for approval.")
            if message.waits_for == "city"
            else _("Sent for approval.")
        )
    return (
        _("Released. It goes out at its time.") if message.scheduled_at else _("Released. It is on its way.")
    )


def _kept(sheet: Sheet) -> HttpResponse:
    """The line that says when the draft was kept, and what the page has to know of it from now on."""
    context = {"message": sheet.message, "seen": seen_of(sheet.message), "stale": sheet.stale}
    response = render(sheet.request, "socialfeeds/compose.html#kept", context)
    if sheet.message is not None:
        response["HX-Replace-Url"] = reverse("voice_edit", args=[sheet.command.slug, sheet.message.pk])
    return response


# What a page has seen: the version, and the moment of the last change


def seen_of(message: Message | None) -> str:
    return f"{message.version} {message.changed_at.isoformat()}" if message else ""


def _seen(request: HttpRequest) -> tuple[int | None, datetime | None]:
    version, _space, moment = request.POST.get("seen", "").partition(" ")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        return None, None
    try:
        return int(version), parse_datetime(moment)
    except ValueError:
        return int(version), None


# Looking at it


@require_POST
@never_cache
@staff_of_command(Permission.PUBLISH)
def preview(request: HttpRequest, command: Command) -> HttpResponse:
    """How it will look, what it costs, what keeps it: while one types. Nothing is kept."""
    message = _draft_named(request)
    form = _form(request, command, message)
    form.is_valid()
    sheet = Sheet(request, command, message, form)
    context = {"command": command, **_look(request, command, form, message, sheet.attachments)}
    return render(request, "socialfeeds/voice_preview.html", context)


def _look(
    request: HttpRequest,
    command: Command,
    form: ComposerForm,
    message: Message | None,
    attachments: list[Attachment],
) -> dict[str, Any]:
    """The message as the form has it now, on every account that is ticked."""
    shown = _as_typed(request, command, form, message)
    pks = form["accounts"].value() or []
    accounts = [account for pk, account in form.known.items() if pk in pks]
    judged = reasons.judged(shown, accounts, attachments)
    because = str(form["because"].value() or "")
    written = bool(shown.text.strip() or attachments)
    return {
        "judged": judged,
        "cards": cards(judged),
        "keeps": _to_mend(judged, request, because) if written else [],
        "said": repeating.said_before(shown, judged.shapes),
        "warns": bool(reasons.to_answer(judged)),
        "pictures": attachments,
    }


def _to_mend(judged: Judged, request: HttpRequest, because: str) -> list[Reason]:
    """What keeps it, but for what the findings say already."""
    found = reasons.why_not(judged, by=request.user, because=because)  # type: ignore[arg-type]
    return [one for one in found if one.key not in {"blocked", "warned"}]


def _as_typed(request: HttpRequest, command: Command, form: ComposerForm, message: Message | None) -> Message:
    """A message that is not saved, in the words of the form; what is wrong there is as it was."""
    shown = Message(command=command, status=Status.DRAFT, author_id=request.user.pk)
    if message is not None:
        shown.pk, shown.version, shown.status = message.pk, message.version, message.status
        for name in drafting.FIELDS:
            setattr(shown, name, getattr(message, name))
    if form.is_bound:
        for name, value in form.given(by_itself=True).items():
            setattr(shown, name, value)
    return shown


@require_safe
@staff_of_command(Permission.SEE_DESK)
def picture(request: HttpRequest, command: Command, key: UUID) -> HttpResponseBase:
    """A message's picture, for the command's own people and headquarters."""
    found = get_object_or_404(Attachment, key=key)
    try:
        file = default_storage.open(found.path)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type=found.mime)
    response["Cache-Control"] = "private, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
