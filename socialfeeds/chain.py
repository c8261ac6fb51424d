"""How the record is chained, and a check of what was exported. The standard library is all it needs.

Every command has a chain of its own. An entry's `hash` is

    sha256( previous hash + "\\n" + canonical JSON of {command, number, kind, account, about, at, body} )

in hexadecimal, where the previous hash is that of the entry before it, and empty for number 1. Canonical
JSON has its names sorted, no spaces, and nothing but ASCII; `at` is UTC with microseconds.

Each export carries this file as verify.py, beside entries.jsonl:

    python3 verify.py
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HASHED = ("command", "number", "kind", "account", "about", "at", "body")


def canonical(told: Mapping[str, Any]) -> str:
    """The one way to write an entry down."""
    chosen = {name: told[name] for name in HASHED}
    return json.dumps(chosen, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def link(previous: str, told: Mapping[str, Any]) -> str:
    """The hash of an entry that follows `previous`."""
    return hashlib.sha256(f"{previous}\n{canonical(told)}".encode()).hexdigest()


def broken(lines: Iterable[str]) -> str:
    """What is wrong with the first exported entry that is not as it was written; empty where all are.

    An export may leave entries out. Those that follow each other without a gap must be chained.
    """
    last: dict[str, Any] = {}
    for line in lines:
        told = json.loads(line)
        name = f"{told['slug']}: entry {told['number']}"
        if link(told["previous"], told) != told["hash"]:
            return f"{name} is not what its hash was made of."
        follows = last.get("command") == told["command"]
        if follows and told["number"] <= last["number"]:
            return f"{name} stands after entry {last['number']}."
        if follows and told["number"] == last["number"] + 1 and told["previous"] != last["hash"]:
            return f"{name} does not follow the one before it."
        last = told
    return ""


def main() -> int:
    path = Path(__file__).resolve().parent / "entries.jsonl"
    with path.open(encoding="utf-8") as lines:
        words = broken(lines)
    sys.stdout.write((words or "Every entry is as it was written.") + "\n")
    return 1 if words else 0


if __name__ == "__main__":
    sys.exit(main())
