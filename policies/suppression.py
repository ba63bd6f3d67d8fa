"""Does our own list close a channel? The same answer as for a word that came another way."""

from typing import TYPE_CHECKING

from tools.customers.consent.words import ANY
from tools.days import day_number

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from policies.limits import Limits
    from tools.store.records import Suppression


def closed_by_list(
    entries: "Iterable[Suppression]",
    channel: str,
    agreed_day: int | None,
    limits: "Limits",
    zone: "ZoneInfo",
) -> bool:
    """Whether entries about a person's addresses close a channel.

    An entry is an unsubscription in its channel, taken back by a yes on a later day; one of every
    channel, as an erasure makes it, is never taken back.
    """
    return any(
        one.channel == ANY
        or (
            limits.closes("unsubscribed", one.channel, channel)
            and not (
                agreed_day is not None
                and agreed_day > day_number(one.since.astimezone(zone).date())
            )
        )
        for one in entries
    )
