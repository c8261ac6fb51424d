"""Taking the record out: a zip, made while it is sent, so that it never stands in memory or on the disk.

It holds `index.html` to read, `index.csv` for a spreadsheet, `entries.jsonl` with every entry as it was
hashed, the pictures of what was said, `anchors.txt` with where each chain ends, and `verify.py`, which
needs nothing but Python to check it all.
"""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from html import escape
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from precincts import tenancy
from precincts.models import Command
from socialfeeds import chain, record, verifying
from socialfeeds.models import Did, Kept, RecordEntry, RecordHead
from socialfeeds.verifying import AT_ONCE, Checked

PIECE = 64 * 1024
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}


@dataclass(frozen=True)
class Wanted:
    """What to take out: of one command, or of all; between two days, both included; of one account."""

    command: Command | None = None
    since: date | None = None
    until: date | None = None
    account: int | None = None

    def entered(self) -> AbstractContextManager[None]:
        """Where all of it can be read, and no more."""
        return tenancy.enter(self.command) if self.command else tenancy.citywide()

    def of(self, command: Command) -> QuerySet[RecordEntry]:
        """A command's entries, in the order of its chain; a day is the command's own."""
        zone, chosen = ZoneInfo(command.time_zone), Q(command=command)
        if self.since:
            chosen &= Q(at__gte=datetime.combine(self.since, time.min, zone))
        if self.until:
            chosen &= Q(at__lt=datetime.combine(self.until + timedelta(days=1), time.min, zone))
        if self.account:
            chosen &= Q(account=self.account)
        return RecordEntry.objects.filter(chosen).order_by("number")


def count(wanted: Wanted) -> int:
    """How many entries there are to take out."""
    with wanted.entered():
        return sum(wanted.of(command).count() for command, _end in _chains(wanted))


def name(wanted: Wanted) -> str:
    """What to call the file."""
    days = [f"{day:%Y-%m-%d}" for day in (wanted.since, wanted.until) if day]
    return "-".join(["record", wanted.command.slug if wanted.command else "city", *days]) + ".zip"


