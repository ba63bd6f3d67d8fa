"""What the gate's rows look like from outside: frozen dataclasses with instants in UTC."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

DecisionKind = Literal[
    "approve",
    "reject",
    "snooze",
    "edit",
    "undo",
    "revoke",
    "assign",
    "wake",
    "expire",
    "stop",
    "give_back",
    "release",
]
ActionStatus = Literal[
    "scheduled", "calling", "sent", "failed", "blocked", "unknown", "revoked", "held_out"
]
ENDED: tuple[ActionStatus, ...] = ("sent", "failed", "blocked", "revoked", "held_out")


@dataclass(frozen=True)
class Revision:
    """A proposal's bytes after an edit."""

    proposal: str
    number: int
    envelope: str
    sha256: str
    editor: str
    created_at: "datetime"


@dataclass(frozen=True)
class Deed:
    """One thing a person did with a proposal, about the bytes and the version they saw.

    `seconds` is how long they looked at it, None when that is not known.
    """

    proposal: str
    kind: str
    sha256: str
    version: int
    who: str
    role: str
    via: str
    reason: str
    note: str
    day: int
    seconds: int | None
    at: "datetime"


@dataclass(frozen=True)
class Action:
    """What an approval set in motion, and how far it has come.

    `seal` is a keyed hash of the action and the approved bytes, so that nobody without the key
    can make one; `fence` grows with every claim, so that a worker who slept is not believed.
    `address_key` is the keyed hash of the folded address it goes to. `waits` is how often
    in a row it was put off because what must be checked could not be read.
    """

    id: str
    proposal: str
    sha256: str
    seal: str
    account_id: str
    contact_id: str | None
    play: str
    channel: str
    value_minor: int
    currency: str
    day: int
    status: ActionStatus
    detail: str
    receipt: str
    due_at: "datetime"
    attempts: int
    worker: str
    lease_until: "datetime | None"
    fence: int
    created_at: "datetime"
    changed_at: "datetime"
    address_key: str | None = None
    waits: int = 0


@dataclass(frozen=True)
class Attempt:
    """One call of a channel; `result` is `calling` until it came back."""

    action: str
    fence: int
    sha256: str
    channel: str
    worker: str
    started_at: "datetime"
    ended_at: "datetime | None"
    result: str
    detail: str


# The stratum of whom a person had reached by hand: outside of every comparison.
BY_HAND = "reached by hand"
# The stratum of what a lot drew to learn: compared with whom it did not draw.
TO_LEARN = "drawn to learn"


@dataclass(frozen=True)
class Draw:
    """Whether an account is held out of a play: drawn once, before anybody decides."""

    play: str
    account_id: str
    play_version: int
    stratum: str
    held: bool
    share: str
    drawn_day: int


@dataclass(frozen=True)
class Link:
    """One entry of the chain; `mac` signs it together with the one before."""

    seq: int
    at: "datetime"
    who: str
    kind: str
    subject: str
    body: str
    mac: str


@dataclass(frozen=True)
class Answer:
    """What a request with a key was answered, and the hash of that request."""

    request: str
    body: str


@dataclass(frozen=True)
class Assignment:
    """Who looks at a proposal, until when; without an end it was given to them."""

    proposal: str
    who: str
    until: "datetime | None"
