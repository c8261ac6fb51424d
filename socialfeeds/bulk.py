"""Many messages from one file: read, checked row by row, kept, and made once somebody says yes.

Called inside tenancy.enter. Nothing but the file itself is kept until then.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from precincts.models import Command, User
from socialfeeds import planning, scheduling
from socialfeeds.models import TEXT_LENGTH, Account, AccountStatus, Batch, Network

MOST_BYTES, MOST_ROWS = 5_000_000, 5000
# What nobody said yes to is forgotten.
FORGET_AFTER = timedelta(days=7)
DATE, TIME, ACCOUNTS, TEXT, LINK = COLUMNS = ("date", "time", "accounts", "text", "link")
# What else people call them.
CALLED = {
    **{"day": DATE, "hour": TIME, "account": ACCOUNTS, "network": ACCOUNTS, "networks": ACCOUNTS},
    **{"message": TEXT, "words": TEXT, "url": LINK},
}
DATES = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y")
TIMES = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%I %p", "%I%p")
WHICH = {"first": False, "second": True}
# A cell that begins so is a formula to a spreadsheet.
FORMULA = re.compile(r"[=+\-@\t\r]")
DEFUSED = re.compile(r"'(?=[=+\-@\t\r])")
LINK_IS = URLValidator(schemes=["http", "https"])


class CannotRead(ValueError):
    """The file is not one that we can read. The text says why, and what to do."""


@dataclass
class Row:
    """A line of the file: what stands in it, what is wrong with which cell, and what it would become."""

    line: int
    cells: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    moment: datetime | None = None
    accounts: Sequence[Account] = ()

    def as_json(self) -> dict[str, Any]:
        return {"line": self.line, "cells": self.cells, "errors": self.errors}


# --- reading ---------------------------------------------------------------------------------------------


def read(data: bytes) -> list[Row]:
    """The rows of a file, unchecked. Raises CannotRead."""
    if len(data) > MOST_BYTES:
        raise CannotRead(_("This file is larger than 5 MB. Divide it into several."))
    lines = _lines(_decoded(data))
    try:
        columns = _columns(next(lines, (1, []))[1])
        rows = [_row(line, cells, columns) for line, cells in lines if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise CannotRead(
            _("This is not a CSV file that we can read (%(why)s). Save it as CSV once more.") % {"why": error}
        ) from error
    if not rows:
        raise CannotRead(_("There is no message in this file. Put one into each line below the first."))
    if len(rows) > MOST_ROWS:
        words = _("This file has %(count)d messages. Divide it: %(most)d are read at a time.")
        raise CannotRead(words % {"count": len(rows), "most": MOST_ROWS})
    return rows


def _decoded(data: bytes) -> str:
    """UTF-8, with or without its mark. Half a character is let through here, and said beside its cell."""
    try:
        text = data.decode("utf-8", "surrogatepass").removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise CannotRead(
            _("This file is not in UTF-8, so its letters would be garbled. In Excel choose “CSV UTF-8”.")
        ) from None
    if "\0" in text:
        raise CannotRead(_("This is no text file. Save the table as “CSV UTF-8” and send that."))
    return text


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells): Excel writes semicolons where the comma is for numbers, and others write tabs."""
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    for cells in reader:
        yield begins, cells
        begins = reader.line_num + 1


def _columns(head: list[str]) -> dict[str, int]:
    names = [name.strip().lower() for name in head]
    columns = {CALLED.get(name, name): number for number, name in reversed(list(enumerate(names)))}
    missing = [name for name in (DATE, TIME, TEXT) if name not in columns]
    if missing:
        words = _(
            "The first line names the columns, and %(missing)s is not among them. Begin with our template."
        )
        raise CannotRead(words % {"missing": ", ".join(missing)})
    return columns


def _row(line: int, cells: list[str], columns: dict[str, int]) -> Row:
    numbers = {name: columns.get(name, len(cells)) for name in COLUMNS}
    found = {name: cells[n].strip() if n < len(cells) else "" for name, n in numbers.items()}
    return Row(line, {name: DEFUSED.sub("", cell, count=1) for name, cell in found.items()})


# --- checking --------------------------------------------------------------------------------------------


def check(rows: Iterable[Row], command: Command) -> list[Row]:
    """Each row with what is wrong with it; what is right gets its moment and its accounts."""
    rows, seen = list(rows), {}
    accounts = list(Account.objects.order_by("pk"))
    for row in rows:
        row.errors = {}
        _check_letters(row)
        _check_time(row, command.time_zone)
        _check_accounts(row, accounts)
        _check_link(row)
        _check_text(row)
        if not row.errors:
            key = (row.moment, tuple(account.pk for account in row.accounts), row.cells[TEXT])
            if (first := seen.setdefault(key, row.line)) != row.line:
                row.errors[TEXT] = _("The same message stands in line %(line)d.") % {"line": first}
    return rows


def _check_letters(row: Row) -> None:
    for name, cell in row.cells.items():
        whole = cell.encode("utf-8", "replace").decode()
        if whole != cell:
            row.cells[name] = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in cell)
            row.errors[name] = _("This holds half a character, which cannot be sent. Type it anew.")


