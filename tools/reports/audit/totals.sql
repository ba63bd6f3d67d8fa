-- What findings are a share of.
SELECT 'contacts' AS name, COUNT(*) AS n FROM audit_contact
UNION ALL
SELECT 'accounts' AS name, COUNT(*) AS n FROM audit_account
UNION ALL
SELECT 'contacts with an address' AS name, COUNT(*) AS n FROM audit_contact WHERE has_email = 1
UNION ALL
SELECT 'contacts with a phone' AS name, COUNT(*) AS n FROM audit_contact WHERE has_phone = 1
UNION ALL
SELECT 'contact records' AS name, COUNT(DISTINCT ref) AS n FROM audit_contact_state
UNION ALL
SELECT 'account records' AS name, COUNT(DISTINCT ref) AS n FROM audit_account_state
UNION ALL
SELECT 'joined contacts' AS name, COUNT(*) AS n
FROM (
  SELECT contact_id AS id FROM audit_contact_state WHERE merged_into IS NULL
  GROUP BY contact_id HAVING COUNT(*) > 1
) AS joined
UNION ALL
SELECT 'joined accounts' AS name, COUNT(*) AS n
FROM (
  SELECT account_id AS id FROM audit_account_state WHERE merged_into IS NULL
  GROUP BY account_id HAVING COUNT(*) > 1
) AS joined
UNION ALL
SELECT 'people mailed' AS name, COUNT(DISTINCT contact_id) AS n FROM audit_mailed
UNION ALL
SELECT CONCAT('rows ', tbl) AS name, CAST(SUM(n) AS BIGINT) AS n FROM audit_day GROUP BY tbl
UNION ALL
SELECT CONCAT('referring ', subject) AS name, CAST(SUM(n) AS BIGINT) AS n
FROM audit_touch
WHERE kind IN (SELECT kind AS kind FROM audit_known)
GROUP BY subject
HAVING COUNT(ref) > 0
UNION ALL
SELECT CONCAT('references ', subject) AS name, COUNT(ref) AS n
FROM audit_touch
GROUP BY subject
