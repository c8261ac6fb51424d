"""A real server on loopback that receives webhooks, and misbehaves as it is told.

receiver.answers(500, 200)     # to the next calls, one after another; then 200
receiver.calls                 # what came, oldest first: .id, .headers, .body, .event
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@dataclass
class Received:
    headers: dict[str, str]
    body: bytes

    @property
    def id(self):
        return self.headers["webhook-id"]

    @property
    def event(self):
        return json.loads(self.body)


class Receiver:
    def __init__(self):
        self.calls: list[Received] = []
        self.next: list[object] = []
        self.let_go = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.calls.append(Received({k.lower(): v for k, v in self.headers.items()}, body))
                answer = receiver.next.pop(0) if receiver.next else 200
                if callable(answer):
                    answer(self)
                    return
                self.send_response(answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # who hung up is no error here
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}/hook?to=us"

    def answers(self, *answers):
        self.next.extend(answers)

    # Answers that are none.

    def hang(self, handler):
        """Nothing comes until the test lets go."""
        self.let_go.wait(60)

    def drip(self, handler):
        """A byte now and then, for ever."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        while not self.let_go.wait(0.05):
            handler.wfile.write(b"a")
            handler.wfile.flush()

    def cut(self, handler):
        handler.close_connection = True
        handler.connection.close()

    def huge(self, handler):
        """A body without an end."""
        handler.send_response(200)
        handler.end_headers()
        while not self.let_go.is_set():
            handler.wfile.write(b"x" * 65536)

    def elsewhere(self, handler):
        handler.send_response(307)
        handler.send_header("Location", self.url)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def stop(self):
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_TO_LOOPBACK = True
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.5
    made = Receiver()
    yield made
    made.stop()
