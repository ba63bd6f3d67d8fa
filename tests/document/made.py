"""A small report with one of everything, for the tests of how reports are written."""

from tools.document.model import About, Chart, Figure, Report, Section, Series, Table, words

D = 20_759  # 2026-11-02, a Monday
ABOUT = About(
    "Customers <that> pay & stay; over 28 days", "2026-10-26 to 2026-11-01", 1_234, "ab12"
)


def share(
    name: str,
    value: float | None,
    *,
    low: float | None = None,
    high: float | None = None,
    n: int | None = None,
) -> Figure:
    missing = "" if value is not None else "missing: events"
    return Figure(name, value, "share", low=low, high=high, n=n, missing=missing)


def cohorts(number: int) -> Table:
    rows = tuple(
        (
            words(f"2026-{1 + n:02d}"),
            Figure(f"retention.{n}.size", 100 + n, "count", drill=True),
            share(
                f"retention.{n}.1", 0.5 - n / 50, low=0.4 - n / 50, high=0.61 - n / 50, n=100 + n
            ),
            share(f"retention.{n}.4", 0.25 if n < 9 else None),
        )
        for n in range(number)
    )
    columns = ("cohort", "size", "week 1", "week 4")
    return Table("retention", "Who came back", ABOUT, columns, rows, ("a note",), "head", (2, 3))


def curve() -> Chart:
    y = (1.0, 0.5, 0.41, None)
    return Chart(
        "curve",
        "Paying customers by age",
        ABOUT,
        "line",
        ("0", "1", "2", "3"),
        "months",
        "share",
        "share",
        (
            Series("seen", y, (1.0, 0.45, 0.3, None), (1.0, 0.55, 0.5, None)),
            Series("expected", (None, None, 0.41, 0.36), style="projected"),
        ),
    )


def money(name: str, minor: int | None) -> Figure:
    return Figure(
        name, minor, "money", "EUR", missing="" if minor is not None else "missing: subscriptions"
    )


def report(**changed: object) -> Report:
    back = share("retention.all.1", 0.412, low=0.38, high=0.44)
    bridge = Table("bridge", "Bridge", ABOUT, ("month", "end"), ())
    moved = (words("It moved by "), money("money.net", -1_234_567), words("."))
    sections = (
        Section(
            "retention",
            "Retention",
            ((words("Of those who came, "), back, words(" came back.")),),
            (cohorts(16), curve()),
        ),
        Section("money", "Money", (moved,), (bridge,), ("subscriptions",)),
    )
    given: dict[str, object] = {
        "kind": "weekly",
        "as_of": D,
        "first_day": D - 7,
        "company": "Bäcker & <Söhne>",
        "sections": sections,
        "versions": (("rulebook", "r1"),),
    }
    return Report(**(given | changed))  # type: ignore[arg-type]