def _check_time(row: Row, zone: str) -> None:
    row.moment = None
    if not row.cells[DATE] and not row.cells[TIME]:
        return  # A draft whose time is still to be said.
    day = _parsed(row.cells[DATE], DATES)
    words, _space, which = row.cells[TIME].rpartition(" ")
    second = WHICH.get(which.lower())
    hour = _parsed((row.cells[TIME] if second is None else words).upper(), TIMES)
    if day is None:
        row.errors.setdefault(DATE, _("Write the day as 2027-01-31 or 1/31/2027."))
    if hour is None:
        row.errors.setdefault(TIME, _("Write the time as 14:30 or 2:30 PM."))
    if day is None or hour is None:
        return
    local = datetime.combine(day.date(), hour.time().replace(second=0))
    try:
        row.moment = scheduling.planned(local, zone, second=second)
    except scheduling.Ambiguous:
        row.errors[TIME] = _(
            "Clocks are put back, so that time comes twice. Write “%(time)s first” or “%(time)s second”."
        ) % {"time": row.cells[TIME]}
    except scheduling.BadTime as error:
        row.errors[TIME] = str(error)


def _parsed(text: str, shapes: Iterable[str]) -> datetime | None:
    for shape in shapes:
        try:
            return datetime.strptime(text, shape)
        except ValueError:
            continue
    return None


def _check_accounts(row: Row, accounts: list[Account]) -> None:
    """Names of networks, handles, or nothing for every account that works."""
    names = re.split(r"[\s,;|]+", row.cells[ACCOUNTS].strip().lower())
    chosen: dict[int, Account] = {}
    for name in names:
        if name in ("", "all"):
            found = [account for account in accounts if account.status == AccountStatus.ACTIVE]
        else:
            found = [each for each in accounts if name in _names_of(each)]
        if not found:
            row.errors.setdefault(ACCOUNTS, _no_account(name))
        chosen |= {account.pk: account for account in found}
    row.accounts = [chosen[pk] for pk in sorted(chosen)]
    dead = next((each for each in row.accounts if each.status == AccountStatus.DEAD), None)
    if dead:
        words = _("%(account)s has to be connected again first.") % {"account": dead}
        row.errors.setdefault(ACCOUNTS, words)


def _names_of(account: Account) -> set[str]:
    handle = account.handle.lower().removeprefix("@")
    return {account.network, handle, f"@{handle}", f"{account.network}:{handle}"}


def _no_account(name: str) -> str:
    if name in ("", "all"):
        return _("The command has no account that works. Connect one first.")
    if name in Network.values:
        return _("The command has no account on %(network)s.") % {"network": Network(name).label}
    return _("“%(name)s” is neither a network nor an account of the command.") % {"name": name}


def _check_link(row: Row) -> None:
    try:
        if row.cells[LINK]:
            LINK_IS(row.cells[LINK])
    except ValidationError:
        row.errors.setdefault(LINK, _("Write the whole address, with https:// before it."))
    if len(row.cells[LINK]) > 500:
        row.errors.setdefault(LINK, _("This address is too long. Use a shorter one."))


def _check_text(row: Row) -> None:
    text = row.cells[TEXT]
    over = len(text) - TEXT_LENGTH
    if over > 0:
        words = ngettext(
            "This is %(count)d character longer than any message may be.",
            "This is %(count)d characters longer than any message may be.",
            over,
        )
        row.errors.setdefault(TEXT, words % {"count": over})
    elif why := planning.why_unsayable(text, row.cells[LINK], row.accounts):
        row.errors.setdefault(TEXT, why)


# --- keeping, and making ---------------------------------------------------------------------------------


def keep(*, data: bytes, name: str, command: Command, by: User) -> Batch:
    """Read and check a file, and keep what was found. Raises CannotRead."""
    rows = check(read(data), command)
    Batch.objects.filter(confirmed_at=None, uploaded_at__lt=timezone.now() - FORGET_AFTER).delete()
    return Batch.objects.create(
        name=name[:120],
        rows=[row.as_json() for row in rows],
        good=sum(not row.errors for row in rows),
        uploaded_by=by,
    )


def confirm(*, batch: Batch, command: Command, by: User, submit: bool) -> Batch:
    """Make drafts of the rows that are still right, once, however often one asks."""
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.confirmed_at:
        return batch
    rows = check((Row(each["line"], each["cells"]) for each in batch.rows if not each["errors"]), command)
    drafts = planning.make_drafts(
        plans=(
            planning.Plan(
                text=row.cells[TEXT],
                link=row.cells[LINK],
                accounts=row.accounts,
                author=by,
                scheduled_at=row.moment,
                zone=command.time_zone,
            )
            for row in rows
            if not row.errors
        )
    )
    if submit:
        planning.submit(messages=drafts, by=by)
    left = [each for each in batch.rows if each["errors"]] + [row.as_json() for row in rows if row.errors]
    batch.rows = sorted(left, key=lambda each: each["line"])
    batch.made, batch.confirmed_at = len(drafts), timezone.now()
    batch.save()
    return batch


# --- giving back -----------------------------------------------------------------------------------------


def template() -> str:
    """A file to begin with: its columns, and one line that shows them."""
    soon = timezone.localdate() + timedelta(days=7)
    return _csv([_shown(soon, time(9)), _shown(soon, time(17, 30))])


def _shown(day: date, hour: time) -> list[str]:
    text = _("What you want to say. A link goes into its own column.")
    return [day.isoformat(), f"{hour:%H:%M}", "all", text, "https://example.org/"]


def rejected(batch: Batch) -> str:
    """The rows that were left out, each with why: to be put right and sent again."""
    rows = [each for each in batch.rows if each["errors"]]
    return _csv(
        ([*(each["cells"][name] for name in COLUMNS), " ".join(each["errors"].values())] for each in rows),
        more=["why"],
    )


def _csv(rows: Iterable[list[str]], more: Sequence[str] = ()) -> str:
    out = io.StringIO()
    # Excel knows UTF-8 by this mark.
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow([*COLUMNS, *more])
    writer.writerows([f"'{cell}" if FORMULA.match(cell) else cell for cell in row] for row in rows)
    return out.getvalue()
