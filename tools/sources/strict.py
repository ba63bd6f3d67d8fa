"""YAML read strictly: every scalar is text, a key occurs once, and an unknown key is an error.

Plain YAML reads `on:` as true, `NO` as false and `010` as 8; in a mapping these are a key, a
country and an id, so nothing is guessed here and the canonical column decides the type.
"""

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Any

import yaml

from tools.errors import BadInput, nearest
from tools.reading import refuse_bomb

_NULLS = {"", "null", "Null", "NULL", "~"}


class _TextLoader(yaml.SafeLoader):
    """Scalars as text, plain nulls as None, duplicate keys refused."""


def _refuse(node: yaml.Node, problem: str) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def _scalar(loader: _TextLoader, node: yaml.Node) -> str | None:
    if not isinstance(node, yaml.ScalarNode):
        raise _refuse(node, "not plain YAML")
    if node.style is None and node.value in _NULLS:
        return None
    return str(loader.construct_scalar(node))


def _mapping(loader: _TextLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    found: dict[Hashable, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _refuse(key, "a key is a plain text")
        if key.value in found:
            raise _refuse(key, f"the key {key.value!r} occurs twice")
        found[key.value] = loader.construct_object(value, deep=True)
    return found


for _tag in ("null", "bool", "int", "float", "timestamp", "str"):
    _TextLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", _scalar)
_TextLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def load(text: str, name: str) -> object:
    """The nested dicts, lists and texts of a YAML document; BadInput names file and line."""
    try:
        refuse_bomb(text)
        return yaml.load(text, _TextLoader)  # noqa: S506 - a SafeLoader that builds only text
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise BadInput(f"{name}{line}: cannot read the YAML: {problem}") from error
    except RecursionError as error:
        raise BadInput(f"{name}: cannot read the YAML: nested too deeply") from error


@dataclass(frozen=True)
class MappingSection:
    """One YAML mapping with the place it stands at, which starts every message."""

    place: str
    items: dict[str, object]

    @classmethod
    def of(cls, node: object, place: str, allowed: Collection[str]) -> "MappingSection":
        """Take a node that must be a mapping with no key but the allowed ones."""
        if not isinstance(node, dict):
            raise BadInput(f"{place}: expected keys and values, found {_shown(node)}")
        for key in node:
            if key not in allowed:
                raise BadInput(f"{place}: unknown key {key!r}; {nearest(str(key), allowed)}")
        return cls(place, dict(node))

    def text(self, key: str) -> str:
        """The text of a key that must be there."""
        value = self.optional(key)
        if value is None:
            raise BadInput(f"{self.place}: the key {key!r} is missing or empty")
        return value

    def optional(self, key: str) -> str | None:
        """The text of a key, None when absent or empty."""
        value = self.items.get(key)
        if value is not None and not isinstance(value, str):
            raise BadInput(f"{self.place}: {key} must be one text, found {_shown(value)}")
        return value

    def choice(self, key: str, known: Collection[str], default: str) -> str:
        """The text of a key that must be one of the known words."""
        value = self.optional(key) or default
        if value not in known:
            raise BadInput(f"{self.place}: {key}: {value!r} is not known; {nearest(value, known)}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text is a list of one, an absent key is empty."""
        value = self.items.get(key)
        found = value if isinstance(value, list) else [] if value is None else [value]
        for item in found:
            if not isinstance(item, str):
                raise BadInput(f"{self.place}: {key} must be a list of texts, has {_shown(item)}")
        return tuple(found)

    def pairs(self, key: str) -> tuple[tuple[str, str | None], ...]:
        """A flat mapping of texts, in the order written."""
        value = self.items.get(key)
        if not isinstance(value, dict) or not value:
            raise BadInput(f"{self.place}: {key} must be keys and values, found {_shown(value)}")
        for name, item in value.items():
            if item is not None and not isinstance(item, str):
                raise BadInput(f"{self.place}: {key}.{name} must be one text, found {_shown(item)}")
        return tuple(value.items())

    def sections(self, key: str) -> tuple[tuple[str, object], ...]:
        """A list of nodes with their places; an absent key is empty."""
        value = self.items.get(key, [])
        if not isinstance(value, list):
            raise BadInput(f"{self.place}: {key} must be a list, found {_shown(value)}")
        return tuple((f"{self.place}: {key}[{n}]", node) for n, node in enumerate(value, 1))


def _shown(node: object) -> str:
    return "nothing" if node is None else f"{type(node).__name__} {str(node)[:40]!r}"
