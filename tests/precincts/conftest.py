"""A server on this machine that answers what a test tells it to."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Answers:
    def __init__(self):
        self.asked = []
        self.status, self.body = 200, b"[]"
        answers = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                answers.asked.append(self.path)
                self.send_response(answers.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answers.body)))
                self.end_headers()
                self.wfile.write(answers.body)

            def log_message(self, *args):
                """Nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})

    def answer(self, body, status=200):
        self.status = status
        self.body = (body if isinstance(body, str) else json.dumps(body)).encode()


@pytest.fixture
def http_answers():
    answers = Answers()
    answers.thread.start()
    yield answers
    answers.server.shutdown()
    answers.server.server_close()
    answers.thread.join()
