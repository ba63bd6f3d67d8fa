-- Every billing cycle and chance to be lost that a price may meet, once.
SELECT
  months AS months, churn_bp AS churn_bp,
  churn_source AS churn_source
FROM (
  SELECT
    COALESCE(interval_months, CAST($interval AS BIGINT)) AS months, churn_bp AS churn_bp,
    churn_source AS churn_source
  FROM roi_accounts
  WHERE $on_mrr AND mrr_minor > 0
  UNION
  SELECT
    COALESCE(last_interval_months, CAST($interval AS BIGINT)) AS months, churn_bp AS churn_bp,
    churn_source AS churn_source
  FROM roi_accounts
  WHERE $on_last_mrr AND last_mrr_minor > 0
  UNION
  SELECT 12 AS months, churn_bp AS churn_bp, churn_source AS churn_source
  FROM roi_accounts
  WHERE $on_orders AND revenue_365_minor > 0
  UNION
  SELECT 12 AS months, churn_bp AS churn_bp, 'segment' AS churn_source
  FROM roi_segment_churn
  WHERE $on_deal AND segment = $new
) AS cycles
WHERE months >= 1
GROUP BY months, churn_bp, churn_source
