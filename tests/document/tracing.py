"""Finds every number on a page and looks it up in the JSON of the report."""

import json
import re
from collections import defaultdict
from html.parser import HTMLParser

from tools.document.format import shown
from tools.document.html import MOST_ROWS, heading, period
from tools.document.json import blocks, figures, texts, to_json
from tools.document.model import Chart, Figure, Report, Table

_DIGIT = re.compile(r"\d")
_VOID = frozenset({"meta", "img", "br"})


class _Reader(HTMLParser):
    """Texts with the innermost element that says whose they are."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.marks: list[dict[str, str]] = []
        self.found: list[tuple[dict[str, str], str]] = []
        self.raw: list[str] = []
        self.alts: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.alts += [given["alt"]] if tag == "img" else []
        if tag not in _VOID:
            self.tags.append(tag)
            self.marks.append({k: v for k, v in given.items() if k.startswith("data-")})

    def handle_endtag(self, tag: str) -> None:
        del tag
        self.tags.pop()
        self.marks.pop()

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] != ["style"]:
            self.raw.append(data)
        if data.strip() and self.tags[-1:] != ["style"]:
            self.found.append((self.marks[-1] if self.marks else {}, " ".join(data.split())))


def untraced(page: str, report: Report) -> list[str]:
    """The texts of a page that hold a number nobody can find in the JSON."""
    reader = _Reader()
    reader.feed(page)
    known: defaultdict[str, list[Figure]] = defaultdict(list)
    for _, figure in figures(report):
        known[figure.id].append(figure)
    said = _said(report)
    by_id = {block.id: block for block in blocks(report)}
    return [
        f"{mark} {text}"
        for mark, text in reader.found
        if _DIGIT.search(text) and not _traced(mark, text, known, said, by_id)
    ]


def texts_of(page: str) -> str:
    """What a page says, without its elements."""
    reader = _Reader()
    reader.feed(page)
    return " ".join("".join(reader.raw).split())


def figures_on(page: str) -> int:
    """How many figures stand on a page."""
    reader = _Reader()
    reader.feed(page)
    return sum("data-figure" in mark for mark, _ in reader.found)


def _traced(
    mark: dict[str, str],
    text: str,
    known: dict[str, list[Figure]],
    said: frozenset[str],
    by_id: dict[str, Table | Chart],
) -> bool:
    if "data-figure" in mark:
        end = mark.get("data-end", "value")
        ends = known[mark["data-figure"]]
        return text in {shown(one, end, bare=b) for one in ends for b in (False, True)}  # type: ignore[arg-type]
    if "data-behind" in mark:
        about = by_id[mark["data-behind"]].about
        return text == f"{about.accounts:,}"
    if "data-hidden" in mark:
        block = by_id[mark["data-hidden"]]
        return isinstance(block, Table) and text == str(len(block.rows) - MOST_ROWS)
    return _without(text, said)


def _without(text: str, said: frozenset[str]) -> bool:
    """Whether nothing with a number is left once the longest texts of the JSON are taken out."""
    for one in sorted((s for s in said if s in text and _DIGIT.search(s)), key=len, reverse=True):
        text = text.replace(one, "")
    return not _DIGIT.search(text.replace("cover 95 %", ""))


def _said(report: Report) -> frozenset[str]:
    spoken = {" ".join(text.split()) for text in texts(json.loads(to_json(report)))}
    return frozenset(spoken | {heading(report), period(report)})
