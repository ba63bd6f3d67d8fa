-- Each account's churn score now, and what was kept of about 7 and 30 days ago, in millionths.
-- A kept day is up to three days older than asked for; scores of another tier do not compare.
WITH days AS (
  SELECT
    MAX(CASE WHEN day BETWEEN $as_of - 10 AND $as_of - 7 THEN day END) AS week_day,
    MAX(CASE WHEN day BETWEEN $as_of - 33 AND $as_of - 30 THEN day END) AS month_day
  FROM recent_scores
),
dated AS (
  SELECT
    k.account_id AS account_id, k.tier AS tier, d.week_day AS week_day, d.month_day AS month_day,
    MAX(CASE WHEN k.day = d.week_day THEN CAST(ROUND(k.probability * 1000000) AS BIGINT) END)
      AS week_ppm,
    MAX(CASE WHEN k.day = d.month_day THEN CAST(ROUND(k.probability * 1000000) AS BIGINT) END)
      AS month_ppm
  FROM recent_scores AS k
  CROSS JOIN days AS d
  WHERE k.day = d.week_day OR k.day = d.month_day
  GROUP BY k.account_id, k.tier, d.week_day, d.month_day
)
SELECT
  s.account_id AS account_id, CAST(ROUND(s.probability * 1000000) AS BIGINT) AS churn_ppm,
  s.unscored_reason AS unscored_reason, CAST(s.renewal_day AS INT) AS bound_day,
  CAST(ROUND(s.renewal_probability * 1000000) AS BIGINT) AS bound_ppm, d.week_ppm AS week_ppm, d.month_ppm AS month_ppm,
  CASE WHEN NOT d.week_ppm IS NULL THEN d.week_day END AS week_day,
  CASE WHEN NOT d.month_ppm IS NULL THEN d.month_day END AS month_day
FROM scores AS s
LEFT JOIN dated AS d ON d.account_id = s.account_id AND d.tier = s.tier
