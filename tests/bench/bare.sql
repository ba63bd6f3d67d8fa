-- What any calculator must at least do: one pass over the raw events, grouped by account.
SELECT
  account_ref AS account_ref, COUNT(*) AS events, MIN(day) AS first_day, MAX(day) AS last_day,
  COUNT(DISTINCT day) AS days, COUNT(DISTINCT name) AS names,
  SUM(CASE WHEN day >= $as_of - 28 THEN quantity ELSE 0 END) AS events_28,
  SUM(CASE WHEN day < $as_of - 28 AND day >= $as_of - 56 THEN quantity ELSE 0 END)
    AS events_prior_28,
  SUM(CASE WHEN day < $as_of - 28 AND day >= $as_of - 112 THEN quantity ELSE 0 END)
    AS events_prior_84
FROM fact_events
WHERE day < $as_of AND known_day <= $as_of
GROUP BY account_ref
