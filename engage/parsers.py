"""What the API reads: JSON as RFC 8259 has it, and no more of it than anybody needs."""

from __future__ import annotations

import json
import math
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

# The longest text of the API, with every letter escaped as a surrogate pair, is 60 KB.
MOST_BYTES = 256_000


class TooLarge(APIException):
    status_code = 413
    default_detail = gettext_lazy("This is more than the API reads at once.")


class StrictJSONParser(JSONParser):
    """UTF-8 whatever the sender calls it, no NaN, no infinity, of a bounded size and depth."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        data = stream.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise TooLarge
        try:
            return json.loads(data.decode(), parse_constant=_refuse, parse_float=_finite)
        except RecursionError as error:
            raise ParseError(_("This JSON is nested too deep.")) from error
        except ValueError as error:
            raise ParseError(_("This is not JSON: %(why)s") % {"why": error}) from error


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value
