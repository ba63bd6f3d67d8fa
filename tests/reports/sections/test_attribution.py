"""The section of attribution: campaign A and B of the worked example, and companies with less."""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from tests.document.mail_check import mail_faults
from tests.document.tracing import untraced
from tests.reports.sections.life import AS_OF, SCHEMAS, check_laws, company, figures, put, said
from tests.reports.work_made import approved, rows_of, rulebook, together
from tools.document.format import shown
from tools.document.html import as_mail, as_page
from tools.document.model import Report
from tools.reports.agent_activity.relations import put_work
from tools.reports.attribution.section import make_attribution
from tools.reports.attribution.unit_economics import UnitEconomics, compare, measure_units
from tools.reports.incrementality.measure import OutcomeWindows
from tools.roi.economics import parse_economics
from tools.warehouse.asof.purchases import make_purchases

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.reports.sections.conftest import Simulated
    from tools.reports.context import ReportContext, SectionResult
    from tools.roi.economics import Economics

_TEXT, _DAY, _INT = pa.string(), pa.int32(), pa.int64()
MORE = {
    "accounts": pa.schema([("account_id", _TEXT), ("acquisition", _TEXT)]),
    "campaigns": pa.schema([("campaign_id", _TEXT), ("name", _TEXT), ("channel", _TEXT),
                            ("cost_minor", _INT), ("currency", _TEXT), ("started_day", _DAY)]),
    "deals": pa.schema([("account_id", _TEXT), ("state", _TEXT), ("amount_minor", _INT),
                        ("currency", _TEXT), ("closed_day", _DAY)]),
    "invoices": SCHEMAS["invoices"],
}  # fmt: skip
WON = AS_OF - 300
BILLED = ("accounts", "subscriptions", "campaigns", "tickets", "messages")
SPAN = "2025-05-06.2026-05-05"


def firm(*present: str, work: Any = None, **rows: Any) -> "ReportContext":
    given = company(*present, **{name: r for name, r in rows.items() if name not in MORE})
    for name, schema in MORE.items():
        made = [dict(row) for row in rows.get(name, ())]
        given.engine.put(name, pa.Table.from_pylist(made, schema=schema))
    make_purchases(given.as_of, given.engine)
    tables = {name: rows_of(name, found) for name, found in (work or {}).items()}
    put_work(given.engine, tables)
    return given


def told(given: "ReportContext") -> "SectionResult":
    book = rulebook()
    chapter = make_attribution(given, book.plays, book.economics, OutcomeWindows())
    check_laws(given, chapter)
    return chapter


def line(account: str, first: int, end: int | None, mrr: int) -> dict[str, Any]:
    return {
        "account_id": account,
        "started_day": first,
        "ended_day": end,
        "mrr_minor": mrr,
        "currency": "USD",
        "trial": False,
    }


def campaign(name: str, cost: int, channel: str = "ads", **more: Any) -> dict[str, Any]:
    return {
        "campaign_id": f"k {name}",
        "name": name,
        "channel": channel,
        "cost_minor": cost,
        "currency": "USD",
        "started_day": WON - 20,
        **more,
    }


def two_campaigns() -> "dict[str, list[dict[str, Any]]]":
    """A wins 20 at 1,200 each, four expand and twelve leave; B 20 at 2,100, 18 expand."""
    bills = []
    for n in range(20):
        bills.append(line(f"a{n}", WON, WON + 60 if n >= 8 else None, 100_000))
        bills.append(line(f"b{n}", WON, WON + 90 if n < 18 else None, 100_000))
        bills += [line(f"b{n}", WON + 90, None, 220_000)] if n < 18 else []
        bills += [line(f"a{n}", WON + 90, None, 120_000)] if n < 4 else []
    return {
        "accounts": [
            {"account_id": f"{c}{n}", "acquisition": f"Campaign {c.upper()}"}
            for c in "ab"
            for n in range(20)
        ],
        "subscriptions": bills,
        "campaigns": [
            campaign("Campaign A", 2_400_000),
            campaign("campaign b", 4_200_000),
            campaign("Fair", 500_000),
            campaign("Late", 900_000, started_day=AS_OF - 10),
        ],
        "segment_history": [
            {
                "account_id": f"{c}{n}",
                "segment": "Durable core" if c == "b" else "Declining",
                "day": AS_OF - 190,
            }
            for c in "ab"
            for n in range(20)
        ],
        "tickets": [{"account_id": "a1", "opened_day": WON + n} for n in (0, 179, 180)],
    }


