"""YAML as plain values, strictly: a double key, a tag or a bomb is refused with its place.

`tools/file_model.py` is the one reader of the files people edit; it rests on this.
"""

from collections.abc import Hashable
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import yaml
from yaml import SafeLoader

from tools.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Strict(SafeLoader):
    """A loader that refuses a key written twice and keeps decimals as they are written."""


def _mapping(loader: SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen = set()
    for written, _ in node.value:
        key = loader.construct_object(written)
        if not isinstance(key, Hashable):
            break  # what is built next refuses it, with its line
        if key in seen:
            line = written.start_mark.line + 1
            raise BadInput(f"the key {key!r} is written twice, again on line {line}")
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


def _decimal(loader: SafeLoader, node: yaml.ScalarNode) -> Decimal:
    text = str(loader.construct_scalar(node)).replace("_", "")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise BadInput(
            f"{text!r} is not a plain number (line {node.start_mark.line + 1})"
        ) from error
    if not number.is_finite():
        raise BadInput(f"{text!r} is not a number (line {node.start_mark.line + 1})")
    return number


# libyaml reads the policies of a command ten times as fast as Python does; some wheels lack it.
_FAST: type[Any] = getattr(yaml, "CSafeLoader", SafeLoader)
_FAST_STRICT: type[Any] = type("_FastStrict", (_FAST,), {})
for _loader in (_Strict, _FAST_STRICT):
    _loader.add_constructor("tag:yaml.org,2002:map", _mapping)
    _loader.add_constructor("tag:yaml.org,2002:float", _decimal)


class YamlBomb(yaml.YAMLError):
    """A text that is small and stands for more than a memory holds, or for what is no value."""


MOST_VALUES, DEEPEST = 100_000, 100


def refuse_bomb(text: str) -> None:
    """Refuse YAML whose aliases repeat one another, or that nests without end, before it is built.

    One pass over its events; a mistake in the text is for the loader to tell.

    Raises:
        YamlBomb: says which.
    """
    with suppress(_Mistake):
        _count(_events(text))


class _Mistake(Exception):  # noqa: N818 - it says nothing but that
    """The text is no YAML."""


def _events(text: str) -> "Iterator[yaml.Event]":
    try:
        yield from yaml.parse(text, Loader=_FAST)
    except yaml.YAMLError as error:
        raise _Mistake from error


def _count(events: "Iterator[yaml.Event]") -> None:
    """Count what every anchor stands for, aliases in it included."""
    sizes: dict[str | None, int] = {}
    opened: list[tuple[str | None, int]] = [(None, 0)]
    for event in events:
        tag: str | None = getattr(event, "tag", None)
        if tag is not None:
            raise YamlBomb(f"{_line(event)}the tag {tag} is not read; write the value plainly")
        if isinstance(event, yaml.CollectionStartEvent):
            opened.append((event.anchor, 1))
            if len(opened) > DEEPEST:
                raise YamlBomb(f"{_line(event)}it nests over {DEEPEST} deep")
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, size = opened.pop()
        elif isinstance(event, yaml.AliasEvent):
            anchor, size = None, sizes.get(event.anchor, MOST_VALUES)  # one that holds itself
        else:
            anchor, size = getattr(event, "anchor", None), 1
        sizes[anchor] = size
        around, before = opened[-1]
        opened[-1] = (around, before + size)
        if sizes.keys() - {None} and before + size > MOST_VALUES:
            raise YamlBomb(f"{_line(event)}its aliases stand for over {MOST_VALUES:,} values")


def _line(event: yaml.Event) -> str:
    return "" if event.start_mark is None else f"line {event.start_mark.line + 1}: "


def load_yaml(text: str) -> Any:
    """Parse YAML as plain values.

    Raises:
        yaml.YAMLError: when it is none.
    """
    return _load(text, _FAST, SafeLoader)


def _load(text: str, fast: type[Any], careful: type[SafeLoader]) -> Any:
    """Load quickly what both loaders read alike; the careful one also says better what is wrong.

    They differ in where a tab may stand, and what is read must not depend on the machine.
    """
    refuse_bomb(text)
    if "\t" not in text:
        with suppress(yaml.YAMLError):
            return yaml.load(text, Loader=fast)  # noqa: S506 - a SafeLoader
    return yaml.load(text, Loader=careful)  # noqa: S506 - a SafeLoader


def parse_strict(text: str, where: str) -> Any:
    """The values of a YAML text: no key is written twice, and decimals stay exact.

    Raises:
        BadInput: when it cannot be read so; `where` starts the message.
    """
    try:
        return _load(text, _FAST_STRICT, _Strict)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise BadInput(f"{where}: not readable as YAML: {error}") from error
    except BadInput as error:
        raise BadInput(f"{where}: {error}") from error
