-- One row per account not deleted.
SELECT account_id AS account_id, MIN(first_day) AS created_day
FROM audit_account_state
GROUP BY account_id
HAVING MIN(deleted) = 0
