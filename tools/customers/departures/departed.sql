-- Every time an account stopped paying, and when it paid again, if it did. A gap of at most $grace
-- days is none; who stopped so lately that it may be one has not left. Of accounts beyond $cut only
-- those that are away now are told, since nothing is learned from them.
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
)
SELECT
  s.account_id AS account_id, s.stint AS stint, s.from_day AS from_day, s.left_day AS left_day,
  n.from_day AS back_day,
  CASE WHEN SUBSTR(MD5(s.account_id), 1, 8) < $cut THEN 1 ELSE 0 END AS learned_from
FROM stints AS s
LEFT JOIN stints AS n ON n.account_id = s.account_id AND n.stint = s.stint + 1
WHERE s.left_day + $grace < $as_of
  AND (SUBSTR(MD5(s.account_id), 1, 8) < $cut OR n.from_day IS NULL)
