"""The web server's entry: gunicorn engage.wsgi"""

import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engage.settings")


class Request(WSGIRequest):
    """A request in UTF-8, whatever its sender calls it.

    Django reads the address in the charset that Content-Type names, before any middleware could catch that
    "charset=hex" is none for text.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        kept = [part for part in meta.get("CONTENT_TYPE", "").split(";") if "charset" not in part.lower()]
        super()._set_content_type_params(  # type: ignore[misc]
            {**meta, "CONTENT_TYPE": ";".join(kept)}
        )


class Handler(WSGIHandler):
    request_class = Request


django.setup(set_prefix=False)
application = Handler()
