"""The YAML files people edit as frozen models: what a key may be stands once, in its type.

A file is refused whole with one line: file and line, the block, what was wrong, what is expected.
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, TypeVar

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from tools.errors import BadInput, nearest
from tools.reading import parse_strict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_core import ErrorDetails


def _words(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("empty_text", "expected text, got an empty one")
    return text


def _decimal(value: object) -> object:
    """A whole number as the decimal it is; true and false are none."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _edition(value: object) -> object:
    """A version as text, however it is written; yes, a date or nothing is none."""
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


_Item = TypeVar("_Item")
Text = Annotated[str, AfterValidator(_words)]
Number = Annotated[Decimal, BeforeValidator(_decimal)]
Days = Annotated[int, Field(ge=0, le=3650)]
SomeDays = Annotated[int, Field(ge=1, le=3650)]
Version = Annotated[int, Field(ge=1)]
Edition = Annotated[Text, BeforeValidator(_edition)]
Items = Annotated[tuple[_Item, ...], Field(strict=False)]  # YAML writes a tuple as a list
SomeItems = Annotated[tuple[_Item, ...], Field(strict=False, min_length=1)]


class FileModel(BaseModel):
    """One block of a YAML file: frozen, of exact types, with no key but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, values: object) -> object:
        """Refuse an unknown key with the nearest one, before a missing one is complained of."""
        known = [field.alias or name for name, field in cls.model_fields.items()]
        for key in values if isinstance(values, dict) else ():
            if key not in known:
                message = f"unknown key {key!r}; {nearest(str(key), known)}"
                raise PydanticCustomError("unknown_key", "{message}", {"message": message})
        return values


_Model = TypeVar("_Model")


def read_model(
    model: type[_Model], text: str, where: str, error: type[BadInput] = BadInput
) -> _Model:
    """Read a YAML text as a model, or a dict of them; `where`, the file, starts every message.

    Raises:
        BadInput: no YAML, a key twice, unknown or missing, or a value of the wrong type or size.
    """
    try:
        return TypeAdapter(model).validate_python(parse_strict(text, where))
    except ValidationError as mistakes:
        raise error(_message(mistakes.errors()[0], text, where)) from mistakes
    except BadInput as mistake:
        raise mistake if isinstance(mistake, error) else error(str(mistake)) from mistake


def _message(mistake: "ErrorDetails", text: str, where: str) -> str:
    path = [part for part in mistake["loc"] if part != "[key]"]
    node, line = _find(yaml.compose(text, Loader=yaml.SafeLoader), path)
    place = f"{where}:{line}" if line else where
    block = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    value = node.value if isinstance(node, yaml.ScalarNode) else mistake["input"]
    return f"{place}: " + (f"{block.lstrip('.')}: " if block else "") + _said(mistake, value)


def _find(node: yaml.Node | None, path: "Sequence[int | str]") -> tuple[yaml.Node | None, int]:
    """What stands at a place, None when nothing does, and the line of the nearest block there."""
    line = 0 if node is None else node.start_mark.line + 1
    for part in path:
        node = _child(node, part)
        if node is None:
            break
        line = node.start_mark.line + 1
    return node, line


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


def _said(mistake: "ErrorDetails", value: object) -> str:
    kind, context = mistake["type"], mistake.get("ctx", {})
    if kind == "missing":
        return "this key is required; add it"
    if kind in _EXPECTED:
        return f"{_EXPECTED[kind]}, got {_shown(value)}"
    if kind == "too_short":
        return "expected at least one entry, got none"
    if kind == "literal_error":
        known = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        return f"{value!r} is not known; {nearest(str(value), known)}"
    if kind in _BOUND:
        name, words = _BOUND[kind]
        return f"expected a number {words} {context[name]}, got {_shown(value)}"
    return mistake["msg"]


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
