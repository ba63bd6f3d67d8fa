"""What the prices of a day know of open deals: relation `roi_deals`, and the evidence behind it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.errors import NotComputable
from tools.money import Money
from tools.roi.fixed_point import MILLION
from tools.roi.open_deals import CLOSE, NEW, close_rates, exchange_rates, put_open_deals
from tools.roi.rates import CHURN, Rate

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tools.roi.economics import Economics
    from tools.roi.open_deals import CloseRates, OpenDeal
    from tools.roi.plays import Play
    from tools.warehouse.engine import Engine

LABELS = ("sufficient", "thin", "insufficient")  # the later, the less is known


@dataclass(frozen=True)
class DealEvidence:
    """How sure the chances to close are, by segment, or why no open deal can be priced."""

    rates: tuple[Rate, ...] = ()
    blocked: str | None = None
    close: "CloseRates | None" = None


def put_deals(
    as_of: int,
    engine: "Engine",
    plays: "Sequence[Play]",
    economics: "Economics",
    present: "Collection[str]",
    rates: "Sequence[Rate]",
) -> DealEvidence:
    """Make `roi_deals`: of each account that does not pay, the largest of its open deals.

    It stays empty where no play is about deals, or where too few were decided to know a chance.
    """
    segments = sorted({s for play in plays if play.without == CLOSE for s in play.segments})
    if not segments or not {"deals", "subscriptions"} <= set(present):
        _put(engine, [], economics.currency, "")
        return DealEvidence()
    begun = next((r for r in rates if (r.segment, r.outcome) == (NEW, CHURN)), None)
    if begun is None:
        _put(engine, [], economics.currency, "")
        return DealEvidence(blocked="missing: what became of new customers")
    try:
        deals = put_open_deals(as_of, engine, economics)
        known = exchange_rates(as_of, economics)
        close = close_rates(as_of, engine, economics.currency, known)
    except NotComputable as error:
        _put(engine, [], economics.currency, "")
        return DealEvidence(blocked="missing: " + ", ".join(error.missing))
    _put(engine, deals, economics.currency, begun.label)
    return DealEvidence(tuple(_rate(segment, close) for segment in segments), close=close)


def _rate(segment: str, close: "CloseRates") -> Rate:
    """The chance over all sizes, whose spread is that of the least known of them."""
    won, n = (sum(part) for part in zip(*close.counts, strict=True))
    millionths = min(max(MILLION * won // n, 1), MILLION - 1)
    return Rate(segment, CLOSE, millionths, n, "pooled", close.spread)


def _put(engine: "Engine", deals: "Sequence[OpenDeal]", currency: str, label: str) -> None:
    """`label` is how far what became of new customers can be trusted; a price is as sure as that.

    Or as the chance to close, where that is less sure.
    """
    largest = {d.account_id: d for d in sorted(deals, key=lambda d: (d.amount, d.deal_id))}
    found = sorted(largest.values(), key=lambda d: d.account_id)
    engine.put(
        "roi_deals",
        pa.table(
            {
                "account_id": pa.array([d.account_id for d in found], pa.string()),
                "amount_minor": pa.array(
                    [Money(d.amount, currency).minor for d in found], pa.int64()
                ),
                "p0_ppm": pa.array([int(d.p0 * MILLION) for d in found], pa.int64()),
                "label": pa.array([max(d.label, label, key=_place) for d in found], pa.string()),
            }
        ),
    )


def _place(label: str) -> int:
    """How little is known; a label nobody knows says nothing."""
    return LABELS.index(label) if label in LABELS else -1
