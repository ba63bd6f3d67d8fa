-- Days on which an account of a play used the product or bought; only where billing cannot say.
WITH drawn AS (
    SELECT DISTINCT d.account_id AS account_id FROM work_draws AS d WHERE $needed
)
SELECT u.account_id AS account_id, u.day AS day
FROM usage AS u
JOIN drawn AS d ON d.account_id = u.account_id
UNION
SELECT p.account_id AS account_id, p.day AS day
FROM purchases AS p
JOIN drawn AS d ON d.account_id = p.account_id
WHERE p.bought
