"""How allauth signs people in, here."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils.translation import gettext as _

from engage import crypto
from precincts.models import User
from precincts.sources import source_of


class AccountAdapter(DefaultAccountAdapter):
    def get_client_ip(self, request: HttpRequest) -> str:
        """allauth counts attempts by address: it gets the hash that lives a day, never the address."""
        return source_of(request)


class SecondFactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        """Who reads the database, or a backup of it, cannot make anybody's codes."""
        return crypto.seal(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.unseal(encrypted_text.encode())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Passkey") if number == 1 else _("Passkey %(number)s") % {"number": number}
