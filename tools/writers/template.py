"""Words from a template: figures are bound by name, and nothing else is filled in.

A value from a CRM is somebody's text. Control and direction characters are removed from it, links
and numbers to call are taken apart, and braces stay braces, so that a company called `{recipient}`
cannot become another placeholder.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.errors import BadInput, nearest
from tools.text_safety.inert import inert

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_PLACE = re.compile(r"\{([a-z_]+)\}")
_UNSAFE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
LONGEST = 200


@dataclass(frozen=True)
class LetterText:
    """A subject and a body, ready to be read by a person."""

    subject: str
    body: str


def check_template(text: str, known: "Collection[str]", where: str) -> None:
    """Refuse a placeholder that no fact fills; `where` (file and key) starts the message."""
    for name in _PLACE.findall(text):
        if name not in known:
            raise BadInput(f"{where}: {{{name}}} is not a fact; {nearest(name, known)}")
    if brace := re.search(r"[{}][^\s{}]*", _PLACE.sub("", text)):
        raise BadInput(f"{where}: {brace[0]!r} is no placeholder; write a fact as {{account}}")


def write(subject: str, body: str, facts: "Mapping[str, str]") -> LetterText:
    """Fill a template with facts; a fact that is not there is an error, never a blank."""
    return LetterText(_fill(subject, facts).replace("\n", " "), _fill(body, facts))


def _fill(text: str, facts: "Mapping[str, str]") -> str:
    check_template(text, facts, "template")
    return _PLACE.sub(lambda place: filled(facts[place[1]]), text)


def filled(value: str) -> str:
    """A value as it stands in the words: one visible line in which nothing is a link or a call."""
    return inert(plain(value))


def plain(value: str) -> str:
    """One line of visible text of bounded length."""
    visible = "".join(c for c in value if unicodedata.category(c) not in _UNSAFE)
    return " ".join(visible.split())[:LONGEST]
