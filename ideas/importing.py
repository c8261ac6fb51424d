"""Importing issues from a file: each row into its command, once, and no row lost.

    outcome = run(Plan(file=Path("requests.csv"), source="cb", columns={"body": "description"}))

import_rows.py reads the rows; here each gets its command and is written. Batch by batch, so that memory stays
the same however long the file is; and each batch is one transaction a command, so that an import that was cut
short goes on where it was when it is run again.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.db import connection
from django.utils.translation import gettext as _
from psycopg2.extras import execute_values

from ideas import flagging
from ideas.import_rows import FileProblem, Reader, Record, Row, RowProblem, Source, columns_of
from ideas.models import Action, Precision, Status, Topic
from precincts import geography, roster, tenancy
from precincts.models import Command
from precincts.roster import plain_words

BATCH = 5000
LOCK = 7_311_110  # any number of our own: two imports at once would not see each other's rows
# Reasons and categories are told; there may be as many as there are rows.
MOST_TOLD = 1000


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to import, and how."""

    file: Path
    source: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    topics: Path | None = None
    status: Status = Status.SPOKEN
    batch: int = BATCH
    dry_run: bool = False
    rejected: Path | None = None

    @property
    def rejected_file(self) -> Path:
        return self.rejected or self.file.with_suffix(".rejected.csv")


@dataclass
class Outcome:
    """Where every row went, and how long that took without the start-up."""

    rows: int = 0
    imported: int = 0
    known: int = 0
    rejected: int = 0
    seconds: float = 0.0
    share_read: float = 0.0
    commands: set[int] = field(default_factory=set)
    reasons: Counter[str] = field(default_factory=Counter)
    without_topic: Counter[str] = field(default_factory=Counter)

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.seconds if self.seconds else 0.0

    @property
    def complete(self) -> bool:
        """No row was lost."""
        return self.rows == self.imported + self.known + self.rejected


@dataclass(slots=True)
class Placed:
    """A row in its command."""

    row: Row
    command_id: int
    precision: Precision
    point: tuple[float, float] | None


def run(plan: Plan, progress: Callable[[Outcome], None] = lambda _outcome: None) -> Outcome:
    """Import a file. Raises FileProblem; what was imported until then stays, and is not imported again."""
    outcome = Outcome()
    with (
        Source(plan.file) as source,
        closing(_Seen()) as seen,
        _Rejected(plan.rejected_file, source.header, outcome) as rejected,
        _alone(),
    ):
        columns = columns_of(source.header, plan.columns)
        reader = Reader(columns, plan.source, topics_named(plan.topics))
        places = _Places()
        began = time.monotonic()
        for batch in _batches(source.records(), plan.batch):
            outcome.rows += len(batch)
            rows = _read(batch, reader, rejected)
            placed = _first_of_each(places.place(rows, rejected), seen, rejected)
            rejected.flush()
            _write(placed, plan, outcome)
            outcome.seconds, outcome.share_read = time.monotonic() - began, source.share_read()
            progress(outcome)
        outcome.share_read = 1.0
    return outcome


def topics_named(file: Path | None = None) -> dict[str, Topic]:
    """Topics by what a file may call them: their slugs and names, and what the operator's own list says."""
    topics = list(Topic.objects.all())
    by_slug = {topic.slug: topic for topic in topics}
    named = {plain_words(name): topic for topic in topics for name in (topic.slug, topic.name)}
    if file is None:
        return named
    with Source(file) as source:
        if len(source.header) != 2:
            raise FileProblem(_("%(file)s must have two columns: category, topic.") % {"file": file})
        for record in source.records():
            if record.error or (record.fields[1] and record.fields[1] not in by_slug):
                raise FileProblem(
                    _("%(file)s, line %(line)s: %(why)s. The topics are: %(known)s.")
                    % {
                        "file": file,
                        "line": record.line,
                        "why": record.error or _("no such topic"),
                        "known": ", ".join(by_slug),
                    }
                )
            if record.fields[1]:
                named[plain_words(record.fields[0])] = by_slug[record.fields[1]]
    return named


def _batches(records: Iterator[Record], size: int) -> Iterator[list[Record]]:
    while batch := list(islice(records, size)):
        yield batch


