"""What became of each mail: the one relation that says how often mails are opened and clicked."""

from typing import TYPE_CHECKING

from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.warehouse.engine import Engine


def make_mails(first_day: int, end_day: int, engine: "Engine") -> None:
    """Create `mails`: those sent from `first_day` to before `end_day`, and how they were answered.

    Columns who, account_id, campaign_id, type, day, and opened_day, clicked_day, unsubscribed_day,
    complained_day, bounced_day: the first day of each kind of answer before `end_day`, NULL for
    none. Reads the as-of relation messages.
    """
    sql = read_sql(__package__, "mails")
    engine.create("mails", sql, first_day=first_day, end_day=end_day)
