"""Rubber stamps: how long each reviewer looked before a yes, from what their deeds recorded."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from statistics import median_low
from typing import TYPE_CHECKING

from tools.store.gate.overview import looks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from approvals.service import Gate
    from tools.store.gate.overview import Look

SHORT = 3
WINDOW = timedelta(days=30)


@dataclass(frozen=True)
class Reviewer:
    """One person's yeses of the last days.

    `single` were given one by one and `together` in bulk, where a sample is looked at instead.
    `median` is of those whose seconds are known, None when there is none. `short` counts those
    under three seconds, and those of which nobody knows: that is no sign of having looked.
    """

    who: str
    name: str
    single: int
    median: int | None
    short: int
    unknown: int
    together: int

    @property
    def share(self) -> float | None:
        """Which part of the yeses given one by one was under three seconds."""
        return self.short / self.single if self.single else None


def reviewers(gate: "Gate") -> tuple[Reviewer, ...]:
    """Everybody who said yes lately, who looked least first."""
    since = gate.clock() - WINDOW
    found = gate.store.read(lambda tx: looks(tx.session, since))
    names = gate.store.read(lambda tx: tx.roles.names(one.who for one in found))
    by_person: dict[str, list[Look]] = defaultdict(list)
    for one in found:
        by_person[one.who].append(one)
    told = [_reviewer(who, names.get(who) or who, some) for who, some in by_person.items()]
    return tuple(sorted(told, key=lambda one: (-(one.share or 0), one.name)))


def _reviewer(who: str, name: str, found: "Iterable[Look]") -> Reviewer:
    single = [one for one in found if one.via != "bulk"]
    known = [one for one in single if one.seconds is not None]
    seconds = sorted(s for one in known for s in [one.seconds or 0] * one.count)
    count = sum(one.count for one in single)
    short = sum(one < SHORT for one in seconds)
    return Reviewer(
        who,
        name,
        count,
        median_low(seconds) if seconds else None,
        short + count - len(seconds),
        count - len(seconds),
        sum(one.count for one in found if one.via == "bulk"),
    )
