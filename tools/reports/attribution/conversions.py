"""What counts as a conversion at a company, and what may have led to it."""

from typing import TYPE_CHECKING, Literal

from tools.errors import NotComputable
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Collection

    from tools.warehouse.engine import Engine

Kind = Literal["subscriptions", "deals", "invoices"]
KINDS: tuple[Kind, ...] = ("subscriptions", "deals", "invoices")
WORDS: "dict[Kind, str]" = {
    "subscriptions": "a day on which what an account pays a month rose, its first paid line "
    "included; worth the rise a month",
    "deals": "a deal won; worth its amount",
    "invoices": "a purchase: an invoice or order that was neither failed, void, overdue nor given "
    "back; worth its net amount",
}


def make_paths(
    as_of: int,
    engine: "Engine",
    present: "Collection[str]",
    since: int,
    window: int,
    currency: str,
    kind: Kind | None = None,
) -> Kind:
    """Make `conversions` from `since` on and the `touches` that can precede them, by day.

    Args:
        as_of: day number D.
        engine: holds the as-of relations of messages, campaigns, subscriptions, deals and
            invoices, and `work_actions`.
        present: canonical tables this company has at all.
        since: the first day of conversions.
        window: days a touch may be older than its conversion.
        currency: of amounts that name none.
        kind: what counts; the first the company has when not given.

    Raises:
        NotComputable: when nothing of the company can count as a conversion.
    """
    chosen = kind or next((name for name in KINDS if name in present), None)
    if chosen is None:
        raise NotComputable(*KINDS)
    text = read_sql(__package__, f"conversions_{chosen}")
    engine.create("conversions", text, as_of=as_of, since=since, currency=currency)
    touches = read_sql(__package__, "touches")
    engine.create("touches", touches, as_of=as_of, since=since - window)
    return chosen
