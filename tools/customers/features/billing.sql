-- What an account pays on the morning of $as_of; a milestone on $as_of or later is not known yet.
-- Who pays in several currencies has one sum in $currency at the rates of the day, or none: then
-- mrr_missing names the first currency without a rate. Rounded once, half to even.
-- Of several terms the one that ends last binds: until then the account cannot be lost.
WITH amounts AS (
  SELECT
    r.account_id AS account_id, r.currency AS currency,
    SUM(CASE WHEN r.from_day <= $as_of AND r.to_day > $as_of THEN r.minor ELSE 0 END) AS minor,
    SUM(CASE WHEN r.from_day <= $as_of - 90 AND r.to_day > $as_of - 90 THEN r.minor ELSE 0 END)
      AS before,
    MAX(CASE WHEN r.from_day <= $as_of AND r.to_day > $as_of AND r.paused_minor > 0
      THEN 1 ELSE 0 END) AS paused,
    MAX(CASE WHEN r.minor > 0 THEN 1 ELSE 0 END) AS ever,
    MAX(CASE WHEN r.to_day <= $as_of THEN r.to_day END) AS end_day
  FROM recurring_revenue AS r
  WHERE r.from_day <= $as_of
  GROUP BY r.account_id, r.currency
),
rated AS (
  SELECT
    a.*, CASE WHEN a.minor > 0 THEN 1 ELSE 0 END AS paid,
    CASE WHEN a.minor > 0 OR a.before > 0 THEN 1 ELSE 0 END AS moved,
    CAST(a.minor AS DECIMAL(19, 0)) * x.rate AS exact,
    CAST(a.before AS DECIMAL(19, 0)) * x.rate AS exact_before
  FROM amounts AS a
  LEFT JOIN exchange_rates AS x ON x.currency = a.currency
),
summed AS (
  SELECT
    account_id AS account_id, SUM(paid) AS currencies, SUM(moved) AS moved,
    MAX(paused) AS paused, MAX(ever) AS ever, MAX(end_day) AS end_day,
    SUM(minor) AS minor, SUM(minor) - SUM(before) AS change,
    MAX(CASE WHEN paid = 1 THEN currency END) AS currency,
    MIN(CASE WHEN paid = 1 AND exact IS NULL THEN currency END) AS unrated,
    CASE WHEN SUM(CASE WHEN paid = 1 AND exact IS NULL THEN 1 ELSE 0 END) = 0
      THEN CAST(SUM(exact) AS DECIMAL(38, 9)) END AS exact,
    CASE WHEN SUM(CASE WHEN moved = 1 AND exact IS NULL THEN 1 ELSE 0 END) = 0
      THEN CAST(SUM(exact - exact_before) AS DECIMAL(38, 9)) END AS exact_change
  FROM rated
  GROUP BY account_id
),
whole AS (
  SELECT
    s.*,
    CAST(FLOOR(exact) AS BIGINT) + CASE
      WHEN exact - FLOOR(exact) > 0.5 OR (exact - FLOOR(exact) = 0.5
        AND FLOOR(exact) - 2 * FLOOR(FLOOR(exact) / 2) = 1) THEN 1 ELSE 0 END AS rounded,
    CAST(FLOOR(exact_change) AS BIGINT) + CASE
      WHEN exact_change - FLOOR(exact_change) > 0.5 OR (exact_change - FLOOR(exact_change) = 0.5
        AND FLOOR(exact_change) - 2 * FLOOR(FLOOR(exact_change) / 2) = 1) THEN 1 ELSE 0 END
      AS rounded_change
  FROM summed AS s
),
lines AS (
  SELECT
    account_id AS account_id, MAX(trial) AS trial,
    SUM(CASE WHEN trial = 0 AND minor > 0 AND paused = 0 THEN seats END) AS seats,
    MAX(CASE WHEN trial = 0 AND minor > 0 THEN interval_months END) AS interval_months,
    MAX(CASE WHEN trial = 0 AND minor > 0 THEN term_end_day END) AS term_end_day,
    MAX(CASE WHEN trial = 0 AND minor > 0 THEN discount END) AS discount,
    MAX(CASE WHEN trial = 0 AND minor > 0 AND NOT cancelled_day IS NULL THEN 1 ELSE 0 END)
      AS notice
  FROM subscription_spans
  WHERE NOT account_id IS NULL AND from_day <= $as_of AND to_day > $as_of
  GROUP BY account_id
)
SELECT
  COALESCE(w.account_id, l.account_id) AS account_id,
  COALESCE(w.currencies, 0) > 0 AS paying,
  COALESCE(w.currencies, 0) = 0 AND COALESCE(w.paused, 0) = 1 AS paused,
  COALESCE(l.trial, 0) = 1 AND COALESCE(w.currencies, 0) = 0 AND COALESCE(w.paused, 0) = 0
    AS trial,
  COALESCE(w.ever, 0) = 1 AS ever_paid,
  CASE WHEN w.currencies = 0 AND w.paused = 0 THEN $as_of - w.end_day END AS days_since_paid_end,
  CASE WHEN w.currencies > 1 THEN w.rounded ELSE CAST(w.minor AS BIGINT) END AS mrr_minor,
  NULLIF(CASE WHEN w.currencies > 1 THEN $currency ELSE w.currency END, '') AS currency,
  CASE WHEN w.currencies > 1 AND w.exact IS NULL THEN w.unrated END AS mrr_missing,
  CAST(CASE WHEN w.currencies > 0 THEN l.seats END AS BIGINT) AS seats,
  CASE WHEN w.currencies > 0 THEN l.interval_months END AS interval_months,
  CASE WHEN w.currencies > 0 THEN l.term_end_day - $as_of END AS days_to_renewal,
  CASE WHEN w.moved > 1 THEN w.rounded_change ELSE CAST(w.change AS BIGINT) END AS mrr_change_90,
  CAST(COALESCE(w.moved, 0) AS BIGINT) AS moved,
  CASE WHEN w.currencies > 0 THEN l.discount END AS discount,
  COALESCE(w.currencies, 0) > 0 AND COALESCE(l.notice, 0) = 1 AS cancel_notice
FROM whole AS w
FULL OUTER JOIN lines AS l ON l.account_id = w.account_id
