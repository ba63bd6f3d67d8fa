"""Transactions of the gate: everything a decision changes, at once or not at all.

Writers come one after the other (SQLite has one anyway, PostgreSQL takes an advisory lock), which
is what keeps the chain without forks and the sums of four eyes right. A transaction PostgreSQL
calls off for its own reasons is tried again; its compare-and-sets are then asked anew.
"""

from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.exc import DBAPIError

from tools.store.erasures import Erasures
from tools.store.gate.actions import Actions
from tools.store.gate.care import CareBook
from tools.store.gate.chain import Chain
from tools.store.gate.entering import enter
from tools.store.gate.log import Holdouts, Log
from tools.store.gate.proposals import ProposalBook
from tools.store.gate.roles import Roles
from tools.store.sends import Ledger
from tools.store.staff import Staff

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlmodel import Session

    from tools.store.engine import Database
    from tools.store.gate.records import Action, Link
    from tools.store.records import Entered, NewProposal

Result = TypeVar("Result")
LOCK = "gate"
TRIES = 3
CALLED_OFF = frozenset({"40001", "40P01"})  # serialisation failure, deadlock


class GateTx:
    """The repositories of one transaction."""

    def __init__(self, session: "Session") -> None:
        """Put them over a session; `session` itself is for repositories of this package."""
        self.session = session
        self.asked = ProposalBook(session)
        self.actions = Actions(session)
        self.log = Log(session)
        self.chain = Chain(session)
        self.holdouts = Holdouts(session)
        self.ledger = Ledger(session)
        self.roles = Roles(session)
        self.erasures = Erasures(session)
        self.staff = Staff(session)
        self.care = CareBook(session)

    def enter(
        self,
        as_of: int,
        new: "Sequence[NewProposal]",
        now: "datetime",
        withdrawn: "Mapping[str, str]",
    ) -> "Entered":
        """Enter a day's proposals; see `tools.store.gate.entering`."""
        return enter(self.session, as_of, new, now, withdrawn)


class GateStore:
    """Runs work in transactions of the gate."""

    def __init__(self, database: "Database") -> None:
        self._database = database
        self._export: Callable[[GateStore, Sequence[Link]], None] = lambda *_: None
        self._prepare: Callable[[], None] = lambda: None

    def export_to(
        self,
        export: "Callable[[GateStore, Sequence[Link]], None]",
        prepare: "Callable[[], None]" = lambda: None,
    ) -> None:
        """Hand the entries that each commit has added to the chain to somebody outside.

        `prepare` is called before a transaction holds the lock that all writers wait for.
        """
        self._export, self._prepare = export, prepare

    def renew(self, action: "Action", until: "datetime") -> bool:
        """Prolong the lease of a call that is still this claim's; it waits for no other writer."""
        with self._database.write() as session:
            return Actions(session).renew(action, until)

    def write(self, work: "Callable[[GateTx], Result]") -> Result:
        """Do the work in one transaction, or leave nothing of it."""
        self._prepare()
        for left in reversed(range(TRIES)):
            try:
                with self._database.write(LOCK) as session:
                    tx = GateTx(session)
                    result = work(tx)
            except DBAPIError as error:
                if not left or getattr(error.orig, "sqlstate", None) not in CALLED_OFF:
                    raise
            else:
                if tx.chain.added:
                    self._export(self, tx.chain.added)
                return result
        raise AssertionError("unreachable")

    def read(self, work: "Callable[[GateTx], Result]") -> Result:
        """Look at one moment of the gate."""
        with self._database.read() as session:
            return work(GateTx(session))
