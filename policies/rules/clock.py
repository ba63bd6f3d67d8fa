"""When may the person be reached? By the clock on their own wall."""

import errno
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from policies.nouns import ask, deny, passes

if TYPE_CHECKING:
    from datetime import datetime

    from policies.nouns import Case, RuleAnswer
    from policies.quiet import QuietHours

# What the system says of a name that cannot be that of a file; anything else is no answer.
NO_SUCH_NAME = frozenset({errno.ENOENT, errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG,
                          errno.EINVAL, errno.ELOOP})  # fmt: skip
WHOSE = ("contact", "account", "tenant")


def quiet_hours(case: "Case") -> "RuleAnswer":
    """Say when the next allowed window opens; without any time zone it can never be known."""
    if not case.channel.reaches:
        return passes("nobody outside is reached")
    strange = ""
    for whose, name in zip(WHOSE, case.record.timezones, strict=True):
        if name is None:
            continue
        zone = known_zone(name)
        if zone is None:
            strange += f"the {whose}'s time zone {name!r} does not exist; "
            continue
        opens = next_window(case.now, zone, case.limits.quiet_hours)
        when = f"{strange}not before {opens:%Y-%m-%d %H:%M} {name}, time zone of the {whose}"
        return ask(when) if strange else passes(when)
    return deny(f"{strange}no time zone of contact, account or tenant is known")


def known_zone(name: str) -> ZoneInfo | None:
    """The time zone of an IANA name, None when there is none.

    Raises:
        OSError: when it cannot be looked up at this moment.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
    except OSError as error:
        if error.errno not in NO_SUCH_NAME:
            raise
        return None


def next_window(now: "datetime", zone: ZoneInfo, quiet: "QuietHours") -> "datetime":
    """The first moment from `now` on that is not quiet, in local time.

    Raises:
        ValueError: when `now` has no time zone.
    """
    if now.utcoffset() is None:
        raise ValueError("now has no time zone")
    return quiet.opens(now, zone)
