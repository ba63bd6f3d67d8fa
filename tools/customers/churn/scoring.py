"""Score every account at risk in the engine: a sum of look-ups, written as one query."""

import json
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.customers.churn.model import BANDS, UNCALIBRATED
from tools.customers.churn.population import at_risk, inputs, unscored_reason
from tools.customers.churn.terms import number

if TYPE_CHECKING:
    from sqlglot import exp

    from tools.customers.churn.model import ChurnModel
    from tools.warehouse.asof.world import World


def score(world: "World", model: "ChurnModel", relation: str = "scores") -> None:
    """Create `scores`, one row per account at risk, and `churn_model`, the one row behind them.

    Columns: account_id, tier, label, model (version), probability (six decimals), band,
    risk_rank (share of the scored with lower risk, ties at their middle), logit, points (of the
    rule), intercept, unscored_reason, and `c_<feature>` for each feature of the model, which add
    up with the intercept to the logit or the points exactly.
    """
    sql, trees = scores_sql(model)
    world.engine.create(relation, sql, **trees)
    row = {"model": model.version, "tier": model.tier, "label": model.label}
    row |= {"definition": model.definition.to_json(), "record": model.to_json()}
    row |= {"reasons": json.dumps(model.reasons, ensure_ascii=False)}
    world.engine.put("churn_model", pa.Table.from_pylist([row]))


def scores_sql(model: "ChurnModel") -> tuple[str, "dict[str, exp.Expression]"]:
    """The query and its parameters: one syntax tree per term."""
    scorer = model.scorer
    trees = {f"t{i}": term.expression() for i, term in enumerate(scorer.terms)}
    parts = _parts(model)
    terms = "".join(f", $t{i} AS t{i}" for i in range(len(scorer.terms)))
    columns = "".join(f", {i.sql()} AS {i.name}" for i in inputs() if i.name in scorer.features)
    sums = "".join(f", {' + '.join(p)} AS c_{name}" for name, p in parts.items())
    total = " + ".join(["$intercept", *(f"c_{name}" for name in parts)])
    own = "".join(f", c_{name}" for name in parts)
    sql = f"""
WITH x AS (
  SELECT account_id AS account_id, {unscored_reason(model.definition)} AS unscored_reason{columns}
  FROM features
  WHERE {at_risk(model.definition)}
),
t AS (SELECT account_id, unscored_reason{terms} FROM x),
c AS (SELECT account_id, unscored_reason{sums} FROM t),
r AS (
  SELECT account_id, unscored_reason{own},
    CASE WHEN unscored_reason IS NULL THEN {total} END AS risk
  FROM c
),
k AS (
  SELECT account_id, unscored_reason, risk{own},
    RANK() OVER (PARTITION BY CASE WHEN risk IS NULL THEN 0 ELSE 1 END ORDER BY risk) - 1 AS lower,
    COUNT(*) OVER (PARTITION BY CASE WHEN risk IS NULL THEN 0 ELSE 1 END ORDER BY risk) AS upto,
    COUNT(risk) OVER () AS scored
  FROM r
)
SELECT
  account_id AS account_id, '{model.tier}' AS tier, {_label(model)} AS label,
  '{model.version}' AS model, {_probability(model)} AS probability, {_band(model)} AS band,
  {_rank(model)} AS risk_rank, {_risk(model, "logit")} AS logit, {_risk(model, "points")} AS points,
  $intercept AS intercept, unscored_reason AS unscored_reason{own}
FROM k
"""
    return sql, trees | {"intercept": number(scorer.intercept)}


def _parts(model: "ChurnModel") -> dict[str, list[str]]:
    """For each feature the terms that make its contribution; half of a pair goes to either."""
    parts: dict[str, list[str]] = {}
    for i, term in enumerate(model.scorer.terms):
        for name, share in term.shares():
            parts.setdefault(name, []).append(f"t{i}" if share == 1 else f"t{i} * {share!r}e0")
    return parts


def _probability(model: "ChurnModel") -> str:
    if model.tier == "none" or model.rank_only:
        return "CAST(NULL AS DOUBLE)"
    if model.tier == "rule":
        rates = [b.probability for b in model.scorer.bands]
        return _by_band(model, ["NULL" if r is None else number(r).sql() for r in rates], "DOUBLE")
    return "FLOOR(1e0 / (1e0 + EXP(-risk)) * 1e6 + 5e-1) / 1e6"


def _label(model: "ChurnModel") -> str:
    if model.tier == "rule" and not model.rank_only:
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
    return f"CASE WHEN NOT risk IS NULL THEN {middle} / scored END"


def _risk(model: "ChurnModel", column: str) -> str:
    wanted = {"rule": "points", "none": ""}.get(model.tier, "logit")
    return "risk" if column == wanted else "CAST(NULL AS DOUBLE)"
