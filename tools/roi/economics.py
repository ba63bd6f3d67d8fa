"""The tenant's economics: margin, support, rates and horizon, each dated, with source and owner.

The file lists for every figure the values it had and from when; a run takes the one in force on
its day. A figure that is not given is never guessed: what needs it is not computable.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, get_args

from tools.days import day_number
from tools.errors import BadInput, NotComputable, nearest
from tools.file_model import read_model
from tools.roi.economics_file import EconomicsFile
from tools.roi.formulas import Convention

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tools.file_model import DatedEntry


_NO_FIGURES = ("version", "currency", "convention", "hourly_rate", "exchange_rate")
FIGURES = tuple(name for name in EconomicsFile.model_fields if name not in _NO_FIGURES)
CONVENTIONS = get_args(Convention)


@dataclass(frozen=True, order=True)
class Assumption:
    """A figure used in a result: what, how much, by whose word, since when."""

    name: str
    value: str
    source: str
    owner: str
    valid_from: date | None


@dataclass(frozen=True)
class DatedFigure:
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
    convention: Convention
    figures: tuple[DatedFigure, ...]

    def find(self, as_of: int, name: str) -> DatedFigure | None:
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
    file = read_model(EconomicsFile, text, where)
    return Economics(file.currency.upper(), file.convention, tuple(_figures(file)))


def _figures(file: EconomicsFile) -> "Iterator[DatedFigure]":
    for name in FIGURES:
        yield from _dated(name, getattr(file, name) or ())
    for role, entries in (file.hourly_rate or {}).items():
        yield from _dated(f"hourly_rate.{role}", entries)
    for code, entries in (file.exchange_rate or {}).items():
        yield from _dated(f"exchange_rate.{code.upper()}", entries)


def _dated(name: str, entries: "Iterable[DatedEntry[Decimal]]") -> "Iterator[DatedFigure]":
    for entry in entries:
        yield DatedFigure(name, entry.value, entry.source, entry.owner, entry.valid_from)


def check_role(economics: Economics, role: str, where: str) -> None:
    """Refuse a role whose hourly rate the economics never give."""
    roles = {
        f.name.partition(".")[2] for f in economics.figures if f.name.startswith("hourly_rate.")
    }
    if role not in roles:
        raise BadInput(f"{where}: the role {role!r} has no hourly rate; {nearest(role, roles)}")
