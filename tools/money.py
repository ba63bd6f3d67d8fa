"""Money is a Decimal with a currency; it is rounded to cents in one place, half to even."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True, order=True)
class Money:
    """An amount in the main unit of a currency."""

    amount: Decimal
    currency: str

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> "Money":
        """Read integer cents, as the store keeps them."""
        return cls(Decimal(minor) / 100, currency)

    @property
    def minor(self) -> int:
        """Integer cents, rounded half to even."""
        return int(to_cents(self.amount) * 100)

    def __str__(self) -> str:
        return f"{to_cents(self.amount):,} {self.currency}"


def to_cents(amount: Decimal) -> Decimal:
    """Round to cents, half to even: the one place where money is rounded."""
    return amount.quantize(CENT, rounding=ROUND_HALF_EVEN)


def in_thousands(amount: Decimal) -> str:
    """Show thousands with one decimal, half up: 8,820 is 8.8k."""
    return f"{(amount / 1000).quantize(Decimal('0.1'), rounding=ROUND_HALF_UP)}k"
