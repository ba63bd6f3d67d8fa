"""The channels of the plays, the limits and the outlets agree, or nothing starts.

A play on a channel that no limit or outlet knows would be refused every morning, or after a person
had approved it; a misspelt channel in a limit would never limit anything.
"""

from typing import TYPE_CHECKING

from policies.closing import spoken_channels
from tools.actions import CHANNELS
from tools.errors import BadInput, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from policies.closing import NoCloses
    from policies.limit_book import LimitBook
    from policies.limits import Cap
    from tools.roi.plays import Play

ANY = "*"


def check_channels(
    plays: "Iterable[Play]", limits: "LimitBook", outlets: "Collection[str]"
) -> None:
    """Refuse a play, or a limit, on a channel that is not there.

    `outlets` are the channels the setting `deliver` names.

    Raises:
        BadInput: which play or limit, and what to add.
    """
    channels = {one.name for one in limits.latest("channels").value}
    for play in plays:
        place = f"plays.yaml: {play.id}: the channel {play.channel!r}"
        if play.channel not in channels:
            hint = nearest(play.channel, channels)
            raise BadInput(f"{place} is not among the channels of limits.yaml; {hint}")
        if play.channel not in outlets:
            raise BadInput(f"{place} has no outlet; add it to the setting `deliver`")
    _check_limits(limits, channels)


def _check_limits(limits: "LimitBook", channels: "Collection[str]") -> None:
    """The channels that other limits name."""
    caps: tuple[Cap, ...] = limits.latest("frequency_caps").value
    by_hand: Mapping[str, bool] = limits.latest("contact_by_hand").value
    closes: NoCloses = limits.latest("no_closes").value
    closed = {n for ways in closes.channels.values() for names in ways.values() for n in names}
    heard = {*spoken_channels(tuple(channels)), *CHANNELS}
    for limit, names, known in (
        ("frequency_caps", {cap.channel for cap in caps}, {*channels, ANY}),
        ("contact_by_hand", set(by_hand), {*channels, *CHANNELS}),
        ("no_closes", closed, heard),
    ):
        for name in sorted(names - set(known)):
            hint = nearest(name, known)
            raise BadInput(f"limits.yaml: {limit}: there is no channel {name!r}; {hint}")
