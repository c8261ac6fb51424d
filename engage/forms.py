"""Fields of forms that more than one floor takes."""

from __future__ import annotations

from typing import Any

from django import forms


class Prose(forms.CharField):
    """Several lines. A browser sends two characters for a new line and counts it as one; so do we."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")
