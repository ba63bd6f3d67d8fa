"""Which braces the words of a play may hold: plain placeholders, and nothing else."""

import re

from tools.errors import nearest
from tools.file_mistakes import mistake

PLACEHOLDERS = frozenset({
    "account", "contact", "owner", "plan", "seats", "days_to_renewal", "days_since_event",
    "days_since_order", "offer", "sender",
})  # fmt: skip
_PLACE = re.compile(r"\{([a-z_]+)\}")
_BRACED = re.compile(r"\{[^{}\n]*\}")


def check_places(text: str) -> str:
    """Refuse every brace but those of plain placeholders: what is filled in is a fact by its name.

    Raises:
        PydanticCustomError: with the line of the text that is wrong.
    """
    for match in _PLACE.finditer(text):
        if match[1] not in PLACEHOLDERS:
            said = f"the placeholder {match[0]} is not allowed; {nearest(match[1], PLACEHOLDERS)}"
            raise mistake(said, words=_line_at(text, match.start()))
    rest = _PLACE.sub(lambda place: " " * len(place[0]), text)
    if inner := _BRACED.search(rest):
        said = f"the placeholder {inner[0]} is not allowed; a fact stands alone, as {{account}}"
        raise mistake(said, words=_line_at(text, inner.start()))
    if brace := re.search(r"[{}][^\s{}]*", rest):
        said = (
            f"not a readable template: {brace[0]!r} has no other brace; write a fact as {{account}}"
        )
        raise mistake(said, words=_line_at(text, brace.start()))
    return text


def _line_at(text: str, place: int) -> str:
    """The line of a template on which something stands."""
    return text.split("\n")[text.count("\n", 0, place)].strip()
