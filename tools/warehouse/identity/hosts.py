"""Names of hosts: international names written one way, and which names anybody can register."""

from functools import cache
from typing import TYPE_CHECKING

import idna
import pyarrow as pa
from publicsuffixlist import PublicSuffixList

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.warehouse.engine import Engine

ASCII = pa.schema([("host", pa.string()), ("ascii", pa.string())])
PARENTS = pa.schema([("host", pa.string()), ("domain", pa.string())])


def ascii_host(host: str) -> str:
    """A host name as it is looked up (`bücher.example` is `xn--bcher-kva.example`)."""
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return host


def put_ascii_hosts(engine: "Engine", hosts: "Iterable[str]") -> None:
    """Make `identity_host`: each name that is not in ASCII, and how it is looked up."""
    names = sorted(set(hosts))
    engine.put("identity_host", pa.table([names, [ascii_host(n) for n in names]], schema=ASCII))


def put_parents(engine: "Engine", pairs: "Iterable[tuple[str, str]]") -> None:
    """Make `identity_parent`: the nearest domain above each host that is one company's.

    Under a public suffix such as `co.uk` or `github.io` anybody has a name: it is nobody's
    parent, even where an account claims it.
    """
    found: dict[str, str] = {}
    for host, domain in pairs:
        if host not in found and not is_public(domain):
            found[host] = domain
    rows = [list(found), list(found.values())]
    engine.put("identity_parent", pa.table(rows, schema=PARENTS))


@cache
def is_public(domain: str) -> bool:
    """Whether anybody can have a name under a domain, by the public suffix list."""
    return bool(_suffixes().is_public(domain))


@cache
def _suffixes() -> PublicSuffixList:
    """The list as the library ships it; nothing is fetched."""
    return PublicSuffixList()
