"""{% load alarms %}{% ringing as n %}: how many alarms of the entered command nobody has taken on."""

from __future__ import annotations

from django import template

from precincts import tenancy
from socialfeeds.models import Alarm

register = template.Library()


@register.simple_tag
def ringing() -> int:
    if tenancy.entered_command_id() is None:
        return 0
    return Alarm.objects.open().filter(acknowledged_at=None).count()
