"""How gunicorn serves Engage, and the sandbox network beside it; read from the folder it starts in."""

import os

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_class = "gthread"
threads = 8
graceful_timeout = 5
control_socket_disable = True
accesslog = errorlog = "-"
# No query, which can hold a place or words, and no address of anybody.
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(b)s bytes %(M)s ms"
