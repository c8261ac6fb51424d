"""Handing one e-mail over, and what became of it: sent, certainly not sent, or nobody can say.

hand_over(message)       raises NotSent, AddressRefused or MayBeSent
OutboxBackend            where no mail server is set: a file for each message, in ENGAGE_HOME/mail
"""

from __future__ import annotations

import contextlib
import os
import smtplib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

SUFFIX = ".eml"
# The outbox is for looking, not for keeping.
KEPT = 1000


class NotSent(Exception):
    """Proof that it was not sent. `permanent`: asking again is no use."""

    def __init__(self, text: str, *, permanent: bool = False) -> None:
        super().__init__(text)
        self.permanent = permanent


class AddressRefused(NotSent):
    """The server of the address does not take mail for it, now or later."""

    def __init__(self, text: str) -> None:
        super().__init__(text, permanent=True)


class MayBeSent(Exception):
    """No answer after the message was given: it may have left."""


def hand_over(message: EmailMessage) -> None:
    """Give one message to one reader to the mail server or provider of the settings, once."""
    connection: Any = get_connection()
    try:
        connection.open()
    except Exception as error:
        raise NotSent(_said(error)) from error
    try:
        if isinstance(connection, SmtpBackend):
            _by_smtp(connection, message)
        else:
            _by_backend(connection, message)
    finally:
        with contextlib.suppress(Exception):  # what was taken is taken, however the server says goodbye
            connection.close()


def _by_smtp(connection: SmtpBackend, message: EmailMessage) -> None:
    """SMTP says at each step whether it goes on: until the text itself is given, nothing was sent."""
    server: Any = connection.connection
    given = False
    give = server.data

    def data(text: Any) -> tuple[int, bytes]:
        nonlocal given
        given = True
        return give(text)

    server.data = data
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        raise _refusal(code, text) from error
    except smtplib.SMTPDataError as error:
        raise NotSent(_said(error), permanent=error.smtp_code >= 500) from error
    except (ValueError, UnicodeError) as error:
        raise NotSent(_said(error), permanent=True) from error
    except Exception as error:
        raise (MayBeSent if given else NotSent)(_said(error)) from error


def _refusal(code: int, text: bytes) -> NotSent:
    said = f"{code} {text.decode(errors='replace')}"
    # 5.7.x is a word against the sender, and says nothing of the address.
    if code >= 500 and b"5.7." not in text:
        return AddressRefused(said)
    return NotSent(said, permanent=code >= 500)


def _by_backend(connection: Any, message: EmailMessage) -> None:
    """A provider's API by django-anymail, or the outbox."""
    try:
        connection.send_messages([message])
    except AnymailRecipientsRefused as error:
        raise AddressRefused(_said(error)) from error
    except AnymailError as error:
        raise _of_provider(error) from error
    except OSError as error:
        raise NotSent(_said(error)) from error
    except Exception as error:
        raise MayBeSent(_said(error)) from error


def _of_provider(error: AnymailError) -> NotSent | MayBeSent:
    status = error.status_code
    if status is None:
        if not isinstance(error, requests.RequestException):
            return NotSent(_said(error), permanent=True)  # the message itself cannot be put to that provider
        return (NotSent if _never_connected(error) else MayBeSent)(_said(error))
    if status >= 500 or status < 400:
        return MayBeSent(_said(error))
    # Too many, or a key that somebody has to mend: later. Anything else that they refuse they refuse again.
    return NotSent(_said(error), permanent=status not in (401, 403, 408, 429))


def _never_connected(error: AnymailError) -> bool:
    cause = error.__cause__
    if isinstance(cause, requests.ConnectTimeout):
        return True
    reason = getattr(cause.args[0], "reason", None) if cause and cause.args else None
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]


# --- the outbox ------------------------------------------------------------------------------------------


class OutboxBackend(BaseEmailBackend):
    """Keeps each message as a file of its own. A message is there whole, or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = outbox()
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}"
            unfinished = folder / f"{name}.part"
            try:
                unfinished.write_bytes(message.message().as_bytes())
                unfinished.replace(folder / (name + SUFFIX))
            except OSError:
                unfinished.unlink(missing_ok=True)
                raise
        for old in names()[KEPT:]:
            (folder / (old + SUFFIX)).unlink(missing_ok=True)
        return len(email_messages)


def outbox() -> Path:
    return Path(settings.EMAIL_FILE_PATH)


def names() -> list[str]:
    """The names of the messages in the outbox, newest first."""
    if not outbox().is_dir():
        return []
    found = (entry.name for entry in os.scandir(outbox()) if entry.name.endswith(SUFFIX))
    return sorted((name.removesuffix(SUFFIX) for name in found), reverse=True)
