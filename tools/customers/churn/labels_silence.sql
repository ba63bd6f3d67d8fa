-- Was there no activity on any day in [snapshot, snapshot + horizon)?
WITH activity AS (
  SELECT account_id AS account_id, day AS day FROM usage WHERE $activity = 'usage'
  UNION ALL
  SELECT account_id AS account_id, day AS day FROM purchases
  WHERE $activity = 'invoices' AND bought
  UNION ALL
  SELECT account_id AS account_id, day AS day FROM messages
  WHERE $activity = 'messages' AND kind = 'opened' AND NOT COALESCE(machine, FALSE)
),
seen AS (
  SELECT DISTINCT s.day AS snapshot, a.account_id AS account_id
  FROM activity AS a
  INNER JOIN churn_snapshots AS s ON a.day >= s.day AND a.day < s.day + $horizon
  WHERE NOT a.account_id IS NULL AND SUBSTR(MD5(a.account_id), 1, 8) < $cut
)
SELECT
  s.day AS snapshot, a.account_id AS account_id,
  CASE WHEN x.account_id IS NULL THEN 1 ELSE 0 END AS churned
FROM accounts AS a
CROSS JOIN churn_snapshots AS s
LEFT JOIN seen AS x ON x.snapshot = s.day AND x.account_id = a.account_id
WHERE SUBSTR(MD5(a.account_id), 1, 8) < $cut
