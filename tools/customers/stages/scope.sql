-- The touched, with their accounts and everybody who ever belonged there, since stages are shared by
-- account; and the other accounts of people who moved, whose facts their stages need.
WITH homes AS (
  SELECT contact_id AS contact_id, account_id AS account_id FROM contacts
  UNION
  SELECT contact_ref AS contact_id, account_id AS account_id FROM contact_moves
),
firms AS (
  SELECT id AS account_id FROM touched WHERE kind = 'account'
  UNION
  SELECT c.account_id AS account_id
  FROM touched AS t
  INNER JOIN homes AS c ON c.contact_id = t.id
  WHERE t.kind = 'contact' AND c.account_id IS NOT NULL
),
people AS (
  SELECT id AS contact_id FROM touched WHERE kind = 'contact'
  UNION
  SELECT c.contact_id AS contact_id
  FROM homes AS c
  INNER JOIN firms AS f ON f.account_id = c.account_id
)
SELECT kind AS kind, id AS id FROM touched
UNION
SELECT 'account' AS kind, account_id AS id FROM firms
UNION
SELECT 'contact' AS kind, contact_id AS id FROM people
UNION
SELECT 'account' AS kind, m.account_id AS id
FROM contact_moves AS m
INNER JOIN people AS p ON p.contact_id = m.contact_ref
WHERE m.account_id IS NOT NULL
