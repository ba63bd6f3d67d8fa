-- Every eligible pair of account and play with its inputs, or with what is missing. The chance
-- without us is over the play's window. A term that binds leaves one chance to leave, at its end;
-- a score is about the days of its horizon, or about one renewal.
WITH based AS (
  SELECT
    e.*, o.blocked AS blocked, o.on_orders AS on_orders, o.on_last_mrr AS on_last_mrr,
    o.without AS without, o.part AS part, o.size AS size,
    o.recurs AS recurs, COALESCE(g.size, z.size) AS growth,
    CASE
      WHEN o.on_deal = 1 AND l.amount_minor > 0 THEN 'deal'
      WHEN o.on_mrr = 1 AND e.mrr_minor > 0 THEN 'mrr'
      WHEN o.on_last_mrr = 1 AND e.last_mrr_minor > 0 THEN 'last_mrr'
      WHEN o.on_orders = 1 AND e.revenue_365_minor > 0 THEN 'orders'
    END AS basis,
    l.amount_minor AS deal_minor, o.on_deal AS on_deal,
    CASE WHEN o.without = 'close' THEN l.p0_ppm
      WHEN q.p0_ppm > 0 THEN q.p0_ppm
      WHEN o.without <> 'score' THEN CASE WHEN c.p0_ppm > 0 THEN GREATEST(CAST(
        ROUND(c.p0_ppm * CAST(COALESCE(g.share, z.share, 1) AS DOUBLE)) AS BIGINT), 1) END
      WHEN e.tier <> 'none' THEN 1000000 - LEAST(
      GREATEST(CAST(ROUND(1000000 * CASE
        WHEN NOT e.renewal_day IS NULL THEN COALESCE(e.renewal_probability, e.probability)
        WHEN CAST($days AS BIGINT) IS NULL OR e.play = $nothing THEN e.probability
        ELSE 1 - POWER(1 - e.probability, CAST(o.window_days AS DOUBLE) / CAST($days AS BIGINT))
      END) AS BIGINT), 1), 999999) END AS p0_ppm,
    CASE WHEN o.without = 'close' THEN l.label WHEN q.p0_ppm > 0 THEN q.source
      WHEN o.without <> 'score' THEN c.label WHEN NOT e.renewal_day IS NULL THEN 'renewal'
      ELSE 'score' END AS p0_source,
    CASE WHEN e.play = $nothing THEN 0 ELSE f.spread END AS spread, f.demoted AS demoted,
    CASE WHEN o.without = 'score' AND e.play <> $nothing
      AND e.renewal_day > CAST($as_of AS BIGINT) + o.window_days THEN d.written END AS bound_until
  FROM roi_eligible AS e
  JOIN roi_offers AS o ON o.play = e.play
  LEFT JOIN roi_chances AS c ON c.play = e.play AND c.segment = e.segment
  LEFT JOIN return_chances AS q ON q.account_id = e.account_id AND q.days = o.window_days
    AND o.without = 'return'
  LEFT JOIN roi_spreads AS f ON f.play = e.play AND f.segment = e.segment
    AND f.churn_source = COALESCE(e.churn_source, 'nothing') AND f.thin = e.thin
  LEFT JOIN roi_deals AS l ON l.account_id = e.account_id AND o.without = 'close'
  LEFT JOIN roi_dates AS d ON d.day = e.renewal_day
  LEFT JOIN roi_growths AS g ON g.play = e.play AND g.product = e.product
  LEFT JOIN roi_growths AS z ON z.play = e.play AND z.product = ''
), cycled AS (
  SELECT
    b.*,
    CASE b.basis WHEN 'orders' THEN 12 WHEN 'deal' THEN 12
      WHEN 'mrr' THEN COALESCE(b.interval_months, CAST($interval AS BIGINT))
      WHEN 'last_mrr' THEN COALESCE(b.last_interval_months, CAST($interval AS BIGINT))
    END AS cycle_months,
    COALESCE(CASE b.basis WHEN 'last_mrr' THEN b.last_currency WHEN 'deal' THEN $currency
      ELSE b.currency END, $currency)
      AS paid_currency
  FROM based AS b
), earned AS (
  SELECT
    y.*, x.rate AS rate,
    CASE y.basis WHEN 'orders' THEN y.revenue_365_minor WHEN 'deal' THEN y.deal_minor
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
      WHEN 'more' THEN CAST(FLOOR(CAST(w.revenue_minor AS DECIMAL(19, 0)) * w.growth) AS BIGINT)
      WHEN 'next' THEN CAST(FLOOR(CAST(w.revenue_minor AS DECIMAL(19, 0)) * w.growth) AS BIGINT)
      WHEN 'seats' THEN CAST(FLOOR(
        CAST(w.revenue_minor * CAST(w.size AS BIGINT) AS DOUBLE) / NULLIF(w.seats, 0)) AS BIGINT)
    END AS value_minor
  FROM valued AS w
)
SELECT
  play AS play, account_id AS account_id, segment AS segment, basis AS basis,
  paid_currency AS currency, CAST(cycle_months AS BIGINT) AS interval_months,
  revenue_minor AS revenue_minor, value_minor AS value_minor, CAST(seats AS BIGINT) AS seats,
  raw_minor AS raw_minor, product AS product, likeness AS likeness,
  churn_bp AS churn_bp, churn_source AS churn_source, p0_ppm AS p0_ppm,
  p0_source AS p0_source, CAST(spread AS BIGINT) AS spread,
  CASE
    WHEN NOT blocked IS NULL THEN blocked
    WHEN NOT demoted IS NULL THEN 'demoted: ' || demoted
    WHEN NOT bound_until IS NULL THEN 'cannot leave before ' || bound_until
    WHEN NOT lacks IS NULL THEN lacks
    WHEN basis IS NULL AND on_deal = 1 THEN 'missing: amount of the open deal in our currency'
    WHEN NOT mrr_missing IS NULL AND COALESCE(basis, '') NOT IN ('last_mrr', 'deal')
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
    WHEN without = 'score' AND p0_ppm IS NULL THEN 'missing: churn score'
    WHEN p0_ppm IS NULL THEN 'missing: chance of ' || without || ' without us'
    WHEN spread IS NULL THEN 'missing: effect of the play on the segment'
    WHEN value_minor IS NULL THEN 'missing: seats'
    WHEN value_minor > $most THEN 'missing: plausible value'
    WHEN recurs = 1 AND churn_bp IS NULL THEN 'missing: renewal rate'
  END AS missing
FROM sized
