"""A mail server of a test's own, on loopback: it keeps what it takes, and refuses or waits where told."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import threading

import pytest
from aiosmtpd.controller import Controller


class MailServer:
    """server.messages: what was taken. server.refuse = {"RCPT": "550 5.1.1 no such mailbox"}: its answers."""

    def __init__(self) -> None:
        self.messages: list[email.message.EmailMessage] = []
        self.refuse: dict[str, str] = {}
        # Set: the text was taken, and the answer waits until it is cleared again.
        self.answers_wait = False
        self.reads_wait = False
        self.waiting = threading.Event()
        self.go_on = threading.Event()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=20)

    def start(self) -> None:
        self.controller.start()

    async def handle_MAIL(self, server, session, envelope, address, options):
        if answer := self.refuse.get("MAIL"):
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.reads_wait:
            await self._wait()
        if answer := self.refuse.get("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if answer := self.refuse.get("DATA"):
            return answer
        self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        if self.answers_wait:
            await self._wait()
        if self.refuse.get("cut"):
            server.transport.abort()
        return "250 taken"

    async def _wait(self):
        self.waiting.set()
        await asyncio.to_thread(self.go_on.wait)

    def stop(self) -> None:
        self.go_on.set()
        self.controller.stop()


@pytest.fixture
def mail_server():
    server = MailServer()
    server.start()
    yield server
    server.stop()
