-- Every time an account stopped paying, with what was known of it on its last paid day: how long and
-- what it had paid, on how many seats, and how it had used the product, read its mails and asked for
-- help before. Nothing here lies after the last paid day but the day on which it paid again, if any.
-- A gap of at most $grace days is none; who stopped so lately that it may be one has not left. Of
-- accounts beyond $cut only those that are away now are told, since nothing is learned from them.
WITH lines AS (
  SELECT
    account_id AS account_id, from_day AS from_day, to_day AS to_day, minor AS minor,
    seats AS seats, interval_months AS interval_months, discount AS discount
  FROM subscription_spans
  WHERE trial = 0 AND minor > 0 AND from_day < $as_of
),
reached AS (
  SELECT
    l.*, MAX(to_day) OVER (
      PARTITION BY account_id ORDER BY from_day, to_day
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS reach
  FROM lines AS l
),
numbered AS (
  SELECT
    r.*, SUM(CASE WHEN reach IS NULL OR from_day > reach + $grace THEN 1 ELSE 0 END) OVER (
      PARTITION BY account_id ORDER BY from_day, to_day
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS stint
  FROM reached AS r
),
stints AS (
  SELECT
    account_id AS account_id, stint AS stint, MIN(from_day) AS from_day, MAX(to_day) AS left_day
  FROM numbered
  GROUP BY account_id, stint
),
ended AS (
  SELECT
    s.account_id AS account_id, s.stint AS stint, s.from_day AS from_day, s.left_day AS left_day,
    n.from_day AS back_day
  FROM stints AS s
  LEFT JOIN stints AS n ON n.account_id = s.account_id AND n.stint = s.stint + 1
  WHERE s.left_day + $grace < $as_of
    AND (SUBSTR(MD5(s.account_id), 1, 8) < $cut OR n.from_day IS NULL)
),
paid AS (
  SELECT
    e.account_id AS account_id, e.stint AS stint,
    SUM(CASE WHEN l.to_day = e.left_day THEN l.minor ELSE 0 END) AS last_minor,
    SUM(CASE WHEN l.from_day = e.from_day THEN l.minor ELSE 0 END) AS first_minor,
    MAX(CASE WHEN l.to_day = e.left_day THEN l.seats END) AS seats,
    MAX(CASE WHEN l.to_day = e.left_day THEN l.interval_months END) AS interval_months,
    MAX(CASE WHEN l.to_day = e.left_day THEN COALESCE(l.discount, 0) END) AS discount
  FROM ended AS e
  JOIN numbered AS l ON l.account_id = e.account_id AND l.stint = e.stint
  GROUP BY e.account_id, e.stint
),
used AS (
  SELECT
    e.account_id AS account_id, e.stint AS stint,
    SUM(CASE WHEN u.day >= e.left_day - 28 THEN u.quantity ELSE 0 END) AS late,
    SUM(CASE WHEN u.day < e.left_day - 28 THEN u.quantity ELSE 0 END) / 3 AS early
  FROM ended AS e
  JOIN usage AS u
    ON u.account_id = e.account_id AND u.day >= e.left_day - 112 AND u.day < e.left_day
  GROUP BY e.account_id, e.stint
),
mailed AS (
  SELECT
    e.account_id AS account_id, e.stint AS stint,
    SUM(CASE WHEN m.kind = 'sent' THEN 1 ELSE 0 END) AS sent,
    SUM(CASE WHEN m.kind = 'opened' AND NOT COALESCE(m.machine, FALSE) THEN 1 ELSE 0 END) AS opened
  FROM ended AS e
  JOIN messages AS m
    ON m.account_id = e.account_id AND m.day >= e.left_day - 180 AND m.day < e.left_day
  GROUP BY e.account_id, e.stint
),
asked AS (
  SELECT e.account_id AS account_id, e.stint AS stint, COUNT(*) AS tickets
  FROM ended AS e
  JOIN tickets AS t
    ON t.account_id = e.account_id AND t.opened_day >= e.left_day - 180 AND t.opened_day < e.left_day
  GROUP BY e.account_id, e.stint
)
SELECT
  e.account_id AS account_id, CAST(e.left_day AS BIGINT) AS left_day,
  CAST(e.back_day AS BIGINT) AS back_day,
  CASE WHEN SUBSTR(MD5(e.account_id), 1, 8) < $cut THEN 1 ELSE 0 END AS learned_from,
  CAST(e.stint - 1 AS DOUBLE) AS returned_before,
  CAST(e.left_day - e.from_day AS DOUBLE) AS paid_days,
  CAST(p.last_minor AS DOUBLE) AS last_minor,
  CAST(p.last_minor AS DOUBLE) / NULLIF(p.seats, 0) AS seat_minor,
  CAST(p.last_minor AS DOUBLE) / NULLIF(p.first_minor, 0) AS grown,
  CAST(p.seats AS DOUBLE) AS seats,
  CAST(p.interval_months AS DOUBLE) AS interval_months,
  CAST(p.discount AS DOUBLE) AS discount,
  CAST(COALESCE(u.late, 0) AS DOUBLE) / NULLIF(p.seats, 0) AS used_late,
  CAST(COALESCE(u.early, 0) AS DOUBLE) / NULLIF(p.seats, 0) AS used_early,
  CAST(u.late AS DOUBLE) / NULLIF(u.early, 0) AS used_trend,
  CAST(m.opened AS DOUBLE) / NULLIF(m.sent, 0) AS opened,
  CAST(COALESCE(t.tickets, 0) AS DOUBLE) / NULLIF(p.seats, 0) AS tickets
FROM ended AS e
JOIN paid AS p ON p.account_id = e.account_id AND p.stint = e.stint
LEFT JOIN used AS u ON u.account_id = e.account_id AND u.stint = e.stint
LEFT JOIN mailed AS m ON m.account_id = e.account_id AND m.stint = e.stint
LEFT JOIN asked AS t ON t.account_id = e.account_id AND t.stint = e.stint
ORDER BY e.account_id, e.left_day
