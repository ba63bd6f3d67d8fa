"""Somebody who may sign in, and what they sign in with: the records, and one spelling of each."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tools.errors import BadInput
from tools.store.columns import storable
from tools.store.rows import record_of

if TYPE_CHECKING:
    from datetime import datetime

    from tools.store.tables import PersonRow, TokenRow

Role = Literal["viewer", "reviewer", "approver-2", "admin", "auditor"]
_MAILBOX = re.compile(r'[^\s@"(),:;<>\[\]\\]+@[^\s@"(),:;<>\[\]\\]+')
_GOOGLE = frozenset({"gmail.com", "googlemail.com"})


@dataclass(frozen=True)
class Person:
    """One human; `subject` is `issuer|sub` of the sign-in provider, `totp` whether there is one."""

    id: str
    mailbox: str
    subject: str | None
    name: str
    role: Role
    totp: bool
    active: bool
    created_at: "datetime"


@dataclass(frozen=True)
class Credentials:
    """What a sign-in is checked against: a password's hash, and a sealed secret for codes."""

    password: str = field(repr=False)
    totp: str = field(repr=False)


@dataclass(frozen=True)
class Login:
    """A session; `sha256` and `csrf` are hashes of secrets only the browser has."""

    sha256: str
    person: str
    csrf: str
    started_at: "datetime"
    seen_at: "datetime"
    ends_at: "datetime"
    confirmed_at: "datetime"


@dataclass(frozen=True)
class Token:
    """An API token without its secret; `prefix` is the part that may be shown."""

    prefix: str
    person: str
    name: str
    scopes: tuple[str, ...]
    agent: bool
    created_at: "datetime"
    ends_at: "datetime"
    used_at: "datetime | None" = None
    revoked_at: "datetime | None" = None


def one_mailbox(address: str) -> str:
    """The one spelling of a mailbox: no case, no +tag, and for Gmail no dots and one domain.

    Raises:
        BadInput: when it is no address.
    """
    plain = unicodedata.normalize("NFKC", address).strip().casefold()
    local, _, domain = plain.partition("@")
    local, domain = local.partition("+")[0], _ascii(domain.rstrip("."))
    if domain in _GOOGLE:
        local, domain = local.replace(".", ""), "gmail.com"
    if not local or storable(plain) != plain or not _MAILBOX.fullmatch(f"{local}@{domain}"):
        raise BadInput(f"mailbox: {address[:100]!r} is no address; write name@example.com")
    return f"{local}@{domain}"


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode()  # one spelling for bücher.de and xn--bcher-kva.de
    except UnicodeError:
        return ""


def person_of(row: "PersonRow") -> Person:
    """The record of a row."""
    return record_of(Person, row, totp=bool(row.totp))


def token_of(row: "TokenRow") -> Token:
    """The record of a row."""
    return record_of(Token, row, scopes=tuple(row.scopes.split()))
