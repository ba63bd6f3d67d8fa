-- First and last day of use per account: what was kept on day $kept, and what came since.
WITH parts AS (
  SELECT account_ref AS account_ref, contact_ref AS contact_ref,
    first_day AS first_day, last_day AS last_day
  FROM fact_usage_life
  UNION ALL
  SELECT account_ref AS account_ref, contact_ref AS contact_ref,
    day AS first_day, day AS last_day
  FROM fact_usage_since
  WHERE day < $as_of AND known_day <= $as_of AND (day >= $kept OR known_day > $kept)
)
SELECT account_ref AS account_ref, contact_ref AS contact_ref,
  CAST(MIN(first_day) AS INT) AS first_day, CAST(MAX(last_day) AS INT) AS last_day
FROM parts
GROUP BY account_ref, contact_ref
