-- Share of ended paid lines, of terms longer than a month, that ended inside their term.
WITH lines AS (
  SELECT
    subscription_id AS subscription_id, MAX(to_day) AS ended_day,
    ARG_MAX(term_end_day, from_day) AS term_end_day,
    ARG_MAX(interval_months, from_day) AS interval_months
  FROM subscription_spans
  WHERE trial = 0 AND minor > 0
  GROUP BY subscription_id
)
SELECT
  CAST(SUM(CASE WHEN ended_day < term_end_day THEN 1 ELSE 0 END) AS DOUBLE) / NULLIF(COUNT(*), 0)
    AS share
FROM lines
WHERE ended_day < 1000000 AND NOT term_end_day IS NULL AND interval_months > 1
