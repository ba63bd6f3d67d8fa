-- Accounts with the same name that nothing joins: duplicates to look at.
SELECT
  'accounts' AS subject, CONCAT(MIN(account_id), ' ~ ', MAX(account_id)) AS example,
  COUNT(DISTINCT account_id) AS n
FROM audit_account_state
WHERE TRIM(name) <> '' AND merged_into IS NULL AND deleted = 0
GROUP BY LOWER(TRIM(name))
HAVING MIN(account_id) <> MAX(account_id)
