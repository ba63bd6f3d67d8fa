"""Names of files and columns as words: what a name says, whatever its case, blanks and signs."""

import re
from functools import cache
from importlib.resources import files
from typing import Any, cast

from tools.sources.strict import load

SYNONYMS = cast(
    "dict[str, Any]",
    load(files(__package__).joinpath("synonyms.yaml").read_text("utf-8"), "synonyms.yaml"),
)
_SUFFIX = re.compile(rf"_({'|'.join(SYNONYMS['suffixes'])})$")


@cache
def words(name: str) -> str:
    """A name in lower case with its words joined by '_': InvoiceNo and `invoice no` are one."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_")


@cache
def compact(name: str) -> str:
    """The letters and digits of a name in lower case: `Contact ID` and CONTACTID are one."""
    return words(name).replace("_", "")


@cache
def readings(name: str, table: str) -> tuple[str, ...]:
    """How a column's name may be read in a table, the whole name first, each compact."""
    found = [words(name)]
    fronts = [*SYNONYMS["prefixes"], *SYNONYMS["files"].get(table, ())]
    for known in found:  # the list grows while it is read
        shorter = [_SUFFIX.sub("", known)]
        shorter += [known.removeprefix(front + "_") for front in fronts]
        found += [one for one in dict.fromkeys(shorter) if one and one not in found]
    return tuple(dict.fromkeys(one.replace("_", "") for one in found))


@cache
def file_words(file: str) -> tuple[str, ...]:
    """The words of a file's name that say something, each in the singular."""
    stem = file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    parts = [part for part in words(stem).split("_") if not part.isdigit()]
    told = [singular(part) for part in parts if part not in SYNONYMS["empty"]]
    return tuple(told)


def singular(word: str) -> str:
    """A noun in the singular, as far as its last letters tell."""
    return re.sub(r"ies$", "y", word) if word.endswith("ies") else word.removesuffix("s")


def table_fit(file: str, table: str) -> int:
    """How well a file's name says a table: 2 by its last word, 1 by another, 0 not at all."""
    parts = file_words(file)
    details = _DETAILS if table == "invoices" else _DETAILS | _LINES
    if any(part in details for part in parts):
        return 0
    parts = tuple(part for part in parts if part not in _LINES)
    fits = [n for n, part in enumerate(parts, 1) if part in SYNONYMS["files"][table]]
    return 1 + (max(fits) == len(parts)) if fits else 0


@cache
def is_refusal(file: str) -> bool:
    """Whether a file's name says that the people in it said no: unsubscribed, do-not-mail."""
    parts = words(file.rsplit("/", 1)[-1].rsplit(".", 1)[0]).split("_")
    told = {"".join(parts[n : n + size]) for n in range(len(parts)) for size in (1, 2, 3)}
    return bool(told & set(SYNONYMS["left"]))


def is_detail(file: str) -> bool:
    """Whether a file's name says that it is part of a table: tags, stages, lines of a deal."""
    parts = file_words(file)
    if any(part in _LINES for part in parts) and not table_fit(file, "invoices"):
        return True
    return any(part in _DETAILS for part in parts)


def is_staff(file: str) -> bool:
    """Whether a file's name says that it lists our own people."""
    parts = file_words(file)
    return bool(parts) and (parts[-1] in _STAFF or "_".join(parts[-2:]) in _STAFF)


_DETAILS = {singular(part) for part in SYNONYMS["details"]}
_LINES = set(SYNONYMS["lines"])
_STAFF = {singular(part) for part in SYNONYMS["staff"]}
