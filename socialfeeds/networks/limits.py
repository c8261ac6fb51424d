"""The networks' limits, shared by all workers: one app speaks for every account, and is counted as one.

    limits.take("x", "mentions", account)             before a call: counted, or NotSent with a time
    limits.note("x", "mentions", account, headers)    after it: what the network itself says is left
    limits.unanswered("x", "mentions", account)       no connection stood: the call counted nowhere

A call falls into up to four windows: the account's and the app's, each of them short and of a day. What is
known of a window stands in Redis until it ends. Without Redis calls go on, and the network says no itself.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.utils.translation import gettext as _
from redis import Redis
from redis.exceptions import RedisError

from socialfeeds.networks.base import NotSent

if TYPE_CHECKING:
    from socialfeeds.models import Account

log = logging.getLogger(__name__)

QUARTER, DAY = 15 * 60, 24 * 3600
# No window is longer, whatever a header says.
LONGEST = DAY + 3600
# Two resets so close are of one window: they are rounded, and clocks differ.
SAME = 3
# Facebook says how much of an hour that slides is used, and not when it is over.
SLIDING_REST = 300
# Of an app's window the last eighth stays: calls that were counted late, and other programs of the same app.
LEFT = 8


@dataclass(frozen=True)
class Window:
    """So many calls in so many seconds, for "user" (one account) or "app", "-day" where that is of a day."""

    name: str
    calls: int
    seconds: int


_READ = (Window("user", 300, QUARTER), Window("app", 450, QUARTER))
_LOOK = (Window("user", 900, QUARTER),)
# What a network is known to allow. All else is learned from what it says.
KNOWN: dict[tuple[str, str], tuple[Window, ...]] = {
    ("x", "post"): (Window("user", 100, QUARTER), Window("app-day", 10_000, DAY)),
    ("x", "delete"): (Window("user", 50, QUARTER),),
    ("x", "hide"): (Window("user", 50, QUARTER),),
    ("x", "mentions"): _READ,
    ("x", "search"): _READ,
    ("x", "timeline"): _LOOK,
    ("x", "lookup"): _LOOK,
}
WINDOWS = ("user", "user-day", "app", "app-day")
# What the names of a network's three headers begin with, and which window they speak of.
HEADERS = {
    "x-rate-limit-": "user",
    "x-user-limit-24hour-": "user-day",
    "x-app-limit-24hour-": "app-day",
    "x-ratelimit-": "user",
    "ratelimit-": "user",
}
# Facebook's: how many hundredths are used.
SHARES = {"x-app-usage": "app", "x-page-usage": "user", "x-business-use-case-usage": "user"}

# Refuses with the latest reset of the windows that are used up; else counts the call in all of them.
_TAKE = """
    local now, cost, until_, windows = tonumber(ARGV[1]), tonumber(ARGV[2]), 0, {}
    for i, key in ipairs(KEYS) do
        local seen = redis.call('HMGET', key, 'limit', 'used', 'reset')
        local limit = tonumber(seen[1]) or tonumber(ARGV[3 * i])
        local used, reset = tonumber(seen[2]) or 0, tonumber(seen[3]) or 0
        local new = reset <= now
        if new then used, reset = 0, now + tonumber(ARGV[3 * i + 1]) end
        local left = tonumber(ARGV[3 * i + 2])
        if left > 0 and limit > 0 then limit = limit - math.floor(limit / left) end
        if limit >= 0 and used + cost > limit then
            until_ = math.max(until_, reset)
        end
        windows[i] = {new, reset}
    end
    if until_ > 0 then return tostring(until_) end
    for i, key in ipairs(KEYS) do
        local new, reset = windows[i][1], windows[i][2]
        if reset > now then
            if new then
                redis.call('DEL', key)
                redis.call('HSET', key, 'reset', reset, 'guessed', 1)
            end
            redis.call('HINCRBY', key, 'used', cost)
            redis.call('EXPIREAT', key, math.ceil(reset))
        end
    end
    return '0'
"""
# The call is taken out again, where its window still stands.
_GIVE_BACK = """
    for i, key in ipairs(KEYS) do
        if (tonumber(redis.call('HGET', key, 'used')) or 0) > 0 then
            redis.call('HINCRBY', key, 'used', -tonumber(ARGV[1]))
        end
    end
"""
# What the network says. Of the same window it can only be late: calls are under way. An older one is past.
_NOTE = """
    local limit, used, reset = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
    local seen = redis.call('HMGET', KEYS[1], 'used', 'reset', 'guessed')
    local ours, known = tonumber(seen[1]) or 0, tonumber(seen[2]) or 0
    local same = seen[3] or math.abs(reset - known) <= tonumber(ARGV[4])
    if known > reset and not same then return end
    if same then used = math.max(used, ours) end
    redis.call('DEL', KEYS[1])
    redis.call('HSET', KEYS[1], 'limit', limit, 'used', used, 'reset', reset)
    redis.call('EXPIREAT', KEYS[1], math.ceil(reset))
