"""OAuth 1.0a: whether a call was signed by whom it says, as RFC 5849 has it. HMAC-SHA1 alone, like X."""

import base64
import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote

from django.http import HttpRequest

from . import grants

PARAMETER = re.compile(r'\s*([a-z_]+)="([^"]*)"\s*(?:,|$)')
CLOCKS_DIFFER = 300


@dataclass(frozen=True)
class Signed:
    """What the header of a call says."""

    said: dict[str, str]

    @property
    def token(self) -> str:
        """Whose call it says it is."""
        return self.said.get("oauth_token", "")

    def holds(self, request: HttpRequest, secret: str) -> bool:
        """Whether the signature was made with both secrets, now, for exactly this call."""
        stamp = self.said.get("oauth_timestamp", "")
        if (
            self.said.get("oauth_consumer_key") != grants.CONSUMER_KEY
            or self.said.get("oauth_signature_method") != "HMAC-SHA1"
            or not self.said.get("oauth_nonce")
            or not re.fullmatch(r"\d{1,12}", stamp)
            or abs(int(stamp) - time.time()) > CLOCKS_DIFFER
        ):
            return False
        key = f"{_escaped(grants.CONSUMER_SECRET)}&{_escaped(secret)}"
        made = hmac.new(key.encode(), self._base(request).encode(), hashlib.sha1)
        return hmac.compare_digest(
            base64.b64encode(made.digest()).decode(), self.said.get("oauth_signature", "")
        )

    def _base(self, request: HttpRequest) -> str:
        pairs = [pair for pair in self.said.items() if pair[0] not in ("oauth_signature", "realm")]
        pairs += parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True)
        if request.content_type == "application/x-www-form-urlencoded":
            pairs += parse_qsl(request.body.decode(), keep_blank_values=True)
        sent = sorted((_escaped(name), _escaped(value)) for name, value in pairs)
        words = "&".join(f"{name}={value}" for name, value in sent)
        url = f"{request.scheme}://{request.get_host().lower()}{request.path}"
        return "&".join(_escaped(part) for part in ((request.method or "").upper(), url, words))


def read(header: str) -> Signed:
    """The header's parameters."""
    return Signed({name: unquote(value) for name, value in PARAMETER.findall(header)})


def _escaped(text: str) -> str:
    return quote(text, safe="~")
