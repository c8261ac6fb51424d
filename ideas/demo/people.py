"""Who works in the demonstration: since when, by whom, and one of them still invited."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from precincts import inviting
from precincts.models import Command, Invitation, Membership, Role, User

NEW = "new.editor@demo.example"
# Who let them in, and how many days ago.
SINCE = {
    "commander": ("administrator", 412),
    "moderator": ("commander", 398),
    "moderator2": ("commander", 41),
    "editor": ("commander", 163),
    "reviewer": ("administrator", 405),
    "records": ("administrator", 230),
}


def load(home: Command) -> None:
    """Once: people whom somebody let in, and an invitation that is there, stay as they are."""
    people = {
        user.email.partition("@")[0]: user for user in User.objects.filter(email__endswith="@demo.example")
    }
    now = timezone.now()
    for name, (by, days) in SINCE.items():
        Membership.objects.filter(user=people[name], granted_by=None).update(
            granted_by=people[by], created_at=now - timedelta(days=days)
        )
    if not Invitation.objects.filter(email=NEW).exists():
        inviting.invite(email=NEW, role=Role.EDITOR, command=home, by=people["commander"])
