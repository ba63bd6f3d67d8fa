-- Product use in the 112 days before $as_of, by customer and page of eight kinds of event: what was
-- kept on day $kept, $ahead days older, what came since, and what has left or changed its window.
-- A contact who moved from one account to another has a row for each stay (since_day, 0 for the
-- first or only one); whose stays have changed is counted again. Events are thousandths of the
-- quantity, so that sums are exact; below one thousandth there was no use.
-- Days of use are bits: bit 0 of `late_days` is yesterday, bit 55 is 56 days ago, `early_days` goes
-- on from 57 to 112 days ago; `kind_0` to `kind_7` are the late days of one kind each.
WITH rows_since AS (
  SELECT account_ref AS account_ref, contact_ref AS contact_ref, name AS name, day AS day,
    CAST(ROUND(LEAST(COALESCE(quantity, events), 1000000000) * 1000) AS BIGINT) AS events
  FROM fact_usage_lately
  WHERE day >= $as_of - 112 AND day < $as_of AND known_day <= $as_of
    AND (day >= $kept OR known_day > $kept) AND COALESCE(quantity, events) >= 0.001
  UNION ALL
  SELECT account_ref AS account_ref, contact_ref AS contact_ref, name AS name, day AS day,
    CAST(ROUND(LEAST(COALESCE(quantity, events), 1000000000) * 1000) AS BIGINT) AS events
  FROM fact_usage_again
  WHERE day >= $as_of - 112 AND day < $kept AND known_day <= $kept
    AND COALESCE(quantity, events) >= 0.001
),
since AS (
  SELECT
    u.account_ref AS account_ref, u.contact_ref AS contact_ref,
    COALESCE(m.from_day, 0) AS since_day, u.day AS day, u.events AS events,
    CAST(FLOOR((k.number - 1) / 8) AS INT) AS page, CAST((k.number - 1) % 8 AS INT) AS slot,
    CASE WHEN u.day >= $as_of - 56
      THEN CAST(1 AS BIGINT) << ($as_of - 1 - u.day) ELSE CAST(0 AS BIGINT) END AS late_day,
    CASE WHEN u.day < $as_of - 56
      THEN CAST(1 AS BIGINT) << ($as_of - 57 - u.day) ELSE CAST(0 AS BIGINT) END AS early_day
  FROM rows_since AS u
  JOIN usage_kinds AS k ON k.name = u.name
  LEFT JOIN contact_moves AS m
    ON u.account_ref IS NULL AND m.contact_ref = u.contact_ref
    AND m.from_day <= u.day AND u.day < m.to_day
),
-- Of the days counted on day $kept, those that are in another window now.
moved AS (
  SELECT
    u.account_ref AS account_ref, u.contact_ref AS contact_ref,
    COALESCE(m.from_day, 0) AS since_day, u.day AS day,
    CAST(ROUND(LEAST(COALESCE(u.quantity, u.events), 1000000000) * 1000) AS BIGINT) AS events,
    CAST(FLOOR((k.number - 1) / 8) AS INT) AS page
  FROM fact_usage_moved AS u
  JOIN usage_kinds AS k ON k.name = u.name
  LEFT JOIN contact_moves AS m
    ON u.account_ref IS NULL AND m.contact_ref = u.contact_ref
    AND m.from_day <= u.day AND u.day < m.to_day
  LEFT JOIN usage_again AS x ON u.account_ref IS NULL AND x.contact_ref = u.contact_ref
  WHERE u.known_day <= $kept AND x.contact_ref IS NULL
    AND COALESCE(u.quantity, u.events) >= 0.001 AND (
      (u.day >= $kept - 28 AND u.day < $as_of - 28)
      OR (u.day >= $kept - 56 AND u.day < $as_of - 56)
      OR (u.day >= $kept - 112 AND u.day < $as_of - 112)
    )
),
parts AS (
  SELECT
    w.account_ref AS account_ref, w.contact_ref AS contact_ref, w.since_day AS since_day,
    w.page AS page,
    (late_days & $stays) << $ahead AS late_days,
    ((early_days & $stays) << $ahead) | (late_days >> $turns) AS early_days,
    events_28 AS events_28, events_prior_28 AS events_prior_28, events_before AS events_before,
    (kind_0 & $stays) << $ahead AS kind_0, (kind_1 & $stays) << $ahead AS kind_1,
    (kind_2 & $stays) << $ahead AS kind_2, (kind_3 & $stays) << $ahead AS kind_3,
    (kind_4 & $stays) << $ahead AS kind_4, (kind_5 & $stays) << $ahead AS kind_5,
    (kind_6 & $stays) << $ahead AS kind_6, (kind_7 & $stays) << $ahead AS kind_7
  FROM fact_use_windows AS w
  LEFT JOIN usage_again AS x ON w.account_ref IS NULL AND x.contact_ref = w.contact_ref
  WHERE x.contact_ref IS NULL
  UNION ALL
  SELECT
    account_ref AS account_ref, contact_ref AS contact_ref, since_day AS since_day, page AS page,
    late_day AS late_days, early_day AS early_days,
    CASE WHEN day >= $as_of - 28 THEN events ELSE 0 END AS events_28,
    CASE WHEN day < $as_of - 28 AND day >= $as_of - 56 THEN events ELSE 0 END AS events_prior_28,
    CASE WHEN day < $as_of - 28 THEN events ELSE 0 END AS events_before,
    CASE WHEN slot = 0 THEN late_day ELSE 0 END AS kind_0,
    CASE WHEN slot = 1 THEN late_day ELSE 0 END AS kind_1,
    CASE WHEN slot = 2 THEN late_day ELSE 0 END AS kind_2,
    CASE WHEN slot = 3 THEN late_day ELSE 0 END AS kind_3,
    CASE WHEN slot = 4 THEN late_day ELSE 0 END AS kind_4,
    CASE WHEN slot = 5 THEN late_day ELSE 0 END AS kind_5,
    CASE WHEN slot = 6 THEN late_day ELSE 0 END AS kind_6,
    CASE WHEN slot = 7 THEN late_day ELSE 0 END AS kind_7
  FROM since
  UNION ALL
  SELECT
    account_ref AS account_ref, contact_ref AS contact_ref, since_day AS since_day, page AS page,
    0 AS late_days, 0 AS early_days,
    CASE WHEN day >= $kept - 28 THEN -events ELSE 0 END AS events_28,
    CASE WHEN day >= $kept - 28 THEN events WHEN day >= $kept - 56 THEN -events ELSE 0 END
      AS events_prior_28,
    CASE WHEN day >= $kept - 28 THEN events WHEN day < $kept - 56 THEN -events ELSE 0 END
      AS events_before,
    0 AS kind_0, 0 AS kind_1, 0 AS kind_2, 0 AS kind_3, 0 AS kind_4, 0 AS kind_5, 0 AS kind_6,
    0 AS kind_7
  FROM moved
)
SELECT
  account_ref AS account_ref, contact_ref AS contact_ref, CAST(since_day AS INT) AS since_day,
  page AS page, BIT_OR(late_days) AS late_days, BIT_OR(early_days) AS early_days,
  CAST(SUM(events_28) AS BIGINT) AS events_28,
  CAST(SUM(events_prior_28) AS BIGINT) AS events_prior_28,
  CAST(SUM(events_before) AS BIGINT) AS events_before,
  BIT_OR(kind_0) AS kind_0, BIT_OR(kind_1) AS kind_1, BIT_OR(kind_2) AS kind_2,
  BIT_OR(kind_3) AS kind_3, BIT_OR(kind_4) AS kind_4, BIT_OR(kind_5) AS kind_5,
  BIT_OR(kind_6) AS kind_6, BIT_OR(kind_7) AS kind_7
FROM parts
GROUP BY account_ref, contact_ref, since_day, page
HAVING BIT_OR(late_days) <> 0 OR BIT_OR(early_days) <> 0
