-- One row per account not deleted: $any as for people.
SELECT account_id AS account_id, MIN(first_day) AS created_day
FROM audit_account_state
GROUP BY account_id
HAVING COALESCE(
  CASE WHEN $any THEN MAX(CASE WHEN merged_into IS NULL THEN deleted END) END, MIN(deleted)
) = 0
