"""A server on loopback that gives the answers a test lays down, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Canned:
    def __init__(self):
        self.answers, self.asked = [], []
        canned = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                length = int(self.headers.get("Content-Length", 0))
                canned.asked.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
                status, body, headers = canned.answers.pop(0)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *args):
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=[0.01])
        self.thread.start()

    def will_say(self, status=200, body=None, **headers):
        """The next answer; a `body` that is no bytes becomes JSON. Underscores in headers become dashes."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.append((status, raw, {name.replace("_", "-"): value for name, value in headers.items()}))

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
