"""The tenant's economics: margin, support, rates and horizon, each dated, with source and owner.

The file lists for every figure the values it had and from when; a run takes the one in force on
its day. A figure that is not given is never guessed: what needs it is not computable.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from tools.currencies import is_currency
from tools.days import day_number
from tools.errors import BadInput, NotComputable, nearest
from tools.reading import Node, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.roi.formulas import Convention


@dataclass(frozen=True)
class Unit:
    """What a figure is measured in, its bounds and the decimals it may have."""

    name: str
    high: int
    places: int


SHARE = Unit("share", 1, 4)
MONEY = Unit("money", 10_000_000, 2)
MONTHS = Unit("months", 120, 0)
RATE = Unit("units of our currency", 100_000, 6)
FIGURES: MappingProxyType[str, Unit] = MappingProxyType({
    "gross_margin": SHARE,
    "support_share": SHARE,
    "support_per_account_year": MONEY,
    "support_per_ticket": MONEY,
    "acquisition_cost": MONEY,
    "discount_rate": SHARE,
    "horizon_months": MONTHS,
    "interval_months": MONTHS,
})  # fmt: skip
GROUPS: MappingProxyType[str, Unit] = MappingProxyType(
    {"hourly_rate": MONEY, "exchange_rate": RATE}
)
CONVENTIONS = ("seed", "survival")
TOP = ("version", "currency", "convention", *FIGURES, *GROUPS)
ENTRY = ("value", "valid_from", "source", "owner")


@dataclass(frozen=True, order=True)
class Assumption:
    """A figure used in a result: what, how much, by whose word, since when."""

    name: str
    value: str
    source: str
    owner: str
    valid_from: date | None


@dataclass(frozen=True)
class Figure:
    """One dated value of one figure."""

    name: str
    value: Decimal
    source: str
    owner: str
    valid_from: date

    @property
    def assumption(self) -> Assumption:
        """The figure as it is listed on a result."""
        return Assumption(self.name, str(self.value), self.source, self.owner, self.valid_from)


@dataclass(frozen=True)
class Economics:
    """Everything the file says, for all days."""

    currency: str
    convention: "Convention"
    figures: tuple[Figure, ...]

    def find(self, as_of: int, name: str) -> Figure | None:
        """The value in force on that day, or None when there is none."""
        known = [f for f in self.figures if f.name == name and day_number(f.valid_from) <= as_of]
        return max(known, key=lambda f: f.valid_from) if known else None

    def value(self, as_of: int, name: str) -> Decimal:
        """The value in force on that day.

        Raises:
            NotComputable: when no value was in force.
        """
        figure = self.find(as_of, name)
        if figure is None:
            raise NotComputable(f"economics {name}")
        return figure.value

    def in_group(self, as_of: int, group: str) -> dict[str, Decimal]:
        """The values in force of a group, such as all exchange rates by currency."""
        names = sorted({f.name for f in self.figures if f.name.startswith(f"{group}.")})
        found = {name: self.find(as_of, name) for name in names}
        return {name.partition(".")[2]: f.value for name, f in found.items() if f is not None}


def parse_economics(text: str, where: str = "config/economics.yaml") -> Economics:
    """Read the file strictly.

    Raises:
        BadInput: an unknown key, a value out of bounds, a value without date, source or owner.
    """
    top = read_yaml(text, where).only(TOP)
    if top.has("version"):
        top.whole("version", 1)
    convention = cast("Convention", top.choice("convention", CONVENTIONS))
    currency = _currency(top.text("currency"), f"{where}: currency")
    return Economics(currency, convention, tuple(_figures(top)))


def _currency(code: str, where: str) -> str:
    if not is_currency(code.upper()):
        raise BadInput(f"{where}: {code!r} is not a currency code like EUR")
    return code.upper()


def _figures(top: Node) -> "Iterator[Figure]":
    for name, unit in FIGURES.items():
        if top.has(name):
            yield from _dated(top, name, name, unit)
    for group, unit in GROUPS.items():
        if top.has(group):
            members = top.node(group)
            for key in members.values:
                name = _currency(key, members.at(key)) if unit is RATE else key
                yield from _dated(members, key, f"{group}.{name}", unit)


def _dated(node: Node, key: str, name: str, unit: Unit) -> "Iterator[Figure]":
    seen: set[date] = set()
    for entry in node.nodes(key):
        figure = _figure(entry.only(ENTRY), name, unit)
        if figure.valid_from in seen:
            raise BadInput(f"{entry.where}: {name} has two values from {figure.valid_from}")
        seen.add(figure.valid_from)
        yield figure


def _figure(entry: Node, name: str, unit: Unit) -> Figure:
    low = 1 if unit is MONTHS else 0
    value = entry.number("value", low, unit.high)
    if value != round(value, unit.places):
        raise BadInput(f"{entry.at('value')}: {value} has more than {unit.places} decimals")
    if unit is RATE and value == 0:
        raise BadInput(f"{entry.at('value')}: an exchange rate cannot be 0")
    return Figure(name, value, entry.text("source"), entry.text("owner"), entry.day("valid_from"))


def check_role(economics: Economics, role: str, where: str) -> None:
    """Refuse a role whose hourly rate the economics never give."""
    roles = {
        f.name.partition(".")[2] for f in economics.figures if f.name.startswith("hourly_rate.")
    }
    if role not in roles:
        raise BadInput(f"{where}: the role {role!r} has no hourly rate; {nearest(role, roles)}")
