"""manage.py reseal_tokens: once a new key stands first in ENGAGE_TOKEN_KEYS, before the old one goes."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError

from precincts.models import Command as Tenant
from socialfeeds.connecting import reseal


class Command(BaseCommand):
    help = "Seal every account's token anew with the first key of ENGAGE_TOKEN_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        count, lost = 0, []
        for command in Tenant.objects.all():
            try:
                count += reseal(command)
            except InvalidToken:
                lost.append(command.slug)
        self.stdout.write(f"{count} tokens sealed anew.")
        if lost:
            raise CommandError(
                f"No key opens the tokens of {', '.join(lost)}. Keep the old keys, or connect again."
            )
