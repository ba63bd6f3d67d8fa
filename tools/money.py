"""Money is a Decimal with a currency, rounded in one place: half to even, as ISO 4217 says."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from tools.currencies import digits


@dataclass(frozen=True, order=True)
class Money:
    """An amount in the main unit of a currency."""

    amount: Decimal
    currency: str

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> "Money":
        """Read integer minor units, as the store keeps them: cents, or whole yen."""
        return cls(Decimal(minor).scaleb(-digits(currency)), currency)

    @property
    def minor(self) -> int:
        """Integer minor units, rounded half to even."""
        return int(self.rounded.scaleb(digits(self.currency)))

    @property
    def rounded(self) -> Decimal:
        """The amount with the decimals of its currency, half to even."""
        return to_decimals(self.amount, digits(self.currency))

    def __str__(self) -> str:
        return f"{self.rounded:,} {self.currency}"


def to_decimals(amount: Decimal, places: int) -> Decimal:
    """Round half to even: the one place where money is rounded."""
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)


def in_thousands(amount: Decimal) -> str:
    """Show thousands with one decimal, half up: 8,820 is 8.8k."""
    return f"{(amount / 1000).quantize(Decimal('0.1'), rounding=ROUND_HALF_UP)}k"
