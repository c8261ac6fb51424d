"""Single sign-on by the environment's settings, as django-allauth wants them.

docs/operators.md explains each.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

# In the addresses: /accounts/oidc/staff/login/callback/ and /accounts/saml/staff/acs/.
SLUG = "staff"
# Where providers put an address, and a name that stays, in what they say of somebody.
SAML_EMAIL = [
    "email",
    "mail",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
]
SAML_UID = [
    "urn:oasis:names:tc:SAML:attribute:subject-id",
    "http://schemas.microsoft.com/identity/claims/objectidentifier",
]

Env = Callable[[str], str]


def providers(env: Env, base: Path) -> dict[str, Any]:
    """SOCIALACCOUNT_PROVIDERS: what is set, and nothing else. Raises ImproperlyConfigured where half is."""
    found = {}
    if env("ENGAGE_OIDC_ISSUER"):
        found["openid_connect"] = _oidc(env)
    if env("ENGAGE_SAML_ENTITY_ID"):
        found["saml"] = _saml(env, base)
    return found


def _oidc(env: Env) -> dict[str, Any]:
    return {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": SLUG,
                "name": env("ENGAGE_OIDC_NAME") or "Single sign-on",
                "client_id": _needed(env, "ENGAGE_OIDC_CLIENT_ID"),
                "secret": _needed(env, "ENGAGE_OIDC_CLIENT_SECRET"),
                "settings": {"server_url": env("ENGAGE_OIDC_ISSUER")},
            }
        ],
    }


def _saml(env: Env, base: Path) -> dict[str, Any]:
    idp: dict[str, Any] = {"entity_id": env("ENGAGE_SAML_ENTITY_ID")}
    if url := env("ENGAGE_SAML_METADATA_URL"):
        idp["metadata_url"] = url
    else:
        idp["sso_url"] = _needed(env, "ENGAGE_SAML_SSO_URL")
        idp["x509cert"] = _certificate(_needed(env, "ENGAGE_SAML_CERTIFICATE"), base)
    return {
        "APPS": [
            {
                "provider_id": "saml",
                "client_id": SLUG,
                "name": env("ENGAGE_SAML_NAME") or "Single sign-on",
                "settings": {
                    "idp": idp,
                    "attribute_mapping": {
                        "email": [*filter(None, [env("ENGAGE_SAML_EMAIL")]), *SAML_EMAIL],
                        "uid": [*filter(None, [env("ENGAGE_SAML_UID")]), *SAML_UID],
                    },
                    # An answer counts that is signed, and that answers a question of ours.
                    "advanced": {
                        "want_assertion_signed": True,
                        "reject_idp_initiated_sso": True,
                        "allow_single_label_domains": True,
                    },
                },
            }
        ]
    }


def _needed(env: Env, name: str) -> str:
    if value := env(name):
        return value
    raise ImproperlyConfigured(f"Set {name}, too: single sign-on is only half set up.")


def _certificate(value: str, base: Path) -> str:
    """A PEM file's text, or what was given where it is the text itself."""
    if "\n" in value or "BEGIN CERTIFICATE" in value or len(value) > 500:
        return value
    try:
        return (base / value).read_text()
    except OSError as error:
        raise ImproperlyConfigured(f"ENGAGE_SAML_CERTIFICATE: {error}") from error