"""


def take(network: str, bucket: str, account: Account | None = None, *, cost: int = 1) -> None:
    """Count a call against the windows it falls in. Raises NotSent where one is full, with when to come back.

    `bucket` is what the network counts together ("post"); `account` is None while one is being connected.
    """
    known = {window.name: window for window in KNOWN.get((network, bucket), ())}
    names = [name for name in WINDOWS if account is not None or name.startswith("app")]
    arguments: list[Any] = [time.time(), cost]
    for name in names:
        window = known.get(name, Window(name, -1, 0))
        arguments += [window.calls, window.seconds, LEFT if name.startswith("app") else 0]
    until = _ask(_TAKE, [_key(network, bucket, account, name) for name in names], arguments)
    if until and float(until) > 0:
        raise NotSent(
            _("The network takes no more calls for the moment."),
            retry_at=datetime.fromtimestamp(float(until), UTC),
        )


def note(network: str, bucket: str, account: Account | None, headers: Mapping[str, str]) -> None:
    """Keep what the network says of its windows, in the headers of any answer of its."""
    given = {name.lower(): value for name, value in headers.items()}
    for prefix, name in HEADERS.items():
        limit, left = _number(given.get(f"{prefix}limit")), _number(given.get(f"{prefix}remaining"))
        reset = _moment(given.get(f"{prefix}reset", ""))
        if limit is None or left is None or reset is None:
            continue
        whose = "app" if _is_of_the_app(network, bucket, name, limit) else name
        _set(network, bucket, account, whose, limit=limit, used=max(limit - left, 0), until=reset)
    for header, name in SHARES.items():
        if header in given:
            _note_share(network, bucket, account, name, given[header])


def unanswered(network: str, bucket: str, account: Account | None = None, *, cost: int = 1) -> None:
    """No connection stood, so the call counted nowhere. One that only lost its answer stays counted."""
    names = [name for name in WINDOWS if account is not None or name.startswith("app")]
    _ask(_GIVE_BACK, [_key(network, bucket, account, name) for name in names], [cost])


def rest(
    network: str, bucket: str, account: Account | None, until: datetime, *, of_app: bool = False
) -> None:
    """The network said "no more until then" in words, and not in headers: of the account or the whole app."""
    name = "app" if of_app or account is None else "user"
    _set(network, bucket, account, name, limit=0, used=0, until=until.timestamp())


# --- what is kept --------------------------------------------------------------------------------------


def _set(
    network: str, bucket: str, account: Account | None, name: str, *, limit: int, used: int, until: float
) -> None:
    if account is None and not name.startswith("app"):
        return
    now = time.time()
    if until > now:
        _ask(_NOTE, [_key(network, bucket, account, name)], [limit, used, min(until, now + LONGEST), SAME])


def _key(network: str, bucket: str, account: Account | None, name: str) -> str:
    """An app is one at each server; who has several servers is limited at each."""
    server = account.server if account is not None else ""
    whose = "" if name.startswith("app") or account is None else account.external_id
    return f"engage:limits:{network}:{bucket}:{server}:{whose}:{name}"


def _ask(script: str, keys: list[str], arguments: list[Any]) -> Any:
    """Run a script in Redis, as one step. None while it is away."""
    try:
        return _script(settings.REDIS_URL, script)(keys=keys, args=arguments)
    except RedisError as error:
        log.warning("Limits are not shared, Redis is away: %s", error)
        return None


@cache
def _script(url: str, script: str) -> Callable[..., Any]:
    redis = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=1)
    return cast("Callable[..., Any]", redis.register_script(script))


# --- what headers say ----------------------------------------------------------------------------------


def _is_of_the_app(network: str, bucket: str, name: str, limit: int) -> bool:
    """X has one set of headers, and puts the app's window there when that is the one used up."""
    known = {window.name: window.calls for window in KNOWN.get((network, bucket), ())}
    return name == "user" and limit == known.get("app")


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"\d{1,9}", text.strip()) else None


def _moment(text: str) -> float | None:
    """As seconds since 1970, as seconds from now, or as a time with its zone."""
    text = text.strip()
    if re.fullmatch(r"\d{1,10}", text):
        return float(text) if int(text) > LONGEST else time.time() + int(text)
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _note_share(network: str, bucket: str, account: Account | None, name: str, text: str) -> None:
    """Facebook's: once the last eighth begins, a rest; as long as it says, where it does."""
    try:
        usages = list(_usages(json.loads(text)))
    except (ValueError, RecursionError):
        return
    for usage in usages:
        shares = [usage.get(key) for key in ("call_count", "total_time", "total_cputime")]
        used = max((share for share in shares if isinstance(share, int | float)), default=0)
        if used < 100 - 100 / LEFT:
            continue
        minutes = usage.get("estimated_time_to_regain_access")
        seconds = minutes * 60 if isinstance(minutes, int) and minutes > 0 else SLIDING_REST
        _set(network, bucket, account, name, limit=0, used=0, until=time.time() + seconds)


def _usages(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, list):
        for one in found:
            yield from _usages(one)
    elif isinstance(found, dict):
        if "call_count" in found:
            yield found
        else:
            yield from _usages(list(found.values()))
