"""Which touch a conversion is put down to: by the first, the last, or all in equal parts.

A rule ties, it does not explain: whoever was about to buy anyway is credited too. Only a holdout
says what would not have happened without us, and only that is called incremental.
"""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tools.warehouse.engine import Engine

TOUCHES = pa.schema([("entity_id", pa.string()), ("at", pa.int64()), ("channel", pa.string())])
CONVERSIONS = pa.schema(
    [
        ("entity_id", pa.string()), ("at", pa.int64()), ("minor", pa.int64()),
        ("currency", pa.string()),
    ]
)  # fmt: skip
UNTOUCHED = ""


@dataclass(frozen=True)
class Credit:
    """What the rules give a channel, in one currency; money in minor units.

    Attributes:
        channel: '' for conversions without a touch within the window.
        touches: of it within the windows; one that precedes two conversions counts twice.
        linear: conversions, each in equal parts over its touches: exact.
        linear_minor: rounded so that the channels of a currency add up to its conversions.
    """

    channel: str
    currency: str
    touches: int
    first: int
    last: int
    linear: Fraction
    first_minor: int
    last_minor: int
    linear_minor: int


@dataclass(frozen=True)
class Attribution:
    """Every channel's credit, most by the linear rule first, and the rule of the window."""

    window: int
    credits: tuple[Credit, ...]

    @property
    def conversions(self) -> int:
        """How many conversions there are, touched or not."""
        return sum(credit.first for credit in self.credits)

    @property
    def untouched(self) -> int:
        """How many had no touch within the window."""
        return sum(credit.first for credit in self.credits if credit.channel == UNTOUCHED)


def attribute(engine: "Engine", window: int) -> Attribution:
    """Tie each conversion to the touches of its entity in the window before it.

    Args:
        engine: holds `touches` and `conversions`, with the columns of TOUCHES and CONVERSIONS;
            `at` is a day number or an instant, the same in both.
        window: how far back a touch counts, its end included, in the unit of `at`.
    """
    rows = engine.run(read_sql(__package__, "paths"), window=window).to_pylist()
    grouped: dict[tuple[str, str], list[Mapping[str, int]]] = defaultdict(list)
    for row in rows:
        grouped[row["channel"] or UNTOUCHED, row["currency"]].append(row)
    linear = _whole({key: _part(group, "every_minor") for key, group in grouped.items()})
    found = [_credit(*key, group, linear[key]) for key, group in grouped.items()]
    return Attribution(window, tuple(sorted(found, key=_most_first)))


def _credit(
    channel: str, currency: str, rows: "list[Mapping[str, int]]", linear_minor: int
) -> Credit:
    total = {name: sum(row[name] for row in rows) for name in _WHOLE}
    touches = sum(row["every"] for row in rows) if channel != UNTOUCHED else 0
    return Credit(
        channel,
        currency,
        touches,
        total["first"],
        total["last"],
        _part(rows, "every"),
        total["first_minor"],
        total["last_minor"],
        linear_minor,
    )


_WHOLE = ("first", "last", "first_minor", "last_minor")


def _part(rows: "Iterable[Mapping[str, int]]", name: str) -> Fraction:
    """The sum of equal parts; a conversion without a touch is whole."""
    return sum((Fraction(row[name], max(1, row["touches"])) for row in rows), Fraction(0))


def _whole(exact: "Mapping[tuple[str, str], Fraction]") -> dict[tuple[str, str], int]:
    """Money in whole minor units per currency: the largest remainders get what is left over."""
    found = {key: value.numerator // value.denominator for key, value in exact.items()}
    for currency in sorted({key[1] for key in exact}):
        keys = [key for key in exact if key[1] == currency]
        left = int(sum((exact[key] - found[key] for key in keys), Fraction(0)))
        for key in sorted(keys, key=lambda k: (found[k] - exact[k], k))[:left]:
            found[key] += 1
    return found


def _most_first(credit: Credit) -> tuple[bool, str, Fraction, str]:
    return (credit.channel == UNTOUCHED, credit.currency, -credit.linear, credit.channel)
