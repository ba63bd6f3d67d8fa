-- One row per account: everything a play's rule or its price may read.
-- score_bp: the chance to be lost in basis points, never quite 0 or 1, only of a usable score;
-- renewal_bp: the chance to be lost at the end of the term that binds the account;
-- return_bp: that of one who comes back, on the interval on which such come back.
WITH based AS (
  SELECT
    $columns,
    r.stage AS stage, g.segment AS segment, s.probability AS probability, s.band AS band,
    s.risk_rank AS risk_rank, CAST(s.tier AS VARCHAR) AS tier,
    CASE WHEN CAST(s.tier AS VARCHAR) <> 'none' AND NOT s.probability IS NULL
      THEN LEAST(GREATEST(CAST(ROUND(s.probability * 10000) AS BIGINT), 1), 9999) END AS score_bp,
    s.unscored_reason AS unscored_reason,
    CAST(s.renewal_day AS BIGINT) AS renewal_day, s.renewal_probability AS renewal_probability,
    CASE WHEN CAST(s.tier AS VARCHAR) <> 'none' AND NOT s.renewal_day IS NULL
      AND NOT s.renewal_probability IS NULL
      THEN LEAST(GREATEST(CAST(ROUND(s.renewal_probability * 10000) AS BIGINT), 1), 9999)
    END AS renewal_bp,
    CASE WHEN COALESCE(s.label, '') LIKE '%thin%' THEN 1 ELSE 0 END AS thin,
    l.mrr_minor AS last_mrr_minor,
    COALESCE(t.interval_months, l.interval_months) AS last_interval_months,
    CASE WHEN COALESCE(f.mrr_minor, 0) <= 0 THEN t.churn_bp END AS return_bp,
    u.product AS product, COALESCE(k.likeness, 0) AS likeness,
    l.currency AS last_currency, l.mrr_missing AS last_mrr_missing
  FROM features AS f
  LEFT JOIN roster AS r ON r.kind = 'account' AND r.account_id = f.account_id
  LEFT JOIN roi_scores AS s ON s.account_id = f.account_id
  LEFT JOIN segments AS g ON g.account_id = f.account_id
  LEFT JOIN roi_last_paid AS l ON l.account_id = f.account_id
  LEFT JOIN roi_returns AS t ON t.before_months = l.interval_months
  LEFT JOIN roi_products AS u ON u.account_id = f.account_id
  LEFT JOIN roi_likeness AS k ON k.account_id = f.account_id
)
SELECT
  b.*,
  COALESCE(b.renewal_bp, b.score_bp, b.return_bp, m.churn_bp, CAST($pooled_bp AS BIGINT))
    AS churn_bp,
  CASE WHEN NOT b.renewal_bp IS NULL THEN 'renewal' WHEN NOT b.score_bp IS NULL THEN 'score'
    WHEN NOT b.return_bp IS NULL THEN 'returners' WHEN NOT m.churn_bp IS NULL THEN 'segment'
    WHEN NOT CAST($pooled_bp AS BIGINT) IS NULL THEN 'everybody' END AS churn_source
FROM based AS b
LEFT JOIN roi_segment_churn AS m ON m.segment = b.segment
