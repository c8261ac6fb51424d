"""Second factors for tests: an authenticator app without a phone."""

import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value


def give_app(user):
    """An authenticator app's secret, set up for the user."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def give_recovery_codes(user):
    return RecoveryCodes.activate(user).generate_codes()


def digits(secret):
    """What the app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(client, email, password="engage-tests", next=""):
    return client.post("/accounts/login/", {"login": email, "password": password, "next": next})
