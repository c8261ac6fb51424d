"""What differs between two texts, word by word."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    MOVED = "moved"
    NEW = "new"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Piece:
    """Some words: in both texts ("same"), in the new one only ("new"), or in the old one only ("dropped")."""

    kind: Kind
    words: str


def marked(old: str, new: str) -> list[Piece]:
    """Two texts as one, word by word: what stays, what goes, what comes."""
    before, after = re.findall(r"\s*\S+|\s+$", old), re.findall(r"\s*\S+|\s+$", new)
    pieces: list[Piece] = []
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Kind.SAME, "".join(after[b_from:b_to])))
            continue
        if a_to > a_from:
            pieces.append(Piece(Kind.DROPPED, "".join(before[a_from:a_to])))
        if b_to > b_from:
            pieces.append(Piece(Kind.NEW, "".join(after[b_from:b_to])))
    return pieces
