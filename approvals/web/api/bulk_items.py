"""Items of a bulk request, each read by itself: one that cannot be read is its own answer."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from approvals.bulk_answers import BadItem
from approvals.request import Seen
from approvals.web.api.models import Id, Item

LONGEST_SHOWN = 64
_IDS: TypeAdapter[str] = TypeAdapter(Id)


def item_of(given: Any) -> Seen | BadItem:
    """The exact proposal an item names, or why it names none."""
    try:
        item = Item.model_validate(given, strict=True)
    except ValidationError as error:
        named = given.get("proposal") if isinstance(given, dict) else given
        return BadItem(_shown(named), _why(error))
    return Seen(item.proposal, item.version, item.sha256)


def id_of(given: Any) -> str | BadItem:
    """The id that was given, or why it is none."""
    try:
        return _IDS.validate_python(given, strict=True)
    except ValidationError as error:
        return BadItem(_shown(given), _why(error))


def _shown(given: Any) -> str:
    """What stood for an id, as a text any database and reader takes."""
    text = given if isinstance(given, str) else repr(given)
    return text.encode("ascii", "backslashreplace").decode().replace("\0", "\\x00")[:LONGEST_SHOWN]


def _why(error: ValidationError) -> str:
    said = [f"{'.'.join(map(str, one['loc'])) or 'item'}: {one['msg']}" for one in error.errors()]
    return "; ".join(said[:3]) + "; write proposal, version and sha256 as the queue gives them"
