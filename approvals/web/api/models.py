"""What the API takes and gives; money is text with two decimals, days are ISO dates."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from approvals.bulk_answers import BulkOutcome
from approvals.request import LONGEST_NOTE
from approvals.web.forms import LONGEST_DAY
from policies.words import LONGEST_BODY, LONGEST_SUBJECT

ID, SHA = "p0f3a51b2c4d5e6f7", "9b74c9897bac770ffc029102a200c5de" * 2
Links = dict[str, str]
STORABLE = r"^[^\x00]*$"
Id = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,64}$")]
Note = Annotated[str, Field(max_length=LONGEST_NOTE, pattern=STORABLE)]
Reason = Literal[
    "wrong_time",
    "wrong_person",
    "wrong_words",
    "wrong_play",
    "wrong_facts",
    "known_better",
    "already_done",
    "other",
]


def example(**values: Any) -> ConfigDict:
    """A strict body with one example for the documentation."""
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

    model_config = example(version=1, sha256=SHA, seconds=12)
    version: int = Field(ge=1, le=10**9)
    sha256: str = Field(min_length=1, max_length=64, pattern="^[0-9a-f]+$")
    seconds: int | None = Field(
        None,
        ge=0,
        le=LONGEST_DAY,
        description="How long the person looked; a yes to what two must agree to needs it.",
    )


class Reject(Looked):
    """No, and why."""

    model_config = example(version=1, sha256=SHA, reason="wrong_time", note="after the fair")
    reason: Reason
    note: Note = ""


class Snooze(Looked):
    """Not before a day."""

    model_config = example(version=1, sha256=SHA, until="2024-03-04")
    until: date
    note: Note = ""


class Edit(Looked):
    """Other words; nothing else can be edited."""

    model_config = example(version=1, sha256=SHA, subject="More seats?", body="Hello Ann,\n")
    subject: str = Field(max_length=LONGEST_SUBJECT, pattern=STORABLE)
    body: str = Field(max_length=LONGEST_BODY, pattern=STORABLE)


class Revoke(Looked):
    """Withdraw for good."""

    model_config = example(version=2, sha256=SHA, reason="wrong_facts")
    reason: Reason | Literal[""] = ""


class Release(Looked):
    """Ask again for what was blocked, and why that was wrong."""

    model_config = example(version=2, sha256=SHA, note="the consent import was wrong")
    note: Note


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

    model_config = example(proposal=ID, version=1, sha256=SHA)
    proposal: Id
    version: int = Field(ge=1, le=10**9)
    sha256: str = Field(min_length=1, max_length=64, pattern="^[0-9a-f]+$")


class Chosen(BaseModel):
    """Ids to be approved together; what is no id is answered in `left_out`."""

    model_config = example(proposals=[ID])
    proposals: list[Any] = Field(min_length=1, max_length=500)


class ItemAnswer(BaseModel):
    """What became of one item; `status` is what it would have been answered alone.

    Of a changed one `who` changed it last, and `at` when.
    """

    proposal: str = Field(examples=[ID])
    status: int = Field(examples=[200])
    outcome: BulkOutcome
    detail: str
    result: Result | None
    who: str
    at: datetime | None


class Group(BaseModel):
    """What a bulk approval would do, which of it must be looked at before, and what is left out."""

    size: int
    people: int
    cost: Amount
    value: Amount
    sample: list[str]
    left_out: list[ItemAnswer]
    links: Links


class Bulk(BaseModel):
    """Many yeses; `looked_at` are the ids of the sample that were looked at.

    Each item is read by itself, as `proposal`, `version` and `sha256`; one that cannot be read
    is answered so and does not stand in the way of the others.
    """

    model_config = example(items=[{"proposal": ID, "version": 1, "sha256": SHA}], looked_at=[ID])
    items: list[Any] = Field(min_length=1, max_length=500)
    looked_at: list[Id] = Field(max_length=500)


class Refused(BaseModel):
    """One that was not approved, and why."""

    proposal: str
    detail: str


class BulkResult(BaseModel):
    """Each item's own answer in the order given; `results` and `refused` say the same, sorted."""

    items: list[ItemAnswer]
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
        400: "the body cannot be read",
        401: "sign in, or send a token that holds",
        403: "this person may not",
        404: "there is none of that id",
        409: "somebody was first, or it is not what was looked at any more",
        413: "too much was sent",
        422: "it means nothing as it was sent",
        429: "too many requests; Retry-After says how long to wait",
        503: "the database does not answer",
    }.items()
}
