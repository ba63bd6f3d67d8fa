"""Reads the file of settings: text that is whole, flat and small, or a line that says what is not.

A file that was cut off, or is no text at all, must stop a command: without it an installation
would run by the defaults.
"""

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 1_000_000
MOST_ALIASES, DEEPEST = 20, 20


class SettingsError(ValueError):
    """What an installation is told is wrong; the message says what and where."""


class _Loader(yaml.SafeLoader):
    """A loader in which what is written once cannot stand for a billion of it."""

    aliases = depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Count the aliases, before anything is built of them."""
        if self.check_event(yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > MOST_ALIASES:
                raise yaml.YAMLError(f"it repeats itself by more than {MOST_ALIASES} aliases")
        self.depth += 1
        if self.depth > DEEPEST:
            raise yaml.YAMLError(f"it nests over {DEEPEST} deep")
        found = super().compose_node(parent, index)
        self.depth -= 1
        if isinstance(found, yaml.MappingNode):
            _refuse_twice(found)
        return found


def _refuse_twice(block: yaml.MappingNode) -> None:
    """Refuse a key that is written twice: the last would win, and nobody would see it."""
    seen = set()
    for key, _ in block.value:
        if isinstance(key, yaml.ScalarNode) and key.value in seen:
            problem = f"the key {key.value!r} is written twice"
            raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
        seen.add(key.value if isinstance(key, yaml.ScalarNode) else key)


def read_settings_file(path: "Path") -> dict[str, Any]:
    """The settings of a file by name; none when there is no file.

    Raises:
        SettingsError: when it is no text, too large, cut off, or not keys with values.
    """
    if not path.exists():
        return {}
    if not path.is_file():
        raise SettingsError(f"settings {path}: a folder is where the file belongs; move it away")
    if path.stat().st_size > LARGEST:
        raise SettingsError(f"settings {path}: more than {LARGEST:,} bytes; see what is in it")
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        raise SettingsError(f"settings {path}: {_why(error)}; write it again as YAML") from error
    if found is not None and not isinstance(found, dict):
        raise SettingsError(f"settings {path}: no keys with values; write `live: false`")
    return {str(key): value for key, value in (found or {}).items()}


def _why(error: Exception) -> str:
    """What is wrong with it and where, without its text: that may be a secret."""
    if isinstance(error, UnicodeError):
        return "the file is no UTF-8 text"
    mark = getattr(error, "problem_mark", None)
    line = f"line {mark.line + 1}: " if mark else ""
    problem = (
        getattr(error, "problem", None) or (str(error).splitlines() or ["it nests too deep"])[0]
    )
    return f"{line}{problem}"
