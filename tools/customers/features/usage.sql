-- Product use per account: windows before $as_of (days < $as_of), and the account's own past.
WITH recent AS (
  SELECT account_id AS account_id, day AS day, CAST(SUM(events) AS BIGINT) AS events
  FROM usage
  WHERE day >= $as_of - 112 AND NOT account_id IS NULL
  GROUP BY account_id, day
),
windows AS (
  SELECT
    account_id AS account_id,
    COUNT(*) AS days_112,
    SUM(CASE WHEN day >= $as_of - 28 THEN 1 ELSE 0 END) AS active_days_28,
    SUM(CASE WHEN day < $as_of - 28 AND day >= $as_of - 56 THEN 1 ELSE 0 END) AS active_days_prior,
    SUM(CASE WHEN day >= $as_of - 28 THEN events ELSE 0 END) AS events_28,
    SUM(CASE WHEN day < $as_of - 28 AND day >= $as_of - 56 THEN events ELSE 0 END)
      AS events_prior_28,
    SUM(CASE WHEN day < $as_of - 28 THEN events ELSE 0 END) AS events_before
  FROM recent
  GROUP BY account_id
),
by_name AS (
  SELECT
    account_id AS account_id, name AS name,
    MAX(CASE WHEN day >= $as_of - 28 THEN 1 ELSE 0 END) AS lately,
    MAX(CASE WHEN day < $as_of - 28 THEN 1 ELSE 0 END) AS earlier
  FROM usage
  WHERE day >= $as_of - 56 AND NOT account_id IS NULL
  GROUP BY account_id, name
),
breadth AS (
  SELECT account_id AS account_id, SUM(lately) AS breadth_28, SUM(earlier) AS breadth_prior_28
  FROM by_name
  GROUP BY account_id
),
-- The past of a young account is as long as it is, and no past at all below two weeks.
life AS (
  SELECT account_id AS account_id, first_day AS first_day, last_day AS last_day,
    CASE WHEN first_day <= $as_of - 42 THEN LEAST(84, $as_of - 28 - first_day) END AS past_days
  FROM usage_life
),
people AS (
  SELECT account_id AS account_id, COUNT(DISTINCT contact_id) AS active_contacts_28
  FROM usage
  WHERE day >= $as_of - 28 AND NOT account_id IS NULL
  GROUP BY account_id
)
SELECT
  l.account_id AS account_id,
  CAST($as_of - l.last_day AS BIGINT) AS days_since_event,
  CAST(l.first_day AS BIGINT) AS first_day,
  CAST(COALESCE(w.active_days_28, 0) AS BIGINT) AS active_days_28,
  CAST(COALESCE(w.active_days_prior, 0) AS BIGINT) AS active_days_prior,
  CAST(COALESCE(w.events_28, 0) AS BIGINT) AS events_28,
  CAST(COALESCE(w.events_prior_28, 0) AS BIGINT) AS events_prior_28,
  CAST(COALESCE(w.events_before, 0) AS DOUBLE) * 28 / l.past_days AS events_prior_84,
  CAST(COALESCE(w.events_28, 0) * l.past_days AS DOUBLE)
    / NULLIF(COALESCE(w.events_before, 0) * 28, 0) AS usage_trend,
  CAST(COALESCE(b.breadth_28, 0) AS BIGINT) AS breadth_28,
  CAST(COALESCE(b.breadth_prior_28, 0) AS BIGINT) AS breadth_prior_28,
  CAST(COALESCE(p.active_contacts_28, 0) AS BIGINT) AS active_contacts_28,
  CAST(($as_of - l.last_day) * w.days_112 AS DOUBLE) / 112 AS gap_ratio
FROM life AS l
LEFT JOIN windows AS w ON w.account_id = l.account_id
LEFT JOIN breadth AS b ON b.account_id = l.account_id
LEFT JOIN people AS p ON p.account_id = l.account_id
