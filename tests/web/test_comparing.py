"""Two reports beside each other, as a table of what changed."""

from dataclasses import replace

from approvals.web.comparing import compare
from tests.document.made import ABOUT, report
from tools.document.format import shown
from tools.document.model import Figure, Report, Section, Table, words


def one(*figures: Figure) -> Report:
    rows = tuple((words(f"row {n}"), figure) for n, figure in enumerate(figures))
    table = Table("t", "T", ABOUT, ("what", "value"), rows)
    return report(sections=(Section("s", "S", (), (table,)),))


def test_each_figure_both_have_is_compared_in_its_unit() -> None:
    before = (
        Figure("a", 0.5, "share"),
        Figure("b", 100, "money", "EUR"),
        Figure("c", 7, "count"),
        Figure("d", None, "share", missing="missing: events"),
        Figure("gone", 1, "count"),
    )
    after = (
        Figure("a", 0.45, "share"),
        Figure("b", 350, "money", "EUR"),
        Figure("c", 7, "count"),
        Figure("d", 0.2, "share"),
        Figure("new", 1, "count"),
    )

    found = compare(one(*before), one(*after))

    ((title, pairs),) = found.sections
    assert title == "S"
    assert [(p.place, shown(p.change) if p.change else "") for p in pairs] == [
        ("T, row 0, value", "-5.0 pp"),
        ("T, row 1, value", "2.50 EUR"),
        ("T, row 3, value", ""),
    ]
    assert (found.same, found.only_a, found.only_b) == (1, 1, 1)


def test_another_currency_makes_no_difference_to_show() -> None:
    now = Figure("b", 100, "money", "EUR")

    ((_, (pair,)),) = compare(one(now), one(replace(now, currency="USD", value=200))).sections

    assert pair.change is None
