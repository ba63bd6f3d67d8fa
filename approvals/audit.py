"""The chain: every change has an entry, signed together with the one before.

Whoever changes, removes or re-orders an entry without the key breaks every signature after it.
Cutting off the newest entries leaves a good chain, so its head is exported: see `head_of`.
"""

import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from approvals.canonical import canonical

if TYPE_CHECKING:
    from datetime import datetime

    from tools.store.gate.gate import GateTx
    from tools.store.gate.records import Link

Sign = Callable[["Link", str], str]
AGENT = "agent"
HEAD = re.compile(r"0|[0-9]+ [0-9a-f]{64}")


@dataclass(frozen=True)
class Key:
    """The secret of an installation, from which every keyed hash of the gate is made."""

    secret: bytes

    def mac(self, purpose: str, text: str) -> str:
        """A keyed hash of a text, different for every purpose."""
        return hmac.new(self.secret, f"{purpose}\0{text}".encode(), sha256).hexdigest()

    def sign(self, link: "Link", before: str) -> str:
        """The signature of an entry and, through the one before, of all before it."""
        parts = {
            "seq": link.seq,
            "at": link.at.isoformat(),
            "who": link.who,
            "kind": link.kind,
            "subject": link.subject,
            "body": link.body,
            "before": before,
        }
        return self.mac("audit", canonical(parts))


def record(
    tx: "GateTx",
    key: Key,
    now: "datetime",
    who: str,
    kind: str,
    subject: str,
    body: Mapping[str, object],
) -> None:
    """Add an entry in the transaction of the change it tells of; ids and hashes, no names."""
    tx.chain.append(now, who, kind, subject, canonical(body), key.sign)


def broken_links(links: "Iterable[Link]", key: Key) -> list[str]:
    """What is wrong with a chain, in words; empty when it holds from its first entry on."""
    wrong: list[str] = []
    number, before = 0, ""
    for link in links:
        number += 1
        if link.seq != number:
            wrong.append(f"entry {number} is missing; {link.seq} comes in its place")
            number = link.seq
        if not hmac.compare_digest(key.sign(link, before), link.mac):
            wrong.append(f"entry {link.seq} ({link.kind} of {link.subject}) was changed")
        before = link.mac
    return wrong


def head_of(link: "Link | None") -> str:
    """The head of the chain as one line, to be kept outside of the database."""
    return "0" if link is None else f"{link.seq} {link.mac}"


def is_head(line: str) -> bool:
    """Whether a line is a whole head; a full disk may have taken a part of it."""
    return HEAD.fullmatch(line) is not None


def missing_tail(links: "Iterable[Link]", head: str) -> str:
    """What a head kept outside says of the chain: empty when the chain holds it."""
    number, _, mac = head.strip().partition(" ")
    if number == "0":
        return ""
    found = next((link for link in links if str(link.seq) == number), None)
    if found is None:
        return f"entry {number} was there once and is gone"
    return "" if hmac.compare_digest(found.mac, mac) else f"entry {number} is another one now"


def missing_tail_of(tx: "GateTx", head: str) -> str:
    """The same of the chain in a database, by one look-up."""
    number, _, mac = head.strip().partition(" ")
    if not number.isdigit() or number == "0":
        return ""
    found = tx.chain.macs([int(number)]).get(int(number))
    if found is None:
        return f"entry {number} was there once and is gone"
    return "" if hmac.compare_digest(found, mac) else f"entry {number} is another one now"
