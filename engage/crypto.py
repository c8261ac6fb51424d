"""Secrets at rest: Fernet, with keys from the environment. The first key seals; every key can unseal."""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def seal(text: str) -> bytes:
    return _fernet().encrypt(text.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """The sealed text. Raises cryptography.fernet.InvalidToken where no key fits."""
    return _fernet().decrypt(bytes(sealed)).decode()


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key.strip()) for key in settings.TOKEN_KEYS])
