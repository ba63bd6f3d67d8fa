-- What each account pays a month in each currency, from when to when: all its lines summed, credit
-- and discount lines included, trials left out. A sum of nothing or less pays nothing. paused_minor
-- is what it would pay besides if nothing were paused. Day 1000000 means: still so.
WITH lines AS (
  SELECT
    account_id AS account_id, currency AS currency, from_day AS from_day, to_day AS to_day,
    CASE WHEN paused = 0 THEN minor ELSE 0 END AS running, minor AS held
  FROM subscription_spans
  WHERE trial = 0 AND minor <> 0 AND NOT account_id IS NULL
),
several AS (
  SELECT account_id AS account_id, currency AS currency
  FROM lines
  GROUP BY account_id, currency
  HAVING COUNT(*) > 1
),
changes AS (
  SELECT l.account_id AS account_id, l.currency AS currency, l.from_day AS day,
    l.running AS running, l.held AS held
  FROM lines AS l
  JOIN several AS s ON s.account_id = l.account_id AND s.currency = l.currency
  UNION ALL
  SELECT l.account_id AS account_id, l.currency AS currency, l.to_day AS day,
    -l.running AS running, -l.held AS held
  FROM lines AS l
  JOIN several AS s ON s.account_id = l.account_id AND s.currency = l.currency
  WHERE l.to_day < 1000000
),
days AS (
  SELECT account_id AS account_id, currency AS currency, day AS day, SUM(running) AS running,
    SUM(held) AS held
  FROM changes
  GROUP BY account_id, currency, day
  HAVING SUM(running) <> 0 OR SUM(held) <> 0
),
sums AS (
  SELECT
    account_id AS account_id, currency AS currency, day AS from_day,
    LEAD(day, 1, 1000000) OVER (PARTITION BY account_id, currency ORDER BY day) AS to_day,
    SUM(running) OVER (
      PARTITION BY account_id, currency ORDER BY day
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS running,
    SUM(held) OVER (
      PARTITION BY account_id, currency ORDER BY day
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS held
  FROM days
  UNION ALL
  SELECT l.account_id AS account_id, l.currency AS currency, l.from_day AS from_day,
    l.to_day AS to_day, l.running AS running, l.held AS held
  FROM lines AS l
  LEFT JOIN several AS s ON s.account_id = l.account_id AND s.currency = l.currency
  WHERE s.account_id IS NULL
)
SELECT
  account_id AS account_id, currency AS currency, CAST(from_day AS INT) AS from_day,
  CAST(to_day AS INT) AS to_day, CAST(GREATEST(running, 0) AS BIGINT) AS minor,
  CAST(GREATEST(held, 0) - LEAST(GREATEST(held, 0), GREATEST(running, 0)) AS BIGINT)
    AS paused_minor
FROM sums
WHERE running > 0 OR held > 0
