"""What the API takes and gives; money is text with two decimals, days are ISO dates."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from approvals.request import LONGEST_NOTE
from approvals.web.forms import LONGEST_DAY
from policies.words import LONGEST_BODY, LONGEST_SUBJECT

ID, SHA = "p0f3a51b2c4d5e6f7", "9b74c9897bac770ffc029102a200c5de" * 2
Links = dict[str, str]
STORABLE = r"^[^\x00]*$"
Id = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,64}$")]
Note = Annotated[str, Field(max_length=LONGEST_NOTE, pattern=STORABLE)]
Reason = Literal[
    "wrong_time", "wrong_person", "wrong_words", "wrong_play", "wrong_facts", "known_better",
    "already_done", "other",
]  # fmt: skip


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]})


class Problem(BaseModel):
    """Why a request was not done."""

    error: str = Field(examples=["conflict"])
    detail: str = Field(examples=["proposal p0f3a51b2c4d5e6f7 is approved, version 2, …"])


class Amount(BaseModel):
    """Money."""

    amount: str = Field(examples=["882.00"])
    currency: str = Field(examples=["EUR"])


class Row(BaseModel):
    """A proposal that waits, as one line."""

    id: str = Field(examples=[ID])
    version: int
    sha256: str = Field(description="The hash of the bytes shown now; send it back to decide.")
    account_id: str
    account_name: str
    play: str
    segment: str
    stage: str
    owner: str
    tier: str
    net: Amount
    low: Amount
    high: Amount
    churn: str | None
    evidence: str
    last_day: date
    holder: str
    agreed: int
    links: Links


class Queue(BaseModel):
    """A page of the queue; `links.next` is there when there is more."""

    items: list[Row]
    links: Links


class Act(BaseModel):
    """One thing a person did with a proposal."""

    kind: str
    who: str
    role: str
    via: str
    version: int
    sha256: str
    reason: str
    note: str
    seconds: int | None
    at: datetime
    proposal: str


class Action(BaseModel):
    """What an approval set in motion."""

    id: str
    proposal: str
    status: str
    detail: str
    channel: str
    play: str
    account_id: str
    due_at: datetime
    attempts: int
    links: Links


class Proposal(BaseModel):
    """A proposal with the whole envelope that is decided about."""

    id: str = Field(examples=[ID])
    status: str
    reason: str
    version: int
    sha256: str
    first_sha256: str
    tier: str
    waits_for: int
    last_day: date
    supersedes: str | None
    superseded_by: str | None
    envelope: dict[str, Any]
    hidden_characters: list[str]
    deeds: list[Act]
    action: Action | None
    links: Links


class Looked(BaseModel):
    """The exact bytes and version that were looked at."""

    model_config = _example(version=1, sha256=SHA, seconds=12)
    version: int = Field(ge=1, le=10**9)
    sha256: str = Field(min_length=1, max_length=64, pattern="^[0-9a-f]+$")
    seconds: int | None = Field(
        None, ge=0, le=LONGEST_DAY,
        description="How long the person looked; a yes to what two must agree to needs it.",
    )  # fmt: skip


class Reject(Looked):
    """No, and why."""

    model_config = _example(version=1, sha256=SHA, reason="wrong_time", note="after the fair")
    reason: Reason
    note: Note = ""


class Snooze(Looked):
    """Not before a day."""

    model_config = _example(version=1, sha256=SHA, until="2024-03-04")
    until: date
    note: Note = ""


class Edit(Looked):
    """Other words; nothing else can be edited."""

    model_config = _example(version=1, sha256=SHA, subject="More seats?", body="Hello Ann,\n")
    subject: str = Field(max_length=LONGEST_SUBJECT, pattern=STORABLE)
    body: str = Field(max_length=LONGEST_BODY, pattern=STORABLE)


class Revoke(Looked):
    """Withdraw for good."""

    model_config = _example(version=2, sha256=SHA, reason="wrong_facts")
    reason: Reason | Literal[""] = ""


class Result(BaseModel):
    """How the proposal stands after a decision; `again` when the same was done before."""

    proposal: str = Field(examples=[ID])
    status: str = Field(examples=["approved"])
    version: int
    sha256: str
    waits_for: int
    action: str | None
    again: bool
    links: Links


class Item(BaseModel):
    """One of many."""

    model_config = _example(proposal=ID, version=1, sha256=SHA)
    proposal: Id
    version: int = Field(ge=1, le=10**9)
    sha256: str = Field(min_length=1, max_length=64, pattern="^[0-9a-f]+$")


class Chosen(BaseModel):
    """Ids to be approved together."""

    model_config = _example(proposals=[ID])
    proposals: list[Id] = Field(
        min_length=1, max_length=500, json_schema_extra={"uniqueItems": True}
    )


class Group(BaseModel):
    """What a bulk approval would do, and which of it must be looked at before."""

    size: int
    people: int
    cost: Amount
    value: Amount
    sample: list[str]
    links: Links


class Bulk(BaseModel):
    """Many yeses; `looked_at` are the ids of the sample that were looked at."""

    model_config = _example(items=[{"proposal": ID, "version": 1, "sha256": SHA}], looked_at=[ID])
    items: list[Item] = Field(min_length=1, max_length=500)
    looked_at: list[Id] = Field(max_length=500)


Useless = Literal[
    "in_contact", "known_better", "wrong_facts", "wrong_step", "too_small", "other",
]  # fmt: skip


class Move(BaseModel):
    """How a churn score moved since a day; without points it is within the noise."""

    since: date
    real: bool
    points: str | None


class Step(BaseModel):
    """Something that can be done, with its net value against doing nothing."""

    play: str
    net: Amount | None
    low: Amount | None
    high: Amount | None
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
    mrr: Amount | None
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
    cost: Amount
    hours: str
    at_stake: Amount
    alternatives: list[Step]
    proposal: str
    said: CareSaid | None
    version: int = Field(description="Send it back to say something of the account.")
    under_way: str


class LeftAccount(KnownAccount):
    """An account nobody should call, and the arithmetic."""

    why: str
    arithmetic: str
    kept: Amount | None


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
    value: Amount
    counts: ListCounts
    items: list[CallLine]
    leave_alone: list[LeftAccount]
    let_go: list[LeftAccount]
    unscored: list[UnscoredAccount]
    noise_floor: NoiseFloor
    freshness: list[FreshSource]


class Told(BaseModel):
    """An account in the version that was seen."""

    model_config = _example(account="crm:4711", version=0)
    account: str = Field(min_length=1, max_length=300, pattern=STORABLE)
    version: int = Field(ge=0, le=10**9)
    note: Note = ""


class Later(Told):
    """Not before a day."""

    model_config = _example(account="crm:4711", version=0, until="2024-03-04")
    until: date


class NotUseful(Told):
    """Why it should not have been on the list."""

    model_config = _example(account="crm:4711", version=0, reason="in_contact")
    reason: Useless


class Cared(BaseModel):
    """How the account stands now."""

    account: str
    kind: str
    version: int
    until: date | None
    again: bool


class Refused(BaseModel):
    """One that was not approved, and why."""

    proposal: str
    detail: str


class BulkResult(BaseModel):
    """Each item's own answer."""

    results: list[Result]
    refused: list[Refused]


class Actions(BaseModel):
    """A page of actions of one status, by the instant they are due."""

    items: list[Action]
    links: Links


class Log(BaseModel):
    """A page of what people did, newest first."""

    items: list[Act]
    links: Links


class Entry(BaseModel):
    """One entry of the audit chain; `mac` signs it together with the one before."""

    seq: int
    at: datetime
    who: str
    kind: str
    subject: str
    body: str
    mac: str


class Chain(BaseModel):
    """A page of the chain, in order."""

    items: list[Entry]
    links: Links


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": words}
    for status, words in {
        400: "the body cannot be read", 401: "sign in, or send a token that holds",
        403: "this person may not", 404: "there is none of that id",
        409: "somebody was first, or it is not what was looked at any more",
        413: "too much was sent", 422: "it means nothing as it was sent",
        429: "too many requests; Retry-After says how long to wait",
        503: "the database does not answer",
    }.items()
}  # fmt: skip
