-- A member's first activity is its birth.
SELECT a.id AS id, MIN(a.day) AS day
FROM retention_first_activity AS a
GROUP BY a.id
