"""How a figure is written: in one place, so that page, mail, print and tests say the same."""

from typing import TYPE_CHECKING, Literal

from tools.figures import fixed, percent, points
from tools.money import Money

if TYPE_CHECKING:
    from tools.document.model import Figure, Unit

Ends = Literal["value", "low", "high"]


def shown(figure: "Figure", end: Ends = "value", *, bare: bool = False) -> str:
    """A figure, or one end of its interval, as a person reads it.

    `bare` leaves the currency away, where the table says it once for all its amounts.
    """
    number: int | float | None = getattr(figure, end)
    if number is None:
        return figure.missing if end == "value" else ""
    text = written(number, figure.unit, figure.currency)
    text = text.removesuffix(f" {figure.currency}") if bare else text
    return text + (figure.mark if end == "value" else "")


def band(figure: "Figure", *, bare: bool = False) -> str:
    """The interval in words, '' without one."""
    if figure.low is None or figure.high is None:
        return ""
    return f"{shown(figure, 'low', bare=bare)} to {shown(figure, 'high', bare=bare)}"


def written(number: float, unit: "Unit", currency: str = "") -> str:
    """A number in its unit: 10.4%, +1.9 pp, 33,381.77 USD, 1,774, 12.5."""
    if unit == "money":
        return str(Money.from_minor(int(number), currency))
    if unit == "count":
        return f"{int(number):,}"
    if unit == "share":
        return percent(number)
    if unit == "points":
        return points(number)
    if unit == "chance":
        return "below 0.0001" if number < 0.0001 else f"{number:.4f}"
    return f"{fixed(number, 1 if unit in {'days', 'hours'} else 2):,}"
