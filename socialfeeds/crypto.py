"""The networks' tokens at rest are sealed as all secrets are."""

from engage.crypto import seal, unseal

__all__ = ["seal", "unseal"]
