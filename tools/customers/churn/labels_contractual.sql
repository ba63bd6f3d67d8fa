-- Did paid recurring revenue end in [snapshot, snapshot + horizon) and stay away for > grace days?
-- An account in churn_windows has a window of its own: up to the end of its term, that day included.
-- An end on day e lasts until something paid starts; a pause is no end. NULL: the window is not over
-- by $as_of, or not on the bills on record, so that nobody knows.
WITH paid AS (
  SELECT account_id AS account_id, from_day AS started_day, to_day AS ended_day
  FROM recurring_revenue
  WHERE SUBSTR(MD5(account_id), 1, 8) < $cut
),
ends AS (
  SELECT DISTINCT s.day AS snapshot, p.account_id AS account_id, p.ended_day AS end_day
  FROM paid AS p
  INNER JOIN churn_snapshots AS s ON p.ended_day >= s.day
  LEFT JOIN churn_windows AS w ON w.snapshot = s.day AND w.account_id = p.account_id
  WHERE p.ended_day < s.day + COALESCE(w.days, $horizon)
),
held AS (
  SELECT DISTINCT e.snapshot AS snapshot, e.account_id AS account_id, e.end_day AS end_day
  FROM ends AS e
  INNER JOIN paid AS p
    ON p.account_id = e.account_id AND p.started_day <= e.end_day + $grace
    AND p.ended_day > e.end_day
),
lost AS (
  SELECT DISTINCT e.snapshot AS snapshot, e.account_id AS account_id
  FROM ends AS e
  LEFT JOIN held AS h
    ON h.snapshot = e.snapshot AND h.account_id = e.account_id AND h.end_day = e.end_day
  WHERE h.account_id IS NULL
)
SELECT
  s.day AS snapshot, a.account_id AS account_id,
  CASE
    WHEN s.day + COALESCE(w.days, $horizon) + $grace > LEAST(b.day, $as_of) THEN CAST(NULL AS INT)
    WHEN l.account_id IS NULL THEN 0
    ELSE 1
  END AS churned
FROM accounts AS a
CROSS JOIN churn_snapshots AS s
CROSS JOIN bills_end AS b
LEFT JOIN churn_windows AS w ON w.snapshot = s.day AND w.account_id = a.account_id
LEFT JOIN lost AS l ON l.snapshot = s.day AND l.account_id = a.account_id
WHERE SUBSTR(MD5(a.account_id), 1, 8) < $cut
