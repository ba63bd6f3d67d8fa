-- Whoever was born before the day, with the account; $account stands in where the owner is unknown.
SELECT
    b.id AS id, b.day AS day,
    COALESCE(o.account_id, CASE WHEN $account THEN b.id END) AS account_id,
    CASE WHEN x.account_id IS NULL AND y.contact_id IS NULL THEN 0 ELSE 1 END AS internal
FROM retention_births AS b
LEFT JOIN retention_owners AS o ON o.id = b.id
LEFT JOIN internal_accounts AS x
    ON x.account_id = COALESCE(o.account_id, CASE WHEN $account THEN b.id END)
LEFT JOIN internal_contacts AS y ON $contact AND y.contact_id = b.id
WHERE b.day < $as_of
