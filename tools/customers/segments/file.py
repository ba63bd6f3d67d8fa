"""What `policies/segments.yaml` may hold, key by key."""

from datetime import date
from typing import Annotated

from pydantic import Field

from tools.customers.segments.rules import Outcome
from tools.file_model import Days, FileModel, Items, Number, SomeDays, SomeItems, Text, Version


class ThresholdEntry(FileModel):
    """A quantile of a feature among some accounts, divided by another feature with `per`."""

    feature: Text
    per: Text | None = None
    quantile: Annotated[Number, Field(gt=0, lt=1)]
    among: Text


class ConditionEntry(FileModel):
    """One way into a segment, with the features it needs and those that must not be there."""

    rule: Text
    needs: SomeItems[Text]
    lacking: Items[Text] = ()


class SegmentEntry(FileModel):
    """A group of accounts with one revenue goal."""

    name: Text
    goal: Text
    means: Text
    outcomes: SomeItems[Outcome]
    when: SomeItems[ConditionEntry]


class SmallEntry(FileModel):
    """Which segments a company of fewer than `under` accounts keeps, and one for the rest."""

    under: Annotated[int, Field(ge=0)]
    keep: Items[Text]
    rest: SegmentEntry


class WindowsEntry(FileModel):
    """How many days an outcome is waited for."""

    renewal: SomeDays
    churn: SomeDays
    expansion: SomeDays
    return_: SomeDays = Field(alias="return")
    grace: Days
    activity: SomeDays


class SegmentsFile(FileModel):
    """The whole file, in order."""

    version: Version
    valid_from: date
    owner: Text
    thresholds: dict[Text, ThresholdEntry]
    segments: SomeItems[SegmentEntry]
    small: SmallEntry
    windows: WindowsEntry
