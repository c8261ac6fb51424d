"""grant_role EMAIL ROLE [SLUG]: somebody may do something, at a command or (without one) at headquarters.

Who is not known yet is made without a password and signs in by an e-mail code.
"""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from precincts.models import COMMAND_ROLES, Membership, Role, User
from precincts.models import Command as PoliceCommand


class Command(BaseCommand):
    help = "Let somebody do what a role may do, at a command or at headquarters."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("slug", nargs="?", default="", help="of the command; none for headquarters")

    def handle(self, *args: Any, email: str, role: str, slug: str, **options: Any) -> None:
        if (role in COMMAND_ROLES) != bool(slug):
            raise CommandError(f"The role {role} {'needs a' if role in COMMAND_ROLES else 'has no'} command.")
        command = PoliceCommand.objects.filter(slug=slug).first() if slug else None
        if slug and command is None:
            raise CommandError(f"There is no command {slug}.")
        with transaction.atomic():
            membership, new = Membership.objects.get_or_create(
                user=_user(email), command=command, role=Role(role)
            )
        self.stdout.write(f"{email}: {membership}" + ("" if new else " (was so already)"))


def _user(email: str) -> User:
    try:
        validate_email(email)
    except ValidationError as error:
        raise CommandError(f"{email} is not an e-mail address.") from error
    user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email)
    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    return user
