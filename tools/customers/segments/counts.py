"""How often an outcome came, as everything about segments counts it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Count:
    """Of n accounts assigned to a segment on a day, whose window is closed, k had the outcome."""

    segment: str
    outcome: str
    day: int
    k: int
    n: int
