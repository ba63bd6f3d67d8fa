-- Accounts that have no $served.
SELECT 'accounts' AS subject, a.account_id AS example, 1 AS n
FROM audit_account AS a
LEFT JOIN audit_served AS s ON s.account_id = a.account_id AND s.served = $served
WHERE s.account_id IS NULL
