-- At which places each member did what counts as coming back, and on which day there the last time.
SELECT a.id AS id, $place AS place, $place AS upto, MAX(a.day) AS last_day
FROM retention_activity AS a
JOIN calendar AS c ON c.day = a.day
WHERE a.day < $as_of
GROUP BY a.id, $place
