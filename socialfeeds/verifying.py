"""Whether the record is as it was written: every entry of a chain, one after the other, in steady memory.

A chain cannot tell by itself that its end was cut off, or all of it written anew, by somebody who also
changed its head. For that an operator keeps anchors elsewhere: where each chain stood on some day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from precincts import tenancy
from precincts.models import Command
from socialfeeds import chain, record
from socialfeeds.models import RecordEntry, RecordHead

AT_ONCE = 2000
# An anchor: a command's slug, the number of an entry, and its hash.
ANCHOR = re.compile(r"(?P<slug>[-\w]+) (?P<number>\d+) (?P<hash>[0-9a-f]{64})")


@dataclass(frozen=True)
class Checked:
    """A chain that is whole: how many entries it has, and the hash that it ends with."""

    number: int
    hash: str


class Broken(Exception):
    """The first link that is not as it was written. The text says which, and what is wrong with it."""


class NoAnchor(ValueError):
    """A line that is no anchor."""


def check(command: Command, anchors: Mapping[int, str] | None = None) -> Checked:
    """Go through a command's chain. `anchors` are hashes that were kept elsewhere, by the number.

    Raises Broken.
    """
    anchors = anchors or {}
    with tenancy.citywide():
        before = _head(command)
        last = Checked(0, "")
        for entry in RecordEntry.objects.filter(command=command).order_by("number", "pk").iterator(AT_ONCE):
            _follows(command, last, entry)
            last = Checked(entry.number, entry.hash)
            known = {before.number: before.hash} if before.number else {}
            for where, kept in ((known, "the head of the chain"), (anchors, "what was kept elsewhere")):
                if where.get(last.number, last.hash) != last.hash:
                    raise Broken(f"{_name(command, entry)} has another hash than {kept}.")
        # Others may have added to it meanwhile.
        after = _head(command)
    if last.number < max([before.number, *anchors]):
        raise Broken(f"{command.slug}: entry {last.number + 1} is gone, and whatever followed it.")
    if last.number > after.number:
        raise Broken(f"{command.slug}: entry {after.number + 1} stands beyond the end of the chain.")
    return last


def _head(command: Command) -> Checked:
    head = RecordHead.objects.filter(command=command).first()
    return Checked(head.number, head.hash) if head else Checked(0, "")


def _follows(command: Command, last: Checked, entry: RecordEntry) -> None:
    name = _name(command, entry)
    if entry.number > last.number + 1:
        raise Broken(f"{command.slug}: entry {last.number + 1} is gone.")
    if entry.number <= last.number:
        raise Broken(f"{name} stands there twice.")
    if entry.previous != last.hash:
        raise Broken(f"{name} does not follow the one before it.")
    if chain.link(entry.previous, record.told(entry)) != entry.hash:
        raise Broken(f"{name} is not what its hash was made of.")


def _name(command: Command, entry: RecordEntry) -> str:
    return f"{command.slug}: entry {entry.number} ({entry.about}, {entry.at:%Y-%m-%d %H:%M} UTC)"


def anchor(command: Command, checked: Checked) -> str:
    return f"{command.slug} {checked.number} {checked.hash}"


def read_anchors(lines: Iterable[str]) -> dict[str, dict[int, str]]:
    """Anchors as they were printed, by slug and number. Raises NoAnchor."""
    anchors: dict[str, dict[int, str]] = {}
    for line in filter(None, map(str.strip, lines)):
        if not (found := ANCHOR.fullmatch(line)):
            raise NoAnchor(f"This line is no anchor: {line[:120]}")
        anchors.setdefault(found["slug"], {})[int(found["number"])] = found["hash"]
    return anchors
