-- A member's first activity is its birth; with $recurring the first one of every cohort's own.
SELECT a.id AS id, MIN(a.day) AS day
FROM retention_first_activity AS a
JOIN calendar AS c ON c.day = a.day
GROUP BY a.id, CASE WHEN $recurring THEN $unit ELSE 0 END
