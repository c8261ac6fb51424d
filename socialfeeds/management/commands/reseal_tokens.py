"""manage.py reseal_tokens: once a new key stands first in ENGAGE_TOKEN_KEYS, before the old one goes."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError

from precincts import second_factor
from precincts.models import Command as Tenant
from socialfeeds.connecting import reseal


class Command(BaseCommand):
    help = "Seal every token, and every second factor's secret, anew with the first key of ENGAGE_TOKEN_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        count, lost = 0, []
        for command in Tenant.objects.all():
            try:
                count += reseal(command)
            except InvalidToken:
                lost.append(command.slug)
        factors, people = second_factor.reseal()
        self.stdout.write(f"{count} tokens sealed anew, and {factors} secrets of second factors.")
        if people:
            raise CommandError(f"No key opens the second factors of {', '.join(people)}. Keep the old keys.")
        if lost:
            raise CommandError(
                f"No key opens the tokens of {', '.join(lost)}. Keep the old keys, or connect again."
            )
