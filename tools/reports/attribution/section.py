"""The section of attribution: what is tied to whom, what an account costs, and what it brings.

The engine holds `work_actions` and the other relations of
`tools/reports/agent_activity/relations.py`.
"""

from typing import TYPE_CHECKING
from urllib.parse import quote

from tools.days import between, from_number
from tools.document.model import About, Figure, Section, Table, words
from tools.errors import NotComputable
from tools.reports.attribution.conversions import WORDS, make_paths
from tools.reports.attribution.measure import UNTOUCHED, attribute
from tools.reports.attribution.unit_economics import measure_units
from tools.reports.attribution.unit_tables import units_lines, units_tables
from tools.reports.context import SectionResult
from tools.reports.incrementality.measure import measure_incrementality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.document.model import Line, Part
    from tools.reports.attribution.conversions import Kind
    from tools.reports.attribution.measure import Attribution, Credit
    from tools.reports.context import ReportContext
    from tools.reports.incrementality.measure import Incrementality, OutcomeWindows
    from tools.roi.economics import Economics
    from tools.roi.plays import Play

ID, TITLE = "attribution", "What led to revenue, and what it cost"
QUARTER, TOUCH_DAYS = 91, 30
FEWEST = 20
RULES = (
    "Conversions of the days, tied to what reached the account within the window before: all to "
    "the first, all to the last, or in equal parts (linear). The rules tie and do not explain: who "
    "was about to buy anyway is credited too. Only the column from the holdout is incremental: "
    "what would not have been there without the play, a month, over all windows that are over. "
)


def make_attribution(
    given: "ReportContext",
    plays: "Sequence[Play]",
    economics: "Economics",
    windows: "OutcomeWindows",
    days: int = QUARTER,
    window: int = TOUCH_DAYS,
) -> SectionResult:
    """The section: conversions of the last `days`, touches of the `window` days before each."""
    effects = measure_incrementality(
        given.as_of, given.engine, given.present, plays, economics, windows
    )
    lines: list[Line] = []
    blocks: list[Table] = []
    missing: set[str] = set()
    try:
        units = measure_units(given.as_of, given.engine, given.present, economics)
        lines += units_lines(units)
        blocks += units_tables(units)
        missing.update(units.missing)
    except NotComputable as lacking:
        missing.update(lacking.missing)
    try:
        kind, found = _tied(given, economics.currency, days, window)
        lines += _lines(given, found, days)
        blocks.insert(0, _table(given, found, kind, effects, (days, window)))
    except NotComputable as lacking:
        missing.update(lacking.missing)
    lacks = words("Nothing can be said of it without: " + ", ".join(sorted(missing)) + ".")
    told = tuple(lines) or ((lacks,),)
    kept = tuple(block for block in blocks if block.rows)
    return SectionResult(Section(ID, TITLE, told, kept, tuple(sorted(missing))))


def _tied(
    given: "ReportContext", currency: str, days: int, window: int
) -> "tuple[Kind, Attribution]":
    since = given.as_of - days
    kind = make_paths(given.as_of, given.engine, given.present, since, window, currency)
    return kind, attribute(given.engine, window)


def _key(given: "ReportContext", days: int, credit: "Credit", what: str) -> str:
    first, last = from_number(given.as_of - days), from_number(given.as_of - 1)
    name = quote(credit.channel or "none", safe="")
    return f"attribution.{first}.{last}.{name}.{credit.currency}.{what}"


def _table(
    given: "ReportContext",
    found: "Attribution",
    kind: "Kind",
    effects: "Incrementality",
    spans: tuple[int, int],
) -> Table:
    days, window = spans
    columns = (
        "reached by",
        "first",
        "last",
        "linear",
        "worth, first",
        "worth, last",
        "worth, linear",
        "incremental, a month",
    )
    rows = tuple(_row(given, days, credit, effects) for credit in found.credits)
    definition = f"{RULES}A conversion is {WORDS[kind]}. The window is {window} days."
    about = About(definition, between(given.as_of - days, given.as_of), found.conversions)
    return Table("attribution.rules", "Tied to what reached them", about, columns, rows)


def _row(
    given: "ReportContext", days: int, credit: "Credit", effects: "Incrementality"
) -> "tuple[Part, ...]":
    def key(what: str) -> str:
        return _key(given, days, credit, what)

    def money(what: str, minor: int) -> "Part":
        if not credit.currency:
            return words("")
        return Figure(key(what), minor, "money", credit.currency, n=credit.touches, closed=True)

    return (
        words(credit.channel or "nothing within the window"),
        Figure(key("first"), credit.first, "count", closed=True),
        Figure(key("last"), credit.last, "count", closed=True),
        Figure(key("linear"), float(credit.linear), "number", n=credit.touches, closed=True),
        money("first.worth", credit.first_minor),
        money("last.worth", credit.last_minor),
        money("linear.worth", credit.linear_minor),
        _incremental(key("incremental"), credit, effects),
    )


def _incremental(key: str, credit: "Credit", effects: "Incrementality") -> "Part":
    """What the holdout says; nothing of what was never held out from anybody."""
    one = next((e for e in effects.plays if f"play {e.play}" == credit.channel), None)
    if one is None or credit.currency != effects.currency:
        return words("" if credit.channel == UNTOUCHED or one else "no holdout")
    found = one.incremental()
    if found is None or min(one.treated.n, one.control.n) < FEWEST:
        why = one.missing or f"missing: {FEWEST} accounts in each arm"
        return Figure(key, None, "money", n=one.accounts, missing=why)
    value, low, high = found
    return Figure(key, value, "money", effects.currency, low=low, high=high, n=one.accounts)


def _lines(given: "ReportContext", found: "Attribution", days: int) -> "list[Line]":
    first, last = from_number(given.as_of - days), from_number(given.as_of - 1)
    key = f"attribution.{first}.{last}"
    if not found.conversions:
        return [
            (words(f"There was no conversion in the last {days} days to be tied to anything."),)
        ]
    return [
        (
            words("Of "),
            Figure(f"{key}.conversions", found.conversions, "count", closed=True),
            words(f" conversions in the last {days} days, "),
            Figure(f"{key}.reached", found.conversions - found.untouched, "count", closed=True),
            words(
                f" had been reached by a campaign or a play of ours in the {found.window} days "
                "before. To be tied to a campaign is not to be caused by it; only what the holdout "
                "says is."
            ),
        )
    ]
