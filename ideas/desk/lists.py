"""The desk's lists as its pages show them: lines with all that one decides by, and what every page shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ideas import claiming, finding, flagging, hints, waiting
from ideas.board import counts_of
from ideas.desk import spots as rows
from ideas.desk.asked import KINDS, TAB_STATUSES, TABS, Asked
from ideas.desk.spots import Item, Spot
from ideas.goals import Goals
from ideas.models import Appeal, Claim, Comment, Idea, Label, Status, Verdict
from ideas.waiting import BadCursor, Kind
from precincts.access import Permission, permissions_at
from precincts.models import Command

PERSONAL = {kind.value for kind in hints.Kind}
URLS = {"idea": "desk_idea", "comment": "desk_comment"}


def idea_for_desk(pk: int) -> Idea:
    found = finding.for_cards(Idea.objects.exclude(status=Status.WITHDRAWN).filter(pk=pk), None)
    idea = found.select_related("topic", "command", "assigned_to").first()
    if idea is None:
        raise Http404
    return idea


def comments() -> Any:
    return Comment.objects.select_related("idea", "idea__command", "parent", "rule")


def urgent(item: Idea | Comment) -> bool:
    return flagging.is_urgent(item)


def text_of(item: Idea | Comment) -> str:
    return f"{item.title}\n{item.body}" if isinstance(item, Idea) else item.body


def item_of(item: Idea | Comment) -> Item:
    """How claims and lists name it."""
    return ("idea" if isinstance(item, Idea) else "comment", item.pk)


def page_of(asked: Asked, user: Any, goals: Goals) -> tuple[list[Spot], str]:
    """A page of a list, and the cursor of the next. From its top where the page's beginning is gone."""
    try:
        found = rows.spots(asked, user, goals, after=asked.after, most=rows.PAGE + 1)
    except BadCursor:
        found = rows.spots(asked, user, goals, most=rows.PAGE + 1)
    if asked.after and not found:
        found = rows.spots(asked, user, goals, most=rows.PAGE + 1)
    more = len(found) > rows.PAGE
    return found[: rows.PAGE], found[rows.PAGE - 1].cursor if more else ""


# What every page of the desk shows


def desk_context(request: HttpRequest, command: Command, asked: Asked, goals: Goals) -> dict[str, Any]:
    board, counted = counts_of(command), waiting.counts(command, goals)
    here = {tab: sum(board.get(status, 0) for status in statuses) for tab, statuses in TAB_STATUSES.items()}
    here["waiting"] += sum(counted[kind] for kind in Kind if kind != Kind.IDEA)
    late = {
        "waiting": counted["late_review"] + counted["late_comments"],
        "unanswered": counted["late_hear"],
        "open": counted["late_act"],
        "closed": 0,
    }
    allowed = permissions_at(request.user, command)
    tab = {"kind": None, "after": ""}
    return {
        "command": command,
        "asked": asked,
        "tab": asked.tab,
        "query": asked.query(),
        "tabs": [
            {
                "key": key,
                "name": name,
                "count": here[key],
                "late": late[key],
                "url": asked.url(command, tab=key, **(tab if key != "waiting" else {"after": ""})),
            }
            for key, name in TABS.items()
        ],
        "waits": here["waiting"],
        "late": sum(late.values()),
        "mentions_waiting": counted["mentions"],
        "may": {permission.value: permission in allowed for permission in Permission},
        "filters": _filters(command, asked),
        "now": goals.now,
    }


def _filters(command: Command, asked: Asked) -> dict[str, Any]:
    return {
        "kinds": [{"value": kind.value, "name": name} for kind, name in KINDS.items()],
        "labels": list(Label.objects.all()),
        "none": asked.url(command, kind=None, label=None, mine=False, after=""),
    }


# Lines


def lines_of(
    command: Command, asked: Asked, spots: list[Spot], goals: Goals, held: dict[Item, Claim]
) -> list[dict[str, Any]]:
    """A line for each spot, from as many queries however many there are. `held`: what others look at."""
    found, notes = _found(spots), _notes(spots)
    return [
        _line(spot, found[spot.item], notes.get(spot.kind, {}).get(spot.key, ""), goals)
        | {
            "url": reverse(URLS[spot.item[0]], args=[command.slug, spot.item[1]]) + asked.query(),
            "held": held.get(spot.item),
        }
        for spot in spots
        if spot.item in found
    ]


