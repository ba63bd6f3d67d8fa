-- What an account that pays no more paid when it last did; NULL when that was in two currencies.
WITH lasting AS (
  SELECT account_id AS account_id, MAX(to_day) AS last_day
  FROM recurring_revenue
  GROUP BY account_id
  HAVING MAX(to_day) < 1000000
),
cycles AS (
  SELECT s.account_id AS account_id, MAX(s.interval_months) AS interval_months
  FROM subscription_spans AS s
  JOIN lasting AS l ON l.account_id = s.account_id AND l.last_day = s.to_day
  WHERE s.trial = 0 AND s.minor > 0
  GROUP BY s.account_id
)
SELECT
  r.account_id AS account_id,
  CASE WHEN COUNT(*) = 1 THEN CAST(SUM(r.minor + r.paused_minor) AS BIGINT) END AS mrr_minor,
  CAST(MAX(c.interval_months) AS BIGINT) AS interval_months,
  CASE WHEN COUNT(*) = 1 THEN NULLIF(MAX(r.currency), '') END AS currency
FROM recurring_revenue AS r
JOIN lasting AS l ON l.account_id = r.account_id AND l.last_day = r.to_day
LEFT JOIN cycles AS c ON c.account_id = r.account_id
GROUP BY r.account_id
