"""What headquarters' own pages ask for in a template."""

from __future__ import annotations

from typing import Any

from django import template

from precincts.access import Permission, permissions_at

register = template.Library()


@register.simple_tag(takes_context=True)
def city_permissions(context: dict[str, Any]) -> dict[str, bool]:
    """What the reader may do for the whole city, by the permission's value. No query after the page's own."""
    allowed = permissions_at(context.get("user"), None)
    return {permission.value: permission in allowed for permission in Permission}
