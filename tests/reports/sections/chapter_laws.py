"""What holds for every chapter: ids, figures told once, and the members behind them."""

from collections import defaultdict
from typing import TYPE_CHECKING

from tools.document.json import figures_of
from tools.document.model import Chart, Figure, Table

if TYPE_CHECKING:
    from tools.reports.context import SectionResult
    from tools.warehouse.engine import Engine


def figures(chapter: "SectionResult") -> dict[str, Figure]:
    """By id; one id is one figure wherever it stands."""
    found: dict[str, Figure] = {}
    for _, figure in figures_of(chapter.section):
        assert found.setdefault(figure.id, figure) == figure, figure.id
        assert " " not in figure.id
    return found


def check(chapter: "SectionResult", engine: "Engine", least: int = 20) -> dict[str, Figure]:
    """Assert every law; return the figures."""
    found = figures(chapter)
    members = defaultdict(list)
    rows = engine.run(chapter.members).to_pylist() if chapter.members else []
    for row in rows:
        members[row["figure"]].append(row["member_id"])
    assert members.keys() <= {id_ for id_, figure in found.items() if figure.drill}
    for figure in found.values():
        if figure.drill:
            counted = members.get(figure.id, [])
            assert len(counted) == len(set(counted)), figure.id
            assert len(counted) in {figure.n, figure.value}, figure.id
        if figure.unit == "share" and figure.value is not None:
            assert figure.n is None or figure.n >= least - 1, figure.id
    assert len(chapter.section.lines) <= 5
    ids = [block.id for block in chapter.section.blocks]
    assert len(ids) == len(set(ids))
    return found


def text(chapter: "SectionResult") -> str:
    """The sentences, figures by their ids."""
    return "\n".join(
        "".join(part.id if isinstance(part, Figure) else part.text for part in line)
        for line in chapter.section.lines
    )


def table(chapter: "SectionResult", id_: str) -> Table:
    """The table of that id."""
    found = {block.id: block for block in chapter.section.blocks}[id_]
    assert isinstance(found, Table)
    return found


def chart(chapter: "SectionResult", id_: str) -> Chart:
    """The chart of that id."""
    found = {block.id: block for block in chapter.section.blocks}[id_]
    assert isinstance(found, Chart)
    return found
