"""Who may speak for an account on X: codes, tokens that end, refresh tokens that are good for one time."""

import base64
import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from . import db, store, switches
from .store import Account

# The one app that is registered here, and where it may lead people back to: any port of this machine.
CLIENT_ID, CLIENT_SECRET = "engage-demo", "engage-demo-secret"
CONSUMER_KEY, CONSUMER_SECRET = "engage-demo-key", "engage-demo-key-secret"
BACK = "/connect/x/back/"
CODE_SECONDS = 30
TOKEN_SECONDS = 7200
SCOPES = {
    "tweet.read": "Read posts",
    "tweet.write": "Post for you, with pictures and replies",
    "tweet.moderate.write": "Hide replies to your posts, and show them again",
    "users.read": "See who you are",
    "media.write": "Upload pictures",
    "offline.access": "Stay connected until you end it",
}
EVERYTHING = frozenset(SCOPES)


class NotGrantedError(Exception):
    """The token endpoint says no; in OAuth's words."""

    def __init__(self, error: str, description: str, status: int = 400):
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


@dataclass(frozen=True)
class Tokens:
    """What the token endpoint gives."""

    access: str
    refresh: str
    seconds: int
    scopes: frozenset[str]


def old_names(scopes: str) -> frozenset[str]:
    """Scopes of either naming."""
    return frozenset(re.sub(r"^post\.", "tweet.", one) for one in scopes.split())


def may_lead_back_to(address: str) -> bool:
    """Whether this is where the app was registered to lead people back to."""
    try:
        url = urlsplit(address)
        there = url.port is None or url.port > 0
    except ValueError:
        return False
    loopback = url.hostname in ("127.0.0.1", "localhost", "::1")
    return there and url.scheme == "http" and loopback and url.path == BACK and not url.query


def give_code(account: Account, *, redirect_uri: str, challenge: str, method: str, scopes: str) -> str:
    """What a person's yes becomes."""
    code = secrets.token_urlsafe(32)
    with db.writing() as conn:
        conn.execute(
            "INSERT INTO x_codes VALUES (?, ?, ?, ?, ?, ?, ?)",
            (code, account.id, redirect_uri, challenge, method, scopes, time.time() + CODE_SECONDS),
        )
    return code


def exchange(code: str, *, redirect_uri: str, verifier: str) -> Tokens:
    """Tokens for a code: once, in time, and for whoever asked for it."""
    with db.writing() as conn:
        row = conn.execute("SELECT * FROM x_codes WHERE code = ?", (code,)).fetchone()
        conn.execute("DELETE FROM x_codes WHERE code = ?", (code,))
    if not row or row["expires"] < time.time():
        raise NotGrantedError("invalid_request", "Value passed for the authorization code was invalid.")
    if row["redirect_uri"] != redirect_uri:
        raise NotGrantedError("invalid_request", "Value passed for the redirect uri did not match.")
    if not _answers(verifier, row["challenge"], row["method"]):
        raise NotGrantedError(
            "invalid_request", "Value passed for the code verifier did not match the code challenge."
        )
    return issue(row["account_id"], old_names(row["scopes"]))


def _answers(verifier: str, challenge: str, method: str) -> bool:
    if not re.fullmatch(r"[A-Za-z0-9\-._~]{43,128}", verifier):
        return False
    if method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return hmac.compare_digest(verifier, challenge)


def renew(refresh: str) -> Tokens:
    """New tokens for a refresh token, which is worth nothing afterwards."""
    with db.writing() as conn:
        row = conn.execute(
            "SELECT * FROM x_tokens WHERE token = ? AND kind = 'refresh'", (refresh,)
        ).fetchone()
        if not row:
            raise NotGrantedError("invalid_request", "Value passed for the token was invalid.")
        conn.execute("DELETE FROM x_tokens WHERE token = ?", (refresh,))
        return issue(row["account_id"], old_names(row["scopes"]))


def issue(account_id: int, scopes: frozenset[str]) -> Tokens:
    """An access token, and with offline.access one to refresh it by."""
    seconds = int(switches.get("token_seconds", str(TOKEN_SECONDS)))
    tokens = Tokens(
        secrets.token_urlsafe(40),
        secrets.token_urlsafe(40) if "offline.access" in scopes else "",
        seconds,
        scopes,
    )
    words = " ".join(sorted(scopes))
    with db.writing() as conn:
        insert = "INSERT INTO x_tokens (token, account_id, kind, scopes, expires) VALUES (?, ?, ?, ?, ?)"
        conn.execute(insert, (tokens.access, account_id, "access", words, time.time() + seconds))
        if tokens.refresh:
            conn.execute(insert, (tokens.refresh, account_id, "refresh", words, None))
    return tokens


def give_secret(account: Account, token: str, secret: str) -> None:
    """A pair of OAuth 1.0a."""
    with db.writing() as conn:
        conn.execute(
            "INSERT OR REPLACE INTO x_tokens (token, account_id, kind, scopes, secret)"
            " VALUES (?, ?, ?, ?, ?)",
            (token, account.id, "oauth1", " ".join(sorted(EVERYTHING)), secret),
        )


def end(account: Account, *, refresh_too: bool) -> None:
    """Access tokens are over; where its person took the app's leave back, the refresh tokens as well."""
    kinds = ("access", "refresh") if refresh_too else ("access", "access")
    with db.writing() as conn:
        conn.execute("DELETE FROM x_tokens WHERE account_id = ? AND kind IN (?, ?)", (account.id, *kinds))


def behind(token: str) -> tuple[Account | None, frozenset[str]]:
    """Whose access token it is, and what for. Those that the control surface gave are for everything."""
    if account := store.account_by_token(token):
        return account, EVERYTHING
    row = _row(token, "access")
    if not row or row["expires"] < time.time():
        return None, frozenset()
    return store.account_by_id(row["account_id"]), old_names(row["scopes"])


def secret_of(token: str) -> tuple[Account | None, str]:
    """Whose token of OAuth 1.0a it is, and its secret."""
    row = _row(token, "oauth1")
    return (store.account_by_id(row["account_id"]), row["secret"]) if row else (None, "")


def handle_of(*, code: str = "", refresh: str = "") -> str:
    """Whose code or refresh token it is, for the faults that are meant for one account."""
    table, column, value = ("x_codes", "code", code) if code else ("x_tokens", "token", refresh)
    row = (
        db.connection()
        .execute(
            f"SELECT a.handle FROM {table} t JOIN accounts a ON a.id = t.account_id"  # noqa: S608
            f" WHERE t.{column} = ?",
            (value,),
        )
        .fetchone()
    )
    return row["handle"] if row else ""


def _row(token: str, kind: str):  # type: ignore[no-untyped-def]
    sql = "SELECT * FROM x_tokens WHERE token = ? AND kind = ?"
    return db.connection().execute(sql, (token, kind)).fetchone()
