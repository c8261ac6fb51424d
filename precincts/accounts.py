"""How allauth signs people in, here."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from precincts.sources import source_of


class AccountAdapter(DefaultAccountAdapter):
    def get_client_ip(self, request: HttpRequest) -> str:
        """allauth counts attempts by address: it gets the hash that lives a day, never the address."""
        return source_of(request)
