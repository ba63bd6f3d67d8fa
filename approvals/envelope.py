"""The envelope: everything a person is asked to agree to, frozen, as one text under one hash.

What is shown, approved and carried out is this text. Its substance is the hash without the dates:
tomorrow's envelope that says the same is not a new question.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from approvals.canonical import canonical, digest
from tools.actions import DO_NOTHING
from tools.errors import Absent, BadInput
from tools.store.personal import erased_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.nouns import Finding
    from tools.money import Money
    from tools.roi.cautions import Caution
    from tools.roi.economics import Assumption
    from tools.roi.value import Step
    from tools.store.records import Proposal

FORMAT = 1
DATES = ("as_of", "expires_day")


@dataclass(frozen=True)
class Who:
    """Whom it is about, and the address it would go to."""

    account_id: str
    account_name: str | None
    contact_id: str | None
    contact_name: str | None
    recipient: str | None
    owner: str | None


@dataclass(frozen=True)
class What:
    """What would be done, word for word; `approval` names the roles that must agree."""

    play: str
    play_version: int
    goal: str
    channel: str
    subject: str
    body: str
    role: str
    approval: tuple[str, ...]
    hours: "Decimal"
    cost: "Money"


@dataclass(frozen=True)
class Driver:
    """What moves the churn score of this account; points above zero raise the risk."""

    words: str
    points: "Decimal"
    change: "Decimal | None"


@dataclass(frozen=True)
class Why:
    """Where the account stands, since when, and what says so."""

    segment: str | None
    stage: str | None
    stage_since_day: int | None
    stage_because: str | None
    probability: "Decimal | None"
    probability_basis: str
    drivers: tuple[Driver, ...]


@dataclass(frozen=True)
class Worth:
    """The net value against doing nothing, with its interval and everything it rests on."""

    net: "Money"
    low: "Money"
    high: "Money"
    p_positive: "Decimal | None"
    breakeven: "Decimal | None"
    uncertain: str
    convention: str
    steps: "tuple[Step, ...]"
    assumptions: "tuple[Assumption, ...]"
    cautions: "tuple[Caution, ...]"


@dataclass(frozen=True)
class DrawnPlace:
    """By which chance the account was asked about: 1 when its value chose it.

    `words` say so to people; what is drawn to learn is never held out as well.
    """

    chance: "Decimal" = Decimal(1)
    words: str = "chosen by value"

    @property
    def to_learn(self) -> bool:
        """Whether a lot drew it."""
        return self.chance < 1


@dataclass(frozen=True)
class Alternative:
    """What else could be done, and what that is worth; None when it cannot be computed."""

    play: str
    value: "Money | None"
    words: str


@dataclass(frozen=True)
class Envelope:
    """One question to a person; `versions` are (name, hash or number) of rules and models.

    `expires_day` is the first day on which it can no longer be decided.
    """

    as_of: int
    expires_day: int
    who: Who
    what: What
    why: Why
    worth: Worth
    alternatives: tuple[Alternative, ...]
    findings: "tuple[Finding, ...]"
    versions: tuple[tuple[str, str], ...]
    place: DrawnPlace = DrawnPlace()

    def __post_init__(self) -> None:
        """Refuse an envelope that hides the alternative of doing nothing, or is born expired."""
        nothing = [a.value for a in self.alternatives if a.play == DO_NOTHING]
        if len(nothing) != 1 or nothing[0] is None or nothing[0].amount != 0:
            raise BadInput("envelope: the alternatives must hold do_nothing once, worth 0")
        if self.expires_day <= self.as_of:
            raise BadInput("envelope: it expires before anybody can see it")


@dataclass(frozen=True)
class Sealed:
    """An envelope as text, its hash, and the hash of its substance."""

    text: str
    sha256: str
    substance: str


def seal(envelope: Envelope) -> Sealed:
    """Write an envelope as the one text that is hashed, shown and carried out.

    Raises:
        BadInput: when it holds something that cannot be written one way only.
    """
    values = {"format": FORMAT, **vars(envelope), "versions": dict(envelope.versions)}
    text = canonical(values)
    lasting = {name: value for name, value in values.items() if name not in DATES}
    return Sealed(text, digest(text), digest(canonical(lasting)))


def opened(proposal: "Proposal") -> dict[str, Any]:
    """The values of a proposal's first envelope, after checking that its bytes are the hashed.

    Raises:
        BadInput: when the stored text is not the text of its hash.
    """
    return read_values(proposal.envelope, proposal.sha256, proposal.id)


def read_values(text: str, sha256: str, proposal_id: str) -> dict[str, Any]:
    """The values of an envelope's text, which must be the one of the hash.

    Raises:
        Absent: when the person it was about was erased.
        BadInput: when it is not.
    """
    if erased_by(text) is not None:
        raise Absent(f"proposal {proposal_id}: its person was erased; ids and hashes are left")
    if digest(text) != sha256:
        raise BadInput(f"proposal {proposal_id}: its text is not the one that was hashed")
    values: dict[str, Any] = json.loads(text)
    return values


def drawn_to_learn(proposal: "Proposal") -> bool:
    """Whether a lot drew a proposal; one whose person was erased was not."""
    return erased_by(proposal.envelope) is None and bool(lot_words(json.loads(proposal.envelope)))


def lot_words(values: "Mapping[str, Any]") -> str:
    """By which chance an envelope's values were drawn to learn; '' when their value chose them.

    An envelope older than the lot holds no place.
    """
    place = values.get("place", {})
    return str(place["words"]) if Decimal(place.get("chance", "1")) < 1 else ""
