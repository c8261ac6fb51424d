"""Asking a stranger's server, safely: a public address, the very one that was looked at, and not for long.

Whoever may set a webhook must not be able to make this server ask its own network. So a name is looked up
once, every address it gives must be public, the connection goes to one of these addresses and to no other,
no redirect is followed, and no word of the answer but its status is shown to anybody.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
# Public in name, but they carry another address inside.
TUNNELS = [ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]
PORTS = range(1, 65536)
# Nobody reads the body; this much is taken so that a polite server can finish its sentence.
MOST_READ = 4096


class CannotReach(Exception):
    """Nobody can be asked at this address, or nobody answered. The text says why, to a person."""


@dataclass(frozen=True)
class Place:
    """An address that may be asked: what it says, and where that leads."""

    secure: bool
    host: str
    port: int
    target: str
    addresses: list[str]


def place_of(url: str) -> Place:
    """What is asked, looked up now. Raises CannotReach where it may not be, with a sentence for the form."""
    parts = _parts(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    addresses = _addresses(host, port)
    if not all(_allowed(address) for address in addresses):
        raise CannotReach(_("This leads into a private network. Give an address of the internet."))
    if not secure and not all(address.is_loopback for address in addresses):
        raise CannotReach(_("Give an address that starts with https://"))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(secure, host, port, target, [str(address) for address in addresses])


def _parts(url: str) -> SplitResult:
    """The address taken apart, if all of it can be meant."""
    try:
        parts = urlsplit(url)
        port = parts.port  # asking is what finds a bad one
    except ValueError as error:
        raise CannotReach(_("This is not a web address.")) from error
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise CannotReach(_("Give an address that starts with https://"))
    if parts.scheme == "http" and not settings.WEBHOOKS_TO_LOOPBACK:
        raise CannotReach(_("Give an address that starts with https://"))
    if parts.username or parts.password:
        raise CannotReach(_("Leave out the name and password: calls are signed instead."))
    if parts.fragment:
        raise CannotReach(_("Leave out the part after the “#”."))
    if not url.isascii() or any(character.isspace() or not character.isprintable() for character in url):
        raise CannotReach(_("Write the address without spaces and in plain letters."))
    if port is not None and port not in PORTS:
        raise CannotReach(_("This is not a web address."))
    return parts


def _addresses(host: str, port: int) -> list[IPAddress]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CannotReach(_("There is no server by the name “%(host)s”.") % {"host": host[:80]}) from error
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def _allowed(address: IPAddress) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return _allowed(address.ipv4_mapped)
        if any(address in net for net in TUNNELS):
            return False
    if address.is_loopback:
        return settings.WEBHOOKS_TO_LOOPBACK
    return address.is_global and not address.is_multicast


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """POST, and the answer's status with its Retry-After, if any. Raises CannotReach for no answer at all.

    All of it, looking up the name aside, takes no longer than settings.WEBHOOK_TIMEOUT_SECONDS.
    """
    place = place_of(url)
    connection = _Pinned(place, settings.WEBHOOK_TIMEOUT_SECONDS)
    deadline = threading.Timer(settings.WEBHOOK_TIMEOUT_SECONDS, connection.cut)
    deadline.daemon = True
    deadline.start()
    try:
        connection.request("POST", place.target, body, headers)
        answer = connection.getresponse()
        if connection.was_cut:
            raise TimeoutError  # what looks like the end of its headers was the end of our patience
        status, again = answer.status, answer.headers.get("Retry-After", "")
        answer.read(MOST_READ)
        return status, again
    except ssl.SSLError as error:
        raise CannotReach(_("Its certificate cannot be trusted, or it speaks no TLS.")) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        if connection.was_cut or isinstance(error, TimeoutError):
            raise CannotReach(_("It took too long to answer.")) from error
        if isinstance(error, ConnectionRefusedError):
            raise CannotReach(_("Nobody listens there.")) from error
        raise CannotReach(_("The connection broke before there was an answer.")) from error
    finally:
        deadline.cancel()
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to the addresses that were looked at. The name serves the certificate and Host alone."""

    def __init__(self, place: Place, seconds: float) -> None:
        super().__init__(place.host, place.port, timeout=seconds)
        self.place = place
        self.was_cut = False
        # Else an address with its scheme's own port would be named with it.
        self.default_port = 443 if place.secure else 80

    def connect(self) -> None:
        self.sock = self._open()
        if self.place.secure:
            context = ssl.create_default_context()
            # The handshake comes after the socket has its place, where `cut` finds it.
            self.sock = context.wrap_socket(
                self.sock, server_hostname=self.place.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def _open(self) -> socket.socket:
        for number, address in enumerate(self.place.addresses, start=1):
            try:
                return socket.create_connection((address, self.place.port), self.timeout)
            except OSError:
                if number == len(self.place.addresses) or self.was_cut:
                    raise
        raise OSError("no address")

    def cut(self) -> None:
        """The time is over, whatever is being waited for: a server can drip for ever."""
        self.was_cut = True
        if sock := self.sock:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
