"""How long somebody looked, measured by us: from the page we showed to the decision we received.

A page carries the instant at which it was shown, signed for one person and one state of one
proposal. The browser may say that they looked for less, since it was in front of them later; it
cannot say more. Without a stamp of ours nobody knows, and that counts as not looked.
"""

import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from approvals.audit import Key
    from approvals.request import Seen

_STAMP = re.compile(r"([0-9]{1,17})\.([0-9a-f]{64})")
EPOCH = datetime.fromtimestamp(0, UTC)
MICROSECOND = timedelta(microseconds=1)


def stamp(key: "Key", person: str, seen: "Seen", now: datetime) -> str:
    """That this person was shown just this, now."""
    micros = (now - EPOCH) // MICROSECOND
    return f"{micros}.{_mac(key, person, seen, str(micros))}"


def looked(key: "Key", person: str, seen: "Seen", stamped: str, now: datetime) -> int | None:
    """Whole seconds since then, at most those the browser tells; None when nobody knows."""
    match = _STAMP.fullmatch(stamped)
    if match is None or not hmac.compare_digest(_mac(key, person, seen, match[1]), match[2]):
        return None
    passed = (now - EPOCH - int(match[1]) * MICROSECOND) // timedelta(seconds=1)
    if passed < 0:
        return None
    return passed if seen.seconds is None else min(passed, seen.seconds)


def _mac(key: "Key", person: str, seen: "Seen", micros: str) -> str:
    parts = (person, seen.proposal, str(seen.version), seen.sha256, micros)
    return key.mac("looked", "\0".join(parts))
