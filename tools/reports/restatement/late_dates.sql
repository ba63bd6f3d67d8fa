-- Days before $before that subscriptions state in what became known since, and in nothing known then.
WITH stated AS (
  SELECT subscription_ref AS line, known_day AS known_day, 'change' AS kind, changed_day AS day
  FROM fact_subscriptions WHERE day < $as_of AND known_day <= $as_of
  UNION ALL
  SELECT subscription_ref AS line, known_day AS known_day, 'end' AS kind, ended_day AS day
  FROM fact_subscriptions WHERE day < $as_of AND known_day <= $as_of
  UNION ALL
  SELECT subscription_ref AS line, known_day AS known_day, 'pause' AS kind, paused_day AS day
  FROM fact_subscriptions WHERE day < $as_of AND known_day <= $as_of
  UNION ALL
  SELECT subscription_ref AS line, known_day AS known_day, 'resumption' AS kind,
    resumed_day AS day
  FROM fact_subscriptions WHERE day < $as_of AND known_day <= $as_of
  UNION ALL
  SELECT subscription_ref AS line, known_day AS known_day, 'start' AS kind, started_day AS day
  FROM fact_subscriptions WHERE day < $as_of AND known_day <= $as_of
),
firsts AS (
  SELECT line AS line, kind AS kind, day AS day, MIN(known_day) AS known_day
  FROM stated
  WHERE day < $before
  GROUP BY line, kind, day
)
SELECT kind AS kind, day AS day, known_day AS known_day, CAST(COUNT(*) AS BIGINT) AS lines
FROM firsts
WHERE known_day > $before
GROUP BY kind, day, known_day
ORDER BY day, kind, known_day
LIMIT $most
