-- Every eligible pair of account and play with its inputs, or with what is missing.
WITH based AS (
  SELECT
    e.*, o.blocked AS blocked, o.on_orders AS on_orders, o.on_last_mrr AS on_last_mrr,
    o.without AS without, o.part AS part, o.size AS size,
    o.recurs AS recurs,
    CASE
      WHEN o.on_mrr = 1 AND e.mrr_minor > 0 THEN 'mrr'
      WHEN o.on_last_mrr = 1 AND e.last_mrr_minor > 0 THEN 'last_mrr'
      WHEN o.on_orders = 1 AND e.revenue_365_minor > 0 THEN 'orders'
    END AS basis,
    CASE o.without WHEN 'score' THEN 10000 - e.score_bp ELSE c.p0_bp END AS p0_bp,
    CASE o.without WHEN 'score' THEN 'score' ELSE c.label END AS p0_source
  FROM roi_eligible AS e
  JOIN roi_offers AS o ON o.play = e.play
  LEFT JOIN roi_chances AS c ON c.play = e.play AND c.segment = e.segment
), cycled AS (
  SELECT
    b.*,
    CASE b.basis WHEN 'orders' THEN 12
      WHEN 'mrr' THEN COALESCE(b.interval_months, CAST($interval AS BIGINT))
      WHEN 'last_mrr' THEN COALESCE(b.last_interval_months, CAST($interval AS BIGINT))
    END AS cycle_months,
    COALESCE(CASE b.basis WHEN 'last_mrr' THEN b.last_currency ELSE b.currency END, $currency)
      AS paid_currency
  FROM based AS b
), earned AS (
  SELECT
    y.*, x.rate AS rate,
    CASE y.basis WHEN 'orders' THEN y.revenue_365_minor
      WHEN 'mrr' THEN y.mrr_minor * y.cycle_months
      WHEN 'last_mrr' THEN y.last_mrr_minor * y.cycle_months END AS raw_minor
  FROM cycled AS y
  LEFT JOIN roi_exchange AS x ON x.currency = y.paid_currency
), converted AS (
  SELECT
    n.*,
    CASE WHEN n.raw_minor <= $most
      THEN CAST(CAST(n.raw_minor AS DECIMAL(19, 0)) * n.rate AS DECIMAL(28, 9)) END AS exact
  FROM earned AS n
), rounded AS (
  SELECT v.*, $cents AS exact_minor FROM converted AS v
), valued AS (
  SELECT d.*, CASE WHEN d.exact_minor <= $most THEN d.exact_minor END AS revenue_minor
  FROM rounded AS d
), sized AS (
  SELECT
    w.*,
    CASE w.part
      WHEN 'all' THEN w.revenue_minor
      WHEN 'share' THEN CAST(FLOOR(CAST(w.revenue_minor AS DECIMAL(19, 0)) * w.size) AS BIGINT)
      WHEN 'seats' THEN CAST(FLOOR(
        CAST(w.revenue_minor * CAST(w.size AS BIGINT) AS DOUBLE) / NULLIF(w.seats, 0)) AS BIGINT)
    END AS value_minor
  FROM valued AS w
)
SELECT
  play AS play, account_id AS account_id, segment AS segment, basis AS basis,
  paid_currency AS currency, CAST(cycle_months AS BIGINT) AS interval_months,
  revenue_minor AS revenue_minor, value_minor AS value_minor, CAST(seats AS BIGINT) AS seats,
  raw_minor AS raw_minor,
  churn_bp AS churn_bp, churn_source AS churn_source, p0_bp AS p0_bp, p0_source AS p0_source,
  CASE
    WHEN NOT blocked IS NULL THEN blocked
    WHEN NOT lacks IS NULL THEN lacks
    WHEN NOT mrr_missing IS NULL AND COALESCE(basis, '') <> 'last_mrr'
      THEN 'missing: exchange rate ' || mrr_missing
    WHEN basis IS NULL AND on_last_mrr = 1 AND NOT last_mrr_missing IS NULL
      THEN 'missing: exchange rate ' || last_mrr_missing
    WHEN basis IS NULL AND on_orders = 1 AND revenue_365_minor IS NULL
      THEN 'missing: orders in one currency'
    WHEN basis IS NULL THEN 'missing: recurring revenue'
    WHEN cycle_months IS NULL OR cycle_months < 1 THEN 'missing: billing interval'
    WHEN rate IS NULL THEN 'missing: exchange rate ' || paid_currency
    WHEN revenue_minor IS NULL THEN 'missing: plausible revenue'
    WHEN without = 'score' AND tier = 'none' THEN 'missing: usable churn signal'
    WHEN without = 'score' AND p0_bp IS NULL THEN 'missing: churn score'
    WHEN p0_bp IS NULL THEN 'missing: chance of ' || without || ' without us'
    WHEN value_minor IS NULL THEN 'missing: seats'
    WHEN value_minor > $most THEN 'missing: plausible value'
    WHEN recurs = 1 AND churn_bp IS NULL THEN 'missing: renewal rate'
  END AS missing
FROM sized