def units(given: "ReportContext", economics: "Economics | None" = None) -> UnitEconomics:
    return measure_units(AS_OF, given.engine, given.present, economics or rulebook().economics)


def test_a_cheap_campaign_that_churns_and_a_dear_one_that_stays_are_told_apart() -> None:
    given = firm(*BILLED, **two_campaigns())
    found = compare(units(given).sources)
    chapter = told(given)

    assert found is not None
    assert (found.cheap.name, found.dear.name) == ("campaign a", "campaign b")
    assert [found.cheap.per_account, found.dear.per_account] == [120_000, 210_000]
    assert (found.cheap.expansion, found.dear.expansion) == (Fraction(1, 5), Fraction(9, 10))
    assert round(found.breakeven or 0) == 128_571
    pair = f"attribution.pair.campaign%20a%20campaign%20b.{SPAN}"
    assert shown(figures(chapter)[f"{pair}.breakeven"]) == "1,285.71 USD"
    assert shown(figures(chapter)[f"{pair}.dearer"]) == "900.00 USD"
    assert "campaign b is the better buy" in said(chapter)


def test_what_an_account_brings_by_hand() -> None:
    """B: 18 of 20 pay 1,000 for 90 days and 2,200 for 90, two pay 1,000 for 180."""
    one = next(u for u in units(firm(*BILLED, **two_campaigns())).sources if u.name == "campaign b")
    revenue = Fraction(12, 365) * (18 * 90 * (100_000 + 220_000) + 2 * 180 * 100_000)
    support = revenue / 10 + 20 * 12_000 * Fraction(180, 365)

    assert (one.won, one.kept, one.expanded) == (20, 20, 18)
    assert one.revenue == revenue
    assert one.support == support
    assert one.contribution == revenue * Fraction(7, 10) - support
    assert one.net == one.contribution / 20 - 210_000


def test_tickets_are_counted_where_their_cost_is_known() -> None:
    text = """
version: 1
currency: USD
convention: survival
gross_margin: [{value: 0.70, valid_from: 2000-01-01, source: s, owner: o}]
support_per_ticket: [{value: 15.00, valid_from: 2000-01-01, source: s, owner: o}]
"""
    found = units(firm(*BILLED, **two_campaigns()), parse_economics(text))
    one = next(unit for unit in found.sources if unit.name == "campaign a")

    assert found.by_ticket
    assert [one.tickets, one.support] == [2, 3_000]


def test_costs_that_belong_to_no_source_are_said() -> None:
    given = firm(*BILLED, **two_campaigns())
    found = units(given)

    assert (found.spent, found.unattributed) == (7_100_000, 500_000)
    assert "belongs to no source" in said(told(given))


def test_a_segment_costs_what_its_accounts_sources_cost() -> None:
    found = {unit.name: unit for unit in units(firm(*BILLED, **two_campaigns())).segments}

    assert found["Durable core"].per_account == 210_000
    assert (found["Durable core"].won, found["Declining"].won) == (20, 8)
    assert found["Declining"].kept == 8


# --- what reached them


def reached() -> "ReportContext":
    """Three convert: after a mail and a play of ours, after the play alone, after nothing."""
    days = dict.fromkeys("xyz", AS_OF - 20)
    return firm(
        *BILLED,
        subscriptions=[line(name, day, None, 10_000) for name, day in days.items()],
        messages=[
            {"account_id": "x", "campaign_id": "k News", "kind": kind, "day": AS_OF - 45}
            for kind in ("sent", "clicked", "opened")
        ]
        + [{"account_id": "y", "campaign_id": "k News", "kind": "sent", "day": AS_OF - 51}],
        campaigns=[campaign("News", 100)],
        work=together(
            approved("x", "upsell_seats", day=AS_OF - 30),
            approved("y", "upsell_seats", day=AS_OF - 25),
            approved("z", "upsell_seats", day=AS_OF - 25, held=True),
        ),
    )


