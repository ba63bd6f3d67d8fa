"""What no channel lets through, whatever it was approved for.

Messages name the field and never repeat its text: they are logged, and the text may be personal.
"""

import re
import unicodedata
from dataclasses import fields
from hashlib import sha256
from typing import TYPE_CHECKING

from tools.channels.contract import Delivery, Refused
from tools.days import from_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

LONGEST_BODY = 1_000_000
LONGEST_LINE = 900
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._/@+=~-]{0,255}")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
# They turn or break a line for the eye without being control characters.
_TURNING = frozenset("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def check(delivery: Delivery) -> None:
    """Refuse a delivery that cannot be written down whole, or whose key or tags are unclear.

    Raises:
        Refused: naming the field.
    """
    if not _KEY.fullmatch(delivery.key):
        raise Refused(
            "key: must be 1-256 letters, digits or :._/@+=~- and start with one of the first"
        )
    for where, text in _texts(delivery):
        if _UNSTORABLE.search(text):
            raise Refused(f"{where}: holds NUL or half a character, which cannot be stored")
    if len(delivery.body.encode()) > LONGEST_BODY:
        raise Refused(f"body: is longer than {LONGEST_BODY} bytes; shorten it")
    _check_tags(delivery.tags)
    day_of(delivery)


def day_of(delivery: Delivery) -> "date":
    """The date of a delivery.

    Raises:
        Refused: when no calendar has such a day.
    """
    try:
        return from_number(delivery.day)
    except OverflowError:
        raise Refused(f"day: {delivery.day} is not a day of the calendar") from None


def one_line(text: str, where: str) -> str:
    """The same text, once it is certain that it stays on one line of a header.

    Raises:
        Refused: for control characters, characters that turn the line, or more than 900.
    """
    if any(unicodedata.category(char) in {"Cc", "Cs"} or char in _TURNING for char in text):
        raise Refused(f"{where}: holds a control character or a line break; remove it")
    if len(text) > LONGEST_LINE:
        raise Refused(f"{where}: is longer than {LONGEST_LINE} characters; shorten it")
    return text


def key_name(key: str) -> str:
    """A name for files and message ids: the same for the same key, and safe for any key."""
    return sha256(key.encode(errors="surrogatepass")).hexdigest()[:40]


def _check_tags(tags: tuple[tuple[str, str], ...]) -> None:
    names = [name for name, _ in tags]
    if not all(_TAG.fullmatch(name) for name in names):
        raise Refused("tags: a name must be letters, digits, - or _, at most 40")
    if len({name.lower().replace("_", "-") for name in names}) != len(names):
        raise Refused("tags: the same name is there twice")


def _texts(delivery: Delivery) -> "Iterator[tuple[str, str]]":
    for field in fields(Delivery):
        value = getattr(delivery, field.name)
        if isinstance(value, str):
            yield field.name, value
    for name, value in delivery.tags:
        yield "tags", name
        yield "tags", value
