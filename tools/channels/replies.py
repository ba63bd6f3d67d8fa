"""What the answer to a webhook means for the delivery."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from tools.channels.contract import Denied, NotNow, Receipt, Refused, Unsure

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_WAIT = 86_400.0
LONGEST_REFERENCE = 200


def receipt_of(status: int, body: bytes, key: str) -> Receipt:
    """The receipt of an answer that says done; `body` may be cut off.

    Raises:
        Unsure: when it says done and not done at once, or speaks of another key.
    """
    said = _object(body)
    if said.get("ok") is False or said.get("error") or said.get("errors"):
        raise Unsure(f"webhook: answered {status} with an error inside")
    if status == 409 and said.get("key", key) != key:
        raise Unsure("webhook: answered 409 for another key than the one sent")
    return Receipt(_reference(said.get("id")) or f"HTTP {status}")


def check_status(status: int, headers: "Mapping[str, str]", now: datetime) -> None:
    """Pass what says done: 2xx, and 409 for a key that is known already.

    Raises:
        Denied: when the secret is not accepted.
        NotNow: when asked to come back later.
        Refused: when it will never be taken, or leads elsewhere.
        Unsure: when the other side broke down.
    """
    if 200 <= status <= 299 or status == 409:
        return
    said = f"webhook: answered {status}"
    if status in {401, 403}:
        raise Denied(f"{said}: it does not accept our signature; check the secret")
    if status in {429, 503}:
        raise NotNow(said, _wait(headers.get("retry-after", ""), now))
    if 300 <= status <= 399:
        raise Refused(f"{said}: it leads elsewhere, and that is not followed; mend the url")
    if 400 <= status <= 499:
        raise Refused(said)
    raise Unsure(said)


def _wait(text: str, now: datetime) -> float | None:
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), LONGEST_WAIT)


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _reference(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    text = str(value)
    plain = text.isascii() and text.isprintable() and len(text) <= LONGEST_REFERENCE
    return text if plain else ""
