-- Product use per account: windows before $as_of (days < $as_of), and the account's own past.
-- What reaches back before the first day on record is not told of an account that was there before
-- (prior_told, first_told); a young account has all its past on record.
-- Days of use are bits, bit 0 yesterday; 268435455 are the last 28 (see asof/usage_windows.sql).
WITH pages AS (
  SELECT
    account_id AS account_id, page AS page,
    BIT_OR(late_days) AS late_days, BIT_OR(early_days) AS early_days,
    SUM(events_28) AS events_28, SUM(events_prior_28) AS events_prior_28,
    SUM(events_before) AS events_before,
    BIT_OR(kind_0) AS kind_0, BIT_OR(kind_1) AS kind_1, BIT_OR(kind_2) AS kind_2,
    BIT_OR(kind_3) AS kind_3, BIT_OR(kind_4) AS kind_4, BIT_OR(kind_5) AS kind_5,
    BIT_OR(kind_6) AS kind_6, BIT_OR(kind_7) AS kind_7
  FROM usage_windows
  WHERE NOT account_id IS NULL
  GROUP BY account_id, page
),
windows AS (
  SELECT
    account_id AS account_id,
    BIT_OR(late_days) AS late_days, BIT_OR(early_days) AS early_days,
    SUM(events_28) AS events_28, SUM(events_prior_28) AS events_prior_28,
    SUM(events_before) AS events_before,
    SUM(
      SIGN(kind_0 & 268435455) + SIGN(kind_1 & 268435455) + SIGN(kind_2 & 268435455)
      + SIGN(kind_3 & 268435455) + SIGN(kind_4 & 268435455) + SIGN(kind_5 & 268435455)
      + SIGN(kind_6 & 268435455) + SIGN(kind_7 & 268435455)
    ) AS breadth_28,
    SUM(
      SIGN(kind_0 >> 28) + SIGN(kind_1 >> 28) + SIGN(kind_2 >> 28) + SIGN(kind_3 >> 28)
      + SIGN(kind_4 >> 28) + SIGN(kind_5 >> 28) + SIGN(kind_6 >> 28) + SIGN(kind_7 >> 28)
    ) AS breadth_prior_28
  FROM pages
  GROUP BY account_id
),
counted AS (
  SELECT
    windows.*,
    CAST(BITWISE_COUNT(late_days & 268435455) AS BIGINT) AS active_days_28,
    CAST(BITWISE_COUNT(late_days >> 28) AS BIGINT) AS active_days_prior,
    CAST(BITWISE_COUNT(late_days) AS BIGINT) + CAST(BITWISE_COUNT(early_days) AS BIGINT)
      AS days_112
  FROM windows
),
-- The past of a young account is as long as it is, and no past at all below two weeks.
life AS (
  SELECT u.account_id AS account_id, u.first_day AS first_day, u.last_day AS last_day,
    CASE WHEN u.first_day <= $as_of - 42 THEN LEAST(84, $as_of - 28 - u.first_day) END AS past_days,
    CASE WHEN a.created_day < r.first_day THEN r.first_day END AS recorded_day
  FROM usage_life AS u
  LEFT JOIN accounts AS a ON a.account_id = u.account_id
  CROSS JOIN (
    SELECT MIN(v.first_day) AS first_day FROM coverage AS v WHERE v.tbl = 'events'
  ) AS r
),
people AS (
  SELECT account_id AS account_id, COUNT(DISTINCT contact_id) AS active_contacts_28
  FROM usage_windows
  WHERE (late_days & 268435455) <> 0 AND NOT account_id IS NULL AND NOT contact_id IS NULL
  GROUP BY account_id
)
SELECT
  l.account_id AS account_id,
  CAST($as_of - l.last_day AS BIGINT) AS days_since_event,
  CAST(l.first_day AS BIGINT) AS first_day,
  CAST(COALESCE(w.active_days_28, 0) AS BIGINT) AS active_days_28,
  CASE WHEN COALESCE(l.recorded_day, $as_of - 112) <= $as_of - 56
    THEN CAST(COALESCE(w.active_days_prior, 0) AS BIGINT) END AS active_days_prior,
  CAST(ROUND(CAST(COALESCE(w.events_28, 0) AS DOUBLE) / 1000) AS BIGINT) AS events_28,
  CASE WHEN COALESCE(l.recorded_day, $as_of - 112) <= $as_of - 56
    THEN CAST(ROUND(CAST(COALESCE(w.events_prior_28, 0) AS DOUBLE) / 1000) AS BIGINT)
  END AS events_prior_28,
  CASE WHEN COALESCE(l.recorded_day, $as_of - 112) <= $as_of - 112
    THEN CAST(COALESCE(w.events_before, 0) AS DOUBLE) * 28 / (1000 * l.past_days)
  END AS events_prior_84,
  CASE WHEN COALESCE(l.recorded_day, $as_of - 112) <= $as_of - 112
    THEN CAST(COALESCE(w.events_28, 0) * l.past_days AS DOUBLE)
      / NULLIF(COALESCE(w.events_before, 0) * 28, 0)
  END AS usage_trend,
  CAST(COALESCE(w.breadth_28, 0) AS BIGINT) AS breadth_28,
  CASE WHEN COALESCE(l.recorded_day, $as_of - 112) <= $as_of - 56
    THEN CAST(COALESCE(w.breadth_prior_28, 0) AS BIGINT) END AS breadth_prior_28,
  CASE WHEN COALESCE(l.recorded_day, $as_of - 112) <= $as_of - 56 THEN 1 ELSE 0 END AS prior_told,
  CASE WHEN l.recorded_day IS NULL THEN 1 ELSE 0 END AS first_told,
  CAST(COALESCE(p.active_contacts_28, 0) AS BIGINT) AS active_contacts_28,
  CASE WHEN COALESCE(l.recorded_day, $as_of - 112) <= $as_of - 112
    THEN CAST(($as_of - l.last_day) * w.days_112 AS DOUBLE) / 112 END AS gap_ratio
FROM life AS l
LEFT JOIN counted AS w ON w.account_id = l.account_id
LEFT JOIN people AS p ON p.account_id = l.account_id
