"""The store: one object that holds the repositories of one database."""

from typing import TYPE_CHECKING

from tools.store.clocks import Clocks
from tools.store.documents import Documents
from tools.store.gate.gate import GateStore
from tools.store.manifest import Manifest
from tools.store.migrate import open_database
from tools.store.people import People
from tools.store.proposals import Proposals
from tools.store.refusals import Refusals
from tools.store.reports import Reports
from tools.store.runs import Runs
from tools.store.sends import Sends, Switches
from tools.store.slots import Slots
from tools.store.transitions import Transitions

if TYPE_CHECKING:
    from tools.store.engine import Database


class Store:
    """What must never be lost or done twice, by topic."""

    def __init__(self, database: "Database") -> None:
        """Put the repositories over a database that is up to date."""
        self.database = database
        self.manifest = Manifest(database)
        self.documents = Documents(database)
        self.runs = Runs(database)
        self.transitions = Transitions(database)
        self.proposals = Proposals(database)
        self.gate = GateStore(database)
        self.people = People(database)
        self.slots = Slots(database)
        self.refusals = Refusals(database)
        self.reports = Reports(database)
        self.clocks = Clocks(database)
        self.sends = Sends(database)
        self.switches = Switches(database)

    def close(self) -> None:
        """Let go of the connections."""
        self.database.close()


def open_store(url: str) -> Store:
    """Bring the database of a URL up to date and open it."""
    return Store(open_database(url))
