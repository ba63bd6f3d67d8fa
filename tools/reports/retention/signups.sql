-- The signup days of contacts or of accounts; day is NULL where the source gave none.
SELECT c.contact_id AS id, c.created_day AS day
FROM contacts AS c
WHERE $contacts
UNION ALL
SELECT a.account_id AS id, a.created_day AS day
FROM accounts AS a
WHERE NOT $contacts
