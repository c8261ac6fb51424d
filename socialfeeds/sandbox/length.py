"""How long X finds a text: 280 weighted characters, as X's own rules count them."""

import re
import sys
import types
from importlib import resources
from typing import Any

LIMIT = 280
# The parser's patterns grow with the square of a text without spaces. No text of 280 weighted characters
# comes near this once its links are put aside, so what is longer is refused unread.
TOO_MUCH = 1000
LINK = re.compile(r"https?://\S{1,4000}", re.IGNORECASE)


def _resource_string(module: str, name: str) -> bytes:
    return resources.files(module.rpartition(".")[0]).joinpath(name).read_bytes()


def _parser() -> Any:
    # twitter-text-parser reads its list of emoji through pkg_resources, which setuptools no longer brings.
    if "pkg_resources" not in sys.modules:
        stand_in = types.ModuleType("pkg_resources")
        stand_in.resource_string = _resource_string  # type: ignore[attr-defined]
        sys.modules["pkg_resources"] = stand_in
        try:
            import twitter_text
        finally:
            del sys.modules["pkg_resources"]
    else:
        import twitter_text
    return twitter_text


_twitter_text = _parser()


def is_far_too_long(text: str) -> bool:
    """Whether it needs no counting to refuse a text."""
    return len(LINK.sub("x" * 23, text)) > TOO_MUCH


def weighted_length(text: str) -> int:
    """X's count: a link is 23, an emoji 2, CJK 2, after NFC."""
    if is_far_too_long(text):
        return len(text)
    length: int = _twitter_text.parse_tweet(text).weightedLength
    return length


def has_invalid_characters(text: str) -> bool:
    """Whether a text holds a character that X refuses in any text."""
    return any(char in "\ufffe\uffff\ufeff" for char in text)


def links(text: str) -> list[tuple[int, int]]:
    """Where the links are that X would wrap."""
    if is_far_too_long(text):
        return []
    return [tuple(found["indices"]) for found in _twitter_text.extract_urls_with_indices(text)]
