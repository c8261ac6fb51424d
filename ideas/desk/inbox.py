"""The inbox: what was said to the command on the networks, one stream, and one thread of it beside."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ideas import claiming, from_mentions
from ideas.desk import inbox_forms
from ideas.finding import topics
from ideas.models import SavedReply
from precincts.access import Permission, permissions_at, staff_of_command
from precincts.models import Command
from socialfeeds import inbox, surging
from socialfeeds.inbox import Place, Wanted
from socialfeeds.models import Alarm, AlarmKind, Hiding, HidingState, Network, Thread, ThreadStatus

PAGE = 50
WORDS_LENGTH = 100
CURSOR_LENGTH = 200
TABS = {
    "waiting": _("Waiting"),
    "open": _("Open"),
    "done": _("Done"),
    "referred": _("Referred"),
    "all": _("All"),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the address asks for. It goes along from thread to thread."""

    tab: str = "waiting"
    network: str = ""
    words: str = ""
    mine: bool = False
    after: str = ""
    # What was done a moment ago, and can be taken back: of one answer alone.
    undo: int = 0

    def query(self, **changes: Any) -> str:
        asked = replace(self, **changes)
        given = {
            "show": asked.tab if asked.tab != "waiting" else "",
            "network": asked.network,
            "words": asked.words,
            "mine": "1" if asked.mine else "",
            "after": asked.after,
            "undo": asked.undo or "",
        }
        return "?" + urlencode({name: value for name, value in given.items() if value})

    def url(self, command: Command, **changes: Any) -> str:
        return reverse("inbox", args=[command.slug]) + self.query(**changes)

    def wanted(self, user: Any) -> Wanted:
        return Wanted(tab=self.tab, network=self.network, words=self.words, mine=user if self.mine else None)

    @property
    def filtered(self) -> bool:
        return bool(self.network or self.words or self.mine)


def asked_of(request: HttpRequest) -> Asked:
    """What it does not understand it leaves out."""
    given = request.GET
    return Asked(
        tab=given.get("show", "") if given.get("show", "") in TABS else "waiting",
        network=given.get("network", "") if given.get("network", "") in Network.values else "",
        words=given.get("words", "").strip()[:WORDS_LENGTH],
        mine=given.get("mine") == "1",
        after=given.get("after", "") if len(given.get("after", "")) <= CURSOR_LENGTH else "",
    )


def cursor_of(place: Place) -> str:
    text = json.dumps([place[0].isoformat(), place[1]])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> Place | None:
    """None where it is not one of ours."""
    try:
        moment, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        when = datetime.fromisoformat(moment)
    except (ValueError, TypeError, RecursionError):
        return None
    return (when, pk) if when.tzinfo and type(pk) is int and 0 < pk < 2**63 else None


