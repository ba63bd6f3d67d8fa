"""Proposes a mapping for a folder; what is doubtful stands beside it as a comment.

The text parses as a mapping, so a person corrects it instead of writing one. What could not be
decided is a comment that starts with `question:` and names the candidates.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from tools.currencies import UNKNOWN
from tools.errors import BadInput
from tools.sources.guess import nearest_miss
from tools.sources.parse import parse_mapping
from tools.sources.profile import profile_folder, unread_files
from tools.sources.render import QUESTION, InputGuess, input_lines
from tools.sources.roles import Plan, is_paid_bill, plan_tables
from tools.sources.words import is_detail, words
from tools.sources.yamltext import yaml_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.sources.profile import FileProfile

_CURRENCIES = {"usd": "USD", "eur": "EUR", "gbp": "GBP"}
_SHOWN = 12  # columns of a file that is left out
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}


def propose(folder: Path) -> str:
    """The YAML text of a mapping for a folder, for a person to correct.

    Raises:
        BadInput: when no file there can be taken for any canonical table; says for each file
            which column it stumbled over and what would be needed.
    """
    profiles = profile_folder(folder)
    plan = plan_tables(folder, profiles)
    notes = [*_left_out(profiles, plan), *_unread(folder)]
    if not plan.guesses:
        told = (
            "\n".join(f"  {note}" for note in notes)
            or "  there is no csv, tsv, jsonl or parquet file"
        )
        raise BadInput(f"{folder}: nothing here looks like customers, usage or money:\n{told}")
    lines = [*_head(folder, profiles), *(f"# {note}" for note in notes), "inputs:"]
    for one in _inputs(plan):
        lines += ["", *input_lines(one)]
    text = "\n".join(lines) + "\n"
    parse_mapping(text, "proposal")
    return text


def count_questions(text: str) -> int:
    """How many questions a proposed mapping asks."""
    return sum(line.lstrip().startswith(QUESTION.strip()) for line in text.splitlines())


def _inputs(plan: Plan) -> "Iterator[InputGuess]":
    tables = [one.table for one in plan.guesses]
    for n, one in enumerate(plan.guesses):
        spaces = {name: space for (number, name), space in plan.spaces.items() if number == n}
        several = tables.count(one.table) > 1
        yield InputGuess(one, spaces, several=several, bill=is_paid_bill(one, plan.guesses))


def _head(folder: Path, profiles: "tuple[FileProfile, ...]") -> list[str]:
    code, doubt = _currency(profiles)
    name = folder.resolve().name
    return [
        f"# Proposed from the files of {_line(name)}; every comment is a doubt to settle.",
        f"company: {yaml_text(name)}",
        f"source: {words(name) or 'source'}",
        "zone: UTC          # not told by the files: correct it",
        f"currency: {code}      # {doubt}",
        "# known: when_occurred says that a historical file was known as it happened.",
        "known: load",
        "",
    ]


def _currency(profiles: "tuple[FileProfile, ...]") -> tuple[str, str]:
    columns = [column for profile in profiles for column in profile.columns]
    names = {part for column in columns for part in words(column.name).split("_")}
    told = {code for part, code in _CURRENCIES.items() if part in names}
    listed = {
        value.upper()
        for column in columns
        if words(column.name).endswith("currency")
        for value in column.values
        if len(value) == 3 and value.isalpha() and value.isascii()
    }
    signs = {code for c in columns for sign, code in _SIGNS.items() if c.example.startswith(sign)}
    for found, doubt in (
        (told, "by the names of columns"),
        (listed, "by a column of currencies"),
        (signs, "by the sign before amounts"),
    ):
        if len(found) == 1:
            return found.pop(), doubt
    return UNKNOWN, "not told by the files: correct it"


def _left_out(profiles: "tuple[FileProfile, ...]", plan: Plan) -> "Iterator[str]":
    used = {one.file.file for one in plan.guesses}
    for profile in profiles:
        if profile.trouble:
            yield f"{_line(profile.file)} cannot be read: {_line(profile.trouble)}"
        elif profile.file not in used:
            yield f"{_line(profile.file)}: {_line(_reason(profile, plan))}"


def _reason(profile: "FileProfile", plan: Plan) -> str:
    if profile.file in plan.left:
        return f"left out: {plan.left[profile.file]}"
    shown = [column.name for column in profile.columns]
    names = ", ".join(shown[:_SHOWN]) + (" …" if len(shown) > _SHOWN else "")
    miss = None if is_detail(profile.file) else nearest_miss(profile)
    if miss is None:
        return f"fits no table (columns {names})"
    return f"nearest to {miss.table}, but {'; '.join(miss.reasons)} (columns {names})"


def _unread(folder: Path) -> "Iterator[str]":
    for file in unread_files(folder):
        yield f"{_line(file)}: not read: save it as csv, jsonl or parquet"


def _line(text: str) -> str:
    return " ".join(text.split())
