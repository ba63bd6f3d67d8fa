-- Product use per account: windows before $as_of (days < $as_of), and the account's own past.
-- One pass for all windows, since what is counted once is kept as bits: bit 0 of `late_days` is
-- yesterday, bit 55 is 56 days ago, `early_days` goes on from 57 to 112 days ago; kinds of event
-- are numbered, 56 to a word.
WITH kinds AS (
  SELECT
    name AS name, CAST(FLOOR((number - 1) / 56) AS BIGINT) AS word,
    CAST(1 AS BIGINT) << CAST((number - 1) % 56 AS INT) AS bit
  FROM (
    SELECT name AS name, ROW_NUMBER() OVER (ORDER BY name) AS number
    FROM usage
    WHERE day >= $as_of - 112
    GROUP BY name
  ) AS numbered
),
words AS (
  SELECT
    u.account_id AS account_id, k.word AS word,
    BIT_OR(CASE WHEN u.day >= $as_of - 56
      THEN CAST(1 AS BIGINT) << ($as_of - 1 - u.day) ELSE CAST(0 AS BIGINT) END) AS late_days,
    BIT_OR(CASE WHEN u.day < $as_of - 56
      THEN CAST(1 AS BIGINT) << ($as_of - 57 - u.day) ELSE CAST(0 AS BIGINT) END) AS early_days,
    BIT_OR(CASE WHEN u.day >= $as_of - 28 THEN k.bit ELSE CAST(0 AS BIGINT) END) AS kinds_28,
    BIT_OR(CASE WHEN u.day < $as_of - 28 AND u.day >= $as_of - 56
      THEN k.bit ELSE CAST(0 AS BIGINT) END) AS kinds_prior_28,
    CAST(SUM(CASE WHEN u.day >= $as_of - 28 THEN u.events ELSE 0 END) AS BIGINT) AS events_28,
    CAST(SUM(CASE WHEN u.day < $as_of - 28 AND u.day >= $as_of - 56 THEN u.events ELSE 0 END)
      AS BIGINT) AS events_prior_28,
    CAST(SUM(CASE WHEN u.day < $as_of - 28 THEN u.events ELSE 0 END) AS BIGINT) AS events_before
  FROM usage AS u
  JOIN kinds AS k ON k.name = u.name
  WHERE u.day >= $as_of - 112 AND NOT u.account_id IS NULL
  GROUP BY u.account_id, k.word
),
windows AS (
  SELECT
    account_id AS account_id,
    BIT_OR(late_days) AS late_days, BIT_OR(early_days) AS early_days,
    SUM(events_28) AS events_28, SUM(events_prior_28) AS events_prior_28,
    SUM(events_before) AS events_before,
    SUM(BITWISE_COUNT(kinds_28)) AS breadth_28,
    SUM(BITWISE_COUNT(kinds_prior_28)) AS breadth_prior_28
  FROM words
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
  SELECT account_id AS account_id, first_day AS first_day, last_day AS last_day,
    CASE WHEN first_day <= $as_of - 42 THEN LEAST(84, $as_of - 28 - first_day) END AS past_days
  FROM usage_life
),
people AS (
  SELECT account_id AS account_id, COUNT(DISTINCT contact_id) AS active_contacts_28
  FROM usage
  WHERE day >= $as_of - 28 AND NOT account_id IS NULL AND NOT contact_id IS NULL
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
  CAST(COALESCE(w.breadth_28, 0) AS BIGINT) AS breadth_28,
  CAST(COALESCE(w.breadth_prior_28, 0) AS BIGINT) AS breadth_prior_28,
  CAST(COALESCE(p.active_contacts_28, 0) AS BIGINT) AS active_contacts_28,
  CAST(($as_of - l.last_day) * w.days_112 AS DOUBLE) / 112 AS gap_ratio
FROM life AS l
LEFT JOIN counted AS w ON w.account_id = l.account_id
LEFT JOIN people AS p ON p.account_id = l.account_id
