"""Price every play for every account in the warehouse; only the ranked head ever leaves it.

Reads the relations features, roster, scores, segments, outcomes and subscriptions; makes
`candidates` (one row per eligible pair whose inputs are all there, do_nothing among them),
`unpriced` (the pairs that cannot be priced, and what is missing) and `left_alone`.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from tools.actions import DO_NOTHING
from tools.customers.departures.departures import CHANCES
from tools.customers.features import definitions, missing
from tools.roi.candidate import candidates_sql, price_trees, prices_sql
from tools.roi.deal_inputs import put_deals
from tools.roi.fixed_point import MAX_REVENUE_MINOR, half_even, to_places
from tools.roi.growth import put_growths
from tools.roi.likeness import put_likeness
from tools.roi.offers import do_nothing, make_offer
from tools.roi.open_deals import CLOSE, NEW
from tools.roi.play_effects import prior_effects
from tools.roi.rates import churn_rates, read_rates
from tools.roi.returns import put_returns
from tools.roi.sql_number import column
from tools.roi.tables import OFF, PriceList, Risks, put_cycles, put_dates, put_offers
from tools.rules import parse_rule
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.customers.departures.return_score import ReturnScore
    from tools.roi.economics import Economics
    from tools.roi.offers import Offer
    from tools.roi.play_effects import PlayEffect
    from tools.roi.plays import Play
    from tools.roi.rates import Windows
    from tools.warehouse.engine import Engine

__all__ = ["PriceList", "least_cost", "price", "unpriced_counts"]

NEEDED_COLUMNS = (
    "active", "mrr_minor", "mrr_missing", "interval_months", "currency", "seats",
    "revenue_365_minor",
)  # fmt: skip
FROM_SCORE = frozenset({"probability", "renewal_probability", "band", "risk_rank"})
FROM_JOINS = FROM_SCORE | {"stage", "segment"}
VALUE_COLUMNS = (
    "play", "account_id", "segment", "basis", "currency", "interval_months", "revenue_minor",
    "value_minor", "seats", "product", "likeness", "raw_minor", "churn_bp", "churn_source",
    "p0_ppm", "p0_source", "spread", "missing", "nv_minor",
    "safe_minor",
)  # fmt: skip
PRICED_COLUMNS = (
    "account_id", "segment", "tier", "score_bp", "mrr_minor", "interval_months", "currency",
    "seats", "revenue_365_minor", "last_mrr_minor", "last_interval_months", "last_currency",
    "churn_bp", "churn_source", "mrr_missing", "last_mrr_missing", "probability", "renewal_day",
    "renewal_probability", "thin", "product", "likeness",
)  # fmt: skip


def price(
    as_of: int,
    engine: "Engine",
    plays: "Sequence[Play]",
    economics: "Economics",
    present: frozenset[str],
    windows: "Windows",
    effects: "Sequence[PlayEffect] | None" = None,
    returns: "ReturnScore | None" = None,
    risks: Risks = OFF,
) -> PriceList:
    """Make `candidates`, `unpriced` and `left_alone` for the whole population.

    `effects` are what the plays do to each segment; without them the priors of the plays' file.
    `returns` is behind the relation `return_chances`; without it the rates of the segments stand.
    `risks` are the chances of harm that are allowed.
    """
    offers = [make_offer(as_of, play, economics, present) for play in plays]
    offers.append(do_nothing(as_of, economics, present))
    rates = [rate for rate in read_rates(engine) if rate.outcome in windows.outcomes]
    deals = put_deals(as_of, engine, plays, economics, present, rates)
    offers = [_blocked(offer, deals.blocked) for offer in offers]
    believed = prior_effects(plays) if effects is None else tuple(effects)
    if returns is None:
        engine.put("return_chances", CHANCES.empty_table())
    found = PriceList(
        as_of=as_of,
        economics=economics,
        windows=windows,
        plays=tuple(plays),
        offers=tuple(offers),
        rates=(*rates, *deals.rates),
        effects=believed,
        close=deals.close,
        growths=put_growths(as_of, engine, plays),
        likeness=put_likeness(engine),
        returns=returns,
        risks=risks,
    )
    put_offers(engine, found)
    _make_inputs(engine, found, present)
    put_cycles(engine, found)
    _make_values(engine)
    engine.view("unpriced", _UNPRICED)
    engine.create("left_alone", read_sql(__package__, "left_alone"), least_cost=least_cost(found))
    return found


def _blocked(offer: "Offer", reason: str | None) -> "Offer":
    """A play about open deals is priced for nobody while their chance is not known."""
    blocks = reason is not None and offer.of_deals and offer.blocked is None
    return replace(offer, blocked=reason) if blocks else offer


def _make_values(engine: "Engine") -> None:
    """Make `roi_values`, every pair with its net value, and `candidates`, which tells the rest.

    The rest (interval, cost, value of success) is worked out where it is read: of most pairs
    nobody asks for more than the net value.
    """
    kept = ", ".join(f"{name} AS {name}" for name in VALUE_COLUMNS)
    worked_out = f"SELECT {kept} FROM ({prices_sql('roi_inputs')}) AS priced"
    engine.create("roi_values", worked_out, **price_trees(told=False))
    engine.view("candidates", candidates_sql("roi_values"), **price_trees(told=True))


# An account that is not scored for a reason of its own (a term that binds it) lacks nothing.
_SCORE_LACKS = (
    "CASE WHEN tier IS NULL OR NOT unscored_reason IS NULL THEN CAST(NULL AS TEXT) "
    "WHEN tier = 'none' THEN 'missing: usable churn signal' "
    "WHEN probability IS NULL THEN 'missing: calibrated churn score' END"
)
_UNPRICED = (
    "SELECT account_id AS account_id, play AS play, missing AS missing FROM roi_values "
    f"WHERE NOT missing IS NULL AND play <> '{DO_NOTHING}'"
)


# Hundreds of terms end on hundreds of days; `why-not` tells the day of each.
_WHY = (
    "CASE WHEN missing LIKE 'cannot leave before %' THEN 'a term binds them beyond the window' "
    "ELSE missing END"
)


def unpriced_counts(engine: "Engine") -> list[tuple[str, str, int]]:
    """How many accounts each play could not be priced for, by what is missing."""
    found = engine.run(
        f"SELECT play AS play, {_WHY} AS missing, COUNT(*) AS n FROM unpriced "
        "GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return [(row["play"], row["missing"], row["n"]) for row in found.to_pylist()]


def least_cost(found: PriceList) -> int:
    """The cheapest way to keep an account, in cents: below it nothing can be gained."""
    keeping = [o for o in found.offers if o.without == "score" and o.play != DO_NOTHING]
    costs = [int(to_places(o.cost, 0)) for o in keeping if o.blocked is None]
    return min(costs, default=0)


def _make_inputs(engine: "Engine", found: PriceList, present: frozenset[str]) -> None:
    engine.create("roi_last_paid", read_sql(__package__, "last_paid"))
    put_returns(found.as_of, engine)
    named = {name for play in found.plays for name in play.when.names} | set(NEEDED_COLUMNS)
    columns = ["f.account_id AS account_id"]
    columns += [f'f."{name}" AS "{name}"' for name in sorted(named - FROM_JOINS)]
    sql = read_sql(__package__, "accounts").replace("$columns", ", ".join(columns))
    engine.view("roi_scores", _scores(engine))
    pooled = next((r.basis_points for r in churn_rates(found.rates, pooled=True)), None)
    engine.create("roi_accounts", sql, pooled_bp=pooled)
    put_dates(engine)
    engine.view("roi_eligible", " UNION ALL ".join(_eligible(found, present)))
    interval = found.economics.find(found.as_of, "interval_months")
    engine.view(
        "roi_inputs",
        read_sql(__package__, "inputs"),
        as_of=found.as_of,
        nothing=DO_NOTHING,
        days=found.windows.score,
        interval=int(interval.value) if interval else None,
        currency=found.economics.currency,
        most=MAX_REVENUE_MINOR,
        cents=half_even(column("exact")),
    )


def _scores(engine: "Engine") -> str:
    """The scores, with the chance at the end of the term; those kept before do not tell it."""
    names = engine.run("SELECT * FROM scores LIMIT 0").column_names
    if {"renewal_day", "renewal_probability"} <= set(names):
        return "SELECT * FROM scores"
    unknown = "CAST(NULL AS BIGINT) AS renewal_day, CAST(NULL AS DOUBLE) AS renewal_probability"
    return f"SELECT s.*, {unknown} FROM scores AS s"


def _eligible(found: PriceList, present: frozenset[str]) -> list[str]:
    """One SELECT per play: the accounts of its segments for which its rule holds, or may hold.

    A rule that is unknown because of something the company lacks keeps the pair, with what lacks.
    """
    columns = _columns({})
    queries = []
    for play in found.plays:
        own = _of_new(found) if play.without == CLOSE else {}
        segment = f"({own.get('segment', 'segment')}) IN ({_texts(play.segments)})"
        when = f"({play.when.sql().sql('duckdb')})"
        lacks = _lacks(play, found, present)
        name = exp.Literal.string(play.id).sql("duckdb")
        queries.append(
            f"SELECT {name} AS play, {_columns(own)}, CASE WHEN {when} THEN CAST(NULL AS TEXT) "
            f"ELSE {lacks} END AS lacks FROM roi_accounts "
            f"WHERE {segment} AND COALESCE({when}, NOT {lacks} IS NULL)"
        )
    nothing = parse_rule("active", {"active"}, DO_NOTHING).sql().sql("duckdb")
    queries.append(
        f"SELECT '{DO_NOTHING}' AS play, {columns}, CAST(NULL AS TEXT) AS lacks "
        f"FROM roi_accounts WHERE {nothing}"
    )
    return queries


def _columns(own: "Mapping[str, str]") -> str:
    """What a price reads of an account, some of it said otherwise."""
    return ", ".join(f"{own.get(name, name)} AS {name}" for name in PRICED_COLUMNS)


def _texts(names: "Sequence[str]") -> str:
    return ", ".join(exp.Literal.string(name).sql("duckdb") for name in names)


def _of_new(found: PriceList) -> dict[str, str]:
    """Whoever an open deal may win begins as new customers do, and is lost as they are."""
    lost = [r.basis_points for r in churn_rates(found.rates) if r.segment == NEW]
    return {
        "segment": f"COALESCE(segment, '{NEW}')",
        "churn_bp": f"CAST({lost[0] if lost else 'NULL'} AS BIGINT)",
        "churn_source": "'segment'" if lost else "CAST(NULL AS TEXT)",
        "thin": "0",
    }


def _lacks(play: "Play", found: PriceList, present: frozenset[str]) -> str:
    """SQL: what an account's unknown rule lacks, NULL when only this account's value is unknown."""
    features = {feature.name: feature for feature in definitions()}
    loose = {
        c.name
        for c in play.when.tree.find_all(exp.Column)
        if not (around := c.find_ancestor(exp.Coalesce)) or not around.find(exp.Literal)
    }
    named = [features[name] for name in sorted(loose) if name in features]
    tables = sorted({table for feature in named for table in missing(feature, present)})
    blocked = found.offer(play.id).blocked
    if blocked is not None or tables:
        words = blocked or "missing: " + ", ".join(tables)
        return exp.Literal.string(words).sql("duckdb")
    return _SCORE_LACKS if loose & FROM_SCORE else "CAST(NULL AS TEXT)"
