"""Score every account at risk in the engine: a sum of look-ups, written as one query."""

import json
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.customers.churn.model import BANDS, UNCALIBRATED
from tools.customers.churn.population import (
    IN_TERM,
    NOTICE,
    at_risk,
    bound,
    inputs,
    unscored_reason,
)
from tools.customers.churn.terms import number

if TYPE_CHECKING:
    from sqlglot import exp

    from tools.customers.churn.model import ChurnModel
    from tools.warehouse.asof.world import World


def score(world: "World", model: "ChurnModel", relation: str = "scores") -> None:
    """Create `scores`, one row per account at risk, and `churn_model`, the one row behind them.

    Columns: account_id, tier, label, model (version), probability (to be lost within the horizon,
    six decimals), band, risk_rank (share of the scored with lower risk, ties at their middle),
    logit, points (of the rule), intercept, unscored_reason, renewal_day (on which the term that
    binds the account ends), renewal_probability (to be lost at that end), and `c_<feature>` for
    each feature of the model, which add up with the intercept to the logit or the points exactly.
    """
    sql, trees = scores_sql(model)
    world.engine.create(relation, sql, as_of=world.as_of, **trees)
    row = {"model": model.version, "tier": model.tier, "label": model.label}
    row |= {"definition": model.definition.to_json(), "record": model.to_json()}
    row |= {"reasons": json.dumps(model.reasons, ensure_ascii=False)}
    world.engine.put("churn_model", pa.Table.from_pylist([row]))


def scores_sql(model: "ChurnModel") -> tuple[str, "dict[str, exp.Expression]"]:
    """The query and its parameters: one syntax tree per term; `as_of` comes on top."""
    scorer = model.scorer
    trees = {f"t{i}": term.expression() for i, term in enumerate(scorer.terms)}
    parts = _parts(model)
    terms = "".join(f", $t{i} AS t{i}" for i in range(len(scorer.terms)))
    columns = "".join(f", {i.sql()} AS {i.name}" for i in inputs() if i.name in scorer.features)
    sums = "".join(f", {' + '.join(p)} AS c_{name}" for name, p in parts.items())
    total = " + ".join(["$intercept", *(f"c_{name}" for name in parts)])
    own = "".join(f", c_{name}" for name in parts)
    kept = "account_id, unscored_reason, ends_in, in_term"
    sql = f"""
WITH x AS (
  SELECT account_id AS account_id, {unscored_reason(model.definition)} AS unscored_reason,
    CASE WHEN {bound(model.definition)} THEN CAST(days_to_renewal AS INT) END AS ends_in,
    CASE WHEN {IN_TERM} THEN 1 ELSE 0 END AS in_term{columns}
  FROM features
  WHERE {at_risk(model.definition)}
),
t AS (SELECT {kept}{terms} FROM x),
c AS (SELECT {kept}{sums} FROM t),
r AS (
  SELECT {kept}{own},
    CASE WHEN COALESCE(unscored_reason, '') <> '{NOTICE}' THEN {total} END AS risk
  FROM c
),
o AS (SELECT r.*, {_odds(model)} AS odds FROM r),
n AS (SELECT o.*, CASE WHEN unscored_reason IS NULL THEN odds END AS due FROM o),
k AS (
  SELECT {kept}, risk, odds, due{own},
    RANK() OVER (PARTITION BY CASE WHEN due IS NULL THEN 0 ELSE 1 END ORDER BY due) - 1 AS lower,
    COUNT(*) OVER (PARTITION BY CASE WHEN due IS NULL THEN 0 ELSE 1 END ORDER BY due) AS upto,
    COUNT(due) OVER () AS scored
  FROM n
)
SELECT
  account_id AS account_id, '{model.tier}' AS tier, {_label(model)} AS label,
  '{model.version}' AS model, CASE WHEN NOT due IS NULL THEN {_chance(model)} END AS probability,
  CASE WHEN NOT due IS NULL THEN {_band(model)} END AS band,
  {_rank(model)} AS risk_rank, {_risk(model, "logit")} AS logit, {_risk(model, "points")} AS points,
  $intercept AS intercept, unscored_reason AS unscored_reason, $as_of + ends_in AS renewal_day,
  CASE WHEN NOT ends_in IS NULL THEN {_chance(model)} END AS renewal_probability{own}
FROM k
"""
    return sql, trees | {"intercept": number(scorer.intercept)}


def _odds(model: "ChurnModel") -> str:
    """What the chance and the rank follow from: the risk, or the log-odds of the rule's points."""
    link = model.scorer.link
    if link is None:
        return "risk"
    base, slope, term = (number(v).sql() for v in (link.intercept, link.slope, link.term))
    return (
        f"{base} + {slope} * risk + {term} * in_term" if link.term else f"{base} + {slope} * risk"
    )


def _parts(model: "ChurnModel") -> dict[str, list[str]]:
    """For each feature the terms that make its contribution; half of a pair goes to either."""
    parts: dict[str, list[str]] = {}
    for i, term in enumerate(model.scorer.terms):
        for name, share in term.shares():
            parts.setdefault(name, []).append(f"t{i}" if share == 1 else f"t{i} * {share!r}e0")
    return parts


def _chance(model: "ChurnModel") -> str:
    if model.tier == "none" or model.rank_only:
        return "CAST(NULL AS DOUBLE)"
    if model.tier == "rule" and model.scorer.link is None:
        rates = [b.probability for b in model.scorer.bands] or [None] * len(BANDS)
        return _by_band(model, ["NULL" if r is None else number(r).sql() for r in rates], "DOUBLE")
    return "FLOOR(1e0 / (1e0 + EXP(-odds)) * 1e6 + 5e-1) / 1e6"


def _label(model: "ChurnModel") -> str:
    if model.tier == "rule" and model.scorer.link is None and not model.rank_only:
        known = [b.probability is not None for b in model.scorer.bands]
        texts = [f"'{model.label}'" if k else f"'{UNCALIBRATED}'" for k in known]
        return f"COALESCE({_by_band(model, texts, 'TEXT')}, '{model.label}')"
    return f"'{model.label}'"


def _band(model: "ChurnModel") -> str:
    if model.tier == "none":
        return "CAST(NULL AS TEXT)"
    return _by_band(model, [f"'{name}'" for name in BANDS], "TEXT")


def _by_band(model: "ChurnModel", values: list[str], kind: str) -> str:
    low, high = (number(e).sql() for e in model.scorer.edges)
    return (
        f"CAST(CASE WHEN risk IS NULL THEN NULL WHEN risk < {low} THEN {values[0]} "
        f"WHEN risk < {high} THEN {values[1]} ELSE {values[2]} END AS {kind})"
    )


def _rank(model: "ChurnModel") -> str:
    if model.tier == "none":
        return "CAST(NULL AS DOUBLE)"
    middle = "CAST(lower + upto - 1 AS DOUBLE) / 2e0"  # upto counts the ties as well
    return f"CASE WHEN NOT due IS NULL THEN {middle} / scored END"


def _risk(model: "ChurnModel", column: str) -> str:
    wanted = {"rule": "points", "none": ""}.get(model.tier, "logit")
    return "risk" if column == wanted else "CAST(NULL AS DOUBLE)"
