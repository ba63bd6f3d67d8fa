"""The names of the IANA time zone database, listed once."""

from functools import cache
from zoneinfo import available_timezones

from tools.errors import BadInput, nearest


@cache
def zones() -> frozenset[str]:
    """Every name; the listing walks a folder, so it is kept."""
    return frozenset(available_timezones())


def check_zone(zone: str, place: str) -> str:
    """The zone, when it is a known name; BadInput with the nearest otherwise."""
    if zone not in zones():
        raise BadInput(f"{place}: zone: {zone!r} is not known; {nearest(zone, zones())}")
    return zone
