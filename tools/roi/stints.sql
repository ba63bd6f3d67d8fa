-- How long times of paying last, by their billing interval, whether the account had left before, and
-- on what interval it paid then. A gap of at most $grace days is none; who left so lately that it
-- may be one has not left.
WITH lines AS (
  SELECT
    account_id AS account_id, from_day AS from_day, to_day AS to_day,
    interval_months AS interval_months
  FROM subscription_spans
  WHERE trial = 0 AND minor > 0 AND from_day < $as_of AND interval_months >= 1
),
reached AS (
  SELECT
    l.*, MAX(to_day) OVER (
      PARTITION BY account_id ORDER BY from_day, to_day
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS reach
  FROM lines AS l
),
numbered AS (
  SELECT
    r.*, SUM(CASE WHEN reach IS NULL OR from_day > reach + $grace THEN 1 ELSE 0 END) OVER (
      PARTITION BY account_id ORDER BY from_day, to_day
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS stint
  FROM reached AS r
),
stints AS (
  SELECT
    account_id AS account_id, stint AS stint, MAX(interval_months) AS interval_months,
    MIN(from_day) AS from_day, MAX(to_day) AS to_day
  FROM numbered
  GROUP BY account_id, stint
)
SELECT
  CAST(s.interval_months AS BIGINT) AS interval_months,
  CAST(p.interval_months AS BIGINT) AS before_months, COUNT(*) AS n,
  CAST(SUM(CASE WHEN s.to_day + $grace < $as_of THEN 1 ELSE 0 END) AS BIGINT) AS lost,
  CAST(SUM(LEAST(s.to_day, $as_of) - s.from_day) AS BIGINT) AS days
FROM stints AS s
LEFT JOIN stints AS p ON p.account_id = s.account_id AND p.stint = s.stint - 1
GROUP BY s.interval_months, p.interval_months
ORDER BY 1, 2
