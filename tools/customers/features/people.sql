-- Known people per account.
SELECT account_id AS account_id, CAST(COUNT(*) AS BIGINT) AS contacts
FROM contacts
WHERE NOT account_id IS NULL
GROUP BY account_id
