"""Reading a file of issues: its bytes as CSV, a line as an issue, and why one cannot be taken."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from django.utils import timezone
from django.utils.translation import gettext as _

from ideas.forms import in_city
from ideas.models import BODY_LENGTH, TITLE_LENGTH, Topic
from precincts.roster import plain_words

# What a row may say, and under which names a column is taken for it where nobody says otherwise.
COLUMNS: dict[str, tuple[str, ...]] = {
    "external_id": ("external_id", "id", "unique_key"),
    "title": ("title", "subject", "summary"),
    "body": ("body", "description", "text", "details"),
    "answer": ("answer", "official_response", "response"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "lng", "longitude"),
    "place": ("place", "location_text", "address"),
    "precision": ("precision", "location_precision"),
    "precinct": ("precinct", "command"),
    "topic": ("topic", "category"),
    "created": ("created", "created_at", "created_date", "date", "year"),
    "answered": ("answered", "answered_at"),
}
# Where the precision says one of these, the point is the issue's own. Else it is a label for an area.
OWN_POINT = {"", "point", "exact", "address", "rooftop", "gps"}
PLACE_LENGTH = 200
EXTERNAL_ID_LENGTH = 80
LONGEST_LINE = 1_000_000
DATE_FORMATS = ("%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p")
# Another clock may be ahead of ours.
AHEAD = timedelta(days=1)


class FileProblem(Exception):
    """The file as a whole cannot be imported. The text says why, and what to do."""


class RowProblem(Exception):
    """A row cannot be taken. The text is the reason that stands beside it among the rejected rows."""


@dataclass(frozen=True, slots=True)
class Record:
    """A row as it stands in the file, from its line on; with an error, it is no row at all."""

    line: int
    fields: list[str]
    error: str = ""


@dataclass(slots=True, kw_only=True)
class Row:
    """A row as an issue, still without its command."""

    record: Record
    external_id: str
    title: str
    body: str
    answer: str
    place: str
    topic: Topic | None
    category: str
    precinct: str
    created_at: datetime
    answered_at: datetime
    point: tuple[float, float] | None
    # Whether its point is only a label for an area.
    label: bool


@dataclass
class Source:
    """An open file: its columns, its records one by one, and how far it has been read."""

    path: Path
    header: list[str] = field(default_factory=list)

    def __enter__(self) -> Source:
        try:
            self._raw = self.path.open("rb")
            # A byte that is not UTF-8 costs its row, and not the file: it is kept aside as half a pair.
            self._text = io.TextIOWrapper(self._raw, "utf-8-sig", errors="surrogateescape", newline="")
            self._size = self.path.stat().st_size
        except OSError as error:
            raise FileProblem(
                _("%(file)s cannot be read: %(why)s.") % {"file": self.path, "why": error.strerror}
            ) from error
        self._records = _records(self._text)
        try:
            self.header = self._read_header()
        except FileProblem:
            self._text.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._text.close()

    def records(self) -> Iterator[Record]:
        """Every record after the header. Blank lines are none."""
        width = len(self.header)
        for record in self._records:
            if record.error or len(record.fields) == width:
                yield record
            elif record.fields:
                reason = _("%(here)s fields where the header has %(wanted)s")
                yield Record(
                    record.line, record.fields, reason % {"here": len(record.fields), "wanted": width}
                )

    def share_read(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return min(1.0, self._raw.tell() / self._size) if self._size else 1.0

    def _read_header(self) -> list[str]:
        first = next((record for record in self._records if record.fields), None)
        if first is None:
            raise FileProblem(_("%(file)s is empty.") % {"file": self.path})
        text = "".join(first.fields)
        if first.error or "\x00" in text or not is_utf8(text):
            raise FileProblem(
                _("%(file)s is not CSV in UTF-8. Save it as “CSV UTF-8”.") % {"file": self.path}
            )
        header = [name.strip() for name in first.fields]
        if twice := [name for name in header if header.count(name) > 1]:
            raise FileProblem(
                _("%(file)s has two columns named “%(name)s”.") % {"file": self.path, "name": twice[0]}
            )
        return header


def _records(file: IO[str]) -> Iterator[Record]:
    """CSV, strictly. A record that cannot be split costs itself, and reading goes on behind it."""
    lines: list[str] = []

    def fed() -> Iterator[str]:
        while line := file.readline(LONGEST_LINE):
            lines.append(line)
            yield line

    reader = csv.reader(fed(), strict=True)
    while True:
        lines.clear()
        start = reader.line_num + 1
        try:
            yield Record(start, next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            yield Record(start, ["".join(lines)], _("not CSV: %(why)s") % {"why": error})


def columns_of(header: list[str], wanted: Mapping[str, str]) -> dict[str, int]:
    """Which column holds what: as `wanted` says, else by the usual names. An empty name leaves it out."""
    if unknown := sorted(set(wanted) - set(COLUMNS)):
        raise FileProblem(
            _("“%(name)s” is nothing that a row can say. These are: %(known)s.")
            % {"name": unknown[0], "known": ", ".join(COLUMNS)}
        )
    index_of = {name.lower(): index for index, name in reversed(list(enumerate(header)))}
    found: dict[str, int] = {}
    for what, usual in COLUMNS.items():
        names = (wanted[what],) if what in wanted else usual
        index = next((index_of[name.lower()] for name in names if name.lower() in index_of), None)
        if index is not None:
            found[what] = index
        elif wanted.get(what):
            raise FileProblem(
                _("There is no column “%(name)s”. These are: %(known)s.")
                % {"name": wanted[what], "known": ", ".join(header)}
            )
    _check_columns(found, header)
    return found


def _check_columns(found: dict[str, int], header: list[str]) -> None:
    if "external_id" not in found:
        need = _("each row's own id (external_id)")
    elif not {"title", "body"} & set(found):
        need = _("the text (title or body)")
    elif not ({"lat", "lon"} <= set(found) or "precinct" in found):
        need = _("the place (lat and lon, or precinct)")
    else:
        return
    raise FileProblem(
        _("There is no column for %(need)s. Name it with --map WHAT=COLUMN. The columns are: %(known)s.")
        % {"need": need, "known": ", ".join(header)}
    )


@dataclass
class Reader:
    """Turns records into rows."""

    columns: dict[str, int]
    source: str
    topics: Mapping[str, Topic]
    now: datetime = field(default_factory=timezone.now)

    def read(self, record: Record) -> Row:
        """Raises RowProblem."""
        if record.error:
            raise RowProblem(record.error)
        everything = "".join(record.fields)
        if "\x00" in everything:
            raise RowProblem(_("a NUL character in the text"))
        if not is_utf8(everything):
            raise RowProblem(_("bytes that are not UTF-8"))
        says = {what: record.fields[index].strip() for what, index in self.columns.items()}
        get = says.get
        place = " ".join(get("place", "").split())
        title, body = title_and_body(get("title", ""), get("body", ""), place)
        precinct, category = get("precinct", ""), get("topic", "")
        # A label's point says nothing that the precinct does not, so it need not even be a number.
        label = get("precision", "").lower() not in OWN_POINT
        point = None if label and precinct else _point(get("lat", ""), get("lon", ""))
        created_at = self._moment(get("created", ""), "created")
        return Row(
            record=record,
            external_id=self._external_id(says["external_id"]),
            title=title,
            body=body,
            answer=_short_enough(_lines(get("answer", "")), BODY_LENGTH, "answer"),
            place=_cut(place, PLACE_LENGTH),
            topic=self.topics.get(plain_words(category)) if category else None,
            category=category,
            precinct=precinct,
            created_at=created_at,
            answered_at=max(created_at, self._moment(get("answered", ""), "answered")),
            point=point,
            label=label,
        )

    def _external_id(self, text: str) -> str:
        if not text:
            raise RowProblem(_("no id"))
        return _short_enough(f"{self.source}:{text}" if self.source else text, EXTERNAL_ID_LENGTH, "id")

    def _moment(self, text: str, what: str) -> datetime:
        """A moment of the past; a year is its first day. Nothing said is now."""
        if not text:
            return self.now
        found = _date(text)
        if found is None or found.year < 1900 or found > self.now + AHEAD:
            raise RowProblem(
                _("%(what)s: “%(text)s” is no date of the past") % {"what": what, "text": text[:40]}
            )
        return min(found, self.now)


def title_and_body(title: str, body: str, place: str = "") -> tuple[str, str]:
    """Both, from what there is. A title or place too long for its field also stands whole in the body."""
    title, body = " ".join(title.split()), _lines(body)
    if not title and not body:
        raise RowProblem(_("neither title nor text"))
    whole_title = title if len(title) > TITLE_LENGTH else ""
    whole_place = place if len(place) > PLACE_LENGTH else ""
    title = _cut(title or body.splitlines()[0].strip(), TITLE_LENGTH)
    body = "\n\n".join(filter(None, (whole_title, body, whole_place)))
    return title, _short_enough(body or title, BODY_LENGTH, "text")


def is_utf8(text: str) -> bool:
    """Whether every byte of the file could be read."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _cut(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _short_enough(text: str, length: int, what: str) -> str:
    if len(text) > length:
        raise RowProblem(
            _("%(what)s: %(here)s letters where %(most)s are the most")
            % {"what": what, "here": len(text), "most": length}
        )
    return text


def _point(latitude: str, longitude: str) -> tuple[float, float] | None:
    """A point in the city; None where there is none. Raises RowProblem for anything else."""
    if not latitude and not longitude:
        return None
    try:
        point = float(latitude), float(longitude)
    except ValueError:
        point = (90.0, 0.0)
    if point == (0, 0):  # how many a database says "unknown"
        return None
    if not in_city(*point):
        raise RowProblem(
            _("“%(lat)s, %(lon)s” is no point in the city") % {"lat": latitude[:20], "lon": longitude[:20]}
        )
    return point


def _date(text: str) -> datetime | None:
    if len(text) == 4 and text.isascii() and text.isdigit():
        text = f"{text}-01-01"
    found: datetime | None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = next((moment for form in DATE_FORMATS if (moment := _parsed(text, form))), None)
    if found is None:
        return None
    try:
        return found if found.tzinfo else timezone.make_aware(found)
    except (ValueError, OverflowError):
        return None


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None
