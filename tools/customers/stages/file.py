"""What `policies/stages.yaml` may hold, key by key."""

from datetime import date
from typing import Annotated

from pydantic import Field

from tools.file_model import Days, Edition, FileModel, Number, SomeDays, SomeItems, Text

Rank = Annotated[Number, Field(gt=0, le=1)]


class StageEntry(FileModel):
    """One stage of a book; the first whose condition holds wins."""

    stage: Text
    when: Text
    why: str


class BookEntry(FileModel):
    """The rules for one kind of company; `customer` is the fact that decides who gets it."""

    for_: Text = Field(alias="for")
    customer: Text
    stages: SomeItems[StageEntry]


class RiskFlagEntry(FileModel):
    """When the flag goes up and down; ranks are shares of the scored population."""

    enter_rank: Rank
    exit_rank: Rank
    days_in: SomeDays
    days_out: SomeDays
    overdue_days: Days
    billing_days: SomeDays


class TransitionsEntry(FileModel):
    """How old a transition may be and still start something, and when a day is final."""

    max_staleness_days: Days
    lateness_days: Days


class StagesFile(FileModel):
    """The whole file."""

    version: Edition
    valid_from: date
    owner: Text
    books: Annotated[dict[Text, BookEntry], Field(min_length=1)]
    risk_flag: RiskFlagEntry
    transitions: TransitionsEntry
