"""Our own and test accounts: they are in no figure about customers."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.warehouse.engine import Engine

_WORDS = pa.schema([("kind", pa.string()), ("word", pa.string())])


@dataclass(frozen=True)
class Internal:
    """Who is no customer.

    Attributes:
        domains: mail domains: an account of such a domain, and whoever has such an address.
        accounts: ids of accounts.
    """

    domains: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()

    def words(self) -> str:
        """Who is left out, for a definition."""
        named = [f"the domain {domain}" for domain in self.domains]
        named += [f"{len(self.accounts)} accounts by name"] if self.accounts else []
        return f"without {', '.join(named)}" if named else "nobody left out as internal or test"


NOBODY = Internal()
_ACCOUNTS = (
    "SELECT r.* FROM $whole AS r LEFT JOIN internal_accounts AS i ON i.account_id = r.account_id "
    "WHERE i.account_id IS NULL"
)
_BOTH = (
    "SELECT r.* FROM $whole AS r LEFT JOIN internal_accounts AS i ON i.account_id = r.account_id "
    "LEFT JOIN internal_contacts AS p ON p.contact_id = r.contact_id "
    "WHERE i.account_id IS NULL AND p.contact_id IS NULL"
)
_STAGED = (
    "SELECT r.* FROM $whole AS r "
    "LEFT JOIN internal_accounts AS i ON r.kind = 'account' AND i.account_id = r.id "
    "LEFT JOIN internal_contacts AS p ON r.kind = 'contact' AND p.contact_id = r.id "
    "WHERE i.account_id IS NULL AND p.contact_id IS NULL"
)
# What the agent did is told of everybody; what it is compared by is not.
_NARROWED: "Mapping[str, str]" = MappingProxyType({
    **dict.fromkeys(("contacts", "messages", "tickets", "usage"), _BOTH),
    **dict.fromkeys(("accounts", "deals", "invoices", "purchases", "segment_history", "segments",
                     "subscriptions", "subscription_spans", "recurring_revenue",
                     "usage_life", "work_draws"), _ACCOUNTS),
    **dict.fromkeys(("roster", "timeline"), _STAGED),
})  # fmt: skip


def leave_out(engine: "Engine", internal: Internal) -> None:
    """Take who is no customer out of every relation the sections read, from now on."""
    if internal == NOBODY:
        return
    mark_internal(engine, internal)
    for name, sql in _NARROWED.items():
        engine.narrow(name, sql.replace("$whole", f"{name}_whole"))


class CustomerView:
    """Lets a section read of everybody, or of customers alone, whatever the one before it read."""

    def __init__(self, engine: "Engine", internal: Internal) -> None:
        """Everybody is seen at first."""
        self._engine, self._internal = engine, internal
        self._is_narrow, self._is_kept = False, False

    def everybody(self) -> None:
        """Show everybody from now on."""
        if self._is_narrow:
            for name in _NARROWED:
                self._engine.view(name, f"SELECT r.* FROM {name}_whole AS r")
        self._is_narrow = False

    def customers(self) -> None:
        """Show customers alone from now on."""
        if self._is_narrow or self._internal == NOBODY:
            return
        if self._is_kept:  # the relations stand under their other names since the first time
            mark_internal(self._engine, self._internal)
            for name, sql in _NARROWED.items():
                self._engine.view(name, sql.replace("$whole", f"{name}_whole"))
        else:
            leave_out(self._engine, self._internal)
        self._is_narrow = self._is_kept = True


def mark_internal(engine: "Engine", internal: Internal) -> None:
    """Create relations internal_accounts (account_id) and internal_contacts (contact_id)."""
    rows = [{"kind": "domain", "word": word.lower()} for word in internal.domains]
    rows += [{"kind": "account", "word": word} for word in internal.accounts]
    engine.put("internal_words", pa.Table.from_pylist(rows, schema=_WORDS))
    if not rows:
        for kind in ("account", "contact"):
            engine.put(f"internal_{kind}s", pa.schema([(f"{kind}_id", pa.string())]).empty_table())
        return
    engine.create("internal_accounts", read_sql(__package__, "internal_accounts"))
    engine.create("internal_contacts", read_sql(__package__, "internal_contacts"))
