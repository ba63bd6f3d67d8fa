-- The people of such accounts, and whoever has an address of such a domain.
SELECT DISTINCT c.contact_id AS contact_id
FROM contacts AS c
LEFT JOIN internal_accounts AS a ON a.account_id = c.account_id
LEFT JOIN internal_words AS w ON w.kind = 'domain' AND w.word = SPLIT_PART(c.email, '@', 2)
WHERE NOT a.account_id IS NULL OR NOT w.word IS NULL
