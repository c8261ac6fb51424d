"""What an answer shows: only the fields that were asked for, as the Graph's field language names them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from . import store
from .store import Object, Page, RefusedError

FIELD = re.compile(r"([a-z_]+)((?:\.[a-z_]+\([^()]*\))*)")
Body = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """One field: what stands behind its dots, and in its braces."""

    options: Mapping[str, str]
    fields: "Mapping[str, Field]"


def fields(text: str) -> dict[str, Field]:
    """`id,comments.limit(0){id,from}` taken apart."""
    found: dict[str, Field] = {}
    while text:
        match = FIELD.match(text)
        if not match:
            raise RefusedError(2500, "Syntax error in the field list")
        inner, text = _braces(text[match.end() :])
        options = dict(re.findall(r"\.([a-z_]+)\(([^()]*)\)", match[2]))
        found[match[1]] = Field(options, fields(inner))
        if text and not text.startswith(","):
            raise RefusedError(2500, "Syntax error in the field list")
        text = text[1:]
    return found


def _braces(text: str) -> tuple[str, str]:
    if not text.startswith("{"):
        return "", text
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "{") - (sign == "}")
        if not depth:
            return text[1:place], text[place + 1 :]
    raise RefusedError(2500, "Syntax error in the field list")


def moment(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def _shown(what: str, known: Mapping[str, Callable[[Field], Any]], wanted: Mapping[str, Field]) -> Body:
    body: Body = {}
    for name, field in wanted.items():
        if name not in known:
            raise RefusedError(
                100, f"(#100) Tried accessing nonexisting field ({name}) on node type ({what})"
            )
        value = known[name](field)
        if value is not None:
            body[name] = value
    return body


def page(found: Page, wanted: Mapping[str, Field], **more: Any) -> Body:
    """A Page. `more` are fields that only some may see."""
    values = {
        "id": str(found.id),
        "name": found.name,
        "username": found.username,
        "followers_count": found.followers,
        **more,
    }
    known = {name: _always(value) for name, value in values.items()}
    return {"id": str(found.id), **_shown("Page", known, wanted)}


def _always(value: Any) -> Callable[[Field], Any]:
    return lambda _field: value


def thing(found: Object, wanted: Mapping[str, Field], base: str) -> Body:
    """A post or a comment. `base` is where people read it."""
    known: dict[str, Callable[[Field], Any]] = {
        "id": lambda _: found.name,
        "message": lambda _: found.message or None,
        "created_time": lambda _: moment(found.created),
        "from": lambda _: {"id": str(found.author), "name": found.author_name},
        "permalink_url": lambda _: f"{base}/{found.name}",
        "is_hidden": lambda _: found.hidden,
        "comments": lambda field: _total(field, found.comment_count),
        "reactions": lambda field: _total(field, found.reactions),
    }
    if found.post:
        known["parent"] = lambda field: _parent(found, field, base)
    else:
        known["updated_time"] = lambda _: moment(found.updated)
        # Nobody has shared it: left out.
        known["shares"] = lambda _: {"count": found.shares} if found.shares else None
    return {"id": found.name, **_shown("Comment" if found.post else "Post", known, wanted)}


def _parent(found: Object, field: Field, base: str) -> Body | None:
    above = store.object_at(found.parent) if found.parent else None
    return thing(above, field.fields, base) if above else None


def _total(field: Field, number: int) -> Body:
    """Here only their number is told; who they are has an address of its own."""
    if field.options.get("summary") not in {"true", "1"} or field.options.get("limit") != "0":
        raise RefusedError(100, "(#100) The sandbox tells this by .summary(true).limit(0) alone")
    return {"data": [], "summary": {"total_count": number}}
