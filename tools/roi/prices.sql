-- The net value of every pair against doing nothing; the $expressions are tools/roi/formulas.py.
-- Each step fixes its type, so that no engine shortens a product (DuckDB multiplies in 18 digits
-- unless one side has more; Spark shortens beyond 38). Only whole millionths of a chance and whole
-- cents are rounded. What cannot be priced stays, without a value: its inputs may be beyond any
-- type.
WITH joined AS (
  SELECT
    i.play AS play, o.version AS version, o.goal AS goal, i.account_id AS account_id,
    i.segment AS segment, i.basis AS basis, i.currency AS currency,
    i.interval_months AS interval_months, i.raw_minor AS raw_minor,
    i.revenue_minor AS revenue_minor, i.value_minor AS value_minor, i.seats AS seats,
    i.product AS product, i.likeness AS likeness,
    i.churn_bp AS churn_bp, i.churn_source AS churn_source, i.p0_ppm AS p0_ppm,
    i.p0_source AS p0_source, i.spread AS spread, o.hours AS hours,
    i.missing AS missing, $told AS told_minor,
    CASE WHEN i.missing IS NULL THEN CAST(i.revenue_minor AS DECIMAL(19, 0)) END AS revenue,
    CASE WHEN i.missing IS NULL THEN CAST(i.value_minor AS DECIMAL(19, 0)) END AS value,
    CAST(CASE o.of_losses WHEN 1 THEN 1000000 - i.p0_ppm ELSE i.p0_ppm END AS DECIMAL(7, 0))
      AS moving,
    COALESCE(x.mean, CAST(0 AS DECIMAL(8, 4))) AS part,
    COALESCE(x.low, CAST(0 AS DECIMAL(8, 4))) AS part_low,
    COALESCE(x.high, CAST(0 AS DECIMAL(8, 4))) AS part_high,
    COALESCE(x.safe, CAST(0 AS DECIMAL(8, 4))) AS part_safe,
    CASE WHEN o.recurs = 1 THEN m.multiple ELSE CAST(1 AS DECIMAL(12, 7)) END AS cycles,
    CASE WHEN o.concession_recurs = 1 THEN m.multiple ELSE CAST(1 AS DECIMAL(12, 7)) END
      AS conceded_cycles,
    o.acquisition AS acquisition, k.support AS support, o.margin AS margin, o.support_share AS support_share,
    o.conceded AS conceded, o.accepted AS accepted, o.saved AS saved, o.cost AS cost
  FROM roi_inputs AS i
  JOIN roi_offers AS o ON o.play = i.play
  LEFT JOIN roi_cycles AS k ON k.play = i.play AND k.interval_months = i.interval_months
  LEFT JOIN roi_multiples AS m ON m.interval_months = i.interval_months
    AND m.churn_bp = i.churn_bp AND m.churn_source = i.churn_source
  LEFT JOIN roi_shares AS x ON x.play = i.play AND x.segment = i.segment AND x.spread = i.spread
    AND x.likeness = i.likeness
), shared AS (
  SELECT
    j.*, CAST(j.moving * j.part AS DECIMAL(15, 4)) AS moved,
    CAST(j.moving * j.part_low AS DECIMAL(15, 4)) AS moved_low,
    CAST(j.moving * j.part_high AS DECIMAL(15, 4)) AS moved_high,
    CAST(j.moving * j.part_safe AS DECIMAL(15, 4)) AS moved_safe
  FROM joined AS j
), pointed AS (
  SELECT
    s.*, LEAST(GREATEST($points, -s.p0_ppm), 1000000 - s.p0_ppm) AS effect_ppm,
    LEAST(GREATEST($points_low, -s.p0_ppm), 1000000 - s.p0_ppm) AS low_ppm,
    LEAST(GREATEST($points_high, -s.p0_ppm), 1000000 - s.p0_ppm) AS high_ppm,
    LEAST(GREATEST($points_safe, -s.p0_ppm), 1000000 - s.p0_ppm) AS safe_ppm
  FROM shared AS s
), typed AS (
  SELECT
    h.*, CAST(CAST(h.p0_ppm AS DECIMAL(7, 0)) * CAST(0.000001 AS DECIMAL(7, 6)) AS DECIMAL(7, 6))
      AS p0,
    CAST(CAST(h.effect_ppm AS DECIMAL(7, 0)) * CAST(0.000001 AS DECIMAL(7, 6)) AS DECIMAL(7, 6))
      AS effect,
    CAST(CAST(h.low_ppm AS DECIMAL(7, 0)) * CAST(0.000001 AS DECIMAL(7, 6)) AS DECIMAL(7, 6))
      AS effect_low,
    CAST(CAST(h.high_ppm AS DECIMAL(7, 0)) * CAST(0.000001 AS DECIMAL(7, 6)) AS DECIMAL(7, 6))
      AS effect_high,
    CAST(CAST(h.safe_ppm AS DECIMAL(7, 0)) * CAST(0.000001 AS DECIMAL(7, 6)) AS DECIMAL(7, 6))
      AS effect_safe
  FROM pointed AS h
), contributed AS (
  SELECT t.*, $contribution AS contribution, $given AS given FROM typed AS t
), kept AS (
  SELECT c.*, $kept AS kept FROM contributed AS c
), parts AS (
  SELECT
    p.*, $headroom AS headroom, $time AS time, $spent AS spent,
    $gain AS gain, $gain_low AS gain_low, $gain_high AS gain_high,
    $gain_safe AS gain_safe, $lost_safe AS lost_safe, CAST(0 AS DECIMAL(35, 21)) AS nought,
    $lost AS lost, $lost_low AS lost_low, $lost_high AS lost_high
  FROM kept AS p
), nets AS (
  SELECT n.*, $net AS net, $net_low AS net_low, $net_high AS net_high,
    $brought_safe AS brought_safe
  FROM parts AS n
), cents AS (
  SELECT
    r.*, $nv AS nv_minor, $low_cents AS low_minor, $high_cents AS high_minor,
    $safe_cents AS safe_minor,
    $cost_cents AS cost_minor, $kept_cents AS kept_minor, $headroom_cents AS headroom_minor
  FROM nets AS r
)
SELECT
  account_id AS account_id, play AS play, version AS version, goal AS goal, segment AS segment,
  nv_minor AS nv_minor, LEAST(low_minor, high_minor) AS q10_minor,
  GREATEST(low_minor, high_minor) AS q90_minor, safe_minor AS safe_minor, cost_minor AS cost_minor, hours AS hours,
  basis AS basis, currency AS currency, interval_months AS interval_months,
  raw_minor AS raw_minor, revenue_minor AS revenue_minor, value_minor AS value_minor,
  seats AS seats, product AS product, likeness AS likeness, churn_bp AS churn_bp, churn_source AS churn_source, p0_ppm AS p0_ppm,
  p0_source AS p0_source, spread AS spread, kept_minor AS kept_minor,
  headroom_minor AS headroom_minor, missing AS missing
FROM cents
