"""What the chain says of switches, of a "no" and of people: a deleted row does not unsay it."""

import json
from datetime import datetime
from typing import TYPE_CHECKING

from approvals.chain_story import Forged, signed
from tools.store.records import Suppression

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Any

    from approvals.audit import Key
    from tools.store.gate.gate import GateTx
    from tools.store.gate.records import Link

PAUSE, UNSUBSCRIBE, SUPPRESS, LEDGER = "pause", "unsubscribe", "suppress", "ledger"
HEARD = "heard"  # so many words of no came with the facts, and stand in the ledger
REFUSALS = frozenset({UNSUBSCRIBE, SUPPRESS})
SHORT = 16  # so many characters of a keyed hash are the subject of its entry
ROLE = frozenset({"let_in", "role", "switch_on", "switch_off"})


def paused_by_chain(tx: "GateTx", key: "Key", scopes: "Collection[str]") -> frozenset[str]:
    """Which of some switches are on by the last entry about each."""
    newest = signed(tx, key, tx.chain.newest(list(scopes), PAUSE))
    return frozenset(link.subject for link in newest if is_on(link))


def is_on(link: "Link") -> bool:
    """Whether an entry turned a switch on; one of before did not say so of a channel."""
    return bool(json.loads(link.body).get("on", True))


def refusals_by_chain(tx: "GateTx", key: "Key", keys: "Collection[str]") -> tuple[Suppression, ...]:
    """The entries of our own list about some addresses as the chain has them."""
    shorts = {one[:SHORT]: one for one in keys}
    links = [link for link in tx.chain.about(sorted(shorts)) if link.kind in REFUSALS]
    return tuple(refusal(link, shorts[link.subject]) for link in signed(tx, key, links))


def refusal(link: "Link", known: str = "") -> Suppression:
    """The entry of our own list that an entry of the chain tells of."""
    body = json.loads(link.body)
    since = datetime.fromisoformat(body["since"]) if "since" in body else link.at
    return Suppression(body.get("key", known or link.subject), body["channel"], since)


def check_role(tx: "GateTx", key: "Key", person: str, role: str) -> None:
    """Refuse a role that no entry of the chain gave.

    Raises:
        Forged: with the role in the row and the one in the chain.
    """
    wrong = role_difference(person, role, tx.chain.about([person]), key, tx)
    if wrong:
        raise Forged(wrong)


def role_difference(
    person: str, role: str, links: "Iterable[Link]", key: "Key", tx: "GateTx"
) -> str:
    """What the role of a person in its row is otherwise than in the chain, or ''."""
    about = signed(tx, key, [link for link in links if link.kind in ROLE])
    first = ("", True) if any(map(names_role, about)) else _role_before(tx, key, person, role)
    known = role_of(about, first[0], active=first[1])
    if known == role:
        return ""
    said = known or ("none" if about else "nothing")
    return f"person {person}: the role in the row is {role}, the chain says {said}"


def names_role(link: "Link") -> bool:
    """Whether an entry says which role somebody has, and not only that they are switched on."""
    return link.kind in ROLE and "role" in json.loads(link.body)


def role_of(links: "Iterable[Link]", role: str = "", *, active: bool = True) -> str:
    """The role of a person by the entries about it; '' when it was switched off."""
    for link in links:
        role = json.loads(link.body).get("role", role)
        active = (active or link.kind == "switch_on") and link.kind != "switch_off"
    return role if active else ""


def _role_before(tx: "GateTx", key: "Key", person: str, role: str) -> tuple[str, bool]:
    """The role of somebody of before entries named roles, and whether they were switched on.

    It stands where the ledger began. As long as nobody was let in by an entry, the row is believed.
    """
    ledger = signed(tx, key, tx.chain.newest([LEDGER], LEDGER))
    if not ledger or not tx.chain.has_let_in():
        return role, True
    begun = json.loads(ledger[-1].body)
    known = begun.get("people", {}).get(person, "")
    return known or begun.get("off", {}).get(person, ""), bool(known)


def account_subject(key: "Key", account_id: str) -> str:
    """The name of an account in the chain: a keyed hash, so that erasing it leaves no name."""
    return f"care:{key.mac('account', account_id)[:32]}"


def account_difference(tx: "GateTx", account_id: str, links: "Iterable[Link]") -> str:
    """What is kept of people's words about an account otherwise than in its entries, or ''.

    Where the chain knows of none, a row can only keep something back, and is not asked for.
    """
    said = [(body["did"], body["version"], body["until"]) for body in map(_body, links)]
    if not said:
        return ""
    kept = [(deed.kind, deed.version, deed.until_day) for deed in tx.care.of(account_id)]
    standing = tx.care.standing(account_id)
    now = [] if standing is None else [(standing.kind, standing.version, standing.until_day)]
    if kept == said and now == said[-1:]:
        return ""
    return f"account {account_id}: what people said of it is not what the chain says"


def _body(link: "Link") -> "dict[str, Any]":
    body: dict[str, Any] = json.loads(link.body)
    return body
