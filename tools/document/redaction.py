"""A report without the words that name a person: its figures stay, and it says what was done.

Whatever is printed or mailed of a report is drawn from it, so nothing else has to be searched.
"""

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, unquote

from tools.days import from_number
from tools.document.json import from_json
from tools.document.model import Report, Section, words

if TYPE_CHECKING:
    from tools.document.model import Line
    from tools.traces import Traces

# What is no text: ids, words of the model itself, hashes, and whose report it is.
KEPT = frozenset({"id", "kind", "unit", "currency", "shape", "style", "cut", "query", "company"})
ID, TITLE = "erasures", "People erased"


@dataclass(frozen=True)
class Redacted:
    """A report without a person, and the figures whose ids named them, by their old ids."""

    report: Report
    figures: dict[str, str] = field(default_factory=dict)


def redacted(report: Report, traces: "Traces") -> Redacted:
    """A report every text of which was scrubbed; an equal one when none names the person."""
    figures: dict[str, str] = {}
    plain = _plain(asdict(report), traces, figures)
    return Redacted(from_json(json.dumps(plain, ensure_ascii=False)), figures)


def told(report: Report, erasure: str, day: int) -> Report:
    """A report that says words were taken out of it, at which erasure and when."""
    line = (
        f"On {from_number(day)} words that named a person were taken out of this report "
        f"(erasure {erasure}). Its figures stayed as they were."
    )
    before = next((one for one in report.sections if one.id == ID), Section(ID, TITLE, ()))
    rest = tuple(one for one in report.sections if one.id != ID)
    section = replace(before, lines=(*before.lines, _line(line)))
    return replace(report, sections=(*rest, section))


def withdrawn(
    kind: Literal["weekly", "monthly"], as_of: int, first_day: int, erasure: str, day: int
) -> Report:
    """What takes the place of a report that may name a person and cannot be read any more."""
    line = (
        f"This report was deleted on {from_number(day)}, when a person was erased (erasure "
        f"{erasure}): its files were not what was archived, so nobody could tell whether "
        "they named the person."
    )
    return Report(kind, as_of, first_day, "", (Section(ID, TITLE, (_line(line),)),))


def _line(text: str) -> "Line":
    return (words(text),)


def _plain(value: Any, traces: "Traces", figures: dict[str, str]) -> Any:
    if isinstance(value, str):
        return traces.scrub(value, near=True)
    if isinstance(value, list | tuple):
        return [_plain(inner, traces, figures) for inner in value]
    if not isinstance(value, dict):
        return value
    plain = {
        name: inner if name in KEPT else _plain(inner, traces, figures)
        for name, inner in value.items()
    }
    if value.get("kind") == "figure":
        plain["id"] = _figure(value["id"], traces, figures)
    return plain


def _figure(name: str, traces: "Traces", figures: dict[str, str]) -> str:
    """The id a figure has from now on; figures that were different stay so."""
    plain = plain_id(name, traces)
    if name not in figures and plain != name:
        same = sum(one.partition("~")[0] == plain for one in figures.values())
        figures[name] = f"{plain}~{same}" if same else plain
    return figures.get(name, name)


def plain_id(name: str, traces: "Traces") -> str:
    """A figure's id without the person, however a text became a part of it.

    The dots of an id join its parts and may stand in an address too: every run of parts is looked
    at, the shortest first.
    """
    if not traces.may_stand_in(unquote(name)):
        return name
    parts, size = name.split("."), 1
    while size <= len(parts):
        for start in range(len(parts) - size + 1):
            parts[start : start + size] = _plain_run(parts[start : start + size], traces)
        size += 1
    return ".".join(parts)


def _plain_run(parts: list[str], traces: "Traces") -> list[str]:
    """Some parts without the person: as they are, or as one."""
    run = ".".join(parts)
    readable = unquote(run.replace("_", " "))
    for text in (readable, readable.replace("-", " "), run):
        if (plain := traces.scrub(text, near=True)) != text:
            part = quote(plain, safe=" ").replace(" ", "_").replace(".", "%2E")
            return _plain_run([part], traces) if len(part) < len(run) else [part]
    return parts
