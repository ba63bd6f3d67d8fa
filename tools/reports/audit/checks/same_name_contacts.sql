-- Contacts of one account with the same name that nothing joins: duplicates to look at.
SELECT
  'contacts' AS subject, CONCAT(MIN(contact_id), ' ~ ', MAX(contact_id)) AS example,
  COUNT(DISTINCT contact_id) AS n
FROM audit_contact_state
WHERE TRIM(name) <> '' AND merged_into IS NULL AND deleted = 0 AND account_id IS NOT NULL
GROUP BY account_id, LOWER(TRIM(name))
HAVING MIN(contact_id) <> MAX(contact_id)
