-- Without subscriptions an account counts as there for $activity days after each use or purchase.
WITH days AS (
    SELECT u.account_id AS account_id, u.day AS day FROM usage AS u
    UNION ALL
    SELECT p.account_id AS account_id, p.day AS day FROM purchases AS p WHERE p.bought
)
SELECT DISTINCT
    d.account_id AS account_id,
    d.day AS from_day,
    CASE WHEN d.day + $activity < $as_of THEN d.day + $activity END AS to_day
FROM days AS d
WHERE d.account_id IS NOT NULL AND d.day < $as_of
