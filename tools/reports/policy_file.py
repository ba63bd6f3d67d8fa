"""What `policies/reports.yaml` may hold, key by key; what it leaves out has a default."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from tools.file_mistakes import mistake
from tools.file_model import FileModel, Items, Number, SomeItems, Text, Whole
from tools.reports.retention.spec import (
    Average,
    Base,
    Birth,
    Breakdown,
    Clock,
    Entity,
    Incomplete,
    Mode,
    Return,
    Unit,
    WeekStart,
)
from tools.reports.revenue.movements import Boundary

PAIR = 2


def _pair(value: object) -> object:
    if not isinstance(value, list) or [type(n) for n in value] != [int] * PAIR:
        raise mistake("expected pairs as [[1, 8], [8, 29]]")
    return value


def _numbers(value: object) -> object:
    if value is not None and not isinstance(value, list):
        raise mistake(f"expected whole numbers as [1, 4, 12], got {str(value)[:60]!r}")
    return value


def _some(rate: Decimal) -> Decimal:
    if not rate:
        raise mistake("a rate of 0 makes an amount vanish")
    return rate


Count = Annotated[Whole, Field(ge=0, le=1000)]
Some = Annotated[Whole, Field(ge=1, le=1000)]
Numbers = Annotated[SomeItems[int], BeforeValidator(_numbers)]
Bracket = Annotated[tuple[int, int], Field(strict=False), BeforeValidator(_pair)]


class InternalEntry(FileModel):
    """Our own and test accounts."""

    domains: Items[Text] | None = None
    accounts: Items[Text] | None = None


class QuestionEntry(FileModel):
    """One definition of retention with what is shown of it."""

    entity: Entity | None = None
    birth: Birth | None = None
    recurring: bool | None = None
    returns: Return | None = None
    event: Text | None = None
    mode: Mode | None = None
    clock: Clock | None = None
    unit: Unit | None = None
    buckets: Numbers | None = None
    brackets: Items[Bracket] | None = None
    curve: Count | None = None
    cohort: Unit | None = None
    incomplete: Incomplete | None = None
    base: Base | None = None
    mean: Average | None = None
    min_size: Some | None = None
    breakdowns: Items[Breakdown] | None = None
    reactivations: bool | None = None


class ProjectionEntry(FileModel):
    """How far the curve is projected, and from how much evidence at least."""

    months: Count | None = None
    cohorts: Count | None = None
    accounts: Count | None = None
    losses: Count | None = None


class RateEntry(FileModel):
    """One unit of a currency in the reporting currency, from a day on."""

    currency: Text
    day: date
    rate: Annotated[Number, Field(ge=0), AfterValidator(_some)]
    source: Text


class MoneyEntry(FileModel):
    """The options of the section about money."""

    months: Some | None = None
    boundary: Boundary | None = None
    without_largest: bool | None = None
    min_size: Some | None = None
    ages: Numbers | None = None
    usage: bool | None = None
    projection: ProjectionEntry | None = None
    currency: Text | None = None
    rates: SomeItems[RateEntry] | None = None


class AcceptedEntry(FileModel):
    """A level of *What changed* that is as it should be."""

    series: Text
    day: date
    why: Text


class ReportsFile(FileModel):
    """The whole file."""

    version: Annotated[Whole, Field(ge=1, le=1)]
    week_start: WeekStart | None = None
    internal: InternalEntry | None = None
    retention: SomeItems[QuestionEntry] | None = None
    money: MoneyEntry | None = None
    accepted: SomeItems[AcceptedEntry] | None = None
