"""Fields of the API that more than one floor takes."""

from __future__ import annotations

import math
from typing import Any

from rest_framework import serializers


class DegreesField(serializers.FloatField):
    """A finite number. Not `true`, and not one that only fits into JSON."""

    def to_internal_value(self, data: Any) -> float:
        try:
            value = math.nan if isinstance(data, bool) else super().to_internal_value(data)
        except OverflowError:
            value = math.nan
        if not math.isfinite(value):
            self.fail("invalid")
        return value
