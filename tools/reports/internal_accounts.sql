-- Our own and test accounts, by id or by mail domain.
SELECT DISTINCT a.account_id AS account_id
FROM accounts AS a
JOIN internal_words AS w
    ON (w.kind = 'domain' AND w.word = a.domain) OR (w.kind = 'account' AND w.word = a.account_id)
UNION
SELECT w.word AS account_id
FROM internal_words AS w
WHERE w.kind = 'account'
