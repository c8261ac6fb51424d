"""The query of recent search: words, "phrases", #tags, @handles, from:, to:, is:reply, and - before any."""

import re
from collections.abc import Callable
from itertools import islice

from . import db, store, texts
from .params import InvalidError, Page
from .store import Post

WEEK_MS = 7 * 24 * 3600 * 1000
LONGEST = 512
TERM = re.compile(r'\s*(-?)("[^"]*"|\S+)')
WORD = re.compile(r"\w+", re.UNICODE)
Test = Callable[[Post], bool]


def recent(query: str, page: Page) -> list[Post]:
    """Matching posts of the last seven days, newest first, and one more than a page holds."""
    tests = parse(query)
    oldest = db.first_id_at(db.now_ms() - WEEK_MS)
    if 0 < page.since < oldest:
        raise InvalidError(
            "'since_id' must be a tweet id created within the last 7 days.", since_id=page.since
        )
    found = store.posts(since=max(page.since, oldest), until=page.until)
    return list(islice((post for post in found if all(test(post) for test in tests)), page.limit + 1))


def parse(query: str) -> list[Test]:
    """The tests that a post must pass."""
    if not query.strip():
        raise InvalidError("The `query` query parameter can not be empty", query=query)
    if len(query) > LONGEST:
        raise InvalidError(
            f"The `query` query parameter can not be longer than {LONGEST} characters", query=query[:50]
        )
    terms = TERM.findall(query)
    tests = [_test(term, query) for _, term in terms]
    if all(minus or term.lower().startswith("is:") for minus, term in terms):
        raise InvalidError("The query needs at least one standalone operator", query=query)
    return [_not(test) if minus else test for (minus, _), test in zip(terms, tests, strict=True)]


def _not(test: Test) -> Test:
    return lambda post: not test(post)


def _test(term: str, query: str) -> Test:
    low = term.lower()
    if low.startswith("#"):
        return lambda post: low[1:] in texts.hashtags(post.text)
    if low.startswith("@"):
        return lambda post: low[1:] in texts.mentioned(post.text)
    if re.match(r"\w+:", low):
        name, _, value = low.partition(":")
        return _operator(name, value, query)
    words = WORD.findall(low)
    if not words or term in ("OR", "AND"):
        raise InvalidError(f"The sandbox does not know this part of the query: {term}", query=query)
    return lambda post: _holds(WORD.findall(post.text.lower()), words)


def _operator(name: str, value: str, query: str) -> Test:
    tests: dict[str, Test] = {
        "from": lambda post: value.lstrip("@") in (post.author.handle.lower(), str(post.author.id)),
        "to": lambda post: (post.reply_to_handle or "").lower() == value.lstrip("@"),
        "is": lambda post: value == "reply" and post.reply_to is not None,
    }
    if name not in tests or (name == "is" and value not in ("reply", "retweet", "quote")):
        raise InvalidError(f"There is no operator [{name}:{value}] in the sandbox", query=query)
    return tests[name]


def _holds(text: list[str], words: list[str]) -> bool:
    return any(text[at : at + len(words)] == words for at in range(len(text) - len(words) + 1))
