-- Share of paying accounts billed by the year or longer, under a term whose end is known.
SELECT
  CAST(SUM(CASE WHEN interval_months >= 12 AND NOT days_to_renewal IS NULL THEN 1 ELSE 0 END)
    AS DOUBLE) / NULLIF(COUNT(*), 0) AS share
FROM features
WHERE paying
