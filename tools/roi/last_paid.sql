-- What an account paid when it last paid: the lines that ended on its last paid day.
WITH paid AS (
  SELECT
    account_id AS account_id, ended_day AS ended_day, mrr_minor AS mrr_minor,
    interval_months AS interval_months, currency AS currency, seats AS seats,
    MAX(ended_day) OVER (PARTITION BY account_id) AS last_day
  FROM subscriptions
  WHERE NOT account_id IS NULL AND NOT COALESCE(trial, FALSE) AND mrr_minor > 0
    AND NOT ended_day IS NULL
)
SELECT
  account_id AS account_id,
  CASE WHEN COALESCE(MIN(currency), '') = COALESCE(MAX(currency), '')
    THEN CAST(SUM(mrr_minor) AS BIGINT) END AS mrr_minor,
  CAST(MAX(interval_months) AS BIGINT) AS interval_months,
  MAX(currency) AS currency
FROM paid
WHERE ended_day = last_day
GROUP BY account_id
