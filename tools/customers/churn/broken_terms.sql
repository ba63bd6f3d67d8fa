-- Share of ended paid lines, of terms longer than a month, whose account left inside their term.
-- A line whose account paid on, or paid again within $grace days of its end, was amended or renewed;
-- of one that ended fewer days ago nobody knows yet.
WITH lines AS (
  SELECT
    subscription_id AS subscription_id, MAX(to_day) AS ended_day,
    ARG_MAX(account_id, from_day) AS account_id,
    ARG_MAX(term_end_day, from_day) AS term_end_day,
    ARG_MAX(interval_months, from_day) AS interval_months
  FROM subscription_spans
  WHERE trial = 0 AND minor > 0
  GROUP BY subscription_id
),
left_behind AS (
  SELECT l.ended_day AS ended_day, l.term_end_day AS term_end_day
  FROM lines AS l
  LEFT JOIN recurring_revenue AS r
    ON r.account_id = l.account_id AND r.from_day <= l.ended_day + $grace
    AND r.to_day > l.ended_day
  WHERE l.ended_day + $grace <= $as_of AND NOT l.term_end_day IS NULL AND l.interval_months > 1
    AND r.account_id IS NULL
)
SELECT
  CAST(SUM(CASE WHEN ended_day < term_end_day THEN 1 ELSE 0 END) AS DOUBLE) / NULLIF(COUNT(*), 0)
    AS share
FROM left_behind
