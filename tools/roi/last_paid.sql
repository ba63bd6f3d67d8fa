-- What an account that pays no more paid when it last did. What was paid in several currencies is
-- one sum in our own (currency NULL) at the rates of the day, rounded once, half to even; where a
-- rate is lacking there is none, and mrr_missing names the currency.
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
),
sums AS (
  SELECT
    r.account_id AS account_id, COUNT(*) AS currencies, MAX(r.currency) AS currency,
    SUM(r.minor + r.paused_minor) AS minor, MAX(c.interval_months) AS interval_months,
    CASE WHEN COUNT(*) = COUNT(x.rate) THEN CAST(SUM(
      CAST(r.minor + r.paused_minor AS DECIMAL(19, 0)) * x.rate) AS DECIMAL(38, 9)) END AS exact,
    MIN(CASE WHEN x.rate IS NULL THEN COALESCE(NULLIF(r.currency, ''), 'no currency') END)
      AS unrated
  FROM recurring_revenue AS r
  JOIN lasting AS l ON l.account_id = r.account_id AND l.last_day = r.to_day
  LEFT JOIN cycles AS c ON c.account_id = r.account_id
  LEFT JOIN exchange_rates AS x ON x.currency = r.currency
  GROUP BY r.account_id
)
SELECT
  account_id AS account_id,
  CASE WHEN currencies = 1 THEN CAST(minor AS BIGINT) ELSE CAST(FLOOR(exact) AS BIGINT) + CASE
    WHEN exact - FLOOR(exact) > 0.5 OR (exact - FLOOR(exact) = 0.5
      AND FLOOR(exact) - 2 * FLOOR(FLOOR(exact) / 2) = 1) THEN 1 ELSE 0 END
    END AS mrr_minor,
  CAST(interval_months AS BIGINT) AS interval_months,
  CASE WHEN currencies = 1 THEN NULLIF(currency, '') END AS currency,
  CASE WHEN currencies > 1 THEN unrated END AS mrr_missing
FROM sums