def _found(spots: list[Spot]) -> dict[Item, Idea | Comment]:
    ideas = {pk for kind, pk in (spot.item for spot in spots) if kind == "idea"}
    said = {pk for kind, pk in (spot.item for spot in spots) if kind == "comment"}
    found: dict[Item, Idea | Comment] = {}
    if ideas:
        rows = Idea.objects.filter(pk__in=ideas).select_related("assigned_to").defer("search")
        found |= {("idea", row.pk): row for row in rows}
    if said:
        comments = Comment.objects.filter(pk__in=said).select_related("idea").defer("idea__search")
        found |= {("comment", row.pk): row for row in comments}
    return found


def _notes(spots: list[Spot]) -> dict[Kind, dict[int, str]]:
    """What there is to say beside verdicts and outcomes, by the number of their row."""
    reopened = [spot.key for spot in spots if spot.kind == Kind.VERDICT]
    decided = [spot.key for spot in spots if spot.kind == Kind.OUTCOME]
    notes: dict[Kind, dict[int, str]] = {}
    if reopened:
        said = Verdict.objects.filter(idea__in=reopened).order_by().values("idea_id")
        counted = said.annotate(no=Count("pk", filter=Q(fixed=False)), of=Count("pk"))
        notes[Kind.VERDICT] = {
            row["idea_id"]: _("%(no)d of %(of)d say so") % {"no": row["no"], "of": row["of"]}
            for row in counted
        }
    if decided:
        appeals = Appeal.objects.filter(pk__in=decided)
        notes[Kind.OUTCOME] = {row.pk: row.get_outcome_display() for row in appeals}
    return notes


def _kind_name(spot: Spot) -> str:
    if spot.kind == Kind.REPORT:
        return ngettext("Reported once", "Reported %(n)d times", spot.n) % {"n": spot.n}
    return {
        Kind.IDEA: _("Idea"),
        Kind.COMMENT: _("Comment"),
        Kind.VERDICT: _("“Not fixed”"),
        Kind.OUTCOME: _("Appeal decided"),
    }[spot.kind]


def _line(spot: Spot, row: Idea | Comment, note: str, goals: Goals) -> dict[str, Any]:
    """What a line says of its item, whoever looks at it."""
    kind, pk = spot.item
    idea = row if isinstance(row, Idea) else None
    waits = spot.kind in (Kind.IDEA, Kind.COMMENT) and row.status == "waiting"
    return {
        "kind": _kind_name(spot),
        "title": row.title if isinstance(row, Idea) else _("Under “%s”") % row.idea.title,
        "note": note or (row.place if isinstance(row, Idea) else row.body),
        "flags": _flags(row) if waits else "",
        "status": idea.status if idea else "",
        "score": idea.score if idea and idea.published_at else None,
        "since": spot.since or row.created_at,
        "urgent": waits and urgent(row),
        "late": bool(goals.idea_over(row) if isinstance(row, Idea) else goals.comment_over(row)),
        "overdue": bool(idea and idea.due_on and idea.due_on < goals.now.date()),
        "assigned": claiming.name_of(idea.assigned_to) if idea and idea.assigned_to else "",
        "id": f"{kind}-{pk}",
        "item": f"{kind}:{pk}",
        "value": f"{kind}:{pk}:{row.version}",
        "markable": waits,
    }


def _flags(row: Idea | Comment) -> str:
    """What it is flagged for, in a few words."""
    kinds = {flag["kind"] for flag in row.flags}
    if kinds & PERSONAL:
        return _("may hold personal data")
    return ", ".join(flagging.label(kind) for kind in sorted(kinds))


# What comes next


def next_url(request: HttpRequest, command: Command, asked: Asked, goals: Goals, left: Spot | None) -> str:
    """Where one goes on after dealing with what stood at `left`: the next that nobody else looks at.

    At the end of the list from its top; where nothing is left, the list itself.
    """
    held = claiming.by_others(request.user)  # type: ignore[arg-type]
    for after in [left.cursor, ""] if left else [""]:
        for spot in rows.spots(asked, request.user, goals, after=after):
            if spot.item not in held and (left is None or spot.item != left.item):
                return reverse(URLS[spot.item[0]], args=[command.slug, spot.item[1]]) + asked.query()
    return asked.url(command, after="")


def asked_for(asked: Asked, tab: str) -> Asked:
    """The list that was asked for, or the tab that something stands on."""
    return asked if asked.tab else replace(asked, tab=tab)
