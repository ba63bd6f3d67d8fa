"""One plain address, and one plain link: what may stand in a header we sign for."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

import idna

from tools.channels.contract import Refused

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+$){_LABEL}")
_LINK = re.compile(r"[A-Za-z0-9:/?#\[\]@!$&'()*+;=._~%-]+")  # RFC 3986 without the comma
LONGEST_ADDRESS = 254


def plain_address(text: str | None, where: str) -> str:
    """One address as it travels: an ASCII name, and a domain in its ASCII form.

    Raises:
        Refused: for none, several, quoted or commented ones, or a name outside ASCII.
    """
    if not text:
        raise Refused(f"{where}: there is no address")
    name, at, domain = text.rpartition("@")
    if not at or not _LOCAL.fullmatch(name) or len(name) > 64:
        raise Refused(f"{where}: is not one plain address such as ann@example.com")
    address = f"{name}@{ascii_domain(domain, where)}"
    if len(address) > LONGEST_ADDRESS:
        raise Refused(f"{where}: is longer than {LONGEST_ADDRESS} characters")
    return address


def ascii_domain(domain: str, where: str) -> str:
    """A domain in its ASCII form (IDNA 2008: `ß` stays another letter than `ss`).

    Raises:
        Refused: when it is not the name of a host under a top-level domain.
    """
    try:
        plain = domain if domain.isascii() else idna.encode(domain.lower()).decode()
    except (idna.IDNAError, UnicodeError):
        plain = ""
    if not _DOMAIN.fullmatch(plain) or len(plain) > 253:
        raise Refused(f"{where}: the part after @ is not a domain such as example.com")
    return plain


def unsubscribe_link(url: str | None) -> str:
    """A link for List-Unsubscribe (RFC 8058): https, or http to this machine for trials.

    Raises:
        Refused: when there is none, or a mail program could not or should not call it.
    """
    if not url:
        raise Refused("unsubscribe_url: a message may not leave without one")
    if not _LINK.fullmatch(url) or len(url) > 900:
        raise Refused("unsubscribe_url: is too long or holds what no link may hold")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Refused("unsubscribe_url: is not a link") from None
    if not host or "@" in parts.netloc or parts.fragment:
        raise Refused("unsubscribe_url: needs a host, and neither a name before @ nor a #")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(host)):
        raise Refused("unsubscribe_url: must start with https://")
    return url


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
