-- From which to which place each member did what counts as coming back; most acts take one day.
SELECT DISTINCT a.id AS id, $place AS place, $place AS upto
FROM retention_activity AS a
JOIN calendar AS c ON c.day = a.day
WHERE a.day < $as_of
