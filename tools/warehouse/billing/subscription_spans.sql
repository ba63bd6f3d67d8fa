-- What each subscription said on which days: one row for every span of days on which nothing
-- changed. Day 1000000 means: still so. A version holds from the day the source says it changed;
-- else from the day it occurred, if that is later than of every version before; else from the day
-- it became known. The first version holds from the start. A day that a version states (ended,
-- paused, notice) counts from that day on, until a later version does not state it any more.
-- A span from $as_of on is one that became known this morning without a date.
-- An end without notice on or after $bills_end is the end of the bills on record, and no end; a line
-- that ends where it starts never was.
WITH visible AS (
  SELECT
    f.subscription_ref AS subscription_ref, f.account_ref AS account_ref,
    f.product AS product, f.seats AS seats, f.mrr_minor AS mrr_minor, f.currency AS currency,
    f.discount AS discount, f.trial AS trial, f.interval_months AS interval_months,
    f.term_end_day AS term_end_day, f.started_day AS started_day, f.changed_day AS changed_day,
    CASE WHEN f.cancelled_day < $as_of THEN f.cancelled_day END AS cancelled_day,
    CASE WHEN f.paused_day < $as_of THEN f.paused_day END AS paused_day,
    CASE WHEN f.resumed_day < $as_of AND f.resumed_day >= f.paused_day THEN f.resumed_day END
      AS resumed_day,
    CASE
      WHEN f.ended_day < $as_of AND (
        f.ended_day < $bills_end OR f.cancelled_day <= f.ended_day OR f.ended_day <= f.started_day
      ) THEN f.ended_day
    END AS ended_day,
    CASE WHEN f.ended_day IS NULL THEN 0 ELSE 1 END AS end_stated,
    f.day AS day, f.known_day AS known_day, f.observed_at AS observed_at,
    f.occurred_at AS occurred_at, f.row_hash AS row_hash
  FROM fact_subscriptions AS f
  WHERE f.day < $as_of AND f.known_day <= $as_of
),
-- Most lines were told of once and never paused: only the others are walked through.
several AS (
  SELECT subscription_ref AS subscription_ref
  FROM visible
  GROUP BY subscription_ref
  HAVING COUNT(*) > 1 OR COUNT(paused_day) > 0
),
ordered AS (
  SELECT
    v.*,
    LEAD(v.known_day) OVER w AS next_known_day,
    LEAD(v.day) OVER w AS next_day,
    LEAD(COALESCE(v.changed_day, -1)) OVER w AS next_changed_day
  FROM visible AS v
  JOIN several AS s ON s.subscription_ref = v.subscription_ref
  WINDOW w AS (
    PARTITION BY v.subscription_ref
    ORDER BY v.known_day, v.observed_at, v.occurred_at, v.row_hash
  )
),
-- Of several states of one morning and one date only the last was ever told.
told AS (
  SELECT
    o.*,
    ROW_NUMBER() OVER (
      PARTITION BY o.subscription_ref
      ORDER BY o.known_day, o.observed_at, o.occurred_at, o.row_hash
    ) AS version,
    MAX(o.day) OVER (
      PARTITION BY o.subscription_ref
      ORDER BY o.known_day, o.observed_at, o.occurred_at, o.row_hash
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS day_before
  FROM ordered AS o
  WHERE o.next_known_day IS NULL OR o.next_known_day <> o.known_day OR o.next_day <> o.day
    OR o.next_changed_day <> COALESCE(o.changed_day, -1)
),
dated AS (
  SELECT
    t.*,
    CASE
      WHEN t.version = 1 AND COALESCE(t.changed_day, $as_of) >= $as_of THEN -1000000
      WHEN NOT t.changed_day IS NULL THEN t.changed_day
      WHEN t.day > t.day_before THEN t.day
      ELSE t.known_day
    END AS begin_day,
    CASE WHEN t.changed_day IS NULL AND t.version > 1 AND t.day <= t.day_before
      THEN 1 ELSE 0 END AS undated
  FROM told AS t
),
-- The next to be known decides how long a stated day counts, the next by date how long terms do.
chained AS (
  SELECT
    d.*,
    LEAD(d.version) OVER k AS later_version, LEAD(d.begin_day) OVER k AS later_begin_day,
    LEAD(d.known_day) OVER k AS later_known_day, LEAD(d.undated) OVER k AS later_undated,
    LEAD(d.ended_day) OVER k AS later_ended_day, LEAD(d.paused_day) OVER k AS later_paused_day,
    LEAD(d.cancelled_day) OVER k AS later_cancelled_day
  FROM dated AS d
  WINDOW k AS (PARTITION BY d.subscription_ref ORDER BY d.version)
),
stops AS (
  SELECT
    subscription_ref AS subscription_ref, 'ended' AS kind, ended_day AS from_day,
    CASE
      WHEN later_version IS NULL THEN 1000000
      WHEN later_undated = 1 AND later_known_day <= ended_day + 1 THEN ended_day
      ELSE later_begin_day
    END AS to_day
  FROM chained
  WHERE NOT ended_day IS NULL AND (later_ended_day IS NULL OR later_ended_day <> ended_day)
  UNION ALL
  SELECT
    subscription_ref AS subscription_ref, 'paused' AS kind, paused_day AS from_day,
    COALESCE(resumed_day, CASE WHEN later_version IS NULL THEN 1000000 ELSE later_begin_day END)
      AS to_day
  FROM chained
  WHERE NOT paused_day IS NULL AND (later_paused_day IS NULL OR later_paused_day <> paused_day)
  UNION ALL
  SELECT
    subscription_ref AS subscription_ref, 'notice' AS kind, cancelled_day AS from_day,
    CASE WHEN later_version IS NULL THEN 1000000 ELSE later_begin_day END AS to_day
  FROM chained
  WHERE NOT cancelled_day IS NULL
    AND (later_cancelled_day IS NULL OR later_cancelled_day <> cancelled_day)
),
valid AS (
  SELECT
    d.*,
    CASE WHEN ROW_NUMBER() OVER b = 1 THEN -1000000 ELSE d.begin_day END AS valid_from,
    LEAD(d.begin_day, 1, 1000000) OVER b AS valid_to
  FROM dated AS d
  WHERE d.begin_day < $as_of OR (d.undated = 1 AND d.begin_day = $as_of)
  WINDOW b AS (PARTITION BY d.subscription_ref ORDER BY d.begin_day, d.version)
),
edges AS (
  SELECT subscription_ref AS subscription_ref, valid_from AS day FROM valid
  UNION
  SELECT subscription_ref AS subscription_ref, started_day AS day FROM valid
  WHERE started_day < $as_of
  UNION
  SELECT subscription_ref AS subscription_ref, from_day AS day FROM stops WHERE to_day > from_day
  UNION
  SELECT subscription_ref AS subscription_ref, to_day AS day FROM stops
  WHERE to_day > from_day AND to_day < $as_of
),
pieces AS (
  SELECT
    subscription_ref AS subscription_ref, day AS from_day,
    LEAD(day, 1, 1000000) OVER (PARTITION BY subscription_ref ORDER BY day) AS to_day
  FROM edges
),
stopped AS (
  SELECT
    p.subscription_ref AS subscription_ref, p.from_day AS from_day,
    MAX(CASE WHEN s.kind = 'ended' THEN 1 ELSE 0 END) AS ended,
    MAX(CASE WHEN s.kind = 'paused' THEN 1 ELSE 0 END) AS paused,
    MAX(CASE WHEN s.kind = 'notice' THEN s.from_day END) AS cancelled_day
  FROM pieces AS p
  JOIN stops AS s
    ON s.subscription_ref = p.subscription_ref AND s.from_day <= p.from_day
    AND s.to_day > p.from_day
  GROUP BY p.subscription_ref, p.from_day
),
walked AS (
  SELECT
    v.subscription_ref AS subscription_ref, v.account_ref AS account_ref,
    p.from_day AS from_day, p.to_day AS to_day, v.product AS product, v.seats AS seats,
    v.mrr_minor AS mrr_minor, v.currency AS currency, v.discount AS discount, v.trial AS trial,
    v.interval_months AS interval_months, v.term_end_day AS term_end_day,
    COALESCE(x.paused, 0) AS paused, x.cancelled_day AS cancelled_day,
    v.end_stated AS end_stated
  FROM pieces AS p
  JOIN valid AS v
    ON v.subscription_ref = p.subscription_ref AND v.valid_from <= p.from_day
    AND v.valid_to > p.from_day AND v.started_day <= p.from_day
  LEFT JOIN stopped AS x
    ON x.subscription_ref = p.subscription_ref AND x.from_day = p.from_day
  WHERE COALESCE(x.ended, 0) = 0
),
spans AS (
  SELECT
    v.subscription_ref AS subscription_ref, v.account_ref AS account_ref,
    v.started_day AS from_day, COALESCE(v.ended_day, 1000000) AS to_day, v.product AS product,
    v.seats AS seats, v.mrr_minor AS mrr_minor, v.currency AS currency, v.discount AS discount,
    v.trial AS trial, v.interval_months AS interval_months, v.term_end_day AS term_end_day,
    0 AS paused, v.cancelled_day AS cancelled_day, v.end_stated AS end_stated
  FROM visible AS v
  LEFT JOIN several AS s ON s.subscription_ref = v.subscription_ref
  WHERE s.subscription_ref IS NULL AND v.started_day < $as_of
    AND COALESCE(v.ended_day, 1000000) > v.started_day
  UNION ALL
  SELECT * FROM walked
)
SELECT
  s.subscription_ref AS subscription_id, COALESCE(a.account_id, s.account_ref) AS account_id,
  CAST(s.from_day AS INT) AS from_day, CAST(s.to_day AS INT) AS to_day, s.product AS product,
  s.seats AS seats, COALESCE(s.mrr_minor, 0) AS minor, COALESCE(s.currency, '') AS currency,
  s.discount AS discount, CASE WHEN s.trial THEN 1 ELSE 0 END AS trial,
  s.interval_months AS interval_months, s.term_end_day AS term_end_day, s.paused AS paused,
  s.cancelled_day AS cancelled_day, s.end_stated AS end_stated
FROM spans AS s
LEFT JOIN account_alias AS a ON a.ref = s.account_ref
