"""Values people and programs send, read strictly: what cannot be meant is refused with a word."""

import re
import secrets
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import Form, Path, Query

from approvals.request import LONGEST_KEY, Seen
from tools.days import day_number
from tools.errors import BadInput, nearest
from tools.store.gate.inbox import HOLDERS, After, Filters

if TYPE_CHECKING:
    from collections.abc import Mapping

Text = Annotated[str, Form()]
ProposalId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["p0f3a51b2c4d5e6f7"])]
Asked = Annotated[str, Query(max_length=300)]
LONGEST_DAY = 86_400
LARGEST_NUMBER = 2**31 - 1  # what an INTEGER of PostgreSQL holds
LONGEST_INSTANT = 10**17
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_AFTER = re.compile(r"(-?\d{1,18})\.([A-Za-z0-9_-]{0,64})")
_KEY = re.compile(rf"[!-~]{{0,{LONGEST_KEY}}}")


def clean(name: str, text: str, longest: int = 300) -> str:
    """A text that any database takes.

    Raises:
        BadInput: when it is too long or holds what cannot be stored.
    """
    if len(text) > longest:
        raise BadInput(f"{name}: at most {longest} characters")
    if _UNSTORABLE.search(text):
        raise BadInput(f"{name}: it holds a character that cannot be stored")
    return text


def filters_of(values: "Mapping[str, str]") -> Filters:
    """The filters in an address; what is not a filter is left alone.

    Raises:
        BadInput: for a holder nobody knows.
    """
    names = ("play", "segment", "owner", "tier", "stage", "q", "holder")
    found = Filters(**{name: clean(name, values.get(name, "").strip()) for name in names})
    if found.holder not in HOLDERS:
        raise BadInput(f"holder: {found.holder!r}; {nearest(found.holder, HOLDERS[1:])}")
    return found


def after_of(text: str) -> After | None:
    """Where a page begins.

    Raises:
        BadInput: when it is no cursor of ours.
    """
    if not text:
        return None
    match = _AFTER.fullmatch(text)
    if match is None or not text.isascii():
        raise BadInput("after: take it from the page before")
    return After(int(match[1]), match[2])


def cursor(after: After) -> str:
    """A place in the queue as a text."""
    return f"{after.value_minor}.{after.id}"


def address(path: str, filters: Filters, **more: str) -> str:
    """A path with the filters that are set."""
    query = urlencode({k: v for k, v in (vars(filters) | more).items() if v})
    return f"{path}?{query}" if query else path


def seen_of(proposal: str, version: str, sha256: str, seconds: str = "") -> Seen:
    """What a form says somebody looked at.

    Raises:
        BadInput: when the version is no number.
    """
    if not re.fullmatch(r"[0-9]{1,9}", version):
        raise BadInput("version: it is missing; open the proposal again")
    looked = int(seconds) if re.fullmatch(r"[0-9]{1,6}", seconds) else None
    return Seen(
        proposal,
        int(version),
        clean("sha256", sha256, 64),
        None if looked is None else min(looked, LONGEST_DAY),
    )


def key_of(text: str) -> str:
    """An idempotency key.

    Raises:
        BadInput: when it is too long or not plain.
    """
    if not _KEY.fullmatch(text):
        raise BadInput(f"Idempotency-Key: at most {LONGEST_KEY} plain characters without spaces")
    return text


def new_key() -> str:
    """A key for one form on one page."""
    return secrets.token_urlsafe(16)


def day_of(name: str, text: str) -> int | None:
    """A date as a day number, None when nothing was given.

    Raises:
        BadInput: when it is no date.
    """
    if not text:
        return None
    try:
        return day_number(date.fromisoformat(text))
    except ValueError as error:
        raise BadInput(f"{name}: write a date as 2024-03-01") from error


def actions_after(text: str) -> tuple[datetime, str] | None:
    """Where a page of actions begins.

    Raises:
        BadInput: when it is no cursor of ours.
    """
    found = after_of(text)
    if found is None:
        return None
    if not 0 <= found.value_minor < LONGEST_INSTANT:
        raise BadInput("after: take it from the page before")
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=found.value_minor), found.id
