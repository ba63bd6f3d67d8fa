-- What is so about an account today, one row for each: figures a and b, a day, and `reason`, which
-- stays the same as long as it is the same matter. None of it claims a cause.
WITH tickets_now AS (
  SELECT
    account_id AS account_id, COUNT(*) AS n, MIN(opened_day) AS oldest, MAX(opened_day) AS newest
  FROM tickets
  WHERE closed_day IS NULL AND priority IN ('high', 'urgent') AND NOT account_id IS NULL
  GROUP BY account_id
)
SELECT
  account_id AS account_id, 'ticket' AS code, CONCAT('ticket:', CAST(newest AS TEXT)) AS reason,
  CAST(n AS BIGINT) AS a, CAST(NULL AS BIGINT) AS b, CAST(oldest AS INT) AS day
FROM tickets_now
UNION ALL
SELECT
  account_id AS account_id, 'notice' AS code, 'notice' AS reason,
  CAST(NULL AS BIGINT) AS a, CAST(NULL AS BIGINT) AS b,
  CAST($as_of + days_to_renewal AS INT) AS day
FROM features WHERE active AND cancel_notice
UNION ALL
SELECT
  account_id AS account_id, 'payment' AS code,
  CONCAT('payment:', CAST(failed_invoices_90 + overdue_invoices AS TEXT)) AS reason,
  failed_invoices_90 AS a, overdue_invoices AS b, CAST(NULL AS INT) AS day
FROM features WHERE active AND failed_invoices_90 + overdue_invoices > 0
UNION ALL
SELECT
  account_id AS account_id, 'renewal' AS code,
  CONCAT('renewal:', CAST($as_of + days_to_renewal AS TEXT)) AS reason,
  days_to_renewal AS a, CAST(NULL AS BIGINT) AS b, CAST($as_of + days_to_renewal AS INT) AS day
FROM features
WHERE active AND days_to_renewal BETWEEN 0 AND $renewal_days AND interval_months > 1
UNION ALL
SELECT
  account_id AS account_id, 'score' AS code, 'score' AS reason,
  CASE WHEN churn_ppm - week_ppm >= $floor_bp * 100 THEN week_ppm ELSE month_ppm END AS a,
  churn_ppm AS b,
  CASE WHEN churn_ppm - week_ppm >= $floor_bp * 100 THEN week_day ELSE month_day END AS day
FROM account_scores
WHERE churn_ppm - week_ppm >= $floor_bp * 100 OR churn_ppm - month_ppm >= $floor_bp * 100
UNION ALL
SELECT
  account_id AS account_id, 'stage' AS code,
  CONCAT('stage:', stage, ':', CAST(since_day AS TEXT)) AS reason,
  CAST($as_of - since_day AS BIGINT) AS a, CAST(NULL AS BIGINT) AS b, since_day AS day
FROM roster
WHERE kind = 'account' AND stage IN ('at_risk', 'churned') AND since_day >= $as_of - $new_days
UNION ALL
SELECT
  account_id AS account_id, CASE WHEN usage_trend < 1e0 THEN 'less' ELSE 'more' END AS code,
  CASE WHEN usage_trend < 1e0 THEN 'less' ELSE 'more' END AS reason,
  events_28 AS a, CAST(ROUND(events_prior_84) AS BIGINT) AS b, CAST(NULL AS INT) AS day
FROM features
WHERE active AND events_prior_84 >= 20e0 AND (usage_trend <= 0.7e0 OR usage_trend >= 1.3e0)
UNION ALL
SELECT
  account_id AS account_id, 'seats' AS code, CONCAT('seats:', CAST(seats AS TEXT)) AS reason,
  CAST(ROUND(seat_use * seats) AS BIGINT) AS a, seats AS b, CAST(NULL AS INT) AS day
FROM features WHERE active AND seat_use >= 0.9e0
UNION ALL
SELECT
  account_id AS account_id, 'deal' AS code, CONCAT('deal:', CAST(open_deals AS TEXT)) AS reason,
  open_deals AS a, open_deal_minor AS b, CAST(NULL AS INT) AS day
FROM features WHERE open_deals > 0
UNION ALL
SELECT
  account_id AS account_id, 'ended' AS code,
  CONCAT('ended:', CAST($as_of - days_since_paid_end AS TEXT)) AS reason,
  days_since_paid_end AS a, CAST(NULL AS BIGINT) AS b,
  CAST($as_of - days_since_paid_end AS INT) AS day
FROM features WHERE NOT active AND NOT days_since_paid_end IS NULL