def test_revenue_is_tied_by_three_rules_and_only_the_holdout_is_incremental() -> None:
    chapter = told(reached())
    found = figures(chapter)
    table = next(block for block in chapter.section.blocks if block.id == "attribution.rules")
    key = "attribution.2026-08-03.2026-11-01"

    def row(name: str) -> list[float | int | None]:
        rules = ("first", "last", "linear", "linear.worth")
        return [found[f"{key}.{name}.USD.{rule}"].value for rule in rules]

    assert row("campaign%20News") == [1, 0, 0.5, 5_000]
    assert row("play%20upsell_seats") == [1, 2, 1.5, 15_000]
    assert row("none") == [1, 1, 1, 10_000]
    assert found[f"{key}.play%20upsell_seats.USD.incremental"].missing
    assert "Only the column from the holdout is incremental" in table.about.definition
    assert found[f"{key}.conversions"].value == 3
    assert found[f"{key}.reached"].value == 2


@pytest.mark.parametrize(
    ("present", "rows", "worth"),
    [
        ("deals", {"deals": [{"account_id": "x", "state": s, "amount_minor": 700,
                              "currency": "USD", "closed_day": AS_OF - 9}
                             for s in ("won", "lost")]}, 700),
        ("invoices", {"invoices": [{"account_id": "x", "invoice_id": "i", "amount_minor": m,
                                    "currency": "USD", "status": s, "issued_day": AS_OF - 9}
                                   for m, s in ((500, "paid"), (-100, "paid"), (9, "void"))]}, 400),
    ],
)  # fmt: skip
def test_without_billing_deals_or_invoices_convert(
    present: str, rows: "Mapping[str, Iterable[Any]]", worth: int
) -> None:
    chapter = told(firm("accounts", present, **rows))

    key = "attribution.2026-08-03.2026-11-01.none.USD.linear.worth"
    assert figures(chapter)[key].value == worth
    assert "subscriptions" in chapter.section.missing


def test_an_empty_company_says_what_is_missing() -> None:
    chapter = told(firm())

    assert chapter.section.blocks == ()
    assert "Nothing can be said of it" in said(chapter)
    assert set(chapter.section.missing) >= {"subscriptions"}


def test_a_company_of_one_account() -> None:
    bare = firm(
        "accounts",
        "subscriptions",
        accounts=[{"account_id": "x"}],
        subscriptions=[line("x", WON, None, 100)],
    )
    found = figures(told(bare))

    assert found[f"attribution.source.unknown.{SPAN}.accounts"].value == 1
    assert found[f"attribution.source.unknown.{SPAN}.cost"].missing
    assert found[f"attribution.source.unknown.{SPAN}.kept"].missing


def test_the_simulated_company(simulated: "Simulated") -> None:
    put_work(simulated.given.engine, {})
    chapter = told(simulated.given)
    found = units_of(simulated)

    assert sum(unit.won for unit in found.sources) > 0
    assert any(unit.per_account is not None for unit in found.sources)
    assert told(simulated.given) == chapter


def units_of(simulated: "Simulated") -> UnitEconomics:
    given = simulated.given
    return measure_units(given.as_of, given.engine, given.present, rulebook().economics)


def test_on_the_page_and_in_the_mail_every_number_is_traced() -> None:
    sections = tuple(told(given).section for given in (firm(*BILLED, **two_campaigns()), reached()))
    for section in sections:
        report = Report("weekly", AS_OF, AS_OF - 7, "", (section,))
        assert untraced(as_page(report, {}, {}), report) == []
        assert mail_faults(as_mail(report, {})) == []


def test_what_a_holdout_says_in_another_currency_is_not_shown_as_this_one() -> None:
    given = reached()
    bills = [{**line(name, AS_OF - 20, None, 10_000), "currency": "EUR"} for name in "xyz"]
    put(given.engine, "subscriptions", bills)
    found = figures(told(given))

    assert not [key for key in found if key.endswith("EUR.incremental")]
    assert [key for key in found if key.endswith("play%20upsell_seats.EUR.linear")]