def _read(records: Iterable[Record], reader: Reader, rejected: _Rejected) -> list[Row]:
    rows = []
    for record in records:
        try:
            rows.append(reader.read(record))
        except RowProblem as problem:
            rejected.add(record, str(problem))
    return rows


def _first_of_each(placed: list[Placed], seen: _Seen, rejected: _Rejected) -> list[Placed]:
    """Without those whose id stood in the file before."""
    new = seen.add([each.row.external_id for each in placed])
    for each, is_new in zip(placed, new, strict=True):
        if not is_new:
            rejected.add(each.row.record, _("this id stands in the file before"))
    return [each for each, is_new in zip(placed, new, strict=True) if is_new]


# Which command


class _Places:
    """Finds the command of each row: by its own point, else by its precinct."""

    def __init__(self) -> None:
        self.map = geography.city_map()
        ids = dict(Command.objects.values_list("slug", "pk"))
        self.by_name = {
            name: ids[slug] for slug, names in roster.names().items() for name in names if slug in ids
        }
        self.by_name |= {plain_words(slug): pk for slug, pk in ids.items()}

    def place(self, rows: list[Row], rejected: _Rejected) -> list[Placed]:
        with_point = [row for row in rows if row.point]
        found = self.map.precincts_at([row.point for row in with_point if row.point])
        at = {id(row): where.command_id for row, where in zip(with_point, found, strict=True) if where}
        placed = []
        for row in rows:
            try:
                placed.append(self._placed(row, at.get(id(row))))
            except RowProblem as problem:
                rejected.add(row.record, str(problem))
        return placed

    def _placed(self, row: Row, at: int | None) -> Placed:
        if row.label:
            # Its point would say more than anybody knows, so only the area is kept.
            command_id = self._by_precinct(row) if row.precinct or not at else at
            return Placed(row, command_id, Precision.AREA, None)
        if row.point:
            return Placed(row, at or self._by_precinct(row), Precision.POINT, row.point)
        return Placed(row, self._by_precinct(row), Precision.ADDRESS if row.place else Precision.AREA, None)

    def _by_precinct(self, row: Row) -> int:
        if not row.precinct:
            where = (
                _("the point lies outside every precinct") if row.point else _("neither point nor precinct")
            )
            raise RowProblem(where)
        found = self.by_name.get(plain_words(row.precinct.removesuffix(".0").lstrip("0")))
        if found is None:
            raise RowProblem(_("there is no precinct “%(name)s”") % {"name": row.precinct[:40]})
        return found


# Writing


def _write(placed: list[Placed], plan: Plan, outcome: Outcome) -> None:
    """What is not there yet, command by command."""
    known = _known([each.row.external_id for each in placed])
    by_command: dict[int, list[Placed]] = defaultdict(list)
    for each in placed:
        if each.row.external_id not in known:
            by_command[each.command_id].append(each)
            if each.row.category and each.row.topic is None and len(outcome.without_topic) < MOST_TOLD:
                outcome.without_topic[each.row.category] += 1
    outcome.known += len(placed) - sum(map(len, by_command.values()))
    outcome.commands |= set(by_command)
    for command_id, rows in sorted(by_command.items()):
        if not plan.dry_run:
            _insert(command_id, rows, plan.status)
        outcome.imported += len(rows)


def _known(ids: list[str]) -> set[str]:
    """Those of the ids that some command has already: a row may have been in another one before."""
    with tenancy.citywide(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT external_id FROM ideas_idea WHERE external_id = ANY(%s) AND NOT external_id = ''", [ids]
        )
        return {external_id for (external_id,) in cursor.fetchall()}


