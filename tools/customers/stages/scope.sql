-- The touched, with their accounts and everybody in those accounts: stages are shared by account.
WITH firms AS (
  SELECT id AS account_id FROM touched WHERE kind = 'account'
  UNION
  SELECT c.account_id AS account_id
  FROM touched AS t
  INNER JOIN contacts AS c ON c.contact_id = t.id
  WHERE t.kind = 'contact' AND c.account_id IS NOT NULL
)
SELECT kind AS kind, id AS id FROM touched
UNION
SELECT 'account' AS kind, account_id AS id FROM firms
UNION
SELECT 'contact' AS kind, c.contact_id AS id
FROM contacts AS c
INNER JOIN firms AS f ON f.account_id = c.account_id
