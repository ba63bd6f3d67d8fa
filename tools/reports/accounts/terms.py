"""What the list is made from besides the numbers of the morning: relations, terms, the question."""

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

POOL = "(pool)"
"""Asks for the accounts that nobody owns."""

# What the agent puts into the engine before `make_accounts`.
RECENT_SCORES = pa.schema([
    ("account_id", pa.string()), ("day", pa.int32()), ("tier", pa.string()),
    ("model", pa.string()), ("probability", pa.float64()),
])  # fmt: skip
"""`recent_scores`: the scores of earlier days, one row for each account and day."""
SENT = pa.schema([("account_id", pa.string()), ("day", pa.int32()), ("play", pa.string())])
"""`account_sent`: what we sent ourselves."""
HELD_BACK = pa.schema([("account_id", pa.string()), ("play", pa.string()), ("why", pa.string())])
"""`account_held_back`: steps that may not be taken, by policy or because a person said no."""
DRAWN = pa.schema([("account_id", pa.string()), ("play", pa.string())])
"""`account_drawn`: what a lot drew to learn from and nobody has decided yet."""
# And before `make_lines`.
UNDER_WAY = pa.schema([
    ("account_id", pa.string()), ("play", pa.string()), ("day", pa.int32()),
    ("until_day", pa.int32()),
])  # fmt: skip
"""`account_under_way`: the last approved step whose window is not over, one row an account.

Whoever was drawn to be left out is in it like everybody else, so that the list says nothing of the
lot and nobody is called who must be left alone to measure what calling is worth.
"""
CARE = pa.schema([
    ("account_id", pa.string()), ("kind", pa.string()), ("who", pa.string()),
    ("owner", pa.string()), ("reason", pa.string()), ("value_minor", pa.int64()),
    ("day", pa.int32()), ("until_day", pa.int32()), ("version", pa.int64()),
])  # fmt: skip
"""`account_care`: the last thing a person said of an account; `who` is their name, `owner` the
name under which accounts are theirs."""
KNOWN = pa.schema([("account_id", pa.string()), ("reason", pa.string())])
"""`account_known`: the reasons that were there when they said it."""


@dataclass(frozen=True)
class ListNumbers:
    """The numbers the list is made by.

    Attributes:
        capacity: how many accounts a day an owner can take, by name.
        everybody: the same for an owner who is not named.
        renewal_days: from so many days before it on, a renewal is a reason.
        new_days: so long a stage is new.
        least_bp: no change of the score below this is taken as real, in basis points.
        more_share: what was done comes back when it is worth this share more.
        by_hand: whether a person may reach an account without an approval, by channel.
    """

    everybody: int
    capacity: "Mapping[str, int]" = field(default_factory=lambda: MappingProxyType({}))
    renewal_days: int = 45
    new_days: int = 14
    least_bp: int = 100
    more_share: float = 0.25
    by_hand: "Mapping[str, bool]" = field(default_factory=lambda: MappingProxyType({}))

    def of(self, owner: str) -> int:
        """How many accounts a day this owner can take."""
        return self.capacity.get(owner, self.everybody)


@dataclass(frozen=True)
class ListRequest:
    """Whose list, and how much of it; owner '' is everybody's, `POOL` that of nobody."""

    owner: str = ""
    limit: int = 25
    account: str = ""