# One statement for the issues and, where they are answered, the decisions. Behind the walls like any other:
# COPY is not, as PostgreSQL refuses it under row-level security.
INSERT = f"""
    WITH made AS (
        INSERT INTO ideas_idea (
            command_id, external_id, title, body, topic_id, place, latitude, longitude, precision, status,
            version, answer, answered_at, created_at, published_at, referred_to, referred_url, flags, risk
        ) VALUES %s RETURNING id, command_id, status, answer, answered_at
    )
    INSERT INTO ideas_decision (
        command_id, idea_id, action, from_status, to_status, reason, answer, decided_at,
        version, before, told_at
    )
    SELECT command_id, id, '{Action.HEAR.value}', '{Status.SPOKEN.value}', status, '', answer, answered_at,
        1, '{{}}', now()
    FROM made WHERE status = '{Status.HEARD.value}'
"""  # noqa: S608
TEMPLATE = (
    "(%s, %s, %s, %s, %s::bigint, %s, %s::float8, %s::float8, %s, %s,"
    " %s, %s, %s::timestamptz, %s, %s::timestamptz, '', '', %s::jsonb, %s)"
)


def _insert(command_id: int, rows: list[Placed], status: Status) -> None:
    with tenancy.enter(command_id), connection.cursor() as cursor:
        values = [_values(command_id, each, status) for each in rows]
        execute_values(cursor.cursor, INSERT, values, TEMPLATE, page_size=len(values))


def _values(command_id: int, placed: Placed, status: Status) -> tuple[Any, ...]:
    row = placed.row
    latitude, longitude = placed.point or (None, None)
    # What waits has not been answered in public: the answer is kept, and shows once it is approved.
    heard = bool(row.answer) and status == Status.SPOKEN
    # What is on the board already needs no hints to whoever reviews.
    texts = {"title": row.title, "body": row.body, "place": row.place}
    flags = flagging.of_texts(texts) if status == Status.WAITING else []
    return (
        command_id,
        row.external_id,
        row.title,
        row.body,
        row.topic.pk if row.topic else None,
        row.place,
        latitude,
        longitude,
        placed.precision.value,
        (Status.HEARD if heard else status).value,
        2 if heard else 1,
        row.answer,
        row.answered_at if row.answer else None,
        row.created_at,
        row.created_at if status == Status.SPOKEN else None,
        json.dumps(flags),
        flagging.risk_of(flags),
    )


@contextmanager
def _alone() -> Iterator[None]:
    """One import at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise FileProblem(_("Another import is under way. Wait for it to end."))
        try:
            yield
        finally:
            with suppress(Exception):  # where the connection broke, so did the lock
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


# Beside the database


class _Seen:
    """The ids of the file so far. In a file of its own that SQLite deletes, so that memory stays the same."""

    def __init__(self) -> None:
        self.db = sqlite3.connect("", isolation_level=None)
        self.db.execute("PRAGMA journal_mode = OFF")
        self.db.execute("CREATE TABLE seen (id TEXT PRIMARY KEY) WITHOUT ROWID")

    def add(self, ids: list[str]) -> list[bool]:
        """Whether each is new."""
        self.db.execute("BEGIN")
        new = [
            self.db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (each,)).rowcount == 1 for each in ids
        ]
        self.db.execute("COMMIT")
        return new

    def close(self) -> None:
        self.db.close()


class _Rejected:
    """The file of rejected rows: line, reason, and every column as it was. Made when there is a first one."""

    def __init__(self, path: Path, header: list[str], outcome: Outcome) -> None:
        self.path, self.header, self.outcome = path, header, outcome
        self.file: IO[str] | None = None

    def __enter__(self) -> _Rejected:
        return self

    def __exit__(self, *error: object) -> None:
        if self.file:
            with self._clear():
                self.file.close()

    def add(self, record: Record, reason: str) -> None:
        self.outcome.rejected += 1
        if reason in self.outcome.reasons or len(self.outcome.reasons) < MOST_TOLD:
            self.outcome.reasons[reason] += 1
        with self._clear():
            if self.file is None:
                self.file = self.path.open("w", encoding="utf-8", errors="surrogateescape", newline="")
                self.writer = csv.writer(self.file)
                self.writer.writerow(["rejected_line", "rejected_reason", *self.header])
            self.writer.writerow([record.line, reason, *record.fields])

    def flush(self) -> None:
        """Before the batch is written: a rejected row is on disk before it could be forgotten."""
        if self.file:
            with self._clear():
                self.file.flush()

    @contextmanager
    def _clear(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise FileProblem(
                _("The rejected rows cannot be written to %(file)s: %(why)s. Run it again once they can.")
                % {"file": self.path, "why": error.strerror}
            ) from error
