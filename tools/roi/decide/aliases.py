"""Other names people write inputs by: what a customer pays a year, or a month."""

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

LOW, HIGH = "_low", "_high"
# How many of the amount make a year's.
A_YEAR = {"arr": Decimal(1), "mrr": Decimal(12)}


def base_of(name: str) -> str:
    """The input itself, of an end of its range too."""
    return name.removesuffix(LOW).removesuffix(HIGH)


def own_name(name: str, inputs: "Collection[str]") -> tuple[str, Decimal]:
    """The name of the input that is meant, and by how much what is written is multiplied."""
    base = base_of(name)
    meant = next((one for one in ("revenue", "value") if one in inputs), None)
    if base in inputs or base not in A_YEAR or meant is None:
        return name, Decimal(1)
    return meant + name.removeprefix(base), A_YEAR[base]


def names_of(inputs: "Collection[str]") -> tuple[str, ...]:
    """Every name that inputs may be written by."""
    also = A_YEAR if {"revenue", "value"} & set(inputs) else ()
    return (*inputs, *also)
