"""forget_second_factor EMAIL: for somebody who lost the phone and the recovery codes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from precincts import second_factor
from precincts.models import User


class Command(BaseCommand):
    help = "Take away somebody's second factors. They are signed out, and set up another when they sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {email}.")
        had = second_factor.forget(user)
        self.stdout.write(f"{email}: {'their second factor is gone' if had else 'had none'}, signed out.")
