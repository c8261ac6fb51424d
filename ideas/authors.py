"""The private link: an author's way back to an issue, from any browser and without an account.

It is signed, and names a command and an issue; it says nothing of a person, and nothing is kept for it.
"""

from __future__ import annotations

from django.core import signing
from django.urls import reverse

from ideas.models import Idea

SALT = "engage.mine"


def key_of(idea: Idea) -> str:
    # The moment it was raised goes along: after a restore from a backup, another issue may get its number.
    return _signer().sign_object([idea.command_id, idea.pk, int(idea.created_at.timestamp())])


def link_of(idea: Idea) -> str:
    """The path of the private link. Needs `idea.command`."""
    return reverse("mine", args=[idea.command.slug, key_of(idea)])


def idea_of(key: str) -> Idea | None:
    """The idea that a key names, in the entered command; None where the key is not ours, or for another."""
    try:
        command_id, pk, raised = _signer().unsign_object(key)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if type(pk) is not int or type(command_id) is not int:
        return None
    ideas = Idea.objects.defer("search").select_related("command", "topic")
    found = ideas.filter(pk=pk, command=command_id).first()
    return found if found and int(found.created_at.timestamp()) == raised else None


def _signer() -> signing.Signer:
    return signing.Signer(salt=SALT)
