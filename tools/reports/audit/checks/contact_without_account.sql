-- People of whom neither a source nor their address tells the account.
SELECT 'contacts' AS subject, c.contact_id AS example, 1 AS n
FROM audit_contact AS c
LEFT JOIN contact_account AS o ON o.contact_id = c.contact_id
WHERE o.contact_id IS NULL
