"""What was bought: the one relation that says which invoices and orders are purchases."""

from typing import TYPE_CHECKING

from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.warehouse.engine import Engine

# An open bill that names no due day is taken for unpaid after the usual term.
TERM_DAYS = 30


def make_purchases(as_of: int, engine: "Engine") -> None:
    """Create `purchases` (invoice_id, account_id, contact_id, day, currency, minor, bought).

    Reads the as-of relation invoices. A row has the net amount of one invoice in one currency;
    only a row that is `bought` is a purchase, the others are credits or came to nothing.
    """
    engine.create("purchases", read_sql(__package__, "purchases"), as_of=as_of, term_days=TERM_DAYS)
