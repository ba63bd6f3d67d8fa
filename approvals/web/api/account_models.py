"""What the API of the CSM's list takes and gives; money is text with two decimals."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from approvals.web.api import models

Useless = Literal[
    "in_contact",
    "known_better",
    "wrong_facts",
    "wrong_step",
    "too_small",
    "other",
]


class Move(BaseModel):
    """How a churn score moved since a day; without points it is within the noise."""

    since: date
    real: bool
    points: str | None


class Step(BaseModel):
    """Something that can be done, with its net value against doing nothing."""

    play: str
    net: models.Amount | None
    low: models.Amount | None
    high: models.Amount | None
    words: str


class CareSaid(BaseModel):
    """What a person said of an account last."""

    kind: str
    who: str
    reason: str
    day: date | None
    until: date | None


class KnownAccount(BaseModel):
    """An account, whatever part of the list it stands in."""

    account_id: str
    account_name: str
    owner: str
    stage: str
    stage_since: date | None
    churn_percent: str | None
    change_7: Move | None
    change_30: Move | None
    unscored_reason: str
    renews_on: date | None
    renewal_churn_percent: str | None
    mrr: models.Amount | None
    term_ends: date | None
    tickets_open: int
    tickets_high: int
    last_touch: date | None
    touched_by: str


class CallLine(KnownAccount):
    """An account of the list: why now, the next step, and what else could be done."""

    holder: str = Field(alias="for")
    state: str
    place: int | None
    why_now: str
    step: Step
    goal: str
    cost: models.Amount
    hours: str
    at_stake: models.Amount
    alternatives: list[Step]
    proposal: str
    said: CareSaid | None
    version: int = Field(description="Send it back to say something of the account.")
    decided: str
    drawn: bool


class LeftAccount(KnownAccount):
    """An account nobody should call, and the arithmetic."""

    why: str
    arithmetic: str
    kept: models.Amount | None


class UnscoredAccount(KnownAccount):
    """An account that cannot be judged."""

    why: str


class ListCounts(BaseModel):
    """How many accounts stand where."""

    list: dict[str, int]
    leave_alone: int
    let_go: int
    unscored: dict[str, int]
    without_score: dict[str, int]


class NoiseFloor(BaseModel):
    """Below this a change of the score is no real change."""

    percent: str
    basis: str


class FreshSource(BaseModel):
    """The newest fact of a source."""

    source: str
    table: str
    newest: date
    days_behind: int


class Accounts(BaseModel):
    """The CSM's list: every active account is counted in exactly one part."""

    as_of: date
    owner: str
    owners: list[str]
    currency: str
    capacity: int | None
    value: models.Amount
    counts: ListCounts
    items: list[CallLine]
    leave_alone: list[LeftAccount]
    let_go: list[LeftAccount]
    unscored: list[UnscoredAccount]
    by_hand: str = Field(description="Whether an account may be reached without an approval.")
    noise_floor: NoiseFloor
    freshness: list[FreshSource]


class Told(BaseModel):
    """An account in the version that was seen."""

    model_config = models.example(account="crm:4711", version=0)
    account: str = Field(min_length=1, max_length=300, pattern=models.STORABLE)
    version: int = Field(ge=0, le=10**9)
    note: models.Note = ""


class Later(Told):
    """Not before a day."""

    model_config = models.example(account="crm:4711", version=0, until="2024-03-04")
    until: date


class NotUseful(Told):
    """Why it should not have been on the list."""

    model_config = models.example(account="crm:4711", version=0, reason="in_contact")
    reason: Useless


class Cared(BaseModel):
    """How the account stands now."""

    account: str
    kind: str
    version: int
    until: date | None
    again: bool
