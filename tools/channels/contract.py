"""What every way out of the building promises to whoever hands it a delivery.

A channel raises nothing but these; the executor treats anything else as Unsure.

LifecycleError
└── Undelivered     it has not been carried out, as far as the channel can tell
    ├── Refused     certainly not done and never will be: tell a person
    ├── NotNow      certainly not done: it may be tried again
    │   └── Denied  the credential was not accepted: pause the channel, keep its queue
    └── Unsure      nobody can know: never repeat it unless the channel is keyed
"""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from tools.errors import LifecycleError

Effect = Literal["keyed", "look_up", "blind"]
"""keyed: the same key again has no second effect; look_up: `find` knows whether a key was done;
blind: neither."""


@dataclass(frozen=True)
class Delivery:
    """One approved action, ready to be carried out word for word.

    `key` is stable over repetitions, `day` a day number and `value` the text of a Decimal. What
    could name a person is left out of the repr, so that no log repeats it.
    """

    key: str
    action: str
    proposal: str
    sha256: str
    play: str
    segment: str | None
    account_id: str
    account_name: str | None = field(repr=False)
    contact_id: str | None
    recipient: str | None = field(repr=False)
    recipient_name: str | None = field(repr=False)
    owner: str | None = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    value: str
    currency: str
    day: int
    tags: tuple[tuple[str, str], ...]
    unsubscribe_url: str | None = field(repr=False)


@dataclass(frozen=True)
class Receipt:
    """The word of a channel that it is done; `reference` is one line of plain text."""

    reference: str


class OutboundChannel(Protocol):
    """One way out of the building."""

    @property
    def name(self) -> str:
        """The name under which it is configured and paused."""
        ...

    @property
    def effect(self) -> Effect:
        """What repeating a call does."""
        ...

    @property
    def leaves(self) -> bool:
        """Whether anything leaves the building."""
        ...

    def deliver(self, delivery: Delivery) -> Receipt:
        """Carry out exactly this, once.

        Raises:
            Refused: it is not done and never will be.
            NotNow: it is not done and may be tried again.
            Unsure: nobody can know whether it was done.
        """
        ...

    def find(self, key: str) -> Receipt | None:
        """What is known to be done under a key; None when nothing is known."""
        ...


class Undelivered(LifecycleError):  # noqa: N818 - named for the event, as tools.errors does
    """A delivery was not carried out, as far as the channel can tell."""


class Refused(Undelivered):
    """It is certainly not done, and never will be as it stands."""


class NotNow(Undelivered):
    """It is certainly not done, and may be tried again."""

    def __init__(self, message: str, after_seconds: float | None = None) -> None:
        """Keep how long the other side asked us to wait, if it did."""
        self.after_seconds = after_seconds
        super().__init__(message)


class Denied(NotNow):
    """The other side did not accept our credential; nothing will pass until a person mends it."""


class Unsure(Undelivered):
    """Nobody can know whether it was done."""
