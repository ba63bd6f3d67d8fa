"""Texts, expressions and entries as a mapping writes them."""

import json
import re

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS = {"null", "unknown", "yes", "no", "true", "false", "on", "off"}


def yaml_text(text: str) -> str:
    """A text as YAML reads it back."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)


def identifier(name: str) -> str:
    """A source column in an expression."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in an expression."""
    return "'" + text.replace("'", "''") + "'"


def sql_entry(sql: str, *options: str) -> str:
    """An entry that is worked out."""
    told = json.dumps(sql, ensure_ascii=False)
    return f"{{{', '.join([f'sql: {told}', *filter(None, options)])}}}"


def column_entry(name: str, *options: str) -> str:
    """An entry that is a source column."""
    told = [one for one in options if one]
    if not told:
        return yaml_text(name) if name.lower() not in _WORDS else f"{{from: {yaml_text(name)}}}"
    return f"{{from: {yaml_text(name)}, {', '.join(told)}}}"


def key_entry(names: list[str], *options: str) -> str:
    """An entry that is made of all columns that tell rows apart."""
    key = ", ".join(yaml_text(name) for name in names)
    return f"{{{', '.join([f'key: [{key}]', *filter(None, options)])}}}"
