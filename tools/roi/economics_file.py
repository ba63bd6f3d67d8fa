"""What `config/economics.yaml` may hold, key by key."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from tools.currencies import is_currency
from tools.file_mistakes import mistake
from tools.file_model import (
    Dated,
    DatedEntry,
    FileModel,
    Number,
    Text,
    Version,
    places,
)
from tools.file_model import Share as AnyShare
from tools.roi.formulas import Convention


def _currency(code: str) -> str:
    if not is_currency(code.upper()):
        raise mistake(f"{code!r} is not a currency code like EUR")
    return code


def _each_once(rates: dict[str, object]) -> dict[str, object]:
    """Refuse a currency written in two ways: which of its rates holds would be a guess."""
    seen: set[str] = set()
    for code in rates:
        if code.upper() in seen:
            raise mistake(f"the currency {code.upper()} is written twice", code)
        seen.add(code.upper())
    return rates


def _not_zero(rate: Decimal) -> Decimal:
    if rate == 0:
        raise mistake("an exchange rate cannot be 0")
    return rate


Share = Annotated[AnyShare, places(4)]
Money = Annotated[Number, Field(ge=0, le=10_000_000), places(2)]
Months = Annotated[Number, Field(ge=1, le=120), places(0)]
Rate = Annotated[Number, Field(ge=0, le=100_000), places(6), AfterValidator(_not_zero)]
Currency = Annotated[Text, AfterValidator(_currency)]
Shares = Dated[DatedEntry[Share]] | None
Amounts = Dated[DatedEntry[Money]]


class EconomicsFile(FileModel):
    """The whole file; a figure that is left out is never guessed."""

    version: Version | None = None
    currency: Currency
    convention: Convention
    gross_margin: Shares = None
    support_share: Shares = None
    support_per_account_year: Amounts | None = None
    support_per_ticket: Amounts | None = None
    acquisition_cost: Amounts | None = None
    discount_rate: Shares = None
    horizon_months: Dated[DatedEntry[Months]] | None = None
    interval_months: Dated[DatedEntry[Months]] | None = None
    hourly_rate: dict[Text, Amounts] | None = None
    exchange_rate: (
        Annotated[dict[Currency, Dated[DatedEntry[Rate]]], AfterValidator(_each_once)] | None
    ) = None
