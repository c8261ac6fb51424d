"""manage.py reseal_contacts: once a new key stands first in ENGAGE_TOKEN_KEYS, before the old one goes."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError

from ideas.notices import contacts


class Command(BaseCommand):
    help = "Seal every e-mail address for notices anew with the first key of ENGAGE_TOKEN_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = contacts.reseal()
        except InvalidToken as error:
            raise CommandError("No key opens one of the addresses. Keep the old keys.") from error
        self.stdout.write(f"{count} addresses sealed anew.")
