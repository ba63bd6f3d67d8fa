-- Events dated before the first day we know of the customer.
SELECT 'accounts' AS subject, a.account_id AS example, CAST(SUM(f.events) AS BIGINT) AS n
FROM fact_usage AS f
LEFT JOIN account_alias AS l ON l.ref = f.account_ref
JOIN audit_account AS a ON a.account_id = COALESCE(l.account_id, f.account_ref)
WHERE f.known_day <= $as_of AND f.day > 0 AND f.day < a.created_day
GROUP BY a.account_id
UNION ALL
SELECT 'contacts' AS subject, c.contact_id AS example, CAST(SUM(f.events) AS BIGINT) AS n
FROM fact_usage AS f
LEFT JOIN contact_alias AS l ON l.ref = f.contact_ref
JOIN audit_contact AS c ON c.contact_id = COALESCE(l.contact_id, f.contact_ref)
WHERE f.known_day <= $as_of AND f.day > 0 AND f.day < c.created_day
GROUP BY c.contact_id
