"""Whose address a request comes from: the peer's, or what a proxy that we trust says of it."""

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from tools.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from ipaddress import IPv4Address

    from starlette.types import ASGIApp, Receive, Scope, Send

HEADER = b"x-forwarded-for"
LONGEST = 2_000  # characters; a chain of proxies is shorter
ONE_SITE = 64  # bits of an IPv6 address that one customer of a provider has


class ProxyNetworks:
    """The networks of our own proxies; what anybody else says of an address is ignored."""

    def __init__(self, networks: "Iterable[str]" = ()) -> None:
        """Read the networks.

        Raises:
            BadInput: when one is no address and no network like 10.0.0.0/8.
        """
        self._networks = tuple(_network(text) for text in networks)

    def __contains__(self, address: str) -> bool:
        """Whether an address is one of a proxy of ours."""
        return self._trusts(_read(address))

    def client(self, peer: str, forwarded: "Sequence[str]") -> str:
        """The address of who asks, given the lines of X-Forwarded-For in their order.

        Each proxy appends whom it heard from, so the last address that is not a proxy of ours
        counts. A header that holds anything else up to there is ignored as a whole.
        """
        said = ",".join(forwarded)
        if peer not in self or not said or len(said) > LONGEST:
            return peer
        found = peer
        for text in reversed(said.split(",")):
            address = _read(_without_port(text.strip()))
            if address is None:
                return peer
            found = str(address)
            if not self._trusts(address):
                return found
        return found

    def _trusts(self, address: "IPv4Address | IPv6Address | None") -> bool:
        return address is not None and any(
            address.version == network.version and address in network for network in self._networks
        )


class ClientAddress:
    """Puts the address of who asks where every part of the application looks for it."""

    def __init__(self, app: "ASGIApp", proxies: ProxyNetworks) -> None:
        self._app, self._proxies = app, proxies

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Serve one request."""
        peer = scope.get("client")
        if scope["type"] == "http" and peer is not None:
            lines = [value.decode("latin-1") for name, value in scope["headers"] if name == HEADER]
            client = self._proxies.client(peer[0], lines)
            if client != peer[0]:
                scope = {**scope, "client": (client, 0)}
        await self._app(scope, receive, send)


def network_of(address: str) -> str:
    """What limits count as one address: all of an IPv6 site, since each has 2^64 of them."""
    known = _read(address)
    if not isinstance(known, IPv6Address):
        return address if known is None else str(known)
    return str(ip_network((int(known) >> ONE_SITE << ONE_SITE, 128 - ONE_SITE)))


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise BadInput(
            f"proxies: {text!r} is no address and no network; write 10.0.0.7 or 10.0.0.0/8"
        ) from error


def _read(text: str) -> "IPv4Address | IPv6Address | None":
    """An address; one of IPv4 that is written as one of IPv6 is the same address."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or (None if address.scope_id else address)
    return address


def _without_port(text: str) -> str:
    """An address without the port that some proxies write: 192.0.2.1:80, [2001:db8::1]:80."""
    if text.startswith("["):
        host, bracket, port = text[1:].partition("]")
        fine = bracket and (not port or (port[:1] == ":" and port[1:].isdecimal()))
        return host if fine else text
    host, colon, port = text.partition(":")
    return host if colon and "." in host and port.isdecimal() else text
