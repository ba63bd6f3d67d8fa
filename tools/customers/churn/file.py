"""What `policies/churn.yaml` may hold, key by key; what it leaves out follows from the data."""

from typing import Annotated

from pydantic import Field

from tools.customers.churn.definition import Activity, Kind
from tools.file_model import FileModel, SomeDays, Version

Length = Annotated[int, Field(ge=1, le=731)]
Spacing = Annotated[int, Field(ge=1, le=365)]


class DefinitionEntry(FileModel):
    """What counts as lost, in days; an absent key follows from what the company has."""

    kind: Kind | None = None
    horizon_days: Length | None = None
    grace_days: Annotated[int, Field(ge=0, le=731)] | None = None
    activity: Activity | None = None
    active_window_days: Length | None = None
    term_binds: bool | None = None


class ActiveDaysEntry(FileModel):
    """For how many days after a fact of a table an account without subscriptions is active."""

    events: SomeDays | None = None
    invoices: SomeDays | None = None
    deals: SomeDays | None = None


class ChurnFile(FileModel):
    """The whole file."""

    version: Version = 1
    definition: DefinitionEntry = DefinitionEntry()
    retrain_days: Spacing = 28
    every_days: Spacing = 28
    snapshots: Annotated[int, Field(ge=1, le=104)] = 12
    active_days: ActiveDaysEntry = ActiveDaysEntry()
