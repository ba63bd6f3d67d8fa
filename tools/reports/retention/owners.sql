-- The account each member belongs to.
SELECT c.contact_id AS id, c.account_id AS account_id
FROM contacts AS c
WHERE $entity = 'contact'
UNION ALL
SELECT a.account_id AS id, a.account_id AS account_id
FROM accounts AS a
WHERE $entity = 'account'
UNION ALL
SELECT s.subscription_id AS id, s.account_id AS account_id
FROM subscriptions AS s
WHERE $entity = 'subscription'
