"""One text for one value (RFC 8785, JCS): what is hashed, stored, shown and carried out.

Keys in order, no spaces, text in NFC. There are no floats: a Decimal is written in full as text,
money as amount in cents with its currency. What cannot be written one way only is refused.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256

from tools.errors import BadInput
from tools.money import Money

EXACT = 2**53 - 1
LARGEST = 15  # digits before the comma, less one: as cents it fits into 64 bits
NOT_STORED = re.compile("[\0\ud800-\udfff]")
Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


def canonical(value: object) -> str:
    """The one JSON text of a value made of frozen dataclasses, mappings, tuples and scalars.

    Raises:
        BadInput: for a float, a number that is not finite, an integer JSON readers would round,
            NUL, a lone surrogate, or keys that become equal in NFC; the message says where.
    """
    plain = plain_of(value, "envelope")
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def digest(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def plain_of(value: object, where: str) -> Json:
    """The value as plain JSON with ordered keys; `where` starts every message."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, where)
    if isinstance(value, int):
        return _whole(value, where)
    if isinstance(value, Decimal):
        return _decimal(value, where)
    if isinstance(value, Money):
        if value.amount.is_finite() and value.amount.adjusted() > LARGEST:
            raise BadInput(f"{where}: {value.amount} is no sum of money")
        amount = _decimal(value.amount, where) and f"{value.rounded:f}"
        return {"amount": amount, "currency": _text(value.currency, where)}
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [plain_of(item, f"{where}[{index}]") for index, item in enumerate(value)]
    return _object(value, where)


def _object(value: object, where: str) -> Json:
    if is_dataclass(value) and not isinstance(value, type):
        pairs = {field.name: getattr(value, field.name) for field in fields(value)}
    elif isinstance(value, Mapping):
        pairs = dict(value)
    else:
        raise BadInput(f"{where}: {type(value).__name__} has no place in an envelope")
    named = {_key(key, where): item for key, item in pairs.items()}
    if len(named) != len(pairs):
        raise BadInput(f"{where}: two keys are the same text")
    ordered = sorted(named, key=lambda key: key.encode("utf-16-be"))
    return {key: plain_of(named[key], f"{where}.{key}") for key in ordered}


def _key(key: object, where: str) -> str:
    if not isinstance(key, str):
        raise BadInput(f"{where}: the key {key!r} is no text")
    return _text(key, where)


def _text(text: str, where: str) -> str:
    bad = NOT_STORED.search(text)
    if bad is not None:
        raise BadInput(f"{where}: the text holds U+{ord(bad[0]):04X}, which cannot be stored")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _whole(number: int, where: str) -> int:
    if abs(number) > EXACT:
        raise BadInput(f"{where}: {number} is too large for every reader; write it as a Decimal")
    return number


def _decimal(number: Decimal, where: str) -> str:
    if not number.is_finite():
        raise BadInput(f"{where}: {number} is not a number")
    if number.adjusted() > 30 or number.normalize().as_tuple().exponent < -30:  # type: ignore[operator]  # finite
        raise BadInput(f"{where}: {number} has more than 30 digits")
    return "0" if not number else f"{number.normalize():f}"
