"""Asking a stranger's server, safely: a public address, the very one that was looked at, and not for long.

Whoever may name a server must not be able to make this one ask its own network. So a name is looked up once
for each call, every address it gives must be public, the connection goes to one of these addresses and to no
other, no redirect is followed, and no proxy is asked. `loopback` lets this machine itself be asked, there
also without TLS: for trying it out.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
# Public in name, but they carry another address inside.
TUNNELS = [ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]
PORTS = range(1, 65536)


class CannotReach(Exception):
    """Nobody can be asked at this address, or nobody answered. The text says why, to a person."""


class Unanswered(CannotReach):
    """The connection stood, so what was asked may have been taken; there was no whole answer."""


@dataclass(frozen=True)
class Answer:
    """What came back. `whole` says that the body was read to its end."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes
    whole: bool

    def header(self, name: str) -> str:
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")


@dataclass(frozen=True)
class Place:
    """An address that may be asked: what it says, and where that leads."""

    secure: bool
    host: str
    port: int
    target: str
    addresses: list[str]


def place_of(url: str, *, loopback: bool = False) -> Place:
    """What is asked, looked up now. Raises CannotReach where it may not be, with a sentence for the form."""
    parts = _parts(url, loopback)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    addresses = _addresses(host, port)
    if not all(_allowed(address, loopback) for address in addresses):
        raise CannotReach(_("This leads into a private network. Give an address of the internet."))
    if not secure and not all(address.is_loopback for address in addresses):
        raise CannotReach(_("Give an address that starts with https://"))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(secure, host, port, target, [str(address) for address in addresses])


def _parts(url: str, loopback: bool) -> SplitResult:
    """The address taken apart, if all of it can be meant."""
    try:
        parts = urlsplit(url)
        port = parts.port  # asking is what finds a bad one
    except ValueError as error:
        raise CannotReach(_("This is not a web address.")) from error
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise CannotReach(_("Give an address that starts with https://"))
    if parts.scheme == "http" and not loopback:
        raise CannotReach(_("Give an address that starts with https://"))
    if parts.username or parts.password:
        raise CannotReach(_("Leave out the name and password."))
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


def _allowed(address: IPAddress, loopback: bool) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return _allowed(address.ipv4_mapped, loopback)
        if any(address in net for net in TUNNELS):
            return False
    if address.is_loopback:
        return loopback
    return address.is_global and not address.is_multicast


def ask(
    place: Place, method: str, headers: Mapping[str, str], body: bytes = b"", *, seconds: float, most: int
) -> Answer:
    """One call. Raises CannotReach where it never got there, Unanswered where nobody can say.

    All of it takes no longer than `seconds`, and no more than `most` bytes of the answer are read.
    """
    connection = _Pinned(place, seconds)
    deadline = threading.Timer(seconds, connection.cut)
    deadline.daemon = True
    deadline.start()
    try:
        try:
            connection.connect()
        except (OSError, ValueError) as error:
            raise CannotReach(_why(error, connection)) from error
        return _asked(connection, method, headers, body, most)
    finally:
        deadline.cancel()
        connection.close()


def _asked(connection: _Pinned, method: str, headers: Mapping[str, str], body: bytes, most: int) -> Answer:
    try:
        connection.request(method, connection.place.target, body or None, dict(headers))
        answer = connection.getresponse()
        if connection.was_cut:
            raise TimeoutError  # what looks like the end of its headers was the end of our patience
        read = answer.read(most + 1)
        # Nor is what was cut off in the middle a short answer.
        whole = len(read) <= most and not connection.was_cut and not answer.length
        return Answer(answer.status, answer.reason, answer.getheaders(), read[:most], whole)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unanswered(_why(error, connection)) from error


def _why(error: Exception, connection: _Pinned) -> str:
    if isinstance(error, ssl.SSLError):
        return _("Its certificate cannot be trusted, or it speaks no TLS.")
    if connection.was_cut or isinstance(error, TimeoutError):
        return _("It took too long to answer.")
    if isinstance(error, ConnectionRefusedError):
        return _("Nobody listens there.")
    return _("The connection broke before there was an answer.")


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