def stream(wanted: Wanted, noted: Callable[[int], None] | None = None) -> Iterator[bytes]:
    """The zip, piece by piece. `noted` hears now and then how many entries are written.

    To be called outside of any tenancy: it stands in one for as long as it is read.
    """
    out = _Out()
    with wanted.entered(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        # Nothing that is added meanwhile: all files of it tell of the same.
        chains = _chains(wanted)
        for path, pieces in _files(wanted, chains, noted):
            with archive.open(path, "w", force_zip64=True) as file:
                for piece in pieces:
                    file.write(piece)
                    if out.size > PIECE:
                        yield out.taken()
    yield out.taken()


class _Out:
    """What the zip is written to, and taken from. It cannot go back, so a zip's sizes follow its files."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0

    def write(self, data: bytes, /) -> int:
        self._pieces.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """What was written is still to be taken."""

    def taken(self) -> bytes:
        pieces, self._pieces, self.size = self._pieces, [], 0
        return b"".join(pieces)


def _chains(wanted: Wanted) -> list[tuple[Command, Checked]]:
    """The commands that have a record, and where each ends at this moment."""
    heads = RecordHead.objects.filter(number__gt=0).select_related("command")
    if wanted.command:
        heads = heads.filter(command=wanted.command)
    return [(head.command, Checked(head.number, head.hash)) for head in heads.order_by("command__slug")]


def _files(
    wanted: Wanted, chains: list[tuple[Command, Checked]], noted: Callable[[int], None] | None
) -> Iterator[tuple[str, Iterable[bytes]]]:
    def entries() -> Iterator[tuple[Command, RecordEntry]]:
        for command, end in chains:
            rows = wanted.of(command).filter(number__lte=end.number).select_related("account")
            for row in rows.iterator(AT_ONCE):
                yield command, row

    yield "README.txt", [_readme(wanted).encode()]
    yield "verify.py", [Path(chain.__file__).read_bytes()]
    anchors = "".join(f"{verifying.anchor(command, end)}\n" for command, end in chains)
    yield "anchors.txt", [anchors.encode()]
    yield "entries.jsonl", _lines(entries(), noted)
    yield "index.csv", _sheet(entries())
    yield "index.html", _page(wanted, entries())
    yield from _pictures(entries)


def _readme(wanted: Wanted) -> str:
    whose = wanted.command.name if wanted.command else _("every command")
    days = " – ".join(f"{day:%Y-%m-%d}" if day else "…" for day in (wanted.since, wanted.until))
    return _(
        "The record of %(whose)s, %(days)s, taken out on %(now)s UTC.\n\n"
        "index.html     to read\n"
        "index.csv      the same for a spreadsheet\n"
        "entries.jsonl  every entry as it was hashed, a line each\n"
        "pictures/      the pictures of what was said, by the key that an entry gives\n"
        "anchors.txt    where each chain ended: command, number, hash\n"
        "verify.py      checks entries.jsonl: python3 verify.py\n\n"
        "Each entry's hash is over the one before it and its own words; verify.py says how. Whether nothing\n"
        "was left out is checked where Engage runs: manage.py verify_record --against anchors.txt\n"
    ) % {"whose": whose, "days": days, "now": f"{timezone.now():%Y-%m-%d %H:%M}"}


def _lines(
    entries: Iterable[tuple[Command, RecordEntry]], noted: Callable[[int], None] | None
) -> Iterator[bytes]:
    number = 0
    for number, (command, entry) in enumerate(entries, 1):
        told = record.told(entry) | {"slug": command.slug, "previous": entry.previous, "hash": entry.hash}
        yield (json.dumps(told, sort_keys=True) + "\n").encode()
        if noted and number % AT_ONCE == 0:
            noted(number)
    if noted:
        noted(number)


# --- to read ---------------------------------------------------------------------------------------------

HEADINGS = ("time", "command", "number", "account", "kind", "who", "words", "where", "pictures", "hash")


def line_of(command: Command, entry: RecordEntry) -> dict[str, str]:
    """An entry as a person reads it."""
    body = entry.body
    who = body.get("by") or body.get("word_of") or body.get("author") or {}
    at = entry.at.astimezone(ZoneInfo(command.time_zone))
    shown = [_path(one) for one in body.get("pictures") or []]
    return {
        "time": at.isoformat(" ", "seconds"),
        "command": command.slug,
        "number": str(entry.number),
        "account": str(entry.account) if entry.account else "",
        "kind": _kind(entry),
        "who": str(who.get("email") or who.get("handle") or ""),
        "words": str(body.get("text") or ""),
        "where": str(body.get("address") or body.get("external_id") or ""),
        "pictures": " ".join(shown),
        "hash": entry.hash,
    }


def _kind(entry: RecordEntry) -> str:
    kind, did = str(entry.get_kind_display()), str(entry.body.get("did", ""))
    return f"{kind}: {Did(did).label}" if did in Did.values else kind


def _sheet(entries: Iterable[tuple[Command, RecordEntry]]) -> Iterator[bytes]:
    yield _csv(HEADINGS)
    for command, entry in entries:
        yield _csv(line_of(command, entry).values())


def _csv(cells: Iterable[str]) -> bytes:
    out = StringIO()
    # A spreadsheet takes what begins like this for a formula.
    csv.writer(out).writerow([f"'{cell}" if cell[:1] in "=+-@\t\r" else cell for cell in cells])
    return out.getvalue().encode()


STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem;color-scheme:light dark}"
    "table{border-collapse:collapse}td,th{padding:.4rem .6rem;border-bottom:1px solid;text-align:start;"
    "vertical-align:top}td.words{white-space:pre-wrap;min-width:20rem}td.hash{font-size:.7rem}"
)


def _page(wanted: Wanted, entries: Iterable[tuple[Command, RecordEntry]]) -> Iterator[bytes]:
    title = escape(_("The record of %(whose)s") % {"whose": wanted.command or _("every command")})
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in HEADINGS)
    yield (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1><table><thead><tr>{heads}</tr></thead><tbody>\n"
    ).encode()
    for command, entry in entries:
        cells = line_of(command, entry)
        row = "".join(f'<td class="{name}" dir="auto">{_cell(name, cells[name])}</td>' for name in HEADINGS)
        yield f"<tr>{row}</tr>\n".encode()
    yield b"</tbody></table></body></html>\n"


def _cell(name: str, words: str) -> str:
    if name != "pictures":
        return escape(words)
    return " ".join(f'<a href="{escape(path)}">{escape(path)}</a>' for path in words.split())


# --- pictures --------------------------------------------------------------------------------------------


def _path(picture: dict[str, Any]) -> str:
    return f"pictures/{picture['key']}.{ENDINGS.get(picture['mime'], 'bin')}"


def _pictures(
    entries: Callable[[], Iterator[tuple[Command, RecordEntry]]],
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Each once, however often it was said; and a list of those whose files are gone."""
    seen, missing = set(), []
    for _command, entry in entries():
        for picture in entry.body.get("pictures") or [] if entry.kind == Kept.SAID else []:
            path = _path(picture)
            if path in seen:
                continue
            seen.add(path)
            stored = f"messages/{picture['key']}"
            if default_storage.exists(stored):
                yield path, _chunks(stored)
            else:
                missing.append(path)
    if missing:
        yield "pictures/missing.txt", ["\n".join(missing).encode()]


def _chunks(stored: str) -> Iterator[bytes]:
    with default_storage.open(stored) as file:
        yield from file.chunks()
