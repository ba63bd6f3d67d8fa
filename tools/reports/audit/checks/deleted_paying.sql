-- Accounts that a source deleted and that still pay.
WITH newest AS (
  SELECT
    account_ref AS account_ref, mrr_minor AS mrr_minor, trial AS trial, started_day AS started_day,
    ended_day AS ended_day,
    ROW_NUMBER() OVER (
      PARTITION BY subscription_ref
      ORDER BY known_day DESC, observed_at DESC, occurred_at DESC, row_hash DESC
    ) AS age
  FROM fact_subscriptions
  WHERE known_day <= $as_of AND day < $as_of
)
SELECT 'accounts' AS subject, s.account_id AS example, COUNT(*) AS n
FROM audit_account_state AS s
JOIN (
  SELECT COALESCE(a.account_id, n.account_ref) AS account_id
  FROM newest AS n
  LEFT JOIN account_alias AS a ON a.ref = n.account_ref
  WHERE n.age = 1 AND n.mrr_minor > 0 AND NOT COALESCE(n.trial, FALSE)
    AND n.started_day < $as_of AND COALESCE(n.ended_day >= $as_of, TRUE)
) AS p ON p.account_id = s.account_id
WHERE s.deleted = 1
GROUP BY s.account_id
