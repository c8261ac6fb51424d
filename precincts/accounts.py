"""How allauth signs people in, here."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base import Provider
from anymail.exceptions import AnymailError
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from engage import crypto
from precincts import second_factor
from precincts.models import User
from precincts.sources import source_of

log = logging.getLogger(__name__)
ALLAUTHS_STAGE = "allauth.mfa.stages.AuthenticateStage"


class AccountAdapter(DefaultAccountAdapter):
    def get_client_ip(self, request: HttpRequest) -> str:
        """allauth counts attempts by address: it gets the hash that lives a day, never the address."""
        return source_of(request)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """That a password or a second factor has changed. It has, though no mail server answers."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except (OSError, AnymailError) as error:
            log.warning("Nobody was told by mail of a change to their account: %s", error)

    def get_login_stages(self) -> list[str]:
        ours = f"{__name__}.{SecondFactorStage.__name__}"
        return [ours if stage == ALLAUTHS_STAGE else stage for stage in super().get_login_stages()]


class SecondFactorStage(AuthenticateStage):
    """allauth keeps in the session that a passkey opened it, but not whose. What somebody else proved in this
    browser, before this sign-in came to its end, must not count for whoever signs in now."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        second_factor.drop_records_of_others(self.request.session, self.login.user)
        if second_factor.provider_asked(self.request.session, self.login.user):
            return None, True
        return super().handle()


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Whose account a provider opens. Its word on an address counts in settings.SSO_DOMAINS alone."""

    def is_email_verified(self, provider: Provider, email: str) -> bool:
        """SAML knows no verified addresses: a signed word of the provider's own domain is one."""
        return provider.id == "saml" and _is_of_provider(email)

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        return _is_of_provider(email)

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """The account with this verified address, the first time. Who comes later with the same address and
        another name at the provider is somebody else, who was given the address of one who has left."""
        found = super().authenticate_by_email(sociallogin)
        if (
            found
            and SocialAccount.objects.filter(user=found[0], provider=sociallogin.account.provider).exists()
        ):
            return None
        return found


def _is_of_provider(email: str) -> bool:
    return email.rpartition("@")[2].lower() in settings.SSO_DOMAINS


class SecondFactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        """Who reads the database, or a backup of it, cannot make anybody's codes."""
        return crypto.seal(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.unseal(encrypted_text.encode())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Passkey") if number == 1 else _("Passkey %(number)s") % {"number": number}
