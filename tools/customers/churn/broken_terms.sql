-- Share of ended paid lines, of terms longer than a month, that ended inside their term.
SELECT
  CAST(SUM(CASE WHEN ended_day < term_end_day THEN 1 ELSE 0 END) AS DOUBLE) / NULLIF(COUNT(*), 0)
    AS share
FROM subscriptions
WHERE NOT ended_day IS NULL AND NOT term_end_day IS NULL AND interval_months > 1
  AND COALESCE(mrr_minor, 0) > 0 AND NOT COALESCE(trial, FALSE)
