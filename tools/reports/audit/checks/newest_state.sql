-- Lines that had begun long before the first load of their source, which showed their newest state.
WITH firsts AS (
  SELECT source AS source, subscription_ref AS subscription_ref, MIN(known_day) AS known_day,
    MIN(started_day) AS started_day
  FROM fact_subscriptions
  WHERE day < $as_of AND known_day <= $as_of
  GROUP BY source, subscription_ref
),
loads AS (
  SELECT source AS source, MIN(known_day) AS known_day FROM firsts GROUP BY source
)
SELECT CAST(l.known_day AS TEXT) AS subject, f.subscription_ref AS example, 1 AS n
FROM firsts AS f
JOIN loads AS l ON l.source = f.source AND l.known_day = f.known_day
WHERE f.known_day - f.started_day > 31
