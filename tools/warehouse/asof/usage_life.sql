-- First and last day of use per customer and stay in an account (since_day, 0 for the first or only
-- one): what was kept on day $kept, and what came since. Whose stays have changed is counted again.
WITH rows_since AS (
  SELECT account_ref AS account_ref, contact_ref AS contact_ref, day AS day
  FROM fact_usage_since
  WHERE day < $as_of AND known_day <= $as_of AND (day >= $kept OR known_day > $kept)
    AND COALESCE(quantity, events) >= 0.001
  UNION ALL
  SELECT account_ref AS account_ref, contact_ref AS contact_ref, day AS day
  FROM fact_usage_again
  WHERE day < $kept AND known_day <= $kept AND COALESCE(quantity, events) >= 0.001
),
parts AS (
  SELECT k.account_ref AS account_ref, k.contact_ref AS contact_ref, k.since_day AS since_day,
    k.first_day AS first_day, k.last_day AS last_day
  FROM fact_use_life AS k
  LEFT JOIN usage_again AS x ON k.account_ref IS NULL AND x.contact_ref = k.contact_ref
  WHERE x.contact_ref IS NULL
  UNION ALL
  SELECT u.account_ref AS account_ref, u.contact_ref AS contact_ref,
    COALESCE(m.from_day, 0) AS since_day, u.day AS first_day, u.day AS last_day
  FROM rows_since AS u
  LEFT JOIN contact_moves AS m
    ON u.account_ref IS NULL AND m.contact_ref = u.contact_ref
    AND m.from_day <= u.day AND u.day < m.to_day
)
SELECT account_ref AS account_ref, contact_ref AS contact_ref, CAST(since_day AS INT) AS since_day,
  CAST(MIN(first_day) AS INT) AS first_day, CAST(MAX(last_day) AS INT) AS last_day
FROM parts
GROUP BY account_ref, contact_ref, since_day
