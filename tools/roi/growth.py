"""What growing is worth: by how much accounts came to pay more, and on which product.

The chance that an account grows is counted from every rise of a bill. So what a rise is worth must
be counted from the same rises, and not be told by anybody: five seats more double a small account.
A rise with the same product is `more` of it, one to another product is the `next` one; nobody rises
to a next one from the highest. Shares and sizes of a product are drawn to those of all products,
and those to what the play says, by `WEIGHT` rises (methods 2.1, 2.3).
"""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

from tools.roi.fixed_point import PRECISE, to_places
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tools.roi.plays import Play
    from tools.warehouse.engine import Engine

Rise = Literal["more", "next"]
PARTS: tuple[Rise, ...] = ("more", "next")
WEIGHT = 5
MOST_BP = 50_000  # a bill that is more than six times what it was is another contract
ANY = ""
PLACES = 4


@dataclass(frozen=True)
class Rises:
    """How often bills of a product rose in one way, and the sum of the rises in basis points."""

    product: str
    part: Rise
    n: int
    rise_bp: int


@dataclass(frozen=True)
class Growth:
    """What a play that brings a rise may count on, for accounts of one product; '' is any other.

    `share` of the rises are of its kind, and one of them adds `size` of what the account pays; `n`
    are the rises of all kinds that tell it.
    """

    play: str
    product: str
    share: Decimal
    size: Decimal
    n: int


def put_growths(as_of: int, engine: "Engine", plays: "Iterable[Play]") -> tuple[Growth, ...]:
    """Make `roi_growths`, and `roi_products` with each account's product."""
    rows = engine.run(read_sql(__package__, "growths"), most=MOST_BP).to_pylist()
    counted = [Rises(**row) for row in rows]
    found = tuple(
        growth for play in plays if play.worth.part in PARTS for growth in growths_of(play, counted)
    )
    number = pa.decimal128(9, PLACES)
    engine.put(
        "roi_growths",
        pa.table(
            {
                "play": pa.array([g.play for g in found], pa.string()),
                "product": pa.array([g.product for g in found], pa.string()),
                "share": pa.array([g.share for g in found], number),
                "size": pa.array([g.size for g in found], number),
            }
        ),
    )
    engine.create("roi_products", read_sql(__package__, "products"), as_of=as_of)
    return found


def growths_of(play: "Play", counted: "Sequence[Rises]") -> tuple[Growth, ...]:
    """What the play may count on, for each product that ever rose and for any other."""
    mine = [c for c in counted if c.part == play.worth.part]
    of, alls = _by_product(mine), Counter[str]()
    for one in counted:
        alls[one.product] += one.n
    with localcontext(PRECISE):
        n, rise = sum(c.n for c in mine), sum(c.rise_bp for c in mine)
        share = _drawn(n, alls.total(), Decimal(1))
        size = _drawn(Decimal(rise).scaleb(-4), n, play.worth.size)
        found = [Growth(play.id, ANY, *_placed(share, size), alls.total())]
        for product in sorted(alls):
            k, sum_bp = of.get(product, (0, 0))
            own = _drawn(k, alls[product], share), _drawn(Decimal(sum_bp).scaleb(-4), k, size)
            found.append(Growth(play.id, product, *_placed(*own), alls[product]))
    return tuple(found)


def _by_product(mine: "Iterable[Rises]") -> dict[str, tuple[int, int]]:
    return {c.product: (c.n, c.rise_bp) for c in mine}


def _drawn(total: "Decimal | int", n: int, prior: Decimal) -> Decimal:
    """A mean, drawn to another one that counts as so many."""
    return (total + WEIGHT * prior) / (n + WEIGHT)


def _placed(share: Decimal, size: Decimal) -> tuple[Decimal, Decimal]:
    return to_places(share, PLACES), to_places(size, PLACES)
