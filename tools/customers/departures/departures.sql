-- What was known of each account in `departed` on its last paid day: how long and what it had paid, on
-- how many seats, and how it had used the product, read its mails and asked for help before. Nothing
-- here lies after the last paid day but the day on which it paid again. Events are thousandths, so that
-- their sums are exact.
WITH paid AS (
  SELECT
    e.account_id AS account_id, e.stint AS stint,
    SUM(CASE WHEN l.to_day = e.left_day THEN l.minor ELSE 0 END) AS last_minor,
    SUM(CASE WHEN l.from_day = e.from_day THEN l.minor ELSE 0 END) AS first_minor,
    MAX(CASE WHEN l.to_day = e.left_day THEN l.seats END) AS seats,
    MAX(CASE WHEN l.to_day = e.left_day THEN l.interval_months END) AS interval_months,
    MAX(CASE WHEN l.to_day = e.left_day THEN COALESCE(l.discount, 0) END) AS discount
  FROM departed AS e
  JOIN subscription_spans AS l ON l.account_id = e.account_id AND l.trial = 0 AND l.minor > 0
    AND l.from_day >= e.from_day AND l.to_day <= e.left_day
  GROUP BY e.account_id, e.stint
),
used AS (
  SELECT
    e.account_id AS account_id, e.stint AS stint,
    SUM(CASE WHEN u.day >= e.left_day - 28 THEN u.events ELSE 0 END) AS late,
    SUM(CASE WHEN u.day < e.left_day - 28 THEN u.events ELSE 0 END) AS early
  FROM departed AS e
  JOIN (
    SELECT
      account_id AS account_id, day AS day,
      CAST(ROUND(LEAST(quantity, 1000000000) * 1000) AS BIGINT) AS events
    FROM usage
  ) AS u
    ON u.account_id = e.account_id AND u.day >= e.left_day - 112 AND u.day < e.left_day
  GROUP BY e.account_id, e.stint
),
mailed AS (
  SELECT
    e.account_id AS account_id, e.stint AS stint,
    SUM(CASE WHEN m.kind = 'sent' THEN 1 ELSE 0 END) AS sent,
    SUM(CASE WHEN m.kind = 'opened' AND NOT COALESCE(m.machine, FALSE) THEN 1 ELSE 0 END) AS opened
  FROM departed AS e
  JOIN messages AS m
    ON m.account_id = e.account_id AND m.day >= e.left_day - 180 AND m.day < e.left_day
  GROUP BY e.account_id, e.stint
),
asked AS (
  SELECT e.account_id AS account_id, e.stint AS stint, COUNT(*) AS tickets
  FROM departed AS e
  JOIN tickets AS t
    ON t.account_id = e.account_id AND t.opened_day >= e.left_day - 180 AND t.opened_day < e.left_day
  GROUP BY e.account_id, e.stint
)
SELECT
  e.account_id AS account_id, CAST(e.left_day AS BIGINT) AS left_day,
  CAST(e.back_day AS BIGINT) AS back_day,
  e.learned_from AS learned_from,
  CAST(e.stint - 1 AS DOUBLE) AS returned_before,
  CAST(e.left_day - e.from_day AS DOUBLE) AS paid_days,
  CAST(p.last_minor AS DOUBLE) AS last_minor,
  CAST(p.last_minor AS DOUBLE) / NULLIF(p.seats, 0) AS seat_minor,
  CAST(p.last_minor AS DOUBLE) / NULLIF(p.first_minor, 0) AS grown,
  CAST(p.seats AS DOUBLE) AS seats,
  CAST(p.interval_months AS DOUBLE) AS interval_months,
  CAST(p.discount AS DOUBLE) AS discount,
  CAST(COALESCE(u.late, 0) AS DOUBLE) / 1000 / NULLIF(p.seats, 0) AS used_late,
  CAST(COALESCE(u.early, 0) AS DOUBLE) / 3000 / NULLIF(p.seats, 0) AS used_early,
  CAST(3 * u.late AS DOUBLE) / NULLIF(u.early, 0) AS used_trend,
  CAST(m.opened AS DOUBLE) / NULLIF(m.sent, 0) AS opened,
  CAST(COALESCE(t.tickets, 0) AS DOUBLE) / NULLIF(p.seats, 0) AS tickets
FROM departed AS e
JOIN paid AS p ON p.account_id = e.account_id AND p.stint = e.stint
LEFT JOIN used AS u ON u.account_id = e.account_id AND u.stint = e.stint
LEFT JOIN mailed AS m ON m.account_id = e.account_id AND m.stint = e.stint
LEFT JOIN asked AS t ON t.account_id = e.account_id AND t.stint = e.stint
ORDER BY e.account_id, e.left_day
