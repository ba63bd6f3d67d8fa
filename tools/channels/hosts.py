"""Where a request may go: a listed host, all of whose addresses are public (against SSRF).

A name is looked up once and the request goes to the very address that was checked, so that a
second answer of the name server changes nothing.
"""

import re
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from tools.channels.contract import NotNow, Refused
from tools.errors import BadInput

Resolve = Callable[[str], list[str]]
Address = IPv4Address | IPv6Address
_HOST = re.compile(r"[a-z0-9.-]{1,253}")
_URL = re.compile(r"[!-\[\]-~]{1,2000}")
_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# Parts of the registry that is_global counts as public and no web service stands in.
_SPECIAL = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))


@dataclass(frozen=True)
class Target:
    """A URL taken apart: what is connected to, and what the request says it wants."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The Host header: the port only when it is not the usual one."""
        usual = {"https": 443, "http": 80}[self.scheme]
        return self.host if self.port == usual else f"{self.host}:{self.port}"

    def at(self, address: Address) -> str:
        """The URL with the host replaced by one address of it."""
        literal = f"[{address}]" if address.version == 6 else str(address)
        return f"{self.scheme}://{literal}:{self.port}{self.path}"


def read_target(url: str, allowed: Collection[str], loopback: Collection[str]) -> Target:
    """Take a configured URL apart.

    Raises:
        BadInput: when it is not https to a listed host, or carries a password.
    """
    if not _URL.fullmatch(url):
        raise BadInput("webhook url: holds a space or a letter outside ASCII; write xn-- names")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadInput(f"webhook url: {error}") from None
    if "@" in parts.netloc or parts.fragment:
        raise BadInput("webhook url: may hold neither a name before @ nor a #; use the secret")
    if host not in {*allowed, *loopback} or not _HOST.fullmatch(host):
        raise BadInput(f"webhook url: host {host!r} is not among the allowed hosts")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in loopback):
        raise BadInput("webhook url: must start with https://")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or {"https": 443, "http": 80}[parts.scheme], path)


def checked_address(host: str, resolve: Resolve, loopback: Collection[str]) -> Address:
    """The address to connect to, after all addresses of the host have been checked.

    Raises:
        NotNow: when the name has no address now.
        Refused: when one of its addresses is not public.
    """
    try:
        answers = resolve(host)
    except (OSError, UnicodeError) as error:
        raise NotNow(f"webhook: {host} has no address ({type(error).__name__})") from error
    if not answers:
        raise NotNow(f"webhook: {host} has no address")
    found = [_address(host, answer) for answer in answers]
    here = host in loopback
    for address in found:
        if not (address.is_loopback if here else is_public(address)):
            raise Refused(f"webhook: {host} leads to {address}, which is not a public address")
    return min(found, key=lambda address: address.version)


def is_public(address: Address) -> bool:
    """Whether an address is one of the public Internet, also after unwrapping tunnels."""
    if isinstance(address, IPv4Address):
        special = any(address in network for network in _SPECIAL)
        return address.is_global and not address.is_multicast and not special
    inside = _inside(address)
    if inside:
        return all(is_public(one) for one in inside)
    return address in _UNICAST and address.is_global


def system_resolve(host: str) -> list[str]:
    """Ask this machine's resolver."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def _inside(address: IPv6Address) -> list[IPv4Address]:
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address.sixtofour:
        return [address.sixtofour]
    if address.teredo:
        return list(address.teredo)
    if address in _NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    return []


def _address(host: str, answer: str) -> Address:
    try:
        return ip_address(answer)
    except ValueError:
        raise Refused(f"webhook: {host} leads to something that is not an address") from None
