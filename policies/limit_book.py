"""The limits a marketer edits: read strictly, dated, and never guessed.

Every limit is a list of values with the day each comes into force, its source and its owner.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from policies.closing import CAUSES, STANDARD, NoCloses
from policies.limits import Cap, Channel, HarmTerms, Limits, ListTerms
from policies.limits_file import CapEntry, ChannelEntry, LimitsFile
from tools.customers.consent import BounceTerms, Mailbox
from tools.days import day_number, from_number
from tools.errors import BadInput
from tools.file_model import DatedEntry, read_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from policies.people_file import ClosesEntry


@dataclass(frozen=True)
class Dated:
    """One value of a limit with the day it comes into force, where it is from and whose it is."""

    valid_from: int
    value: Any
    source: str
    owner: str


@dataclass(frozen=True)
class LimitBook:
    """All limits with all their values."""

    version: int
    values: "Mapping[str, tuple[Dated, ...]]"
    where: str

    def on(self, as_of: int) -> Limits:
        """The limits in force on a day.

        Raises:
            BadInput: when one has no value yet on that day.
        """
        return Limits(**{name: self.dated(name, as_of).value for name in NAMES})

    def dated(self, name: str, as_of: int) -> Dated:
        """One limit in force on a day, with source and owner."""
        valid = [value for value in self.values[name] if value.valid_from <= as_of]
        if not valid:
            first = from_number(min(value.valid_from for value in self.values[name]))
            raise BadInput(
                f"{self.where}: {name} has no value before {first}, the run is of "
                f"{from_number(as_of)}; add one with an earlier valid_from"
            )
        return max(valid, key=lambda value: value.valid_from)

    def latest(self, name: str) -> Dated:
        """The last value of a limit, in force already or to come."""
        return max(self.values[name], key=lambda value: value.valid_from)


NAMES = tuple(name for name in LimitsFile.model_fields if name != "version")
ALWAYS = day_number(date.min)
# Limits that came after the first release: a day recorded before them is read with these.
LATER: "Mapping[str, Dated]" = {
    "no_closes": Dated(ALWAYS, STANDARD, "the value this limit came with", "lifecycle"),
    "bounces": Dated(ALWAYS, BounceTerms(), "the value this limit came with", "lifecycle"),
    "same_mailbox": Dated(ALWAYS, Mailbox(), "the value this limit came with", "lifecycle"),
    "dwell_seconds": Dated(ALWAYS, 3, "the value this limit came with", "lifecycle"),
    "explore_share": Dated(ALWAYS, Decimal(0), "the value this limit came with", "lifecycle"),
    "risk_of_harm": Dated(ALWAYS, HarmTerms(), "the values this limit came with", "lifecycle"),
    "accounts_per_owner": Dated(
        ALWAYS, {"everybody": 12}, "the value this limit came with", "lifecycle"
    ),
    "account_list": Dated(
        ALWAYS,
        ListTerms(45, 14, Decimal("1.0"), Decimal("0.25"), 30, 7, 3),
        "the values this limit came with",
        "lifecycle",
    ),
    "contact_by_hand": Dated(
        ALWAYS, {"call": True, "meeting": True, "email": False}, "the values this limit came with",
        "lifecycle",
    ),
}  # fmt: skip


def parse_limits(text: str, where: str = "policies/limits.yaml") -> LimitBook:
    """Read the limits.

    Raises:
        BadInput: anything unknown, missing or out of bounds, with file, key and nearest match.
    """
    file = read_model(LimitsFile, text, where)
    values = {name: _values(name, getattr(file, name)) for name in NAMES}
    return LimitBook(file.version, values, where)


def _values(name: str, entries: "Iterable[DatedEntry[Any]] | None") -> tuple[Dated, ...]:
    if entries is None:
        return (LATER[name],)
    noun = _NOUNS.get(name, _as_it_is)
    return tuple(
        Dated(day_number(one.valid_from), noun(one.value), one.source, one.owner) for one in entries
    )


def _as_it_is(value: object) -> object:
    return value


def _channels(table: "Mapping[str, ChannelEntry]") -> tuple[Channel, ...]:
    return tuple(Channel(name, one.address, one.consent) for name, one in table.items())


def _caps(caps: "Iterable[CapEntry]") -> tuple[Cap, ...]:
    return tuple(
        Cap(one.channel, one.per, one.sends, one.days, one.senders or "all") for one in caps
    )


def _closes(entry: "ClosesEntry") -> NoCloses:
    closed = {
        cause: MappingProxyType(
            {said_in: frozenset(names) for said_in, names in getattr(entry, cause).items()}
        )
        for cause in CAUSES
    }
    return NoCloses(MappingProxyType(closed))


_NOUNS: "Mapping[str, Callable[[Any], Any]]" = {
    "channels": _channels,
    "frequency_caps": _caps,
    "quiet_hours": lambda entry: entry.noun,
    "no_closes": _closes,
    "bounces": lambda entry: BounceTerms(**dict(entry)),
    "same_mailbox": lambda entry: Mailbox(**dict(entry)),
    "account_list": lambda entry: ListTerms(**dict(entry)),
    "risk_of_harm": lambda entry: HarmTerms(**dict(entry)),
}