# --- pages ---------------------------------------------------------------------------------------------


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def stream(request: HttpRequest, command: Command) -> HttpResponse:
    """The list, and its first thread. With htmx and a cursor it answers with the next lines alone."""
    asked = asked_of(request)
    if request.htmx and asked.after and not request.htmx.boosted:  # type: ignore[attr-defined]
        context = {"command": command, **_lines(request, command, asked)}
        return render(request, "ideas/inbox.html#lines", context)
    return show(request, command, asked, chosen=False)


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def thread(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    return show(request, command, asked_of(request), thread=thread_for_desk(pk))


@require_safe
@never_cache
@staff_of_command(Permission.SEE_DESK)
def surge(request: HttpRequest, command: Command, pk: int) -> HttpResponse:
    """An alarm about a surge, with the posts behind it."""
    alarm = get_object_or_404(Alarm, pk=pk, kind=AlarmKind.SURGE)
    context = {"command": command, "alarm": alarm, "mentions": surging.posts_of(alarm)}
    return render(request, "ideas/inbox_surge.html", context)


def thread_for_desk(pk: int) -> Thread:
    related = ("account", "assigned_to", "referred_to", "suggested_command", "command")
    found: Thread = get_object_or_404(Thread.objects.select_related(*related), pk=pk)
    return found


def show(
    request: HttpRequest,
    command: Command,
    asked: Asked,
    *,
    thread: Thread | None = None,
    chosen: bool = True,
    forms: dict[str, Any] | None = None,
    changes: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The stream and one of its threads. `forms` are refused ones, by their name; `changes` what happened
    since the page was made."""
    lines = _lines(request, command, asked)
    if thread is None and lines["items"]:
        thread = thread_for_desk(lines["items"][0]["thread"].pk)
    counted, allowed = inbox.counts(), permissions_at(request.user, command)
    context = lines | {
        "command": command,
        "asked": asked,
        "query": asked.query(),
        "tabs": [
            {"key": key, "name": name, "count": counted[key], "url": asked.url(command, tab=key, after="")}
            for key, name in TABS.items()
        ],
        "waits": counted["waiting"],
        "networks": Network.choices,
        "none": asked.url(command, network="", words="", mine=False, after=""),
        "may": {permission.value: permission in allowed for permission in Permission},
        "chosen_item": chosen,
        "current": f"thread:{thread.pk}" if thread else "",
        "thread": thread,
        "undo": _undoable(request),
        "undo_seconds": settings.UNDO_SECONDS,
        "changes": changes,
        "surge": Alarm.objects.open().filter(kind=AlarmKind.SURGE).first(),
    }
    if thread:
        context |= _of_thread(request, command, thread, forms or {})
    response = render(request, "ideas/inbox.html", context, status=status)
    if request.method == "POST":
        # What came back stands at no address that one can go to again.
        response["HX-Push-Url"] = "false"
    return response


def _lines(request: HttpRequest, command: Command, asked: Asked) -> dict[str, Any]:
    wanted = asked.wanted(request.user)
    found = inbox.stream(wanted, read_cursor(asked.after), PAGE + 1)
    shown = found[:PAGE]
    newest, held = inbox.newest_of(shown), claiming.by_others(request.user)  # type: ignore[arg-type]
    more = cursor_of(inbox.place_of(shown[-1], wanted)) if len(found) > PAGE else ""
    return {
        "items": [
            {
                "thread": one,
                "mention": newest.get(one.pk),
                "url": reverse("inbox_thread", args=[command.slug, one.pk]) + asked.query(),
                "held": held.get(("thread", one.pk)),
                "assigned": claiming.name_of(one.assigned_to) if one.assigned_to else "",
            }
            for one in shown
        ],
        "next_url": asked.url(command, after=more) if more else "",
    }


def _undoable(request: HttpRequest) -> Thread | None:
    """What was just done, while one may still regret it: the address names it."""
    named = request.GET.get("undo", "")
    if not (named.isascii() and named.isdigit() and len(named) < 19):
        return None
    return Thread.objects.filter(pk=int(named), status=ThreadStatus.DONE).first()


def _of_thread(
    request: HttpRequest, command: Command, thread: Thread, refused: dict[str, Any]
) -> dict[str, Any]:
    said = inbox.conversation(thread)
    mentions = [one.mention for one in said if one.mention]
    sources, hidings = from_mentions.sources_of(mentions), _hidings(mentions)
    for mention in mentions:
        mention.source = sources.get(mention.pk)  # type: ignore[attr-defined]
        mention.hiding = hidings.get(mention.pk)  # type: ignore[attr-defined]
    answered = {one.answer.answers_id for one in said if one.answer}
    # The newest is what one answers, unless it is gone.
    there = [one for one in mentions if not one.gone_at]
    why = inbox.why_no_answer(there[-1]) if there else _("Nothing of it stands there any more.")
    forms = inbox_forms.forms_of(thread, command, there, topics()) | refused
    held = claiming.by_others(request.user).get(("thread", thread.pk))  # type: ignore[arg-type]
    return {
        "said": said,
        "mentions": mentions,
        "answered": answered,
        "earlier": inbox.earlier(thread, mentions),
        "why_no_answer": why,
        "forms": forms,
        "opened": next(iter(refused), ""),
        "topic": next((one for one in topics() if one.slug == thread.topic), None),
        "notes": list(thread.notes.select_related("by")),
        "happened": inbox.changes(thread),
        "held_now": held,
        "claim_url": reverse("claim_thread", args=[command.slug, thread.pk]),
        "to_make": next((one for one in reversed(there) if not one.source), None),  # type: ignore[attr-defined]
        "replies": list(SavedReply.objects.only("pk", "name")),
    }


def _hidings(mentions: list[Any]) -> dict[int, Hiding]:
    """The hiding of each that is not over."""
    over = [HidingState.REFUSED, HidingState.SHOWN, HidingState.FAILED]
    rows = Hiding.objects.filter(mention__in=[one.pk for one in mentions]).exclude(state__in=over)
    return {row.mention_id: row for row in rows.select_related("asked_by", "decided_by")}
