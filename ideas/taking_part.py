"""Who may take part on a board, and what is still missing for somebody who may not yet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from allauth.account.models import EmailAddress
from django.http import HttpRequest
from django.utils.translation import gettext as _

from precincts.models import Command, Participant, Who


class Part(StrEnum):
    SUBMIT = "submit"
    VOTE = "vote"
    COMMENT = "comment"


@dataclass(frozen=True)
class Missing:
    """Why somebody may not take part yet. `who` names the setting, `message` what to do next."""

    who: Who
    message: str


def asked_for(command: Command, part: Part) -> Who:
    return Who(getattr(command, f"who_may_{part}"))


def missing(request: HttpRequest, command: Command, part: Part) -> Missing | None:
    """None where the request may take part."""
    who = asked_for(command, part)
    if who == Who.VERIFIED and not _verified(request):
        return Missing(who, _("Sign in with a verified e-mail address first. It is never shown."))
    if who == Who.HOME_ZIP and not serves_home(command, getattr(request, "participant", None)):
        return Missing(who, _("Say your home ZIP code first. Only the ZIP code is kept."))
    return None


def serves_home(command: Command, participant: Participant | None) -> bool:
    return bool(participant and participant.home_zip and serves(command, participant.home_zip))


def serves(command: Command, zip_code: str) -> bool:
    """Whether this command serves a ZIP code. One that keeps no list of ZIP codes serves them all."""
    if command.zips_served:
        return zip_code in command.zips_served
    return bool(zip_code)


def _verified(request: HttpRequest) -> bool:
    user = request.user
    return user.is_authenticated and EmailAddress.objects.filter(user=user, verified=True).exists()
