-- The newest paid bill, and the first end of a paid line after it that nobody gave notice of.
WITH paid AS (
  SELECT from_day AS from_day, to_day AS to_day, cancelled_day AS cancelled_day
  FROM subscription_spans
  WHERE trial = 0 AND minor > 0 AND NOT account_id IS NULL
),
newest AS (
  SELECT MAX(from_day) AS day FROM paid
)
SELECT
  MAX(n.day) AS newest_day,
  MIN(CASE WHEN p.to_day > n.day AND p.to_day < 1000000 AND p.cancelled_day IS NULL
    THEN p.to_day END) AS end_day
FROM paid AS p
CROSS JOIN newest AS n
