"""What the store gives and takes: frozen dataclasses; a database row never leaves `tools.store`.

Days are day numbers (`tools/days.py`), instants are aware datetimes, money is integer minor units
with a currency. This module imports no database, so that pure code may use its nouns.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from tools.days import from_number
from tools.errors import BadInput, nearest

if TYPE_CHECKING:
    from datetime import datetime

FileKind = Literal["fact", "usage", "snapshot"]
RunStatus = Literal["running", "done", "failed"]
Decided = Literal["approved", "rejected", "snoozed"]
ProposalStatus = Literal[
    "pending", "approved", "rejected", "snoozed", "expired", "superseded", "revoked"
]
DECIDED: tuple[str, ...] = get_args(Decided)


def one_of(field: str, value: str, kinds: object) -> None:
    """Refuse a value outside a Literal: the tables keep plain text and check nothing."""
    known = get_args(kinds)
    if value not in known:
        raise BadInput(f"{field}: {value!r} is not one of them; {nearest(str(value), known)}")


@dataclass(frozen=True)
class Batch:
    """One load of one source; its id is unique, so that committing it twice changes nothing.

    `as_of` is the day of the run that loaded it, None when that is not known.
    """

    id: str
    source: str
    rows: int
    committed_at: "datetime"
    as_of: int | None = None


@dataclass(frozen=True)
class DataFile:
    """One immutable Parquet file; days are None in a file without rows.

    `path` is relative to the data folder; `table` is a canonical table; `batch` is a Batch's id.
    """

    table: str
    kind: FileKind
    path: str
    rows: int
    min_day: int | None
    max_day: int | None
    min_known: int | None
    max_known: int | None
    sha256: str
    batch: str

    def __post_init__(self) -> None:
        one_of("kind", self.kind, FileKind)


REFUSED = "refused"


@dataclass(frozen=True)
class BadRow:
    """A row in quarantine: where it stood, what it said, and why it was not taken.

    `kind` is REFUSED, or names a remark on what was taken; `rows` is how many rows it stands for.
    """

    batch: str
    table: str
    file: str
    line: int
    column: str
    value: str
    reason: str
    kind: str = REFUSED
    rows: int = 1


@dataclass(frozen=True)
class BadRowCount:
    """How many rows of a table are in quarantine for one reason."""

    table: str
    column: str
    reason: str
    rows: int


@dataclass(frozen=True)
class Document:
    """A text under the SHA-256 of its UTF-8 bytes."""

    sha256: str
    text: str


@dataclass(frozen=True)
class Run:
    """The run of one day; `documents` are (name, sha256) of the texts it used, by name.

    `attempt` counts how often the day was taken back and run again.
    """

    id: str
    as_of: int
    status: RunStatus
    fingerprint: str
    documents: tuple[tuple[str, str], ...]
    summary: str
    started_at: "datetime"
    finished_at: "datetime | None"
    attempt: int = 0


@dataclass(frozen=True)
class Transition:
    """One change of stage, with four stamps: effective, observed, recorded (as_of), superseded."""

    kind: str
    entity_id: str
    from_stage: str | None
    to_stage: str
    effective_day: int
    observed_day: int
    as_of: int
    superseded_as_of: int | None
    because: str
    rule_version: str
    skipped: tuple[str, ...]


@dataclass(frozen=True)
class NewProposal:
    """What the queue asks the store to keep; `substance` is the hash without the dates."""

    id: str
    account_id: str
    contact_id: str | None
    play: str
    value_minor: int
    currency: str
    envelope: str
    sha256: str
    substance: str
    expires_day: int
    account_name: str = ""
    owner: str = ""
    segment: str = ""
    stage: str = ""
    goal: str = ""
    channel: str = ""
    tier: str = ""


@dataclass(frozen=True)
class Proposal:
    """One frozen envelope and what became of it.

    `expires_day` is the first day on which it can no longer be decided. `version` grows by one
    with every change of status. `supersedes` and `superseded_by` link the ids both ways. `shown`
    is the hash of the bytes a person is asked about now: `sha256`, or that of the last edit.
    """

    id: str
    as_of: int
    account_id: str
    contact_id: str | None
    play: str
    status: ProposalStatus
    status_reason: str
    value_minor: int
    currency: str
    envelope: str
    sha256: str
    substance: str
    expires_day: int
    supersedes: str | None
    superseded_by: str | None
    decided_day: int | None
    version: int
    created_at: "datetime"
    changed_at: "datetime"
    shown: str = ""
    editor: str = ""
    snoozed_until: int | None = None
    reminded_day: int | None = None
    account_name: str = ""
    owner: str = ""
    segment: str = ""
    stage: str = ""
    goal: str = ""
    channel: str = ""
    tier: str = ""


@dataclass(frozen=True)
class Entered:
    """What one call of the queue did, as proposal ids; an id is in one of them only."""

    created: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    superseded: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Send:
    """One message that left; the id makes recording it twice harmless.

    `address_key` is the keyed hash of the folded address it went to; None where it is not known.
    """

    id: str
    contact_id: str | None
    account_id: str
    channel: str
    play: str
    day: int
    address_key: str | None = None


@dataclass(frozen=True)
class Suppression:
    """An address, as a keyed hash, that said no to a channel (`*`: was erased or left them all)."""

    key: str
    channel: str
    since: "datetime"


@dataclass(frozen=True)
class Decision:
    """What a person decided about a play for an account, and on which day."""

    account_id: str
    play: str
    decided: Decided
    day: int


@dataclass(frozen=True)
class AccountFeedback:
    """What a person said last of an account and the goal of a step; goal '' is every goal."""

    account_id: str
    kind: str
    goal: str
    play: str
    who: str
    day: int
    until_day: int | None
    at: "datetime"

    def concerns(self, goal: str) -> bool:
        """Whether it is about a goal."""
        return not self.goal or not goal or self.goal == goal

    def holds(self, day: int, rest_days: int) -> bool:
        """Whether it still stands in the way on a day: until its end, or for the days of rest."""
        if self.until_day is not None:
            return self.until_day > day
        return self.day > day - rest_days

    @property
    def words(self) -> str:
        """What was said and when, without a name."""
        said = {"claim": "claimed", "snooze": "put off", "not_useful": "marked not useful"}
        until = "" if self.until_day is None else f" until {from_number(self.until_day)}"
        return f"{said.get(self.kind, self.kind)} on {from_number(self.day)}{until}"


@dataclass(frozen=True)
class ContactHistory:
    """What an account has received and what was decided about it before a day, oldest first."""

    account_id: str
    sends: tuple[Send, ...] = ()
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True)
class Pause:
    """The last word about a scope: `global`, `play:<id>` or `channel:<id>`."""

    scope: str
    on: bool
    since: "datetime"
    who: str
    reason: str


@dataclass(frozen=True)
class Refusal:
    """Why a play was not proposed to an account by the run of a day."""

    as_of: int
    account_id: str
    play: str
    rule_id: str
    reason: str


@dataclass(frozen=True)
class RefusalCount:
    """How many accounts a rule refused on a day."""

    rule_id: str
    accounts: int
