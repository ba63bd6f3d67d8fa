"""How a mistake in a YAML file is told: file, line, block, what was wrong, what is expected."""

from typing import TYPE_CHECKING

import yaml
from pydantic_core import PydanticCustomError

from tools.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pydantic_core import ErrorDetails

_AT, _KEY, _WORDS = "at", "key", "words"


def mistake(said: str, *at: int | str, words: str = "") -> PydanticCustomError:
    """What a validator raises; `at` is the way from its value to the part that is wrong.

    `words` are those of the line that is wrong, where a text has several.
    """
    return PydanticCustomError("mistake", "{said}", {"said": said, _AT: at, _WORDS: words})


def unknown_key(key: object, known: "Collection[str]") -> PydanticCustomError:
    """What the validator of a block raises about a key it does not know."""
    said = f"unknown key {str(key)!r}; {nearest(str(key), known)}"
    return PydanticCustomError("unknown_key", "{said}", {"said": said, _KEY: str(key)})


def message_of(found: "ErrorDetails", text: str, where: str) -> str:
    """The line that says what was found wrong in a text of the file `where`."""
    context = found.get("ctx", {})
    path = [*(part for part in found["loc"] if part != "[key]"), *context.get(_AT, ())]
    nodes = _nodes(yaml.compose(text, Loader=yaml.SafeLoader), path)
    last = nodes[-1] if len(nodes) > len(path) else None
    value = last.value if isinstance(last, yaml.ScalarNode) else found["input"]
    line = _line(nodes[-1:], context.get(_KEY), context.get(_WORDS), text)
    return f"{_place(where, line, _block(path, nodes))}: {_said(found, value)}"


def place_of(text: str, where: str, *path: int | str) -> str:
    """Where something stands in the text of the file `where`: file, line and block."""
    nodes = _nodes(yaml.compose(text, Loader=yaml.SafeLoader), path)
    return _place(where, _line(nodes[-1:], None, None, text), _block(path, nodes))


def _place(where: str, line: int, block: str) -> str:
    return ": ".join(part for part in (f"{where}:{line}" if line else where, block) if part)


def _nodes(node: yaml.Node | None, path: "Sequence[int | str]") -> list[yaml.Node]:
    """The nodes on the way to a place, as far as there are any."""
    found = [] if node is None else [node]
    for part in path:
        node = _child(node, part)
        if node is None:
            break
        found.append(node)
    return found


def _line(nodes: "Sequence[yaml.Node]", key: str | None, words: str | None, text: str) -> int:
    """The line of a node, of a key in it, or of words in it; 0 where there is none."""
    if not nodes:
        return 0
    node = nodes[0]
    starts, ends = node.start_mark.line, node.end_mark.line
    lines = text.splitlines()[starts : ends + 1] if words else []
    within = next((n for n, line in enumerate(lines) if words and words in line), 0)
    keys = [written for written, _ in node.value if written.value == key] if key else []
    return int(keys[0].start_mark.line if keys else starts + within) + 1


def _block(path: "Sequence[int | str]", nodes: "Sequence[yaml.Node]") -> str:
    """A place in words: `plays[2] retention_call.effect`; who has an id is named."""
    block = ""
    for n, part in enumerate(path, 1):
        block += f"[{part}]" if isinstance(part, int) else f".{part}"
        name = _child(nodes[n], "id") if isinstance(part, int) and n < len(nodes) else None
        block += f" {name.value}" if isinstance(name, yaml.ScalarNode) and name.value else ""
    return block.lstrip(".")


def _child(node: yaml.Node | None, part: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part]  # type: ignore[no-any-return]  # PyYAML's nodes have no types
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for key, value in pairs if key.value == str(part)), None)


_EXPECTED = {
    "string_type": "expected text",
    "int_type": "expected a whole number",
    "bool_type": "expected true or false",
    "decimal_type": "expected a number",
    "is_instance_of": "expected a number",
    "date_type": "expected a date such as 2026-01-31",
    "tuple_type": "expected a list",
    "dict_type": "expected keys and values",
    "model_type": "expected keys and values",
    "model_attributes_type": "expected keys and values",
}


def _said(found: "ErrorDetails", value: object) -> str:
    kind, context = found["type"], found.get("ctx", {})
    if kind == "missing":
        return "this key is required; add it"
    if kind in _EXPECTED:
        return f"{_EXPECTED[kind]}, got {_shown(value)}"
    if kind == "too_short":
        return "expected at least one entry, got none"
    if kind == "literal_error":
        known = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        if not isinstance(value, str):
            return f"expected one of {', '.join(known)}, got {_shown(value)}"
        return f"{value[:60]!r} is not known; {nearest(value, known)}"
    if kind in _BOUND:
        name, words = _BOUND[kind]
        return f"expected a number {words} {context[name]}, got {_shown(value)}"
    return found["msg"]


_BOUND = {
    "greater_than_equal": ("ge", "from"),
    "greater_than": ("gt", "above"),
    "less_than_equal": ("le", "up to"),
    "less_than": ("lt", "below"),
}


def _shown(value: object) -> str:
    """A value in a message, short enough for a line."""
    if value in (None, ""):
        return "nothing"
    if isinstance(value, dict | list):
        return f"a {'block' if isinstance(value, dict) else 'list'} of {len(value)}"
    return repr(str(value))[:60]
