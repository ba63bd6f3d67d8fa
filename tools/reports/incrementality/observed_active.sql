-- Days on which an account of a comparison used the product or bought; only where billing cannot say.
WITH compared AS (
  SELECT account_id AS account_id FROM work_draws WHERE $needed
  UNION SELECT account_id AS account_id FROM kept_places WHERE $needed
)
SELECT u.account_id AS account_id, u.day AS day
FROM usage AS u
JOIN compared AS c ON c.account_id = u.account_id
UNION
SELECT p.account_id AS account_id, p.day AS day
FROM purchases AS p
JOIN compared AS c ON c.account_id = p.account_id
WHERE p.bought
