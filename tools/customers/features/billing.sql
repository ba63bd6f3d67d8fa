-- What an account pays on the morning of $as_of; a milestone on $as_of or later is not known yet.
WITH lines AS (
  SELECT
    account_id AS account_id, seats AS seats, currency AS currency, discount AS discount,
    interval_months AS interval_months, term_end_day AS term_end_day, ended_day AS ended_day,
    CASE WHEN ended_day IS NULL THEN 1 ELSE 0 END AS open,
    CASE WHEN COALESCE(trial, FALSE) OR COALESCE(mrr_minor, 0) <= 0 THEN 0 ELSE 1 END AS paid,
    CASE WHEN trial THEN 1 ELSE 0 END AS trial,
    CASE WHEN cancelled_day IS NULL THEN 0 ELSE 1 END AS cancelled,
    COALESCE(mrr_minor, 0) AS mrr_minor,
    CASE WHEN started_day <= $as_of - 90 AND COALESCE(ended_day, $as_of) > $as_of - 90
      THEN 1 ELSE 0 END AS covered_then
  FROM subscriptions
  WHERE NOT account_id IS NULL
)
SELECT
  account_id AS account_id,
  MAX(open * paid) = 1 AS paying,
  MAX(open * trial) = 1 AND MAX(open * paid) = 0 AS trial,
  MAX(paid) = 1 AS ever_paid,
  CASE WHEN MAX(open * paid) = 0 THEN $as_of - MAX(CASE WHEN paid = 1 THEN ended_day END) END
    AS days_since_paid_end,
  CAST(SUM(open * paid * mrr_minor) AS BIGINT) AS mrr_minor,
  MAX(currency) AS currency,
  CAST(SUM(CASE WHEN open = 1 AND paid = 1 THEN seats END) AS BIGINT) AS seats,
  MAX(CASE WHEN open = 1 AND paid = 1 THEN interval_months END) AS interval_months,
  MIN(CASE WHEN open = 1 AND paid = 1 THEN term_end_day END) - $as_of AS days_to_renewal,
  CAST(SUM(open * paid * mrr_minor) - SUM(covered_then * paid * mrr_minor) AS BIGINT)
    AS mrr_change_90,
  MAX(CASE WHEN open = 1 AND paid = 1 THEN discount END) AS discount,
  MAX(open * paid * cancelled) = 1 AS cancel_notice
FROM lines
GROUP BY account_id
