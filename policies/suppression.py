"""Does our own list close a channel? The same answer as for a word that came another way."""

from typing import TYPE_CHECKING

from policies.closing import CAUSES
from tools.customers.consent.words import ANY
from tools.days import day_number

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from policies.limits import Limits
    from tools.store.records import Suppression

# An entry about a "no" that came with the facts begins with its cause; this sign after the cause
# says that no later yes takes it back.
STANDS = "!"
FOR_GOOD = frozenset({"bounced"})
WITHOUT_DAY = frozenset({"unsubscribed", "complained"})  # of these no yes is known to be later


def entry_of(cause: str, said_in: str, *, has_day: bool) -> str:
    """What an entry of our own list says in the place of a channel about a "no" of the facts."""
    is_last = cause in FOR_GOOD or (cause in WITHOUT_DAY and not has_day)
    stands = STANDS if is_last else ""
    return f"{cause}{stands}:{said_in}"


def closed_by_list(
    entries: "Iterable[Suppression]",
    channel: str,
    agreed_day: int | None,
    limits: "Limits",
    zone: "ZoneInfo",
) -> bool:
    """Whether entries about a person's addresses close a channel.

    An entry is an unsubscription in its channel, or the "no" it names, taken back by a yes on a
    later day; one of every channel, as an erasure makes it, is never taken back.
    """

    def stands(one: "Suppression") -> bool:
        cause, said_in, for_good = _read(one.channel)
        day = day_number(one.since.astimezone(zone).date())
        is_back = agreed_day is not None and agreed_day > day
        return limits.closes(cause, said_in, channel) and (for_good or not is_back)

    return any(map(stands, entries))


def _read(entry: str) -> tuple[str, str, bool]:
    """The cause, the channel it was said in, and whether no yes takes it back."""
    cause, colon, said_in = entry.partition(":")
    if colon and cause.rstrip(STANDS) in {*CAUSES, "refused"}:
        return cause.rstrip(STANDS), said_in, cause.endswith(STANDS)
    return "unsubscribed", entry, entry == ANY
