"""allauth's forms: in our words, and such that no input breaks them."""

from __future__ import annotations

import struct
import unicodedata
from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

LONGEST_NAME = 60
LONGEST_CODE = 40
# All that taking apart a credential raises that no browser made.
BROKEN = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, struct.error)
NO_PASSKEY = _("This is no passkey that Engage knows.")


class CodeField(forms.CharField):
    """A code from an app, a list or a mail. allauth compares ASCII; digits of every script are taken."""

    widget = forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text"})
    default_validators = [RegexValidator(r"^[\x20-\x7e]+$", _("A code has letters and digits only."))]

    def __init__(self) -> None:
        super().__init__(label=_("Code"), max_length=LONGEST_CODE)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return "".join(str(unicodedata.decimal(letter, letter)) for letter in text)


class TakesCode(forms.Form):
    """Before one of allauth's forms: its code is a CodeField."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = CodeField()


class ConfirmLoginCodeForm(TakesCode, account.ConfirmLoginCodeForm):
    pass


class ConfirmEmailForm(TakesCode, account.ConfirmEmailVerificationCodeForm):
    pass


class AuthenticateForm(TakesCode, mfa.AuthenticateForm):
    pass


class ReauthenticateForm(TakesCode, mfa.ReauthenticateForm):
    pass


class ActivateAppForm(TakesCode, ActivateTOTPForm):
    pass


class CredentialField(forms.JSONField):
    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput)

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise forms.ValidationError(NO_PASSKEY) from error

    def bound_data(self, data: Any, initial: Any) -> str:
        return ""  # a credential answers one challenge; to show it again would help nobody


class TakesCredential(forms.Form):
    """Before one of allauth's forms: what no browser sends as a passkey is refused, and breaks nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = CredentialField()

    def clean_credential(self) -> Any:
        try:
            # The one of authenticating takes it apart here, the one of adding in clean().
            check = getattr(super(), "clean_credential", lambda: self.cleaned_data["credential"])
            return check()
        except BROKEN as error:
            raise forms.ValidationError(NO_PASSKEY) from error

    def clean(self) -> Any:
        try:
            return super().clean()
        except BROKEN as error:
            raise forms.ValidationError(NO_PASSKEY) from error


class LoginKeyForm(TakesCredential, webauthn.LoginWebAuthnForm):
    pass


class AuthenticateKeyForm(TakesCredential, webauthn.AuthenticateWebAuthnForm):
    pass


class ReauthenticateKeyForm(TakesCredential, webauthn.ReauthenticateWebAuthnForm):
    pass


class AddKeyForm(TakesCredential, webauthn.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = _name(required=False)
        self.fields["passwordless"] = forms.BooleanField(
            label=_("Let it sign me in by itself, without the password"),
            help_text=_("It then asks for your finger, your face or its PIN."),
            required=False,
            initial=True,
        )


class EditKeyForm(webauthn.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = _name(required=True)


def _name(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label=_("Name"),
        help_text=_("So that you know later which one it is, for example: work phone."),
        max_length=LONGEST_NAME,
        required=required,
    )
